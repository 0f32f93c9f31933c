//! Where a request comes from: what everything that is bounded per address is counted by.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::Once;

use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::problem::ApiProblem;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// An IPv4 address, or the network of an IPv6 one: one customer gets at least 2^64 of these.
///
/// The standard layer finds it; as an extractor it needs that layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ClientAddress(IpAddr);

impl ClientAddress {
    /// Of our proxies, `hops` append to `X-Forwarded-For`; what stands before their entries is hearsay.
    pub(crate) fn find(peer: IpAddr, headers: &HeaderMap, hops: usize) -> Self {
        if hops == 0 && headers.contains_key(X_FORWARDED_FOR) {
            notice_proxy();
        }
        // Where the proxies did not do what the configuration says, all of their callers share the proxy's address.
        Self::of(forwarded(headers, hops).unwrap_or(peer))
    }

    /// All that a customer of an IPv6 provider may have: the /48 that the address lies in.
    #[must_use]
    pub fn network(self) -> Option<Self> {
        match self.0 {
            IpAddr::V4(_) => None,
            IpAddr::V6(address) => {
                let [a, b, c, ..] = address.segments();
                Some(Self(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0).into()))
            }
        }
    }

    #[must_use]
    pub fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self(address.into()),
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                Self(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into())
            }
        }
    }
}

impl fmt::Display for ClientAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            IpAddr::V4(address) => address.fmt(formatter),
            IpAddr::V6(network) => write!(formatter, "{network}/64"),
        }
    }
}

/// Somebody says that there is a proxy where none is configured. A caller may say so, too, so it is a hint, given once.
fn notice_proxy() {
    static NOTICED: Once = Once::new();
    metrics::counter!("http_forwarded_for_ignored_total").increment(1);
    NOTICED.call_once(|| {
        tracing::warn!(
            "requests carry X-Forwarded-For, but no proxy is configured: if there is one, all of its callers count as \
             one address; set ROOKERY_TRUSTED_PROXY_HOPS to the number of proxies"
        );
    });
}

/// The entry that the outermost of our proxies appended; `None` without proxies. Bytes, because what the caller put
/// before it may be no text.
fn forwarded(headers: &HeaderMap, hops: usize) -> Option<IpAddr> {
    let values = headers.get_all(X_FORWARDED_FOR).iter().map(HeaderValue::as_bytes);
    let entries: Vec<&[u8]> = values.flat_map(|value| value.split(|byte| *byte == b',')).collect();
    let entry = entries.get(entries.len().checked_sub(hops)?)?;
    let entry = std::str::from_utf8(entry).ok()?.trim();
    let address = entry.parse().ok();
    // Some proxies add the port.
    address.or_else(|| entry.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

impl<S: Send + Sync> FromRequestParts<S> for ClientAddress {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiProblem> {
        let known = parts.extensions.get::<Self>().copied();
        known.ok_or_else(|| ApiProblem::internal("the server does not tell the peer's address"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(forwarded: &[&str], hops: usize) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            let value = HeaderValue::from_bytes(value.as_bytes()).expect("it is a header value");
            headers.append(X_FORWARDED_FOR, value);
        }
        ClientAddress::find("10.0.0.1".parse().expect("it is an address"), &headers, hops).to_string()
    }

    #[test]
    fn only_what_our_proxies_saw_counts() {
        assert_eq!(find(&["198.51.100.1"], 0), "10.0.0.1", "nobody is trusted");
        assert_eq!(find(&[], 1), "10.0.0.1");
        assert_eq!(find(&["198.51.100.1, 192.0.2.7"], 1), "192.0.2.7", "the rest is hearsay");
        assert_eq!(find(&["198.51.100.1", "192.0.2.7"], 1), "192.0.2.7");
        assert_eq!(find(&["203.0.113.9, 198.51.100.1, 192.0.2.7"], 2), "198.51.100.1");
        assert_eq!(find(&["192.0.2.7"], 2), "10.0.0.1", "a proxy is missing");
        assert_eq!(find(&["nonsense"], 1), "10.0.0.1");
        assert_eq!(find(&["\u{e9}, 192.0.2.7"], 1), "192.0.2.7", "nothing before it can spoil it");
        assert_eq!(find(&["192.0.2.7:55555"], 1), "192.0.2.7");
    }

    #[test]
    fn a_customer_with_many_addresses_is_one() {
        assert_eq!(find(&["2001:db8:1:2:3:4:5:6"], 1), "2001:db8:1:2::/64");
        assert_eq!(find(&["2001:db8:1:2:ffff::1"], 1), "2001:db8:1:2::/64");
        assert_eq!(find(&["::ffff:192.0.2.7"], 1), "192.0.2.7", "one address has one spelling");
    }
}
