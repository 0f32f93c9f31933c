//! Whether a nats-server accepts clients.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpStream;

const ANSWER_LIMIT: Duration = Duration::from_secs(2);

/// The server greets each client with `INFO {…}`, after JetStream has recovered its streams. The name in it
/// tells our server from a stranger on the same port.
pub(super) async fn accepts_clients(address: SocketAddr, server_name: &str) -> Result<()> {
    let greeting =
        tokio::time::timeout(ANSWER_LIMIT, greeting(address)).await.context("no greeting in time")??;
    ensure!(greeting.starts_with("INFO "), "not a NATS greeting: {greeting:?}");
    ensure!(
        greeting.contains(&format!("\"server_name\":\"{server_name}\"")),
        "another NATS server has the port"
    );
    ensure!(greeting.contains("\"jetstream\":true"), "JetStream is off");
    Ok(())
}

async fn greeting(address: SocketAddr) -> Result<String> {
    let stream = TcpStream::connect(address).await.context("connect")?;
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line).await.context("read the greeting")?;
    Ok(line)
}
