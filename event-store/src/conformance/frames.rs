//! Messages that no client library would send, and a broker of JetStream stores all the same. They are written to a
//! plain socket.

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use super::PATIENCE;

/// A message, byte for byte.
#[derive(Debug, Clone, Copy)]
pub struct Frame {
    pub name: &'static str,
    pub subject: &'static [u8],
    pub block: Option<&'static [u8]>,
    pub data: &'static [u8],
    /// Whether the headers have names and values.
    pub is_readable: bool,
}

impl Frame {
    /// The header block that the broker stores: it takes off a status, up to the first CRLF, and all that is left then
    /// if that is nothing.
    pub fn stored_block(&self) -> Option<Vec<u8>> {
        let block = self.block?;
        let end = block.windows(2).position(|bytes| bytes == b"\r\n");
        let status = block.strip_prefix(b"NATS/1.0").zip(end).filter(|_| end != Some(8));
        let Some((_, end)) = status else { return Some(block.to_vec()) };
        let rest = &block[end..];
        (rest != b"\r\n\r\n").then(|| [b"NATS/1.0".as_slice(), rest].concat())
    }
}

const OUTBOX: &[u8] = b"ev.0.outbox.1";

const fn headers(name: &'static str, block: &'static [u8], is_readable: bool) -> Frame {
    Frame { name, subject: OUTBOX, block: Some(block), data: b"{}", is_readable }
}

const fn subject(name: &'static str, subject: &'static [u8]) -> Frame {
    Frame { name, subject, block: Some(b"NATS/1.0\r\na: b\r\n\r\n"), data: b"{}", is_readable: true }
}

/// Not far below the 64 KiB that a broker takes.
const fn long(letter: u8) -> [u8; 65_016] {
    let mut block = [letter; 65_016];
    let (begin, end) = (b"NATS/1.0\r\na: ", b"\r\n\r\n");
    let mut at = 0;
    while at < begin.len() {
        block[at] = begin[at];
        at += 1;
    }
    let mut at = 0;
    while at < end.len() {
        block[65_016 - end.len() + at] = end[at];
        at += 1;
    }
    block
}

static LONG: [u8; 65_016] = long(b'x');
static LONG_UNREADABLE: [u8; 65_016] = long(0xFF);

