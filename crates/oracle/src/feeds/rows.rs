//! The rows that a state comes to, given which authors are merged on read; see [`Premises`].

use serde_json::{Value, json};

use super::state::{Follow, State};
use crate::{Premises, Tables};

/// With fewer followers a wrong row would outvote the right ones.
const VOTERS_MIN: usize = 3;

impl State {
    /// All rows of `feeds`. For every follow, `feed` holds the followee's entries from `visible_from` on, or where the
    /// followee is merged, those up to before `since`.
    pub fn rows(&self, premises: &Premises) -> Tables {
        let mut tables = Tables::from([
            ("author", Vec::new()),
            ("merged", Vec::new()),
            ("feed", Vec::new()),
            ("former", self.former.iter().map(|account| json!({ "account": account })).collect()),
            ("follow", self.follow_rows()),
            ("entry", self.entry_rows()),
        ]);
        let mut push = |table: &'static str, row: Value| tables.entry(table).or_default().push(row);
        let followees: std::collections::BTreeSet<i64> =
            self.by_followee.iter().map(|(followee, _)| *followee).collect();
        for account in followees {
            let followers = self.followers(account);
            let is_merged = is_merged(premises, account, &followers);
            let count = followers.len();
            push("author", json!({ "account": account, "followers": count, "is_merged": is_merged }));
            for owner in followers {
                let follow = self.follows[&(owner, account)];
                let since = is_merged.then(|| since(premises, owner, account, follow));
                if let Some(since) = since {
                    push("merged", json!({ "owner": owner, "author": account, "since": since }));
                }
                let written = follow.visible_from..since.unwrap_or(i64::MAX);
                for ((author, position), message) in
                    self.entries.range((account, written.start)..(account, written.end))
                {
                    push(
                        "feed",
                        json!({ "owner": owner, "position": position, "author": author, "message": message }),
                    );
                }
            }
        }
        tables
    }

    fn follow_rows(&self) -> Vec<Value> {
        let row = |((follower, followee), follow): (&(i64, i64), &Follow)| {
            let Follow { position, visible_from } = follow;
            json!({ "follower": follower, "followee": followee, "position": position, "visible_from": visible_from })
        };
        self.follows.iter().map(row).collect()
    }

    fn entry_rows(&self) -> Vec<Value> {
        let entries = self.entries.iter();
        entries
            .map(|((author, position), message)| {
                json!({ "author": author, "position": position, "message": message })
            })
            .collect()
    }
}

/// An author is merged for all followers or for none. Most of their rows decide, so that one wrong row, or a wrong flag, is
/// found to be that.
fn is_merged(premises: &Premises, author: i64, followers: &[i64]) -> bool {
    let merged = followers.iter().filter(|owner| premises.merged.contains_key(&(**owner, author))).count();
    if followers.len() < VOTERS_MIN || merged * 2 == followers.len() {
        return premises.merged_authors.contains(&author);
    }
    merged * 2 > followers.len()
}

/// As the data set has it where that can be: not before the follow sees anything, not in the future, where entries would get
/// lost in between. Else as for a new follower of a merged author, who has all of it merged on read.
fn since(premises: &Premises, owner: i64, author: i64, follow: Follow) -> i64 {
    let found = premises.merged.get(&(owner, author)).copied();
    found
        .filter(|since| (follow.visible_from..=premises.position + 1).contains(since))
        .unwrap_or(follow.visible_from)
}
