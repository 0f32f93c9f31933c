//! Where a timeline is read on: in both directions, unlike other lists.

use data_set::read::{FeedPage, FeedRange};
use http::{HeaderName, HeaderValue};

use crate::AppState;
use crate::paging::{Key, List};

/// From a page's first or last entry on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    Older(i64),
    Newer(i64),
}

impl Turn {
    /// Data that has not reached it, behind a lagging replica, would leave out what lies between.
    pub(super) fn position(self) -> i64 {
        match self {
            Self::Older(position) | Self::Newer(position) => position,
        }
    }
}

impl Key for Turn {
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

pub(super) fn range(turn: Option<Turn>) -> FeedRange {
    match turn {
        None => FeedRange::Newest,
        Some(Turn::Older(position)) => FeedRange::Before(position),
        Some(Turn::Newer(position)) => FeedRange::After(position),
    }
}

/// A list of one caller: what others read of it differs.
pub(super) fn list(state: &AppState, path: impl Into<String>, caller: i64) -> List {
    of_caller(state.list(path), caller)
}

fn of_caller(list: List, caller: i64) -> List {
    list.narrowed_to(caller.to_be_bytes().to_vec())
}

/// `next` leads to what is older, `prev` to what is newer.
pub(super) fn links(
    list: &List,
    query: Option<&str>,
    page: &FeedPage,
) -> Option<[(HeaderName, HeaderValue); 1]> {
    let older = page.older.map(|position| ("next", Turn::Older(position)));
    let newer = page.newer.map(|position| ("prev", Turn::Newer(position)));
    list.links(query, older.into_iter().chain(newer))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_survives_the_round_trip() {
        for turn in [Turn::Older(0), Turn::Older(256), Turn::Newer(0), Turn::Newer(i64::MAX)] {
            assert_eq!(Turn::from_numbers(turn.to_numbers()), Some(turn));
        }
        for numbers in [[0, -1], [1, -1], [2, 256], [-1, 256]] {
            assert_eq!(Turn::from_numbers(numbers), None, "{numbers:?}");
        }
    }

    #[test]
    fn a_cursor_belongs_to_one_list_and_caller() {
        let list = |path: &str, caller| of_caller(List::at(None, path), caller);
        let page = FeedPage { items: Vec::new(), older: Some(256), newer: None };
        let [(_, link)] = links(&list("/v1/timeline", 7), None, &page).expect("there is more");
        let link = link.to_str().expect("text");
        let cursor = link.split(['=', '>']).nth(1).expect("it has a cursor");
        let read = |list: List| list.after::<Turn>(Some(cursor)).ok();
        assert_eq!(read(list("/v1/timeline", 7)), Some(Some(Turn::Older(256))));
        assert_eq!(read(list("/v1/timeline", 8)), None);
        assert_eq!(read(list("/v1/accounts/7/messages", 7)), None);
    }
}
