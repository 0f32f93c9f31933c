//! What holds the log, by the scheme of its URL.

/// A server that can hold a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scheme {
    Nats,
    Postgres,
}

impl Scheme {
    /// A URL that is not one of Postgres is taken for one of NATS, and refused there if it is not.
    pub(crate) fn of(url: &str) -> Self {
        if is_postgres(url) { Self::Postgres } else { Self::Nats }
    }

    #[cfg(not(all(feature = "nats", feature = "postgres")))]
    pub(crate) fn not_built(self) -> event_store::OpenError {
        event_store::OpenError::NotBuilt(match self {
            Self::Nats => "nats",
            Self::Postgres => "postgres",
        })
    }
}

/// Whether an address can be one of a log; nothing is connected.
pub fn is_acceptable(url: &str) -> bool {
    match Scheme::of(url) {
        Scheme::Nats => url.split(',').all(is_nats),
        #[cfg(feature = "postgres")]
        Scheme::Postgres => event_store_postgres::is_acceptable(url),
        // Opening it says what is missing.
        #[cfg(not(feature = "postgres"))]
        Scheme::Postgres => true,
    }
}

fn is_postgres(url: &str) -> bool {
    url.starts_with("postgres://") || url.starts_with("postgresql://")
}

/// Without this an address that can never work would be tried for ever.
pub(crate) fn is_nats(text: &str) -> bool {
    let host = text.trim().strip_prefix("nats://").or_else(|| text.trim().strip_prefix("tls://"));
    host.is_some_and(|host| !host.is_empty() && !host.contains(char::is_whitespace))
}

#[cfg(all(test, feature = "nats", feature = "postgres"))]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_can_never_work_is_not_acceptable() {
        for url in [
            "nats://a:4222",
            "nats://a:4222,tls://b:4222",
            "postgres://u@127.0.0.1:5432/l",
            "postgresql://u@h/l",
        ] {
            assert!(is_acceptable(url), "{url}");
        }
        for url in [
            "http://x",
            "nats://",
            "nats://a b",
            "postgres://u@127.0.0.1:notaport/l",
            "postgres://u@h/l?sslmode=nonsense",
        ] {
            assert!(!is_acceptable(url), "{url}");
        }
    }
}
