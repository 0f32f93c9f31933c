//! Where a timeline is read on: in both directions, unlike other lists.

use data_set::read::{FeedPage, FeedRange};

use crate::paging::Key;

/// From a page's first or last entry on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FeedKey {
    Older(i64),
    Newer(i64),
}

impl FeedKey {
    /// Data that has not reached it, behind a lagging replica, would leave out what lies between.
    pub(super) fn position(self) -> i64 {
        match self {
            Self::Older(position) | Self::Newer(position) => position,
        }
    }
}

impl Key for FeedKey {
    fn to_numbers(&self) -> [i64; 2] {
        match *self {
            Self::Older(position) => [0, position],
            Self::Newer(position) => [1, position],
        }
    }

    fn from_numbers(numbers: [i64; 2]) -> Option<Self> {
        match numbers {
            [_, position] if position < 0 => None,
            [0, position] => Some(Self::Older(position)),
            [1, position] => Some(Self::Newer(position)),
            _ => None,
        }
    }
}

pub(super) fn range(key: Option<FeedKey>) -> FeedRange {
    match key {
        None => FeedRange::Newest,
        Some(FeedKey::Older(position)) => FeedRange::Before(position),
        Some(FeedKey::Newer(position)) => FeedRange::After(position),
    }
}

/// `next` leads to what is older, `prev` to what is newer.
pub(super) fn links(page: &FeedPage) -> impl Iterator<Item = (&'static str, FeedKey)> + use<> {
    let older = page.older.map(|position| ("next", FeedKey::Older(position)));
    let newer = page.newer.map(|position| ("prev", FeedKey::Newer(position)));
    older.into_iter().chain(newer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paging::List;

    #[test]
    fn a_key_survives_the_round_trip() {
        for key in [FeedKey::Older(0), FeedKey::Older(256), FeedKey::Newer(0), FeedKey::Newer(i64::MAX)] {
            assert_eq!(FeedKey::from_numbers(key.to_numbers()), Some(key));
        }
        for numbers in [[0, -1], [1, -1], [2, 256], [-1, 256]] {
            assert_eq!(FeedKey::from_numbers(numbers), None, "{numbers:?}");
        }
    }

    #[test]
    fn a_cursor_belongs_to_one_list_and_caller() {
        let list = |path: &str, caller: i64| List::at(None, path).narrowed_to(caller.to_be_bytes().to_vec());
        let page = FeedPage { items: Vec::new(), older: Some(256), newer: None };
        let [(_, link)] = list("/v1/timeline", 7).links(None, links(&page)).expect("there is more");
        let link = link.to_str().expect("text");
        let cursor = link.split(['=', '>']).nth(1).expect("it has a cursor");
        let read = |list: List| list.after::<FeedKey>(Some(cursor)).ok();
        assert_eq!(read(list("/v1/timeline", 7)), Some(Some(FeedKey::Older(256))));
        assert_eq!(read(list("/v1/timeline", 8)), None);
        assert_eq!(read(list("/v1/accounts/7/messages", 7)), None);
    }
}
