//! Where a webhook may point: never into this machine or the networks behind it, unless an installation says so.
//!
//! An address in numbers is looked at as it is; a name whenever it is connected to, and the connection goes to the
//! addresses that were looked at. So it does not matter what a name resolves to at another moment.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::WebhookSettings;

/// 32 webhooks with their filters have room in one entry of a bucket.
const BYTES_MAX: usize = 1_024;
/// For a name, when a webhook is registered.
const LOOK_UP_MAX: Duration = Duration::from_secs(5);
const NOT_PUBLIC: &str =
    "it leads to an address that is not public (ROOKERY_WEBHOOKS_ALLOW_PRIVATE=true allows them)";

/// # Errors
/// What is wrong with it.
pub(super) fn parse(text: &str, settings: &WebhookSettings) -> Result<Url, &'static str> {
    let url = Url::parse(text).map_err(|_| "expected an address like https://example.org/hook")?;
    if text.len() > BYTES_MAX {
        return Err("at most 1024 bytes");
    }
    match url.scheme() {
        "https" => {}
        "http" if settings.allow_http => {}
        _ if settings.allow_http => return Err("expected https or http"),
        _ => return Err("expected https (ROOKERY_WEBHOOKS_ALLOW_HTTP=true allows http)"),
    }
    if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
        return Err("without user, password and fragment");
    }
    let host = url.host_str().unwrap_or_default();
    let literal = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    if literal.is_ok_and(|address| !settings.lets(address)) {
        return Err(NOT_PUBLIC);
    }
    Ok(url)
}

/// # Errors
/// Why it cannot be reached at the moment, or must not be.
pub(super) async fn check(url: &Url, settings: &WebhookSettings) -> Result<(), &'static str> {
    let host = url.host_str().unwrap_or_default();
    if host.starts_with('[') || host.parse::<IpAddr>().is_ok() {
        return Ok(());
    }
    match tokio::time::timeout(LOOK_UP_MAX, look_up(host, settings)).await {
        Ok(Ok(_addresses)) => Ok(()),
        Ok(Err(LookUpError::NotPublic)) => Err(NOT_PUBLIC),
        Ok(Err(LookUpError::Unknown(_))) | Err(_) => Err("its name does not resolve"),
    }
}

#[derive(Debug, thiserror::Error)]
enum LookUpError {
    #[error("{NOT_PUBLIC}")]
    NotPublic,
    #[error("its name does not resolve")]
    Unknown(#[source] std::io::Error),
}

async fn look_up(host: &str, settings: &WebhookSettings) -> Result<Vec<SocketAddr>, LookUpError> {
    let found = tokio::net::lookup_host((host, 0)).await.map_err(LookUpError::Unknown)?;
    let addresses: Vec<_> = found.filter(|address| settings.lets(address.ip())).collect();
    if addresses.is_empty() { Err(LookUpError::NotPublic) } else { Ok(addresses) }
}

/// Gives the HTTP client the addresses that it may connect to, and no others.
#[derive(Debug)]
pub(super) struct CheckedNames(pub(super) WebhookSettings);

impl Resolve for CheckedNames {
    fn resolve(&self, name: Name) -> Resolving {
        let settings = self.0;
        Box::pin(async move {
            let addresses = look_up(name.as_str(), &settings).await?;
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

impl WebhookSettings {
    fn lets(&self, address: IpAddr) -> bool {
        self.allow_private || is_public(address)
    }
}

/// Whether an address is one of the public Internet, by the registries of IANA for special purposes (RFC 6890).
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let is_special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || address.is_multicast()
        // This network; shared by customers of a provider; protocols; once 6to4; benchmarks; reserved, and broadcast.
        || a == 0
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (18..20).contains(&b))
        || a >= 240;
    !is_special
}

/// Only what IANA has given out, 2000::/3. So everything that stands for an address of IPv4 (mapped, compatible, NAT64) is
/// outside, as are loopback, unique local, link-local, site-local and multicast ones.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    let is_special = match a {
        // Protocols, Teredo among them, and documentation.
        0x2001 => b < 0x0200 || b == 0x0db8,
        // 6to4, which holds an address of IPv4.
        0x2002 => true,
        // Documentation.
        0x3fff => b < 0x1000,
        _ => false,
    };
    a & 0xe000 == 0x2000 && !is_special
}

#[cfg(test)]
mod tests {
    use super::*;

    const STRICT: WebhookSettings = WebhookSettings {
        allow_http: false,
        allow_private: false,
        tries_max: 1,
        timeout: Duration::from_secs(1),
        lease: Duration::from_secs(1),
        retry_min: Duration::from_secs(1),
        retry_max: Duration::from_secs(1),
    };

    #[test]
    fn no_range_that_is_not_public_is_let_through() {
        for address in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "10.255.255.255",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.255",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::7f00:1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::ffff:8.8.8.8",
            "64:ff9b::7f00:1",
            "64:ff9b::808:808",
            "64:ff9b:1::a00:1",
            "100::1",
            "2001::1",
            "2001:0:7f00:1::",
            "2001:10::1",
            "2001:1ff::1",
            "2001:db8::1",
            "2002:7f00:1::1",
            "2002:a00:1::",
            "3fff::1",
            "3fff:fff::1",
            "5f00::1",
            "fc00::1",
            "fd00:ec2::254",
            "fdff::1",
            "fe80::1",
            "febf::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!is_public(address.parse().expect("an address")), "{address}");
        }
        for address in [
            "1.1.1.1",
            "8.8.8.8",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "172.15.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "192.88.98.1",
            "198.17.0.1",
            "198.20.0.1",
            "223.255.255.255",
            "2001:200::1",
            "2001:4860:4860::8888",
            "2606:4700::1111",
            "2a00:1450::1",
            "3ffe::1",
        ] {
            assert!(is_public(address.parse().expect("an address")), "{address}");
        }
    }

    #[test]
    fn an_address_is_looked_at_however_it_is_spelled() {
        for bad in [
            "https://127.0.0.1/",
            "https://127.1/",
            "https://2130706433/",
            "https://0x7f.0.0.1/",
            "https://0177.0.0.1/",
            "https://127.0.0.1./",
            "https://[::1]/",
            "https://[::ffff:7f00:1]/",
            "https://[64:ff9b::127.0.0.1]/",
            "https://①②⑦.⓪.⓪.①/",
            "http://example.org/",
            "ftp://example.org/",
            "https://user@example.org/",
            "https://:word@example.org/",
            "https://example.org/#part",
            "example.org",
            "https://",
            "",
        ] {
            assert!(parse(bad, &STRICT).is_err(), "{bad}");
        }
        assert!(parse(&format!("https://example.org/{}", "x".repeat(BYTES_MAX)), &STRICT).is_err());
        for good in ["https://example.org", "https://example.org:8443/hook?token=x", "https://1.1.1.1/"] {
            assert!(parse(good, &STRICT).is_ok(), "{good}");
        }
    }

    #[tokio::test]
    async fn a_name_that_leads_to_this_machine_is_refused_when_it_is_looked_up() {
        let url = parse("https://localhost/hook", &STRICT).expect("the name alone says nothing");
        assert_eq!(check(&url, &STRICT).await, Err(NOT_PUBLIC));
        let refused = CheckedNames(STRICT).resolve("localhost".parse().expect("a name")).await;
        assert_eq!(refused.err().map(|error| error.to_string()).as_deref(), Some(NOT_PUBLIC));
        let open = WebhookSettings { allow_private: true, ..STRICT };
        assert_eq!(check(&url, &open).await, Ok(()));
    }
}
