//! The rows of a state.

use std::collections::BTreeMap;

use domain::SHARD_BITS;
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::state::{Interval, Kind, Message, State};
use crate::rows::{Rows, Tables};
use crate::timestamp::{text as timestamp, whole};

pub(crate) const TABLES: [&str; 9] =
    ["blocked", "edition", "event_time", "follow", "former", "liked", "message", "reposted", "tagged"];
/// See migration 0076.
const LEVELS: [u32; 7] = [0, 6, 12, 18, 24, 30, 36];

impl State {
    /// All rows of `history`.
    pub fn rows(&self) -> Tables {
        TABLES.map(|table| (table, self.table(table).into_iter().flatten().collect())).into()
    }

    /// The rows of one table, made one after the other; `None` for a table of somebody else.
    pub(crate) fn table(&self, table: &str) -> Option<Rows<'_>> {
        Some(match table {
            "message" => Box::new(self.messages.iter().map(message)),
            "edition" => Box::new(self.messages.iter().flat_map(editions)),
            "tagged" => Box::new(self.messages.iter().flat_map(|(id, message)| tagged(*id, message))),
            "follow" => Box::new(self.intervals(Kind::Followed, "follower", "followee")),
            "liked" => Box::new(self.intervals(Kind::Liked, "account", "message")),
            "reposted" => Box::new(self.intervals(Kind::Reposted, "account", "message")),
            "blocked" => Box::new(self.blocks.iter().map(
                |((from, to), position)| json!({ "blocker": from, "blocked": to, "position": position }),
            )),
            "former" => Box::new(
                self.former
                    .iter()
                    .map(|(account, position)| json!({ "account": account, "position": position })),
            ),
            "event_time" => Box::new(LEVELS.into_iter().flat_map(|level| self.times(level))),
            _ => return None,
        })
    }

    fn intervals<'a>(
        &'a self,
        wanted: Kind,
        from_column: &'static str,
        to_column: &'static str,
    ) -> impl Iterator<Item = Value> + 'a {
        let edges = self.edges.range((wanted, i64::MIN, i64::MIN)..=(wanted, i64::MAX, i64::MAX));
        edges.flat_map(move |((_, from, to), intervals)| {
            intervals.iter().map(move |Interval { from: begin, end }| {
                json!({
                    from_column: from, to_column: to, "from_position": begin.0, "from_at": timestamp(begin.1),
                    "to_position": end.map(|((position, _), _)| position),
                    "to_at": end.map(|((_, at), _)| timestamp(at)), "ended_by": end.map(|(_, by)| by),
                })
            })
        })
    }

    fn times(&self, level: u32) -> impl Iterator<Item = Value> + use<> {
        let mut newest: BTreeMap<i64, (OffsetDateTime, Option<OffsetDateTime>)> = BTreeMap::new();
        for (position, (recorded_at, created_at)) in &self.times {
            let times = newest.entry(position >> SHARD_BITS >> level).or_insert((*recorded_at, *created_at));
            *times = (times.0.max(*recorded_at), times.1.max(*created_at));
        }
        newest.into_iter().map(move |(block, (recorded_at, created_at))| {
            json!({
                "level": level, "block": block, "recorded_at": timestamp(recorded_at),
                "created_at": created_at.map(timestamp),
            })
        })
    }
}

fn message((id, message): (&i64, &Message)) -> Value {
    let first = &message.editions[0];
    let end = message.end;
    json!({
        "id": id, "author": message.author, "in_reply_to": message.in_reply_to, "tags": first.tags,
        "created_at": timestamp(message.created_at), "recorded_at": timestamp(first.at.1),
        "to_position": end.map(|((position, _), ..)| position),
        "to_at": end.map(|((_, at), ..)| timestamp(at)), "deleted_by": end.map(|(_, by, _)| by),
        "cause": end.map(|(.., cause)| cause),
    })
}

/// All but the first one.
fn editions<'a>((id, message): (&'a i64, &'a Message)) -> impl Iterator<Item = Value> + 'a {
    message.editions[1..].iter().map(move |edition| {
        json!({
            "message": id, "edition": edition.number, "position": edition.at.0,
            "made_at": timestamp(whole(edition.at.1)), "tags": edition.tags,
        })
    })
}

/// A row for each time that the message had a tag.
fn tagged(id: i64, message: &Message) -> Vec<Value> {
    let end = message.end.map(|((position, _), ..)| position);
    let row = |tag: &str, from: i64, to: Option<i64>| {
        json!({
            "tag": tag, "created_at": timestamp(message.created_at), "message": id, "from_position": from,
            "author": message.author, "to_position": to,
        })
    };
    let mut rows = vec![row("", id, end)];
    let mut open: BTreeMap<&str, i64> = BTreeMap::new();
    for edition in &message.editions {
        let lost: Vec<&str> =
            open.keys().copied().filter(|tag| !edition.tags.iter().any(|own| own == tag)).collect();
        for tag in lost {
            let from = open.remove(tag);
            rows.extend(from.map(|from| row(tag, from, Some(edition.at.0))));
        }
        for tag in &edition.tags {
            open.entry(tag).or_insert(edition.at.0);
        }
    }
    rows.extend(open.into_iter().map(|(tag, from)| row(tag, from, end)));
    rows
}
