//! Counts of messages per tag and per author, counted anew from the messages.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use time::OffsetDateTime;

use super::state::Message;
use crate::moment::{begin_of, text as moment};

type Tagged<'a> = Vec<(&'a str, OffsetDateTime)>;

/// Of every tag, the empty one among them, and of every author.
pub(super) fn rows(messages: &BTreeMap<i64, Message>, divided_from: i64) -> Vec<Value> {
    let mut of_tags: BTreeMap<&str, Tagged<'_>> = BTreeMap::new();
    let mut of_authors: BTreeMap<i64, Tagged<'_>> = BTreeMap::new();
    for message in messages.values() {
        for tag in message.last().tags.iter().map(String::as_str).chain([""]) {
            of_tags.entry(tag).or_default().push((tag, message.created_at));
            of_authors.entry(message.author).or_default().push((tag, message.created_at));
        }
    }
    let mut rows = Vec::new();
    let grains = ["all", "month", "day", "hour", "minute"];
    of_tags.values().for_each(|tagged| count(&mut rows, 0, tagged, &grains[1..], divided_from));
    for (author, tagged) in of_authors {
        count(&mut rows, author, &tagged, &grains, divided_from);
    }
    rows
}

/// In periods of the first grain and, in periods that hold many, of the others in turn. Which are many is decided by the
/// messages of any tag for an author, and by those of the tag alone for anybody (author 0).
fn count(
    rows: &mut Vec<Value>,
    author: i64,
    tagged: &[(&str, OffsetDateTime)],
    grains: &[&str],
    divided_from: i64,
) {
    let Some((grain, finer)) = grains.split_first() else { return };
    let mut periods: BTreeMap<OffsetDateTime, Tagged<'_>> = BTreeMap::new();
    for (tag, at) in tagged {
        periods.entry(begin_of(*at, grain)).or_default().push((tag, *at));
    }
    for (begin, tagged) in periods {
        let mut by_tag: BTreeMap<&str, i64> = BTreeMap::new();
        tagged.iter().for_each(|(tag, _)| *by_tag.entry(tag).or_default() += 1);
        for (tag, messages) in &by_tag {
            if *grain != "all" || tag.is_empty() {
                rows.push(json!({
                    "author": author, "tag": tag, "grain": grain, "starts_at": moment(begin), "messages": messages,
                }));
            }
        }
        let deciding = if author == 0 { tagged.first().map_or("", |(tag, _)| tag) } else { "" };
        if by_tag.get(deciding).is_some_and(|messages| *messages >= divided_from) {
            count(rows, author, &tagged, finer, divided_from);
        }
    }
}
