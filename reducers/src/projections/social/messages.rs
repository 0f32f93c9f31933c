//! Messages in the projection `social`: messages, their tags and editions, tombstones, and exact counts.
//!
//! A pure function: the same events give the same changes, and a segment is folded without a look at the rows. What
//! happens to a message within one segment is folded here. How that changes what earlier segments wrote is settled by
//! set-wise statements in data-set.

use std::collections::{HashMap, HashSet};

use data_set::write::{DeletedRow, EditedRow, EditionRow, MessageChanges, PostedRow};
use domain::{MessageDeleted, MessageEdited, MessageEvent, MessageId, MessagePosted, Position};
use time::OffsetDateTime;

/// Changes under construction.
#[derive(Debug, Default)]
pub(super) struct MessageFold {
    posted: Vec<PostedRow>,
    posted_index: HashMap<i64, usize>,
    edited: Vec<EditedRow>,
    edited_index: HashMap<i64, usize>,
    superseded: Vec<EditionRow>,
    deleted: Vec<DeletedRow>,
    deleted_ids: HashSet<i64>,
}

/// Editions count up from 1 by one; a database column of 31 bits outlasts any author.
fn edition(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// Whether a message can have been there when an event happened. The dispatcher lets nothing else into the log. If an
/// event named a later message, the set-wise fold would find that message where the log's order does not. Positions of
/// different shards cannot be compared.
pub(super) fn is_past(message: MessageId, position: Position) -> bool {
    let named = message.position();
    named.shard() != position.shard() || named < position
}

/// A time as the database holds it. Left to the statements, each of them would round in its own way: a copy down, a
/// bound value towards 2000.
pub(super) fn whole_micros(time: OffsetDateTime) -> OffsetDateTime {
    // A microsecond of a time is one for its replacement.
    time.replace_microsecond(time.microsecond()).unwrap_or(time)
}

impl MessageFold {
    /// Takes the next event of the log.
    pub(super) fn apply(&mut self, position: Position, recorded_at: OffsetDateTime, event: MessageEvent) {
        match event {
            MessageEvent::Posted(event) => self.posted(position, recorded_at, event),
            MessageEvent::Edited(event) if is_past(event.message, position) => {
                self.edited(position, recorded_at, event);
            }
            MessageEvent::Deleted(event) if is_past(event.message, position) => {
                self.deleted(position, recorded_at, &event);
            }
            MessageEvent::Edited(_) | MessageEvent::Deleted(_) => {}
        }
    }

    fn posted(&mut self, position: Position, recorded_at: OffsetDateTime, event: MessagePosted) {
        let id = position.get();
        self.posted_index.insert(id, self.posted.len());
        self.posted.push(PostedRow {
            id,
            author: event.author.get(),
            text: event.text.into_string(),
            tags: event.tags.into_strings(),
            in_reply_to: event.in_reply_to.filter(|target| is_past(*target, position)).map(MessageId::get),
            created_at: whole_micros(event.original_time.unwrap_or(recorded_at)),
            // History floods nobody.
            is_told: event.original_time.is_none(),
            edited_at: None,
            edition: 1,
            imported_at: event.original_time.map(|_| whole_micros(recorded_at)),
            edit_position: None,
        });
    }

    fn edited(&mut self, position: Position, recorded_at: OffsetDateTime, event: MessageEdited) {
        let id = event.message.get();
        if self.deleted_ids.contains(&id) {
            return;
        }
        let next = EditedRow {
            id,
            text: event.text.into_string(),
            tags: event.tags.into_strings(),
            edited_at: whole_micros(event.original_time.unwrap_or(recorded_at)),
            edition: edition(event.edition),
            position: position.get(),
        };
        if let Some(row) = self.posted_index.get(&id).map(|index| &mut self.posted[*index]) {
            if next.edition <= row.edition {
                return;
            }
            self.superseded.push(EditionRow {
                message: id,
                edition: row.edition,
                text: std::mem::replace(&mut row.text, next.text),
                tags: std::mem::replace(&mut row.tags, next.tags),
                made_at: row.edited_at.unwrap_or(row.created_at),
            });
            row.edited_at = Some(next.edited_at);
            row.edition = next.edition;
            row.edit_position = Some(next.position);
        } else if let Some(row) = self.edited_index.get(&id).map(|index| &mut self.edited[*index]) {
            if next.edition <= row.edition {
                return;
            }
            let EditedRow { text, tags, edited_at, edition, .. } = std::mem::replace(row, next);
            self.superseded.push(EditionRow { message: id, edition, text, tags, made_at: edited_at });
        } else {
            self.edited_index.insert(id, self.edited.len());
            self.edited.push(next);
        }
    }

    fn deleted(&mut self, position: Position, recorded_at: OffsetDateTime, event: &MessageDeleted) {
        let id = event.message.get();
        if self.deleted_ids.insert(id) {
            self.deleted.push(DeletedRow {
                id,
                author: event.author.get(),
                deleted_by: event.deleted_by.get(),
                deleted_at: whole_micros(event.original_time.unwrap_or(recorded_at)),
                position: position.get(),
                is_deactivation: false,
            });
        }
    }

    /// The changes of the whole segment, in the order of the keys. A message that was posted and deleted within it is
    /// in both lists.
    pub(super) fn finish(self) -> MessageChanges {
        let Self { posted, mut edited, mut superseded, mut deleted, deleted_ids, .. } = self;
        if !deleted_ids.is_empty() {
            edited.retain(|row| !deleted_ids.contains(&row.id));
            // The first edition has the tags that the tombstone keeps.
            superseded.retain(|row| row.edition == 1 || !deleted_ids.contains(&row.message));
        }
        edited.sort_unstable_by_key(|row| row.id);
        deleted.sort_unstable_by_key(|row| row.id);
        MessageChanges { posted, edited, superseded, deleted }
    }
}
