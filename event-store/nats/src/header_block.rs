//! Header blocks as bytes: what the client library makes of them, and which of them it cannot take.
//!
//! The broker stores any bytes as a header block. The library ends the connection on one that it cannot read, and on a
//! bare CR in a value its connection panics. So blocks that are not certainly ours are taken as bytes where possible,
//! and read here, by the same rules: an event is the same on either way.

use async_nats::{HeaderMap, HeaderName, HeaderValue};
use bytes::Bytes;

const VERSION: &str = "NATS/1.0";
const LINE_END: usize = "\r\n".len();
const COLON: usize = ": ".len();

/// Names and values, or why there are none to be told.
pub(crate) fn read(block: &[u8]) -> Result<HeaderMap, &'static str> {
    let text = std::str::from_utf8(block).map_err(|_| "they are not UTF-8")?;
    let mut lines = text.lines().peekable();
    let status = lines.next().and_then(|line| line.strip_prefix(VERSION));
    match status.map(str::trim) {
        Some("") => {}
        Some(_) => return Err("they have a status, as the broker's own messages have"),
        None => return Err("they do not begin with NATS/1.0"),
    }
    let mut headers = HeaderMap::new();
    while let Some(line) = lines.next() {
        if line.is_empty() {
            continue;
        }
        let (name, value) = line.split_once(':').ok_or("a line has no colon")?;
        let name: HeaderName = name.parse().map_err(|_| "a name has a space, or what is not ASCII")?;
        let mut value = value.trim_start().to_owned();
        while let Some(more) = lines.next_if(|line| line.starts_with(char::is_whitespace)) {
            value.push_str(more);
        }
        let value: HeaderValue =
            value.trim_end().parse().map_err(|_| "a value has a carriage return in it")?;
        headers.append(name, value);
    }
    Ok(headers)
}

/// The block of these headers.
pub(crate) fn write<'a>(headers: impl Iterator<Item = (&'a String, &'a Vec<String>)>) -> Bytes {
    let mut block = format!("{VERSION}\r\n");
    for (name, values) in headers {
        block.extend(values.iter().flat_map(|value| [name, ": ", value, "\r\n"]));
    }
    block.push_str("\r\n");
    block.into()
}

/// Whether a block of this length is the one that these headers are written as, except for the order of names. Of a
/// block that it has read, the library tells only the length; so a difference that keeps the length, such as a space
/// moved, is not noticed.
pub(crate) fn is_told_by(headers: &HeaderMap, length: usize) -> bool {
    let header = |name: &str, value: &HeaderValue| name.len() + COLON + value.as_str().len() + LINE_END;
    let written: usize = headers
        .iter()
        .flat_map(|(name, values)| values.iter().map(move |value| header(name.as_ref(), value)))
        .sum();
    !headers.is_empty() && VERSION.len() + LINE_END + written + LINE_END == length
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_written_again_to_the_same_length_is_told_by_names_and_values() {
        let cases: [(&[u8], bool); 10] = [
            (b"NATS/1.0\r\na: b\r\n\r\n", true),
            (b"NATS/1.0\r\na: b\r\na: c\r\n: \r\nd: \xc3\xa9\r\n\r\n", true),
            (b"NATS/1.0\r\n\r\n", false),
            (b"NATS/1.0\r\na:b\r\n\r\n", false),
            (b"NATS/1.0\r\na: b \r\n\r\n", false),
            (b"NATS/1.0\r\na: b\r\n c\r\n\r\n", false),
            (b"NATS/1.0\r\na: b\n\r\n", false),
            (b"NATS/1.0\r\na: b\r\n", false),
            (b"NATS/1.0\r\na: b\r\n\r\nc: d\r\n\r\n", false),
            (b"NATS/1.0 \r\na: b\r\n\r\n", false),
        ];
        for (block, expected) in cases {
            let headers = read(block).expect("readable");
            assert_eq!(is_told_by(&headers, block.len()), expected, "{}", block.escape_ascii());
        }
    }

    #[test]
    fn what_the_library_cannot_take_is_not_read() {
        let blocks: [&[u8]; 10] = [
            b"",
            b"\r\n",
            b"garbage",
            b"HTTP/1.1\r\n\r\n",
            b"NATS/1.0 503 x\r\n\r\n",
            b"NATS/1.0\r\na: \xff\r\n\r\n",
            b"NATS/1.0\r\na: b\rc\r\n\r\n",
            b"NATS/1.0\r\nno colon\r\n\r\n",
            b"NATS/1.0\r\na b: c\r\n\r\n",
            b"NATS/1.0\r\n\xc3\xa9: c\r\n\r\n",
        ];
        for block in blocks {
            assert!(read(block).is_err(), "{}", block.escape_ascii());
        }
    }
}
