//! The views of `published`, made of the tables of a fold.

use serde_json::Value;

use crate::rows::Rows;

/// A view whose rows are those of one table, some of its columns.
const OF_ONE_TABLE: [(&str, &str); 8] = [
    ("accounts", "account"),
    ("follows", "follow"),
    ("former_accounts", "former_account"),
    ("likes", "liked"),
    ("message_tags", "message_tag"),
    ("messages", "message"),
    ("moderation_actions", "moderation_action"),
    ("reposts", "reposted"),
];

/// With columns of the table that the view does not show: who compares takes those that it wants.
pub(crate) fn rows<'a>(name: &str, table: impl Fn(&str) -> Option<Rows<'a>>) -> Option<Vec<Value>> {
    let (_, of) = OF_ONE_TABLE.iter().find(|(view, _)| *view == name)?;
    Some(table(of)?.collect())
}
