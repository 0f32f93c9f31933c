//! Cursors: where a page ended, in a form that nobody takes apart.
//!
//! 36 bytes in base64url, which are 48 characters without a spare bit: a version, the key of the page's last row, a
//! mark of the log, and a digest over these, the list's address and its filter. So a cursor with a flipped bit, or one
//! from another list, is found to be bad, and a good one from a log that is gone to be of another log. The digest is no
//! signature: a client that makes a cursor by hand only chooses where to read on.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use data_set::read::{PageKey, PositionKey, Timestamp};
use sha2::{Digest, Sha256};

use super::list::List;

const VERSION: u8 = 3;
const KEY_BYTES: usize = 8 + 8;
const LOG_BYTES: usize = 6;
const HEAD_BYTES: usize = 1 + KEY_BYTES + LOG_BYTES;
const DIGEST_BYTES: usize = 13;
const CHARS: usize = 48;

const _: () =
    assert!((HEAD_BYTES + DIGEST_BYTES) * 4 == CHARS * 3, "base64 must not leave bits that mean nothing");

/// The key of a row, as two numbers.
pub(crate) trait Key: Sized {
    fn to_numbers(&self) -> [i64; 2];
    /// `None` where no row has such a key.
    fn from_numbers(numbers: [i64; 2]) -> Option<Self>;
}

impl Key for PageKey {
    fn to_numbers(&self) -> [i64; 2] {
        [self.created_at.as_micros(), self.id]
    }

    fn from_numbers([created_at, id]: [i64; 2]) -> Option<Self> {
        Some(Self { created_at: Timestamp::from_micros(created_at)?, id })
    }
}

impl Key for PositionKey {
    fn to_numbers(&self) -> [i64; 2] {
        [0, self.0]
    }

    fn from_numbers([zero, position]: [i64; 2]) -> Option<Self> {
        (zero == 0 && position > 0).then_some(Self(position))
    }
}

/// Why a text is no cursor of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unfit {
    NoCursorOfList,
    /// It is one, from the time when another log was behind the list.
    OtherLog,
}

