//! The rows of a state, given which authors are merged on read; see [`Inputs`].

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::state::{Follow, State};
use crate::inputs::Inputs;
use crate::rows::{Rows, Tables};

pub(crate) const TABLES: [&str; 7] = ["author", "blocked", "entry", "feed", "follow", "former", "merged"];
/// With fewer followers a wrong row would outvote the right ones.
const VOTERS_MIN: usize = 3;

impl State {
    /// All rows of `feeds`.
    pub fn rows(&self, inputs: &Inputs) -> Tables {
        TABLES.map(|table| (table, self.table(table, inputs).into_iter().flatten().collect())).into()
    }

    /// The rows of one table, made one after the other; `None` for a table of somebody else.
    ///
    /// For every follow, `feed` holds the followee's entries from `visible_from` on, or where the followee is merged,
    /// those up to before `since`.
    pub(crate) fn table<'a>(&'a self, table: &str, inputs: &'a Inputs) -> Option<Rows<'a>> {
        Some(match table {
            "former" => Box::new(self.former.iter().map(|account| json!({ "account": account }))),
            "blocked" => Box::new(
                self.blocks.iter().map(|(from, to)| json!({ "blocker": from, "blocked": to })),
            ),
            "follow" => Box::new(self.follows.iter().map(follow)),
            "entry" => Box::new(self.entries.iter().map(|((author, position), message)| {
                json!({ "author": author, "position": position, "message": message })
            })),
            "author" => Box::new(self.followees_of_anybody().into_iter().map(|account| {
                let followers = self.followers(account);
                let (count, is_merged) = (followers.len(), is_merged(inputs, account, &followers));
                json!({ "account": account, "followers": count, "is_merged": is_merged })
            })),
            "merged" => Box::new(self.readings(inputs).filter_map(|reading| {
                let Reading { owner, author, until, .. } = reading;
                until.map(|since| json!({ "owner": owner, "author": author, "since": since }))
            })),
            "feed" => Box::new(self.readings(inputs).flat_map(|Reading { owner, author, from, until }| {
                self.entries.range((author, from)..(author, until.unwrap_or(i64::MAX))).map(
                    move |((author, position), message)| {
                        json!({ "owner": owner, "position": position, "author": author, "message": message })
                    },
                )
            })),
            _ => return None,
        })
    }

    fn followees_of_anybody(&self) -> BTreeSet<i64> {
        self.by_followee.iter().map(|(followee, _)| *followee).collect()
    }

    fn readings<'a>(&'a self, inputs: &'a Inputs) -> impl Iterator<Item = Reading> + 'a {
        self.followees_of_anybody().into_iter().flat_map(move |author| {
            let followers = self.followers(author);
            let is_merged = is_merged(inputs, author, &followers);
            followers.into_iter().map(move |owner| {
                let from = self.follows[&(owner, author)].visible_from;
                let until = is_merged.then(|| since(inputs, owner, author, from));
                Reading { owner, author, from, until }
            })
        })
    }
}

/// What of an author's entries is written to a follower's feed.
struct Reading {
    owner: i64,
    author: i64,
    from: i64,
    /// From there on they are merged on read.
    until: Option<i64>,
}

fn follow(((follower, followee), follow): (&(i64, i64), &Follow)) -> Value {
    let Follow { position, visible_from } = follow;
    json!({ "follower": follower, "followee": followee, "position": position, "visible_from": visible_from })
}

/// An author is merged for all followers or for none. Most of their rows decide, so that one wrong row, or a wrong
/// flag, is found to be that.
fn is_merged(inputs: &Inputs, author: i64, followers: &[i64]) -> bool {
    let merged = followers.iter().filter(|owner| inputs.merged.contains_key(&(**owner, author))).count();
    if followers.len() < VOTERS_MIN || merged * 2 == followers.len() {
        return inputs.merged_authors.contains(&author);
    }
    merged * 2 > followers.len()
}

/// As the data set has it where that can be: not before the follow sees anything, not in the future, where entries
/// would get lost in between. Else as for a new follower of a merged author, who has all of it merged on read.
fn since(inputs: &Inputs, owner: i64, author: i64, visible_from: i64) -> i64 {
    let found = inputs.merged.get(&(owner, author)).copied();
    found.filter(|since| (visible_from..=inputs.position + 1).contains(since)).unwrap_or(visible_from)
}
