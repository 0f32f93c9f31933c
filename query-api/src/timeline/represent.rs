//! Rows as the API shows them.

use api_types::timeline::FeedItem;
use data_set::read::FeedItemRow;

use crate::accounts::represent::author;
use crate::messages::represent::message;

pub(super) fn items(rows: Vec<FeedItemRow>) -> Vec<FeedItem> {
    rows.into_iter().map(item).collect()
}

fn item(row: FeedItemRow) -> FeedItem {
    FeedItem {
        position: row.position.to_string(),
        reposted_by: row.reposted_by.map(author),
        message: message(row.message),
    }
}