/// None is an event of ours. Those in a subject of ours are in the outbox of account 1.
pub static FRAMES: &[Frame] = &[
    headers("a value with 0xFF", b"NATS/1.0\r\nce-type: \xff\r\n\r\n", false),
    headers("a value in Latin-1", b"NATS/1.0\r\nname: caf\xe9\r\n\r\n", false),
    headers("a bare CR in a value", b"NATS/1.0\r\na: b\rc\r\n\r\n", false),
    headers("a line without a colon", b"NATS/1.0\r\nno colon here\r\n\r\n", false),
    headers("a space in a name", b"NATS/1.0\r\na name: b\r\n\r\n", false),
    headers("a letter in a name that is not ASCII", b"NATS/1.0\r\nn\xc3\xa4me: b\r\n\r\n", false),
    headers("a control character in a name", b"NATS/1.0\r\na\x00b: c\r\n\r\n", false),
    headers("no header block at all", b"garbage", false),
    headers("an end of line alone", b"\r\n", false),
    headers("another protocol", b"HTTP/1.1 200 OK\r\na: b\r\n\r\n", false),
    headers("a status and its text", b"NATS/1.0 503 x\r\na: b\r\n\r\n", true),
    headers("a status like that of a heartbeat", b"NATS/1.0 100 Idle Heartbeat\r\na: b\r\n\r\n", true),
    headers("a status like that of an end of page", b"NATS/1.0 204 EOB\r\na: b\r\n\r\n", true),
    headers("a status like that of a pull's end", b"NATS/1.0 408 Request Timeout\r\na: b\r\n\r\n", true),
    headers("a status that says that all is well", b"NATS/1.0 200 OK\r\na: b\r\n\r\n", true),
    headers("a status that stays, like that of a heartbeat", b"NATS/1.0 100 x\n\n", false),
    headers("a status that stays, like that of an end of page", b"NATS/1.0 204 x\n\n", false),
    headers("a status that stays, like that of a pull's end", b"NATS/1.0 408 x\n\n", false),
    headers("a status that stays and is an error", b"NATS/1.0 503 x\n\n", false),
    headers("a status that stays and says that all is well", b"NATS/1.0 200 x\na: b\n\n", false),
    headers("a status that is no number", b"NATS/1.0 many\r\na: b\r\n\r\n", true),
    headers("duplicate names", b"NATS/1.0\r\na: b\r\na: c\r\nA: d\r\n\r\n", true),
    headers("an empty name", b"NATS/1.0\r\n: b\r\n\r\n", true),
    headers("an empty value", b"NATS/1.0\r\na: \r\n\r\n", true),
    headers("a very long value", &LONG, true),
    headers("a very long value with 0xFF", &LONG_UNREADABLE, false),
    headers("a lone LF in a value", b"NATS/1.0\r\na: b\nc: d\r\n\r\n", true),
    headers("a folded value", b"NATS/1.0\r\na: b\r\n c\r\n\r\n", true),
    headers("more behind the end", b"NATS/1.0\r\na: b\r\n\r\nc: d\r\n\r\n", true),
    headers("garbage behind the end", b"NATS/1.0\r\na: b\r\n\r\n\xde\xad\xbe\xef", false),
    headers("no end", b"NATS/1.0\r\nrookery-actor: 7", true),
    headers("no blank after a colon, and too many", b"NATS/1.0\r\na:b\r\nc:   d  \r\n\r\n", true),
    headers("nothing but the version", b"NATS/1.0\r\n\r\n", true),
    headers(
        "the broker's own headers",
        b"NATS/1.0\r\nNats-Stream: X\r\nNats-Sequence: 7\r\nNats-Subject: x\r\nNats-Time-Stamp: x\r\n\r\n",
        true,
    ),
    headers(
        "what restoring adds",
        b"NATS/1.0\r\nrookery-recorded-at: 1999-01-01T00:00:00Z\r\nrookery-header-block: AAAA\r\n\r\n",
        true,
    ),
    Frame { name: "no headers", subject: OUTBOX, block: None, data: b"{}", is_readable: true },
    Frame { name: "nothing at all", subject: OUTBOX, block: None, data: b"", is_readable: true },
    Frame {
        name: "data that is no text",
        subject: OUTBOX,
        block: Some(b"NATS/1.0\r\na: \xff\r\n\r\n"),
        data: b"\xff\x00\r\nMSG x 1 1\r\n",
        is_readable: false,
    },
    subject("0xFF in the subject", b"ev.0.a\xffb"),
    Frame { name: "Latin-1, no headers", subject: b"ev.0.\xe9", block: None, data: b"{}", is_readable: true },
    subject("a wide space in the subject", b"ev.0.a\xe3\x80\x80b"),
    subject("a control character in the subject", b"ev.0.a\x0b\x01b"),
    subject("NUL in the subject", b"ev.0.a\x00b"),
    subject("quotes in the subject", b"ev.0.\"a\\b\""),
    subject("an account that is no number", b"ev.0.account.none"),
    subject("a kind of subject that is not ours", b"ev.0.x"),
];

/// Appends a message and gives its sequence. Takes a URL with or without user and password.
///
/// # Panics
/// If the broker does not take it.
pub async fn publish_frame(url: &str, frame: &Frame) -> u64 {
    let sent = tokio::time::timeout(PATIENCE, try_publish(url, frame)).await;
    let answer = sent.expect("the broker answers").expect("the connection holds");
    let sequence = answer["seq"].as_u64().filter(|sequence| *sequence > 0);
    sequence.unwrap_or_else(|| panic!("{}: {answer}", frame.name))
}

async fn try_publish(url: &str, frame: &Frame) -> std::io::Result<Value> {
    let rest = url.trim().trim_start_matches("nats://");
    let (login, address) = rest.rsplit_once('@').unwrap_or(("", rest));
    let (user, password) = login.split_once(':').unwrap_or_default();
    let mut stream = BufReader::new(TcpStream::connect(address).await?);
    let connect = json!({ "verbose": false, "headers": true, "user": user, "pass": password });
    let mut bytes = format!("CONNECT {connect}\r\nSUB _INBOX.frames.* 1\r\n").into_bytes();
    let begin = if frame.block.is_some() { "HPUB " } else { "PUB " };
    bytes.extend_from_slice(begin.as_bytes());
    bytes.extend_from_slice(frame.subject);
    let (block, size) = (frame.block.unwrap_or_default(), frame.data.len());
    let lengths = match frame.block {
        Some(block) => format!("{} {}", block.len(), block.len() + size),
        None => size.to_string(),
    };
    bytes.extend_from_slice(format!(" _INBOX.frames.1 {lengths}\r\n").as_bytes());
    bytes.extend_from_slice(&[block, frame.data, b"\r\n"].concat());
    stream.write_all(&bytes).await?;
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await?;
        if line.is_empty() || line.starts_with("-ERR") {
            return Ok(Value::String(line));
        }
        if line.starts_with("MSG ") {
            let length = line.trim_end().rsplit(' ').next().and_then(|length| length.parse().ok());
            let mut answer = vec![0; length.unwrap_or_default()];
            stream.read_exact(&mut answer).await?;
            return Ok(serde_json::from_slice(&answer)?);
        }
    }
}
