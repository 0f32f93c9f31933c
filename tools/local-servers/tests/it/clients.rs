//! As much of the two wire protocols as it takes to store something and find it again.

use std::io::{BufRead, BufReader, Read, Result, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

const ANSWER_LIMIT: Duration = Duration::from_secs(5);

fn connect(port: u16) -> Result<TcpStream> {
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_read_timeout(Some(ANSWER_LIMIT))?;
    Ok(stream)
}

/// Publishes to a subject of a NATS server and returns the reply.
pub(crate) fn nats_request(url: &str, subject: &str, body: &str) -> Result<String> {
    let (login, address) = url.trim_start_matches("nats://").split_once('@').expect("the URL has a password");
    let (user, password) = login.split_once(':').expect("the login is user:password");
    let port = address.rsplit(':').next().and_then(|port| port.parse().ok()).expect("the URL has a port");
    let mut stream = connect(port)?;
    let connect = format!(r#"{{"verbose":false,"pedantic":false,"user":"{user}","pass":"{password}"}}"#);
    let length = body.len();
    write!(stream, "CONNECT {connect}\r\nSUB in 1\r\nPUB {subject} in {length}\r\n{body}\r\n")?;
    let mut lines = BufReader::new(stream).lines();
    while let Some(line) = lines.next().transpose()? {
        if line.starts_with("MSG in ") {
            return lines.next().expect("a message has a body");
        }
        assert!(!line.starts_with("-ERR"), "{line}");
    }
    Err(std::io::ErrorKind::UnexpectedEof.into())
}

/// Runs one statement and returns the first column of the first row, as text; empty if there is none.
pub(crate) fn postgres_query(port: u16, statement: &str) -> Result<String> {
    let mut stream = connect(port)?;
    let parameters = b"user\0postgres\0database\0rookery\0\0";
    // Protocol 3.0.
    let mut startup = 196_608_u32.to_be_bytes().to_vec();
    startup.extend_from_slice(parameters);
    stream.write_all(&length_prefix(startup.len()))?;
    stream.write_all(&startup)?;
    read_until_ready(&mut stream)?;
    stream.write_all(b"Q")?;
    stream.write_all(&length_prefix(statement.len() + 1))?;
    stream.write_all(statement.as_bytes())?;
    stream.write_all(&[0])?;
    read_until_ready(&mut stream)
}

/// Lengths count themselves.
fn length_prefix(body: usize) -> [u8; 4] {
    u32::try_from(body + 4).expect("test messages are short").to_be_bytes()
}

fn read_until_ready(stream: &mut TcpStream) -> Result<String> {
    let mut value = String::new();
    loop {
        let mut head = [0; 5];
        stream.read_exact(&mut head)?;
        let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]) as usize - 4;
        let mut body = vec![0; length];
        stream.read_exact(&mut body)?;
        match head[0] {
            b'Z' => return Ok(value),
            b'E' => return Err(std::io::Error::other(String::from_utf8_lossy(&body).replace('\0', " "))),
            // A row: the number of columns (2 bytes), the length of the first (4), its text.
            b'D' if length > 6 => value = String::from_utf8_lossy(&body[6..]).into_owned(),
            _ => {}
        }
    }
}
