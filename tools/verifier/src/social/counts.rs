//! Counts of messages per tag and per author, counted from the messages.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use time::OffsetDateTime;

use super::records::Message;
use crate::timestamp::{begin_of, text as timestamp};

type Tagged<'a> = Vec<(&'a str, OffsetDateTime)>;

/// Of every tag, the empty one among them, and of every author.
pub(super) fn rows(messages: &BTreeMap<i64, Message>, split_from: i64) -> Vec<Value> {
    let mut of_tags: BTreeMap<&str, Tagged<'_>> = BTreeMap::new();
    let mut of_authors: BTreeMap<i64, Tagged<'_>> = BTreeMap::new();
    for message in messages.values() {
        for tag in message.last().tags.iter().map(String::as_str).chain([""]) {
            of_tags.entry(tag).or_default().push((tag, message.created_at));
            of_authors.entry(message.author).or_default().push((tag, message.created_at));
        }
    }
    let mut rows = Vec::new();
    let granularities = ["all", "month", "day", "hour", "minute"];
    of_tags.values().for_each(|tagged| count(&mut rows, 0, tagged, &granularities[1..], split_from));
    for (author, tagged) in of_authors {
        count(&mut rows, author, &tagged, &granularities, split_from);
    }
    rows
}

/// In periods of the first granularity and, in periods that hold many, of the others in turn. Which are many is decided
/// by the messages of any tag for an author, and by those of the tag alone for anybody (author 0).
fn count(
    rows: &mut Vec<Value>,
    author: i64,
    tagged: &[(&str, OffsetDateTime)],
    granularities: &[&str],
    split_from: i64,
) {
    let Some((granularity, finer)) = granularities.split_first() else { return };
    let mut periods: BTreeMap<OffsetDateTime, Tagged<'_>> = BTreeMap::new();
    for (tag, at) in tagged {
        periods.entry(begin_of(*at, granularity)).or_default().push((tag, *at));
    }
    for (begin, tagged) in periods {
        let mut by_tag: BTreeMap<&str, i64> = BTreeMap::new();
        tagged.iter().for_each(|(tag, _)| *by_tag.entry(tag).or_default() += 1);
        for (tag, messages) in &by_tag {
            if *granularity != "all" || tag.is_empty() {
                rows.push(json!({
                    "author": author, "tag": tag, "granularity": granularity, "starts_at": timestamp(begin), "messages": messages,
                }));
            }
        }
        let deciding = if author == 0 { tagged.first().map_or("", |(tag, _)| tag) } else { "" };
        if by_tag.get(deciding).is_some_and(|messages| *messages >= split_from) {
            count(rows, author, &tagged, finer, split_from);
        }
    }
}
