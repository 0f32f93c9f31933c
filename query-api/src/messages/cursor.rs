//! Cursors: where a page ended, in a form that nobody takes apart.
//!
//! 30 bytes in base64url, which are 40 characters without a spare bit: a version, the key of the page's last message, and
//! a digest over these and the filter. So a cursor with a flipped bit, or one from a list with another filter, is told
//! from a good one. The digest is no signature: who makes a cursor by hand only chooses where to read on.

use api_types::codes;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use data_set::read::{MessageFilter, Moment, PageKey};
use http_kit::ApiProblem;
use sha2::{Digest, Sha256};

const VERSION: u8 = 1;
const KEY_BYTES: usize = 1 + 8 + 8;
const DIGEST_BYTES: usize = 13;
const CHARS: usize = 40;

const _: () =
    assert!((KEY_BYTES + DIGEST_BYTES) * 4 == CHARS * 3, "base64 must not leave bits that mean nothing");

pub(super) fn encode(filter: &MessageFilter, key: &PageKey) -> String {
    let mut bytes = Vec::with_capacity(KEY_BYTES + DIGEST_BYTES);
    bytes.push(VERSION);
    bytes.extend(key.created_at.as_micros().to_be_bytes());
    bytes.extend(key.id.to_be_bytes());
    bytes.extend(digest(filter, &bytes));
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(super) fn decode(filter: &MessageFilter, text: &str) -> Result<PageKey, ApiProblem> {
    key(filter, text).ok_or_else(|| {
        ApiProblem::new(codes::INVALID_CURSOR)
            .field("cursor", "expected the cursor of a next link, with the same filter as in that link")
    })
}

fn key(filter: &MessageFilter, text: &str) -> Option<PageKey> {
    // Compared first, so that a long text costs nothing.
    let bytes = if text.len() == CHARS { URL_SAFE_NO_PAD.decode(text).ok()? } else { return None };
    let (key, found) = bytes.split_at_checked(KEY_BYTES)?;
    let (&version, numbers) = key.split_first()?;
    if version != VERSION || digest(filter, key) != found {
        return None;
    }
    let (created_at, id) = numbers.split_at_checked(8)?;
    let created_at = Moment::from_micros(i64::from_be_bytes(created_at.try_into().ok()?))?;
    Some(PageKey { created_at, id: i64::from_be_bytes(id.try_into().ok()?) })
}

fn digest(filter: &MessageFilter, key: &[u8]) -> [u8; DIGEST_BYTES] {
    let mut hash = Sha256::new();
    hash.update(key);
    // Numbers have fixed widths and the tag comes last, so no two filters are written alike. No author has the id 0.
    hash.update(filter.author.unwrap_or(0).to_be_bytes());
    hash.update(filter.range.start().as_micros().to_be_bytes());
    hash.update(filter.range.end().as_micros().to_be_bytes());
    hash.update(filter.tag.as_str().as_bytes());
    let mut digest = [0; DIGEST_BYTES];
    digest.copy_from_slice(&hash.finalize()[..DIGEST_BYTES]);
    digest
}

#[cfg(test)]
mod tests {
    use data_set::read::{TagFilter, TimeRange};
    use proptest::prelude::*;

    use super::*;

    fn filter(tag: &str, author: Option<i64>) -> MessageFilter {
        MessageFilter { tag: TagFilter::of(tag), author, range: TimeRange::ALWAYS }
    }

    proptest! {
        #[test]
        fn a_cursor_survives_the_round_trip(micros in -1_000_000_000_000_i64..1_000_000_000_000_000, id in 1..i64::MAX) {
            let created_at = Moment::from_micros(micros).expect("in range");
            let key = PageKey { created_at, id };
            let text = encode(&filter("birds", Some(7)), &key);
            prop_assert_eq!(decode(&filter("birds", Some(7)), &text).ok(), Some(key));
        }
    }

    #[test]
    fn any_other_character_anywhere_is_noticed() {
        let key =
            PageKey { created_at: Moment::from_micros(1_767_225_600_000_000).expect("in range"), id: 256 };
        let good = encode(&filter("birds", None), &key);
        for at in 0..good.len() {
            for other in "AZaz09-_=+/ ".chars().filter(|other| good[at..=at] != other.to_string()) {
                let mut bad = good.clone();
                bad.replace_range(at..=at, &other.to_string());
                let problem = decode(&filter("birds", None), &bad).expect_err(&bad);
                assert_eq!(problem.code(), "invalid-cursor");
            }
        }
        for bad in ["", "x", &good[1..], &format!("{good}A"), &"A".repeat(40), &"\u{e9}".repeat(20)] {
            assert!(decode(&filter("birds", None), bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_cursor_belongs_to_one_filter() {
        let key = PageKey { created_at: Moment::MIN, id: 256 };
        let cursor = encode(&filter("birds", None), &key);
        let always = filter("birds", None);
        let later =
            MessageFilter { range: TimeRange::new(Moment::from_micros(0), None).expect("open"), ..always };
        for other in [filter("bird", None), filter("birds", Some(1)), later] {
            assert!(decode(&other, &cursor).is_err());
        }
    }
}
