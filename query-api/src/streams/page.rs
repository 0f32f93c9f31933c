//! What happened for one stream, read for it alone.

use std::collections::{HashMap, HashSet};

use bytes::Bytes;
use data_set::Pool;
use data_set::read::{self, AuthorRow, ChangeKey, ChangeKind, ChangeRow, ChangedRow, PositionKey, ReadError};

use super::cursor::StreamCursor;
use super::event;
use super::filter::{Filter, Kind};
use super::set;
use crate::{notifications, position};

/// Looked at for one page.
const CHANGES_MAX: u16 = 500;
/// As many events of the log, of which the most may be of no interest here: a page holds no more notifications.
const EVENTS_MAX: i64 = 4_096;
const NOTIFICATIONS_PER_READ: u16 = 100;

#[derive(Debug)]
pub(super) struct Page {
    pub(super) bytes: Vec<u8>,
    /// All up to here is in it.
    pub(super) end: ChangeKey,
    /// There was no more.
    pub(super) is_last: bool,
}

impl Page {
    /// Of what was not read.
    pub(super) fn nothing(end: ChangeKey) -> Self {
        Self { bytes: Vec::new(), end, is_last: false }
    }
}

/// The next part of what happened behind `after` and up to the position `until`.
pub(super) async fn page(
    pool: &Pool,
    viewer: i64,
    filter: &Filter,
    after: ChangeKey,
    until: i64,
) -> Result<Page, ReadError> {
    let reach = after.position.saturating_add(EVENTS_MAX * position::PER_EVENT);
    let changes = read::list_changes(pool, after, reach.min(until), CHANGES_MAX).await?;
    let meant = changes.rows.into_iter().filter(|change| filter.means(change)).collect();
    let mut events = shown(pool, viewer, filter, meant).await?;
    if filter.notifications && filter.takes(Kind::Notification) {
        events.extend(notified(pool, viewer, after, changes.end).await?);
        events.sort_by_key(|(place, _)| *place);
    }
    let bytes = events.into_iter().flat_map(|(_, event)| event).collect();
    let is_last = changes.is_complete || until <= reach && changes.end >= ChangeKey::behind(until);
    Ok(Page { bytes, end: changes.end, is_last })
}

async fn shown(
    pool: &Pool,
    viewer: i64,
    filter: &Filter,
    mut changes: Vec<ChangeRow>,
) -> Result<Vec<(StreamCursor, Bytes)>, ReadError> {
    if filter.is_home() {
        keep_home(pool, viewer, &mut changes).await?;
    }
    let accounts = set(changes.iter().flat_map(|change| [Some(change.author), change.reposter]).flatten());
    let avoided = read::avoided_among(pool, viewer, &accounts).await?;
    let avoided: HashSet<i64> = avoided
        .into_iter()
        .filter(|account| account.is_hidden || account.is_muted && filter.is_home())
        .map(|account| account.account)
        .collect();
    changes.retain(|change| {
        !avoided.contains(&change.author) && change.reposter.is_none_or(|account| !avoided.contains(&account))
    });
    let is_there = |change: &&ChangeRow| change.kind != ChangeKind::Deleted;
    let messages = set(changes.iter().filter(is_there).map(|change| change.key.message));
    let shown = read::show_changed(pool, viewer, &messages).await?;
    let shown: HashMap<i64, ChangedRow> = shown.into_iter().map(|row| (row.message.id, row)).collect();
    let names = read::list_names(pool, &set(changes.iter().filter_map(|change| change.reposter))).await?;
    let names: HashMap<i64, AuthorRow> = names.into_iter().map(|row| (row.id, row)).collect();
    let event = |change: ChangeRow| {
        let shown = shown.get(&change.key.message).filter(|_| change.kind != ChangeKind::Deleted);
        if filter.is_of_everybody() && shown.is_some_and(|shown| shown.is_silenced) {
            return None;
        }
        let reposter = change.reposter.and_then(|reposter| names.get(&reposter));
        Some((StreamCursor(change.key), event::change(&change, shown, reposter)?))
    };
    Ok(changes.into_iter().filter_map(event).collect())
}

async fn keep_home(pool: &Pool, viewer: i64, changes: &mut Vec<ChangeRow>) -> Result<(), ReadError> {
    let accounts = set(changes.iter().map(ChangeRow::shower));
    let followed = read::followers_among(pool, &accounts, &[viewer]).await?;
    let followed: HashMap<i64, i64> =
        followed.into_iter().map(|following| (following.followee, following.visible_from)).collect();
    changes.retain(|change| {
        let shower = change.shower();
        shower == viewer || followed.get(&shower).is_some_and(|from| *from <= change.entry())
    });
    Ok(())
}

/// The caller's notifications between two cursors, as the list shows them.
async fn notified(
    pool: &Pool,
    viewer: i64,
    after: ChangeKey,
    end: ChangeKey,
) -> Result<Vec<(StreamCursor, Bytes)>, ReadError> {
    let (mut events, mut before) = (Vec::new(), Some(PositionKey(end.position.saturating_add(1))));
    if read::list_notices(pool, Some(viewer), after.position, end.position, 1).await?.is_empty() {
        return Ok(events);
    }
    while before.is_some_and(|before| before.0 > after.position.saturating_add(1)) {
        let found = read::list_notifications(pool, viewer, before, NOTIFICATIONS_PER_READ).await?;
        let page = found.value.page;
        let of_these = page.items.into_iter().filter(|row| row.position > after.position);
        events.extend(of_these.filter_map(|row| {
            let position = row.position;
            let notification = notifications::notification(row).ok()?;
            Some((StreamCursor::of_notification(position), event::notification(position, &notification)?))
        }));
        before = page.next;
    }
    Ok(events)
}
