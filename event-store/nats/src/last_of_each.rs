//! The newest event of each of many subjects, by a batched direct get per few of them.
//!
//! A direct get may be answered by a replica that lags behind. So the leader is asked first for the newest event of the
//! log, and the replica for the last one of its subject, too: an answer that does not have that one, or one behind it, is
//! from before.

use std::collections::{HashMap, HashSet};

use event_store::{ReadError, RecordedEvent, Subject};
use futures::{StreamExt, TryStreamExt, stream};
use serde_json::json;
use tokio::time::Instant;

use crate::direct_get::{self, Batch};
use crate::errors::unread;
use crate::message::{self, Message, Which};
use crate::raw;
use crate::read::{CATCH_UP_MAX, CATCH_UP_PAUSE};
use crate::stream::EventStream;

/// Subjects of one request. Appends wait while the broker answers it, and each subject may cost it the index of a file of
/// 8 MB that is not in memory: up to 45 ms on a broker that has just begun (measured), once per file.
const SUBJECTS: usize = 8;
/// Requests that are under way at the same time.
const AT_ONCE: usize = 4;
/// The pattern of every subject.
const ALL: &str = ">";

/// What there is of an event that an answer must not be older than.
#[derive(Clone, Copy)]
struct Newest<'a> {
    subject: &'a str,
    sequence: u64,
}

pub(crate) async fn last_of_each(
    stream: &EventStream,
    subjects: &[Subject],
) -> Result<HashMap<Subject, RecordedEvent>, ReadError> {
    let subjects: HashMap<String, &Subject> =
        subjects.iter().map(|subject| (subject.to_string(), subject)).collect();
    if subjects.is_empty() {
        return Ok(HashMap::new());
    }
    let Some(newest) = message::get(stream, Which::Last { last_by_subj: ALL }).await? else {
        return Ok(HashMap::new());
    };
    let names: Vec<&str> = subjects.keys().map(String::as_str).collect();
    let requests: Vec<_> = names.chunks(SUBJECTS).map(|names| few(stream, names, &newest)).collect();
    let events: Vec<RecordedEvent> = stream::iter(requests).buffer_unordered(AT_ONCE).try_concat().await?;
    let of = |event: RecordedEvent| Some(((*subjects.get(&event.subject)?).clone(), event));
    Ok(events.into_iter().filter_map(of).collect())
}

async fn few(
    stream: &EventStream,
    names: &[&str],
    newest: &Message,
) -> Result<Vec<RecordedEvent>, ReadError> {
    let is_avoided = |name: &&str| stream.pages.is_avoided(name);
    if newest.is_readable() && !names.iter().any(is_avoided) {
        let newest = Newest { subject: newest.raw().subject, sequence: newest.sequence };
        if let Some(events) = batched(stream, names, newest).await? {
            return Ok(events);
        }
    }
    singly(stream, names).await
}

/// `None`: they have to be read singly.
async fn batched(
    stream: &EventStream,
    names: &[&str],
    newest: Newest<'_>,
) -> Result<Option<Vec<RecordedEvent>>, ReadError> {
    let deadline = Instant::now() + CATCH_UP_MAX;
    let asked: HashSet<&str> = names.iter().copied().chain([newest.subject]).collect();
    let request = json!({ "multi_last": asked });
    loop {
        let Some(batch) = direct_get::batch(stream, &request).await else { return Ok(None) };
        match judge(&batch, &asked, newest) {
            Verdict::Whole => return Ok(Some(batch.events)),
            Verdict::Broken => {
                tracing::warn!(%request, "an answer is not whole: events are read one by one");
                return Ok(None);
            }
            Verdict::Old if Instant::now() < deadline => tokio::time::sleep(CATCH_UP_PAUSE).await,
            Verdict::Old => return Err(unread("the replica that was read stays behind its leader")),
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Whole,
    /// Something is missing, or there is what was not asked for.
    Broken,
    /// Of a replica that lags behind.
    Old,
}

/// A subject that is not in an answer has no event, so nothing may be missing there for another reason.
fn judge(batch: &Batch, asked: &HashSet<&str>, newest: Newest<'_>) -> Verdict {
    let subjects: HashSet<&str> = batch.events.iter().map(|event| event.subject.as_str()).collect();
    let is_each_once = subjects.len() == batch.events.len() && subjects.is_subset(asked);
    let is_all = match batch.events.len() as u64 {
        0 => !batch.is_found,
        count => batch.is_found && count == batch.pending + 1,
    };
    if !is_each_once || !is_all {
        return Verdict::Broken;
    }
    let last = batch.events.iter().find(|event| event.subject == newest.subject);
    let is_recent = last.is_some_and(|last| last.position.sequence().get() >= newest.sequence);
    if is_recent { Verdict::Whole } else { Verdict::Old }
}

/// From the leader, one by one.
async fn singly(stream: &EventStream, names: &[&str]) -> Result<Vec<RecordedEvent>, ReadError> {
    let mut events = Vec::new();
    for name in names {
        let Some(message) = message::get(stream, Which::Last { last_by_subj: name }).await? else { continue };
        if !message.is_readable() {
            stream.pages.avoid(name);
        }
        events.extend(raw::recorded(stream, message.raw()));
    }
    Ok(events)
}

#[cfg(test)]
mod tests {
    use domain::{Position, Sequence, Shard};
    use time::OffsetDateTime;

    use super::*;

    const NEWEST: Newest<'static> = Newest { subject: "ev.0.outbox.3", sequence: 30 };

    fn event(subject: &str, sequence: u64) -> RecordedEvent {
        let sequence = Sequence::new(sequence).expect("small");
        RecordedEvent {
            position: Position::new(sequence, Shard(0)),
            subject: subject.to_owned(),
            recorded_at: OffsetDateTime::UNIX_EPOCH,
            envelope: None,
            unreadable: None,
            data: bytes::Bytes::new(),
        }
    }

    fn judged(events: &[(&str, u64)], pending: u64, is_found: bool) -> Verdict {
        let events = events.iter().map(|(subject, sequence)| event(subject, *sequence)).collect();
        let asked = ["ev.0.account.1", "ev.0.edits.2", NEWEST.subject].into();
        judge(&Batch { events, pending, is_found }, &asked, NEWEST)
    }

    #[test]
    fn an_answer_counts_only_if_it_is_whole_and_not_from_before() {
        let (account, edits, newest) = (("ev.0.account.1", 1), ("ev.0.edits.2", 2), (NEWEST.subject, 30));
        assert_eq!(judged(&[account, edits, newest], 2, true), Verdict::Whole);
        assert_eq!(judged(&[account, newest], 1, true), Verdict::Whole, "one has no event");
        assert_eq!(judged(&[account, (NEWEST.subject, 31)], 1, true), Verdict::Whole, "another came");
        for (events, pending, is_found, why) in [
            (&[account, newest][..], 2, true, "an event was not sent, or taken for the end"),
            (&[account, newest], 1, false, "an event was not found any more"),
            (&[account, newest], 0, true, "more than there were"),
            (&[account, account, newest], 2, true, "one of them twice"),
            (&[("ev.0.account.9", 1), newest], 1, true, "nobody asked for it"),
            (&[], 0, true, "an end of nothing"),
        ] {
            assert_eq!(judged(events, pending, is_found), Verdict::Broken, "{why}");
        }
        for events in [&[account][..], &[(NEWEST.subject, 29)]] {
            assert_eq!(judged(events, events.len() as u64 - 1, true), Verdict::Old);
        }
        assert_eq!(judged(&[], 0, false), Verdict::Old, "it has nothing yet");
    }
}
