//! Blocks and suspensions: what was sent once somebody had been told of one, and that one forbids, is not in the log.
//!
//! What was on its way at that moment may be: the folds go by the log's order, and the oracle says with what effect.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::log::Entry;
use super::promises::level;
use crate::record::{Operation, Outcome};

/// For how long another dispatcher than the one that was asked may not have noticed: ten seconds of its memory, begun by
/// a read that may have been under way for as long as a broker stands still here.
const NOTICED_WITHIN: Duration = Duration::from_secs(25);

/// Somebody was told: where, and when.
type Told<'a> = Vec<(&'a str, Instant)>;

#[derive(Default)]
struct Bans<'a> {
    authors: HashMap<i64, i64>,
    /// By blocker and blocked.
    blocks: HashMap<(i64, i64), Told<'a>>,
    /// By account.
    suspensions: HashMap<i64, Told<'a>>,
}

pub(super) fn nothing_forbidden(operations: &[Operation], entries: &[Entry]) -> Vec<String> {
    let mut told_at: HashMap<i64, Told<'_>> = HashMap::new();
    for one in operations.iter().flat_map(|operation| &operation.tries) {
        if let (Outcome::Acked(ack), Some(answered)) = (&one.outcome, one.answered) {
            told_at.entry(ack.position).or_default().push((one.to.as_str(), answered));
        }
    }
    let (mut bans, mut found) = (Bans::default(), Vec::new());
    for entry in entries {
        let cause = entry.caused_by.and_then(|(number, _)| operations.get(number));
        if let Some(first) = cause.and_then(|operation| operation.tries.first()) {
            let forbidden = bans.of(entry, cause.map_or(0, |operation| operation.actor)).find(|(_, told)| {
                told.iter().any(|(to, at)| {
                    first.sent > *at && (first.to == *to || first.sent.duration_since(*at) > NOTICED_WITHIN)
                })
            });
            if let Some((why, _)) = forbidden {
                found.push(format!("{} at {}, although {why}: {:?}", entry.kind(), entry.position, cause));
            }
        }
        bans.apply(entry, told_at.get(&entry.position).cloned().unwrap_or_default());
    }
    found
}

impl<'a> Bans<'a> {
    fn apply(&mut self, entry: &Entry, told: Told<'a>) {
        let pair = || Some((entry.number("blocker")?, entry.number("blocked")?));
        match entry.kind() {
            "message.posted" => {
                self.authors.extend(entry.number("author").map(|author| (entry.position, author)));
            }
            "account.blocked" => self.blocks.extend(pair().map(|pair| (pair, told))),
            "account.unblocked" => {
                pair().and_then(|pair| self.blocks.remove(&pair));
            }
            "account.moderated" | "account.roles-changed" => {
                let Some(account) = entry.number("account") else { return };
                if level(entry) != "suspended" {
                    self.suspensions.remove(&account);
                } else {
                    // One that changes roles alone tells of the suspension, too.
                    self.suspensions.entry(account).or_insert(told);
                }
            }
            _ => {}
        }
    }

    /// What stands against an event that somebody caused.
    fn of(&self, entry: &Entry, actor: i64) -> impl Iterator<Item = (String, &Told<'a>)> {
        let suspended = self.suspensions.get(&actor).map(|told| (format!("{actor} is suspended"), told));
        let pairs = self.meets(entry).into_iter().flat_map(|(one, other)| [(one, other), (other, one)]);
        let blocked = pairs.filter_map(|pair| {
            Some((format!("a block stands between {} and {}", pair.0, pair.1), self.blocks.get(&pair)?))
        });
        suspended.into_iter().chain(blocked)
    }

    /// The two accounts between which an event makes something.
    fn meets(&self, entry: &Entry) -> Option<(i64, i64)> {
        match entry.kind() {
            "account.followed" => Some((entry.number("follower")?, entry.number("followee")?)),
            "message.liked" | "message.reposted" | "message.bookmarked" => {
                Some((entry.number("account")?, *self.authors.get(&entry.number("message")?)?))
            }
            "message.posted" => {
                Some((entry.number("author")?, *self.authors.get(&entry.number("inReplyTo")?)?))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::record::{Ack, Intent, Try};

    const HERE: &str = "here";

    fn entry(position: i64, kind: &str, data: serde_json::Value, operation: usize) -> Entry {
        Entry {
            id: String::new(),
            position,
            subject: String::new(),
            event_type: format!("rookery.{kind}.v1"),
            recorded_at: 0,
            decided_at: 0,
            caused_by: Some((operation, 0)),
            data,
        }
    }

    /// Sent and answered at these seconds.
    fn operation(actor: i64, position: i64, to: &str, begin: Instant, sent: u64, answered: u64) -> Operation {
        let at = |seconds| begin + Duration::from_secs(seconds);
        let outcome = Outcome::Acked(Ack { position, id: None, edition: None });
        let one = Try { number: 0, to: to.to_owned(), sent: at(sent), answered: Some(at(answered)), outcome };
        Operation { actor, intent: Intent::Follow { account: 1, is_set: true }, key: None, tries: vec![one] }
    }

    #[test]
    fn what_was_sent_behind_the_answer_is_found_and_what_was_on_its_way_is_not() {
        let begin = Instant::now();
        let block = || entry(256, "account.blocked", json!({"blocker": "1", "blocked": "2"}), 0);
        let follow = || entry(512, "account.followed", json!({"follower": "2", "followee": "1"}), 1);
        let end = || entry(512, "account.unblocked", json!({"blocker": "1", "blocked": "2"}), 0);
        let found = |to, sent, entries: Vec<Entry>| {
            let operations = [operation(1, 256, HERE, begin, 0, 10), operation(2, 512, to, begin, sent, 70)];
            nothing_forbidden(&operations, &entries).len()
        };
        assert_eq!(found(HERE, 11, vec![block(), follow()]), 1);
        assert_eq!(found(HERE, 9, vec![block(), follow()]), 0, "it was on its way");
        assert_eq!(found("there", 11, vec![block(), follow()]), 0, "another one may not know it yet");
        assert_eq!(found("there", 60, vec![block(), follow()]), 1);
        assert_eq!(found(HERE, 11, vec![block(), end(), follow()]), 0);
        let suspended = json!({"account": "2", "restriction": {"level": "suspended"}});
        let suspension = entry(256, "account.moderated", suspended, 0);
        assert_eq!(found(HERE, 11, vec![suspension, follow()]), 1);
    }
}
