//! Where in the log an event of a stream stands: its `id`.
//!
//! It is the position, and behind that everything at the position was sent. Events that may share it with others carry more:
//! `512-256` is the message 256 of the account that was given up at 512, and `512-0` a notification of what the next event
//! shows.

use std::fmt;

use api_types::number;
use data_set::read::ChangeKey;

use crate::position::{self, BadPosition};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct StreamCursor(pub(super) ChangeKey);

impl StreamCursor {
    /// Of a notification: before the change that it tells of.
    pub(super) fn of_notification(position: i64) -> Self {
        Self(ChangeKey { position, message: 0 })
    }

    pub(super) fn parse(text: &str) -> Result<Self, BadPosition> {
        let (position, message) = match text.split_once('-') {
            Some((position, message)) => {
                (position, Some(number::parse(message).ok_or(BadPosition::Malformed)?))
            }
            None => (text, None),
        };
        let position = position::parse(position)?;
        Ok(Self(message.map_or(ChangeKey::behind(position), |message| ChangeKey { position, message })))
    }
}

impl fmt::Display for StreamCursor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ChangeKey { position, message } = self.0;
        match message {
            i64::MAX => write!(formatter, "{position}"),
            _ => write!(formatter, "{position}-{message}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_is_written() {
        for text in ["0", "512", "512-0", "512-256"] {
            let cursor = StreamCursor::parse(text).unwrap_or_else(|_| panic!("{text} is one"));
            assert_eq!(cursor.to_string(), text);
        }
        for text in
            ["", "-", "512-", "-256", "a", "0512", "+512", "9223372036854775808", "512-9223372036854775808"]
        {
            assert!(matches!(StreamCursor::parse(text), Err(BadPosition::Malformed)), "{text}");
        }
        assert!(matches!(StreamCursor::parse("257"), Err(BadPosition::OtherLog)));
    }

    #[test]
    fn places_are_in_the_order_of_the_log() {
        let cursors = ["256", "512-0", "512-256", "512-300", "512", "768"];
        let cursors: Vec<StreamCursor> =
            cursors.iter().filter_map(|text| StreamCursor::parse(text).ok()).collect();
        assert!(cursors.len() == 6 && cursors.is_sorted());
    }
}
