//! What happened on each day of UTC, with the days between on which nothing did.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use time::Date;
use time::macros::format_description;

use super::Tables;

const COUNTED: [&str; 9] = [
    "messages",
    "authors",
    "replies",
    "deletions",
    "likes",
    "reposts",
    "follows",
    "registrations",
    "deactivations",
];

/// Whether something counts, of the rows of a table, by the day of one of their times.
const NUMBERS: [(&str, &str, &str); 7] = [
    ("messages", "message", "created_at"),
    ("deletions", "tombstone", "deleted_at"),
    ("likes", "liked", "liked_at"),
    ("reposts", "reposted", "reposted_at"),
    ("follows", "follow", "followed_at"),
    ("registrations", "account", "registered_at"),
    ("deactivations", "former_account", "deactivated_at"),
];

pub(super) fn rows(tables: &impl Tables) -> Option<Vec<Value>> {
    let mut counts: BTreeMap<(Date, &str), i64> = BTreeMap::new();
    let mut authors: BTreeSet<(Date, i64)> = BTreeSet::new();
    for (name, table, time) in NUMBERS {
        for row in tables.table(table)? {
            let Some(day) = day(&row[time]) else { continue };
            *counts.entry((day, name)).or_default() += 1;
            if table == "message" {
                authors.extend(row["author"].as_i64().map(|author| (day, author)));
                *counts.entry((day, "replies")).or_default() += i64::from(!row["in_reply_to"].is_null());
            }
        }
    }
    for (day, _) in authors {
        *counts.entry((day, "authors")).or_default() += 1;
    }
    let (Some(((first, _), _)), Some(((last, _), _))) = (counts.first_key_value(), counts.last_key_value())
    else {
        return Some(Vec::new());
    };
    let days = std::iter::successors(Some(*first), |day| day.next_day()).take_while(|day| day <= last);
    let row = |day: Date| {
        let mut row = json!({ "day": day.to_string() });
        for name in COUNTED {
            row[name] = json!(counts.get(&(day, name)).copied().unwrap_or_default());
        }
        row
    };
    Some(days.map(row).collect())
}

/// Times are in UTC, as Postgres prints them.
fn day(time: &Value) -> Option<Date> {
    Date::parse(time.as_str()?.get(.."2026-03-01".len())?, format_description!("[year]-[month]-[day]")).ok()
}
