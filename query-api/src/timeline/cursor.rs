//! Cursors of lists that are ordered by position, and the links that they stand in.
//!
//! 24 bytes in base64url, which are 32 characters without a spare bit: a version, the direction, the position of a page's
//! first or last entry, and a digest over these and the list. So a cursor with a flipped bit, or one from another list or
//! of another caller, is told from a good one. The digest is no signature: who makes a cursor by hand only chooses where
//! to read on.

use api_types::codes;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use data_set::read::{FeedPage, FeedRange};
use http::HeaderValue;
use http_kit::ApiProblem;
use sha2::{Digest, Sha256};

const VERSION: u8 = 1;
const KEY_BYTES: usize = 1 + 1 + 8;
const DIGEST_BYTES: usize = 14;
const CHARS: usize = 32;
const OLDER: u8 = 0;
const NEWER: u8 = 1;

const _: () =
    assert!((KEY_BYTES + DIGEST_BYTES) * 4 == CHARS * 3, "base64 must not leave bits that mean nothing");

/// Whose list it is, and who reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum List {
    Timeline { caller: i64 },
    AccountItems { caller: i64, account: i64 },
}

impl List {
    fn path(self) -> String {
        match self {
            Self::Timeline { .. } => "/v1/timeline".to_owned(),
            Self::AccountItems { account, .. } => format!("/v1/accounts/{account}/messages"),
        }
    }

    fn caller(self) -> i64 {
        match self {
            Self::Timeline { caller } | Self::AccountItems { caller, .. } => caller,
        }
    }
}

/// The value of the header `Link`: `next` leads to what is older, `prev` to what is newer. `None` without either. The
/// addresses have no host, because only the caller knows by which name it reached us.
pub(super) fn links(list: List, page: &FeedPage, limit: Option<&str>) -> Option<HeaderValue> {
    let link = |direction, position: i64, rel: &str| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if let Some(limit) = limit {
            query.append_pair("limit", limit);
        }
        query.append_pair("cursor", &encode(list, direction, position));
        format!("<{}?{}>; rel=\"{rel}\"", list.path(), query.finish())
    };
    let older = page.older.map(|position| link(OLDER, position, "next"));
    let newer = page.newer.map(|position| link(NEWER, position, "prev"));
    let links: Vec<String> = older.into_iter().chain(newer).collect();
    // The encoder leaves only letters, digits, percent escapes and a few signs that headers allow.
    (!links.is_empty()).then(|| HeaderValue::try_from(links.join(", ")).ok()).flatten()
}

fn encode(list: List, direction: u8, position: i64) -> String {
    let mut bytes = Vec::with_capacity(KEY_BYTES + DIGEST_BYTES);
    bytes.extend([VERSION, direction]);
    bytes.extend(position.to_be_bytes());
    bytes.extend(digest(list, &bytes));
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(super) fn decode(list: List, text: Option<&str>) -> Result<FeedRange, ApiProblem> {
    let Some(text) = text else { return Ok(FeedRange::Newest) };
    range(list, text).ok_or_else(|| {
        ApiProblem::new(codes::INVALID_CURSOR)
            .field("cursor", "expected the cursor of a link that this list gave to this caller")
    })
}

fn range(list: List, text: &str) -> Option<FeedRange> {
    // Compared first, so that a long text costs nothing.
    let bytes = if text.len() == CHARS { URL_SAFE_NO_PAD.decode(text).ok()? } else { return None };
    let (key, found) = bytes.split_at_checked(KEY_BYTES)?;
    let (&[version, direction], position) = key.split_first_chunk::<2>()?;
    if version != VERSION || digest(list, key) != found {
        return None;
    }
    let position = i64::from_be_bytes(position.try_into().ok()?);
    match direction {
        _ if position < 0 => None,
        OLDER => Some(FeedRange::Before(position)),
        NEWER => Some(FeedRange::After(position)),
        _ => None,
    }
}

fn digest(list: List, key: &[u8]) -> [u8; DIGEST_BYTES] {
    let mut hash = Sha256::new();
    // Numbers have fixed widths and the path comes last, so no two lists are written alike.
    hash.update(key);
    hash.update(list.caller().to_be_bytes());
    hash.update(list.path());
    let mut digest = [0; DIGEST_BYTES];
    digest.copy_from_slice(&hash.finalize()[..DIGEST_BYTES]);
    digest
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LIST: List = List::Timeline { caller: 7 };

    proptest! {
        #[test]
        fn a_cursor_survives_the_round_trip(position in 0..=i64::MAX) {
            let (older, newer) = (encode(LIST, OLDER, position), encode(LIST, NEWER, position));
            prop_assert_eq!(decode(LIST, Some(&older)).ok(), Some(FeedRange::Before(position)));
            prop_assert_eq!(decode(LIST, Some(&newer)).ok(), Some(FeedRange::After(position)));
        }
    }

    #[test]
    fn any_other_character_anywhere_is_noticed() {
        let good = encode(LIST, OLDER, 256);
        for at in 0..good.len() {
            for other in "AZaz09-_=+/ ".chars().filter(|other| good[at..=at] != other.to_string()) {
                let mut bad = good.clone();
                bad.replace_range(at..=at, &other.to_string());
                assert_eq!(decode(LIST, Some(&bad)).expect_err(&bad).code(), "invalid-cursor");
            }
        }
        for bad in ["", "x", &good[1..], &format!("{good}A"), &"A".repeat(32), &"\u{e9}".repeat(16)] {
            assert!(decode(LIST, Some(bad)).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_cursor_belongs_to_one_list_and_caller() {
        let cursor = encode(LIST, OLDER, 256);
        let items = List::AccountItems { caller: 7, account: 7 };
        for other in [List::Timeline { caller: 8 }, items] {
            assert!(decode(other, Some(&cursor)).is_err());
        }
        let cursor = encode(items, OLDER, 256);
        for other in
            [List::AccountItems { caller: 7, account: 8 }, List::AccountItems { caller: 8, account: 7 }]
        {
            assert!(decode(other, Some(&cursor)).is_err());
        }
    }
}
