//! The server settings, given as arguments so that no configuration file of an older version survives in a
//! cluster.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;

/// What we set ourselves. `PostgresOptions::settings` come after these and win.
const SETTINGS: [(&str, &str); 11] = [
    // A socket's path must be short, and a data directory's need not be.
    ("unix_socket_directories", ""),
    ("logging_collector", "off"),
    ("log_timezone", "UTC"),
    ("timezone", "UTC"),
    ("cluster_name", "rookery"),
    // The indexes that are written at random places stay in memory up to some ten million messages.
    ("shared_buffers", "256MB"),
    // After a checkpoint every page is logged whole once more; a replay would pay for that all the time. Costs disk
    // space and at most some ten seconds of recovery.
    ("max_wal_size", "2GB"),
    ("checkpoint_timeout", "15min"),
    // Compiling a query costs more than the short queries of this system take.
    ("jit", "off"),
    // A client that vanished must not hold locks for two hours.
    ("tcp_keepalives_idle", "60"),
    // Who has not said its password yet takes a slot, too.
    ("authentication_timeout", "10s"),
];

/// Slots that only members of `pg_use_reserved_connections` get, which services are and analysts are not.
const RESERVED: (&str, &str) = ("reserved_connections", "20");
const RESERVED_SINCE: u32 = 16;

/// Further ones, which older versions do not know.
pub(super) fn of_version(major: u32) -> Vec<(String, String)> {
    let reserved = (major >= RESERVED_SINCE).then_some(RESERVED);
    reserved.map(|(name, value)| (name.to_owned(), value.to_owned())).into_iter().collect()
}

pub(super) fn arguments(cluster: &Path, address: SocketAddr, settings: &[(String, String)]) -> Vec<String> {
    let mut arguments =
        vec!["-D".to_owned(), cluster.display().to_string(), "-p".to_owned(), address.port().to_string()];
    let listens = listen_addresses(address.ip());
    let given = settings.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    for (name, value) in [("listen_addresses", listens.as_str())].into_iter().chain(SETTINGS).chain(given) {
        arguments.push("-c".to_owned());
        arguments.push(format!("{name}={value}"));
    }
    arguments
}

/// Loopback always, where the services of this machine come from.
fn listen_addresses(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(Ipv4Addr::LOCALHOST | Ipv4Addr::UNSPECIFIED) => ip.to_string(),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => "*".to_owned(),
        ip => format!("{},{ip}", Ipv4Addr::LOCALHOST),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_of_this_machine_reach_it_wherever_it_listens() {
        let listens = |ip: &str| listen_addresses(ip.parse().expect("it is an address"));
        assert_eq!(listens("127.0.0.1"), "127.0.0.1");
        assert_eq!(listens("0.0.0.0"), "0.0.0.0");
        assert_eq!(listens("192.0.2.7"), "127.0.0.1,192.0.2.7");
        assert_eq!(listens("::1"), "127.0.0.1,::1");
    }

    #[test]
    fn given_settings_come_last_and_so_win() {
        let arguments = arguments(
            Path::new("/c"),
            SocketAddr::from(([127, 0, 0, 1], 5)),
            &[("jit".to_owned(), "on".to_owned())],
        );
        assert_eq!(arguments[..4], ["-D", "/c", "-p", "5"]);
        assert_eq!(arguments.last().map(String::as_str), Some("jit=on"));
    }
}
