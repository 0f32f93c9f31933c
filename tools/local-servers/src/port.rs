//! Ports for servers that nobody configured a port for.

use std::net::{Ipv4Addr, TcpListener};

use anyhow::{Result, bail};
use uuid::Uuid;

/// Below every common ephemeral range (Linux 32768–60999, macOS from 49152). A port inside it could be taken
/// by some outgoing connection while its server restarts, and a client that retries it could even connect to
/// itself.
const CANDIDATES: std::ops::Range<u16> = 10_000..32_000;
const ATTEMPTS_MAX: u32 = 200;

/// A TCP port on 127.0.0.1 that nobody listens on now. Another process may take it before you do: be ready to
/// ask again.
pub fn free_port() -> Result<u16> {
    for _ in 0..ATTEMPTS_MAX {
        let port = random_candidate();
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return Ok(port);
        }
    }
    bail!("no free port on 127.0.0.1 between {} and {}", CANDIDATES.start, CANDIDATES.end)
}

fn random_candidate() -> u16 {
    let width = u128::from(CANDIDATES.end - CANDIDATES.start);
    let offset = Uuid::new_v4().as_u128() % width;
    CANDIDATES.start + u16::try_from(offset).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_free_port_can_be_listened_on() {
        let port = free_port().expect("some port is free");
        assert!(CANDIDATES.contains(&port));
        TcpListener::bind((Ipv4Addr::LOCALHOST, port)).expect("the port is free");
    }
}
