//! What a keyed command was asked for, so that the same key with another request is noticed.

use std::fmt;
use std::num::ParseIntError;
use std::str::FromStr;

/// The first 128 bits of a SHA-256 of the request: enough against mistakes, and callers can only deceive themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint(u128);

impl Fingerprint {
    pub fn of_digest(digest: [u8; 32]) -> Self {
        let (first, _rest) = digest.split_first_chunk().unwrap_or((&[0; 16], &[]));
        Self(u128::from_be_bytes(*first))
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl FromStr for Fingerprint {
    type Err = ParseIntError;

    fn from_str(text: &str) -> Result<Self, ParseIntError> {
        u128::from_str_radix(text, 16).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_written_and_read_back() {
        let mut digest = [0xab; 32];
        digest[0] = 0;
        let fingerprint = Fingerprint::of_digest(digest);
        assert_eq!(fingerprint.to_string(), "00ababababababababababababababab");
        assert_eq!(fingerprint.to_string().parse(), Ok(fingerprint));
    }
}
