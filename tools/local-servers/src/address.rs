//! Where a server listens, and where it is reached.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use anyhow::Result;

use crate::free_port;

/// The address that was asked for; unless one was, a free port of this machine alone.
pub(crate) fn or_free(listen: Option<SocketAddr>) -> Result<SocketAddr> {
    match listen {
        Some(address) if address.port() != 0 => Ok(address),
        Some(address) => Ok(SocketAddr::new(address.ip(), free_port()?)),
        None => Ok(SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?))),
    }
}

/// Who listens everywhere is reached here.
pub(crate) fn reached_at(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

/// Whether another port would do, too.
pub(crate) fn is_any_port(listen: Option<SocketAddr>) -> bool {
    listen.is_none_or(|address| address.port() == 0)
}
