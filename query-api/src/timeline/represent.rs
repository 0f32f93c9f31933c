//! Rows as the API shows them.

use api_types::timeline::{FeedAccount, FeedItem, FeedMessage};
use data_set::read::{FeedAccountRow, FeedItemRow, FeedMessageRow};

pub(super) fn items(rows: Vec<FeedItemRow>) -> Vec<FeedItem> {
    rows.into_iter().map(item).collect()
}

fn item(row: FeedItemRow) -> FeedItem {
    FeedItem {
        position: row.position.to_string(),
        reposted_by: row.reposted_by.map(account),
        message: message(row.message),
    }
}

fn account(row: FeedAccountRow) -> FeedAccount {
    FeedAccount { id: row.id.to_string(), handle: row.handle, display_name: row.display_name }
}

fn message(row: FeedMessageRow) -> FeedMessage {
    FeedMessage {
        id: row.id.to_string(),
        text: row.text,
        tag: row.tags.first().cloned(),
        tags: row.tags,
        author: account(row.author),
        created_at: row.created_at,
        edited_at: row.edited_at,
        in_reply_to: row.in_reply_to.map(|id| id.to_string()),
        // Editions are numbered from 1, so none is negative.
        edition: u32::try_from(row.edition).unwrap_or_default(),
        likes: row.likes,
        reposts: row.reposts,
        replies: row.replies,
        liked: row.liked,
        reposted: row.reposted,
    }
}
