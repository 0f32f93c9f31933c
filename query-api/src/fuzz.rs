//! What fuzz targets reach of this crate: parsers of what strangers send. Compiled with the feature `fuzz` alone.

use data_set::read::{PageKey, PositionKey};
use http_kit::query as query_string;

use crate::messages::ListMessages;
use crate::paging::{Key, List, Paged};

/// A cursor of a list.
///
/// # Panics
/// Where a cursor that is accepted is not the one that its key has.
pub fn cursor(text: &str) {
    same::<PageKey>(text);
    same::<PositionKey>(text);
}

fn same<K: Key>(text: &str) {
    let list = List::at(Some("nest".into()), "/v1/messages").narrowed_to(b"birds".to_vec());
    let Ok(Some(key)) = list.after::<K>(Some(text)) else { return };
    let [(_, link)] = list.next(None, Some(key)).expect("there is a key");
    let link = link.to_str().expect("cursors are ASCII");
    assert!(link.contains(&format!("cursor={text}>")), "{text} leads to {link}");
}

/// The query string of `GET /v1/messages`.
pub fn query(text: &str) {
    if let Ok(parameters) = query_string::parse_repeating::<ListMessages>(text, ListMessages::REPEATABLE) {
        drop(parameters.filter());
        drop(parameters.cutoff());
    }
}
