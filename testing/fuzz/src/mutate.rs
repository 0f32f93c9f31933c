//! Small changes to an input, several at once.

use rand::RngExt;
use rand::rngs::StdRng;

/// Longer than any bound of the parsers but a line's, which is of 16 KiB.
const INPUT_BYTES_MAX: usize = 20 * 1024;
const CHANGES_MAX: u32 = 6;

/// What parsers trip over.
const WORDS: [&[u8]; 30] = [
    b"\0",
    b"%00",
    b"%",
    b"+",
    b"&",
    b"=",
    b"\"",
    b"\\",
    b"\\u0000",
    b"\\ud800",
    b"{",
    b"[",
    b"null",
    b"-1",
    b"0",
    b"1e999",
    b"9223372036854775808",
    b"18446744073709551616",
    b"\r\n",
    b"\n",
    b": ",
    "\u{200b}".as_bytes(),
    "\u{202e}".as_bytes(),
    "\u{3164}".as_bytes(),
    "\u{fdfa}".as_bytes(),
    "\u{130}".as_bytes(),
    "\u{345}".as_bytes(),
    "\u{10ffff}".as_bytes(),
    b"\xed\xa0\x80",
    b"\xff",
];

pub(crate) fn mutate(random: &mut StdRng, parent: &[u8], other: &[u8]) -> Vec<u8> {
    let mut bytes = parent.to_vec();
    for _ in 0..random.random_range(1..=CHANGES_MAX) {
        change(random, &mut bytes, other);
        bytes.truncate(INPUT_BYTES_MAX);
    }
    bytes
}

fn change(random: &mut StdRng, bytes: &mut Vec<u8>, other: &[u8]) {
    let at = random.random_range(0..=bytes.len());
    match random.random_range(0..8) {
        0 if at < bytes.len() => bytes[at] ^= 1 << random.random_range(0..8),
        1 if at < bytes.len() => bytes[at] = random.random(),
        2 => bytes.insert(at, random.random()),
        3 => drop(bytes.drain(range(random, bytes.len()))),
        4 => {
            let copy = bytes[range(random, bytes.len())].to_vec();
            bytes.splice(at..at, copy);
        }
        5 => {
            let word = WORDS[random.random_range(0..WORDS.len())];
            bytes.splice(at..at, word.iter().copied());
        }
        6 => {
            let chunk = other[range(random, other.len())].to_vec();
            bytes.splice(at..at, chunk);
        }
        // Many of the same: what grows by more than its length shows.
        _ => {
            let (byte, count) = (random.random(), random.random_range(1..300));
            bytes.splice(at..at, std::iter::repeat_n(byte, count));
        }
    }
}

fn range(random: &mut StdRng, length: usize) -> std::ops::Range<usize> {
    let from = random.random_range(0..=length);
    from..random.random_range(from..=length)
}