pub(super) fn encode(list: &List, key: &impl Key) -> String {
    let mut bytes = Vec::with_capacity(HEAD_BYTES + DIGEST_BYTES);
    bytes.push(VERSION);
    for number in key.to_numbers() {
        bytes.extend(number.to_be_bytes());
    }
    bytes.extend(mark_of_log(list));
    bytes.extend(digest(list, &bytes));
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(super) fn decode<K: Key>(list: &List, text: &str) -> Result<K, Unfit> {
    let head = sound_head(list, text).ok_or(Unfit::NoCursorOfList)?;
    let (key, log) = head.split_at(KEY_BYTES);
    if log != mark_of_log(list) {
        return Err(Unfit::OtherLog);
    }
    to_key(key).ok_or(Unfit::NoCursorOfList)
}

/// Key and mark of the log, of a text that is whole and of this list.
fn sound_head(list: &List, text: &str) -> Option<[u8; KEY_BYTES + LOG_BYTES]> {
    // Compared first, so that a long text costs nothing.
    let bytes = if text.len() == CHARS { URL_SAFE_NO_PAD.decode(text).ok()? } else { return None };
    let (head, found) = bytes.split_at_checked(HEAD_BYTES)?;
    let (&version, rest) = head.split_first()?;
    let is_sound = version == VERSION && digest(list, head) == found;
    rest.try_into().ok().filter(|_| is_sound)
}

fn to_key<K: Key>(bytes: &[u8]) -> Option<K> {
    let (first, second) = bytes.split_at_checked(8)?;
    K::from_numbers([i64::from_be_bytes(first.try_into().ok()?), i64::from_be_bytes(second.try_into().ok()?)])
}

/// The same for two logs once in 280 trillion; having no log counts as one more log.
fn mark_of_log(list: &List) -> [u8; LOG_BYTES] {
    let hash = Sha256::digest(list.log.as_deref().unwrap_or_default().as_bytes());
    let mut mark = [0; LOG_BYTES];
    mark.copy_from_slice(&hash[..LOG_BYTES]);
    mark
}

fn digest(list: &List, head: &[u8]) -> [u8; DIGEST_BYTES] {
    let mut hash = Sha256::new();
    hash.update(head);
    // No path holds a NUL, so none runs into a filter.
    hash.update(list.path.as_bytes());
    hash.update([0]);
    hash.update(&list.filter);
    let mut digest = [0; DIGEST_BYTES];
    digest.copy_from_slice(&hash.finalize()[..DIGEST_BYTES]);
    digest
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(path: &str) -> List {
        List::at(Some("nest".into()), path)
    }

    fn birds() -> List {
        at("/v1/messages").narrowed_to(b"birds".to_vec())
    }

    proptest! {
        #[test]
        fn a_cursor_survives_the_round_trip(micros in -1_000_000_000_000_i64..1_000_000_000_000_000, id in 1..i64::MAX) {
            let created_at = Timestamp::from_micros(micros).expect("in range");
            let key = PageKey { created_at, id };
            prop_assert_eq!(decode(&birds(), &encode(&birds(), &key)), Ok(key));
            let key = PositionKey(id);
            prop_assert_eq!(decode(&birds(), &encode(&birds(), &key)), Ok(key));
        }
    }

    #[test]
    fn any_other_character_anywhere_is_noticed() {
        let key =
            PageKey { created_at: Timestamp::from_micros(1_767_225_600_000_000).expect("in range"), id: 256 };
        let good = encode(&birds(), &key);
        for at in 0..good.len() {
            for other in "AZaz09-_=+/ ".chars().filter(|other| good[at..=at] != other.to_string()) {
                let mut bad = good.clone();
                bad.replace_range(at..=at, &other.to_string());
                assert_eq!(decode::<PageKey>(&birds(), &bad), Err(Unfit::NoCursorOfList), "{bad}");
            }
        }
        for bad in ["", "x", &good[1..], &format!("{good}A"), &"A".repeat(CHARS), &"\u{e9}".repeat(CHARS / 2)]
        {
            assert_eq!(decode::<PageKey>(&birds(), bad), Err(Unfit::NoCursorOfList), "{bad}");
        }
    }

    #[test]
    fn a_cursor_belongs_to_one_list_and_one_filter() {
        let cursor = encode(&birds(), &PositionKey(256));
        for other in [
            at("/v1/messages"),
            at("/v1/messages").narrowed_to(b"bird".to_vec()),
            at("/v1/messagesb").narrowed_to(b"irds".to_vec()),
            at("/v1/accounts/1/likes").narrowed_to(b"birds".to_vec()),
        ] {
            assert_eq!(decode::<PositionKey>(&other, &cursor), Err(Unfit::NoCursorOfList), "{other:?}");
        }
    }

    #[test]
    fn a_cursor_belongs_to_one_log() {
        let of = |log: Option<&str>| List::at(log.map(Into::into), "/v1/messages");
        for (made, read) in [(Some("nest"), Some("other")), (None, Some("nest")), (Some("nest"), None)] {
            let cursor = encode(&of(made), &PositionKey(256));
            assert_eq!(decode(&of(made), &cursor), Ok(PositionKey(256)));
            assert_eq!(decode::<PositionKey>(&of(read), &cursor), Err(Unfit::OtherLog), "{made:?} {read:?}");
        }
    }

    #[test]
    fn a_key_of_another_kind_is_none() {
        let by_time = PageKey { created_at: Timestamp::from_micros(1).expect("in range"), id: 256 };
        assert_eq!(decode::<PositionKey>(&birds(), &encode(&birds(), &by_time)), Err(Unfit::NoCursorOfList));
        assert_eq!(PositionKey::from_numbers([0, 0]), None);
        assert_eq!(PositionKey::from_numbers([0, -256]), None);
    }
}
