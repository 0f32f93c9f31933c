//! Which events: by place, by time, by type and by account.

use anyhow::{Result, anyhow, bail};
use domain::{AccountId, Event, MessageEvent, Position, Sequence};
use event_store::{Decoded, EventLog, ReadError, RecordedEvent, Subject, first_since};
use indicatif::ProgressBar;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Date, OffsetDateTime};

use crate::progress;

/// Events that are taken from the log at once.
const BATCH: usize = 5_000;

/// What an event has to be.
#[derive(Debug, Clone, Default, clap::Args)]
pub(super) struct Filter {
    /// Only of this type, like rookery.message.posted; a type without version stands for all its versions
    #[arg(long = "type", value_name = "TYPE")]
    event_type: Option<String>,
    /// Only of this account: in a subject of its own, done by it, or on a message of its
    #[arg(long, value_name = "ID")]
    account: Option<AccountId>,
}

/// Where to look.
#[derive(Debug, Clone, Default, clap::Args)]
pub(super) struct Range {
    /// From this position on
    #[arg(long, value_name = "POSITION", value_parser = position)]
    from: Option<Position>,
    /// Up to this position
    #[arg(long, value_name = "POSITION", value_parser = position)]
    to: Option<Position>,
    /// Recorded from then on: 2026-01-31, or 2026-01-31T12:00:00Z
    #[arg(long, value_name = "TIME", value_parser = timestamp)]
    since: Option<OffsetDateTime>,
    /// Recorded before then
    #[arg(long, value_name = "TIME", value_parser = timestamp)]
    until: Option<OffsetDateTime>,
}

pub(super) fn position(text: &str) -> Result<Position, String> {
    let number = text.parse().ok().and_then(Position::from_i64);
    number.ok_or_else(|| "a position is a number like 256, as in Event-Position or a message's id".to_owned())
}

pub(super) fn timestamp(text: &str) -> Result<OffsetDateTime, String> {
    let day = || {
        Date::parse(text, format_description!("[year]-[month]-[day]")).map(|day| day.midnight().assume_utc())
    };
    OffsetDateTime::parse(text, &Rfc3339)
        .or_else(|_| day())
        .map_err(|_| "expected a day like 2026-01-31 (UTC) or a time like 2026-01-31T12:00:00Z".to_owned())
}

impl Filter {
    pub(super) fn takes(&self, event: &RecordedEvent) -> bool {
        self.event_type.as_deref().is_none_or(|wanted| is_of_type(event, wanted))
            && self.account.is_none_or(|account| is_of_account(event, account))
    }
}

fn is_of_type(event: &RecordedEvent, wanted: &str) -> bool {
    let Some(envelope) = &event.envelope else { return false };
    let rest = envelope.event_type.strip_prefix(wanted);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(".v"))
}

/// In `ev.<shard>.<boundary>.<account>`, or as the actor. A handle of digits is no account.
fn is_of_account(event: &RecordedEvent, account: AccountId) -> bool {
    let author = || match event_store::decode(event) {
        Ok(Decoded::Known(Event::Message(MessageEvent::Edited(event)))) => Some(event.author),
        Ok(Decoded::Known(Event::Message(MessageEvent::Deleted(event)))) => Some(event.author),
        Ok(_) | Err(_) => None,
    };
    Subject::account_of(&event.subject) == Some(account)
        || event.envelope.as_ref().is_some_and(|own| own.actor == account)
        || author() == Some(account)
}

/// The first and the last sequence to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) first: u64,
    pub(super) last: u64,
}

impl Range {
    /// Within what the log holds now.
    pub(super) async fn span(&self, log: &dyn EventLog) -> Result<Span> {
        let head = log.head().await?.get();
        let mut span = Span { first: 1, last: head };
        if let Some(from) = self.from {
            span.first = span.first.max(sequence_of(log, from)?);
        }
        if let Some(to) = self.to {
            span.last = span.last.min(sequence_of(log, to)?);
        }
        if let Some(since) = self.since {
            span.first = span.first.max(first_since(log, since).await?.get());
        }
        if let Some(until) = self.until {
            span.last = span.last.min(first_since(log, until).await?.get() - 1);
        }
        Ok(span)
    }
}

pub(super) fn sequence_of(log: &dyn EventLog, position: Position) -> Result<u64> {
    if position.shard() != log.shard() {
        bail!(
            "position {position} is of shard {}, and this log is shard {}",
            position.shard().0,
            log.shard().0
        );
    }
    Ok(position.sequence().get())
}

pub(super) fn sequence(value: u64) -> Sequence {
    Sequence::new(value).unwrap_or(Sequence::MAX)
}

/// Gives all events of a span, in order, in batches, with a bar.
pub(super) async fn each_batch(
    log: &dyn EventLog,
    span: Span,
    mut take: impl FnMut(&[RecordedEvent]) -> Result<()>,
) -> Result<()> {
    if span.last < span.first {
        return Ok(());
    }
    let bar = progress::of_events("reading", span.last + 1 - span.first);
    let read = read_span(log, span, &bar, &mut take).await;
    bar.finish_and_clear();
    read
}

async fn read_span(
    log: &dyn EventLog,
    span: Span,
    bar: &ProgressBar,
    take: &mut impl FnMut(&[RecordedEvent]) -> Result<()>,
) -> Result<()> {
    let mut tail = log.tail(sequence(span.first - 1)).await?;
    let mut next = span.first;
    while next <= span.last {
        let batch: Result<Vec<RecordedEvent>, ReadError> =
            tail.next_batch(BATCH).await.ok_or_else(|| anyhow!("the log's tail ended"))?;
        let mut events = batch?;
        events.retain(|event| event.position.sequence().get() <= span.last);
        take(&events)?;
        next += events.len() as u64;
        bar.inc(events.len() as u64);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(subject: &str) -> RecordedEvent {
        RecordedEvent {
            position: Position::ZERO,
            subject: subject.to_owned(),
            recorded_at: OffsetDateTime::UNIX_EPOCH,
            envelope: None,
            unreadable: None,
            data: Default::default(),
        }
    }

    #[test]
    fn an_account_is_found_in_its_subjects_but_not_in_a_handle_of_digits() {
        let seven = AccountId::from_i64(7).expect("positive");
        assert!(is_of_account(&event("ev.0.outbox.7"), seven));
        assert!(!is_of_account(&event("ev.0.outbox.77"), seven));
        assert!(!is_of_account(&event("ev.0.handle.7"), seven));
        assert!(!is_of_account(&event("ev.0"), seven));
    }

    #[test]
    fn times_are_days_or_moments() {
        assert_eq!(timestamp("1970-01-02"), Ok(OffsetDateTime::UNIX_EPOCH + time::Duration::DAY));
        assert_eq!(timestamp("1970-01-01T01:00:00+01:00"), Ok(OffsetDateTime::UNIX_EPOCH));
        assert!(timestamp("yesterday").is_err() && timestamp("2026-02-30").is_err());
    }
}
