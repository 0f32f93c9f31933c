//! Rows as the API shows them.

use api_types::messages::{DeletedMessage, Edition, Message, ThreadMessage};
use api_types::profiles::{AccountEntry, Author, Profile};
use api_types::timeline::FeedItem;
use data_set::read::{AccountRow, AuthorRow, EditionRow, FeedItemRow, MessageRow, ProfileRow, ThreadRow};

pub(crate) fn message(row: MessageRow) -> Message {
    Message {
        id: row.id.to_string(),
        text: row.text,
        tag: row.tags.first().cloned(),
        tags: row.tags,
        author: author(row.author),
        created_at: row.created_at,
        edited_at: row.edited_at,
        in_reply_to: row.in_reply_to.map(|id| id.to_string()),
        edition: edition_number(row.edition),
        likes: row.likes,
        reposts: row.reposts,
        replies: row.replies,
        liked: row.liked,
        reposted: row.reposted,
        bookmarked: row.bookmarked,
    }
}

pub(crate) fn messages(rows: Vec<MessageRow>) -> Vec<Message> {
    rows.into_iter().map(message).collect()
}

pub(crate) fn thread_message(row: ThreadRow) -> ThreadMessage {
    match row {
        ThreadRow::Message(row) => ThreadMessage::Message(Box::new(message(*row))),
        ThreadRow::Deleted(row) => ThreadMessage::Deleted(DeletedMessage {
            id: row.id.to_string(),
            deleted: true,
            created_at: row.created_at,
            in_reply_to: row.in_reply_to.map(|id| id.to_string()),
        }),
    }
}

pub(crate) fn thread_messages(rows: Vec<ThreadRow>) -> Vec<ThreadMessage> {
    rows.into_iter().map(thread_message).collect()
}

pub(crate) fn editions(rows: Vec<EditionRow>) -> Vec<Edition> {
    rows.into_iter().map(edition).collect()
}

fn edition(row: EditionRow) -> Edition {
    Edition {
        edition: edition_number(row.edition),
        text: row.text,
        tag: row.tags.first().cloned(),
        tags: row.tags,
        made_at: row.made_at,
    }
}

/// Editions are numbered from 1, so none is negative.
fn edition_number(edition: i32) -> u32 {
    u32::try_from(edition).unwrap_or_default()
}

pub(crate) fn author(row: AuthorRow) -> Author {
    Author { id: row.id.to_string(), handle: row.handle, display_name: row.display_name }
}

pub(crate) fn account_entry(row: AccountRow) -> AccountEntry {
    let Author { id, handle, display_name } = author(row.account);
    AccountEntry { id, handle, display_name, followed: row.followed }
}

pub(crate) fn account_entries(rows: Vec<AccountRow>) -> Vec<AccountEntry> {
    rows.into_iter().map(account_entry).collect()
}

/// `sees_hidden`: who looks is told of a restriction.
pub(crate) fn profile(row: ProfileRow, sees_hidden: bool) -> Profile {
    Profile {
        id: row.id.to_string(),
        handle: row.handle,
        display_name: row.display_name,
        bio: row.bio,
        registered_at: row.registered_at,
        followers: row.followers,
        following: row.following,
        messages: row.messages,
        followed: row.followed,
        blocked: row.blocked,
        muted: row.muted,
        restriction: row.restriction.filter(|_| sees_hidden),
    }
}

pub(crate) fn feed_items(rows: Vec<FeedItemRow>) -> Vec<FeedItem> {
    rows.into_iter().map(feed_item).collect()
}

fn feed_item(row: FeedItemRow) -> FeedItem {
    FeedItem {
        position: row.position.to_string(),
        reposted_by: row.reposted_by.map(author),
        message: message(row.message),
    }
}
