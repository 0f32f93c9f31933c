//! Cursors: where a page ended, in a form that nobody takes apart.
//!
//! 30 bytes in base64url, which are 40 characters without a spare bit: a version, the key of the page's last row, and a
//! digest over these, the list's address and its filter. So a cursor with a flipped bit, or one from another list, is told
//! from a good one. The digest is no signature: who makes a cursor by hand only chooses where to read on.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use data_set::read::{Moment, PageKey, PositionKey};
use sha2::{Digest, Sha256};

use super::List;

const VERSION: u8 = 2;
const KEY_BYTES: usize = 1 + 8 + 8;
const DIGEST_BYTES: usize = 13;
const CHARS: usize = 40;

const _: () =
    assert!((KEY_BYTES + DIGEST_BYTES) * 4 == CHARS * 3, "base64 must not leave bits that mean nothing");

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
        Some(Self { created_at: Moment::from_micros(created_at)?, id })
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

pub(super) fn encode(list: &List, key: &impl Key) -> String {
    let mut bytes = Vec::with_capacity(KEY_BYTES + DIGEST_BYTES);
    bytes.push(VERSION);
    for number in key.to_numbers() {
        bytes.extend(number.to_be_bytes());
    }
    bytes.extend(digest(list, &bytes));
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(super) fn decode<K: Key>(list: &List, text: &str) -> Option<K> {
    // Compared first, so that a long text costs nothing.
    let bytes = if text.len() == CHARS { URL_SAFE_NO_PAD.decode(text).ok()? } else { return None };
    let (key, found) = bytes.split_at_checked(KEY_BYTES)?;
    let (&version, numbers) = key.split_first()?;
    if version != VERSION || digest(list, key) != found {
        return None;
    }
    let (first, second) = numbers.split_at_checked(8)?;
    K::from_numbers([i64::from_be_bytes(first.try_into().ok()?), i64::from_be_bytes(second.try_into().ok()?)])
}

fn digest(list: &List, key: &[u8]) -> [u8; DIGEST_BYTES] {
    let mut hash = Sha256::new();
    hash.update(key);
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

    fn birds() -> List {
        List::at("/v1/messages").narrowed_to(b"birds".to_vec())
    }

    proptest! {
        #[test]
        fn a_cursor_survives_the_round_trip(micros in -1_000_000_000_000_i64..1_000_000_000_000_000, id in 1..i64::MAX) {
            let created_at = Moment::from_micros(micros).expect("in range");
            let key = PageKey { created_at, id };
            prop_assert_eq!(decode(&birds(), &encode(&birds(), &key)), Some(key));
            let key = PositionKey(id);
            prop_assert_eq!(decode(&birds(), &encode(&birds(), &key)), Some(key));
        }
    }

    #[test]
    fn any_other_character_anywhere_is_noticed() {
        let key =
            PageKey { created_at: Moment::from_micros(1_767_225_600_000_000).expect("in range"), id: 256 };
        let good = encode(&birds(), &key);
        for at in 0..good.len() {
            for other in "AZaz09-_=+/ ".chars().filter(|other| good[at..=at] != other.to_string()) {
                let mut bad = good.clone();
                bad.replace_range(at..=at, &other.to_string());
                assert_eq!(decode::<PageKey>(&birds(), &bad), None, "{bad}");
            }
        }
        for bad in ["", "x", &good[1..], &format!("{good}A"), &"A".repeat(40), &"\u{e9}".repeat(20)] {
            assert_eq!(decode::<PageKey>(&birds(), bad), None, "{bad}");
        }
    }

    #[test]
    fn a_cursor_belongs_to_one_list_and_one_filter() {
        let cursor = encode(&birds(), &PositionKey(256));
        for other in [
            List::at("/v1/messages"),
            List::at("/v1/messages").narrowed_to(b"bird".to_vec()),
            List::at("/v1/messagesb").narrowed_to(b"irds".to_vec()),
            List::at("/v1/accounts/1/likes").narrowed_to(b"birds".to_vec()),
        ] {
            assert_eq!(decode::<PositionKey>(&other, &cursor), None, "{other:?}");
        }
    }

    #[test]
    fn a_key_of_another_kind_is_none() {
        let by_time = PageKey { created_at: Moment::from_micros(1).expect("in range"), id: 256 };
        assert_eq!(decode::<PositionKey>(&birds(), &encode(&birds(), &by_time)), None);
        assert_eq!(PositionKey::from_numbers([0, 0]), None);
        assert_eq!(PositionKey::from_numbers([0, -256]), None);
    }
}
