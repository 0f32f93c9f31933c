//! As much of HTTP/1.1 as a load needs: one request at a time on a kept connection, answers with a length.

use std::net::{IpAddr, SocketAddr};

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

/// A request without a body. `extra` holds whole header lines.
pub(crate) fn get(path: &str, token: Option<&str>, extra: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: bench\r\n{}{extra}\r\n", authorization(token))
}

pub(crate) fn post(path: &str, token: Option<&str>, body: &str) -> String {
    post_with(path, token, "", body)
}

/// `extra` holds whole header lines.
pub(crate) fn post_with(path: &str, token: Option<&str>, extra: &str, body: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nHost: bench\r\n{}{extra}Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        authorization(token),
        body.len()
    )
}

/// A command without a body.
pub(crate) fn put(path: &str, token: &str) -> String {
    format!("PUT {path} HTTP/1.1\r\nHost: bench\r\n{}Content-Length: 0\r\n\r\n", authorization(Some(token)))
}

fn authorization(token: Option<&str>) -> String {
    token.map(|token| format!("Authorization: Bearer {token}\r\n")).unwrap_or_default()
}

#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
}

/// Valid until the next exchange.
#[derive(Debug)]
pub(crate) struct Answer<'a> {
    pub(crate) status: u16,
    head: &'a str,
    pub(crate) body: &'a [u8],
}

impl Answer<'_> {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        header(self.head, name)
    }
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, received: Vec::with_capacity(16 * 1_024) })
    }

    /// From another address of this machine.
    pub(crate) async fn open_from(own: IpAddr, address: SocketAddr) -> Result<Self> {
        let socket = TcpSocket::new_v4()?;
        socket.bind(SocketAddr::new(own, 0))?;
        let stream = socket.connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, received: Vec::new() })
    }

    pub(crate) async fn exchange(&mut self, request: &[u8]) -> Result<Answer<'_>> {
        self.stream.write_all(request).await?;
        self.received.clear();
        let head_end = loop {
            self.receive().await?;
            if let Some(at) = find(&self.received, b"\r\n\r\n") {
                break at;
            }
        };
        let head =
            std::str::from_utf8(&self.received[..head_end]).context("the answer's head is not text")?;
        let length: usize = match header(head, "content-length") {
            Some(length) => length.parse().context("the answer's length is no number")?,
            None => 0,
        };
        let end = head_end + 4 + length;
        while self.received.len() < end {
            self.receive().await?;
        }
        let head = std::str::from_utf8(&self.received[..head_end])?;
        let status = head.get(9..12).and_then(|digits| digits.parse().ok()).context("no status")?;
        Ok(Answer { status, head, body: &self.received[head_end + 4..end] })
    }

    /// Sends a request of which the answer never ends; the status.
    pub(crate) async fn begin(&mut self, request: &[u8]) -> Result<u16> {
        self.stream.write_all(request).await?;
        self.received.clear();
        let head_end = loop {
            self.receive().await?;
            if let Some(at) = find(&self.received, b"\r\n\r\n") {
                break at;
            }
        };
        let status = std::str::from_utf8(self.received.get(9..12).context("no status")?)?.parse()?;
        self.received.drain(..head_end + 4);
        Ok(status)
    }

    /// What came of such an answer since, up to the end of a line. What frames its chunks is among the lines.
    pub(crate) async fn lines(&mut self) -> Result<Vec<u8>> {
        loop {
            if let Some(end) = self.received.iter().rposition(|byte| *byte == b'\n') {
                let rest = self.received.split_off(end + 1);
                return Ok(std::mem::replace(&mut self.received, rest));
            }
            self.receive().await?;
        }
    }

    async fn receive(&mut self) -> Result<()> {
        if self.stream.read_buf(&mut self.received).await? == 0 {
            bail!("the service closed the connection");
        }
        Ok(())
    }
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.split("\r\n").skip(1).find_map(|line| {
        let (found, value) = line.split_once(':')?;
        found.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}
