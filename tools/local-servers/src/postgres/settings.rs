//! The server settings, given as arguments so that no configuration file of an older version survives in a
//! cluster.

use std::path::Path;

/// What we set ourselves. `PostgresOptions::settings` come after these and win.
const SETTINGS: [(&str, &str); 11] = [
    ("listen_addresses", "127.0.0.1"),
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
];

pub(super) fn arguments(cluster: &Path, port: u16, settings: &[(String, String)]) -> Vec<String> {
    let mut arguments =
        vec!["-D".to_owned(), cluster.display().to_string(), "-p".to_owned(), port.to_string()];
    let given = settings.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    for (name, value) in SETTINGS.into_iter().chain(given) {
        arguments.push("-c".to_owned());
        arguments.push(format!("{name}={value}"));
    }
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn given_settings_come_last_and_so_win() {
        let arguments = arguments(Path::new("/c"), 5, &[("jit".to_owned(), "on".to_owned())]);
        assert_eq!(arguments[..4], ["-D", "/c", "-p", "5"]);
        assert_eq!(arguments.last().map(String::as_str), Some("jit=on"));
    }
}
