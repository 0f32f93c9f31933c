//! User text for places with a small alphabet.

use std::fmt::{self, Write};

/// An injective encoding of any text into `[a-z0-9_-]`: different texts never share a token. Lower-case ASCII letters,
/// digits and `_` stand for themselves, every other byte of the UTF-8 becomes `-` and two hexadecimal digits, and the
/// empty text becomes `-`. Subjects and keys are made of tokens; user text never reaches them otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Token(String);

impl Token {
    pub fn encode(text: &str) -> Self {
        if text.is_empty() {
            return Self("-".to_owned());
        }
        let mut token = String::with_capacity(text.len());
        for byte in text.bytes() {
            match byte {
                b'a'..=b'z' | b'0'..=b'9' | b'_' => token.push(char::from(byte)),
                // Writing to a String cannot fail.
                other => drop(write!(token, "-{other:02x}")),
            }
        }
        Self(token)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
