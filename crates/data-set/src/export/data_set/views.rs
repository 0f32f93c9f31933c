//! The views, for now.

use super::Kind::{BigInt, Integer, Text, TextArray, Timestamp};
use super::{Changes, Column, DataSet, Kind};

pub(super) struct View {
    name: &'static str,
    key: &'static [&'static str],
    columns: &'static [(&'static str, Kind, bool)],
    changes: Changes,
}

pub(super) fn data_set(view: &View) -> DataSet {
    let View { name, key, columns, changes } = *view;
    let column = |(name, kind, is_nullable): &(_, _, _)| Column { name, kind: *kind, is_nullable: *is_nullable };
    let columns = columns.iter().map(column).collect();
    DataSet { name, projection: "social", key, columns, changes }
}

pub(super) const VIEWS: &[View] = &[
    View {
        name: "messages",
        key: &["id"],
        columns: &[
            ("id", BigInt, false),
            ("author", BigInt, false),
            ("text", Text, false),
            ("tags", TextArray, false),
            ("in_reply_to", BigInt, true),
            ("created_at", Timestamp, false),
            ("edited_at", Timestamp, true),
            ("edition", Integer, false),
        ],
        changes: Changes::NotKept,
    },
    View {
        name: "message_tags",
        key: &["tag", "created_at", "id"],
        columns: &[
            ("tag", Text, false),
            ("created_at", Timestamp, false),
            ("id", BigInt, false),
            ("author", BigInt, false),
        ],
        changes: Changes::NotKept,
    },
    View {
        name: "accounts",
        key: &["id"],
        columns: &[
            ("id", BigInt, false),
            ("handle", Text, false),
            ("display_name", Text, false),
            ("bio", Text, false),
            ("registered_at", Timestamp, false),
            ("restriction", Text, true),
        ],
        changes: Changes::NotKept,
    },
    View {
        name: "follows",
        key: &["follower", "followee"],
        columns: &[
            ("follower", BigInt, false),
            ("followee", BigInt, false),
            ("position", BigInt, false),
            ("followed_at", Timestamp, false),
        ],
        changes: Changes::NotKept,
    },
    View {
        name: "moderation_actions",
        key: &["position"],
        columns: &[
            ("position", BigInt, false),
            ("account", BigInt, false),
            ("action", Text, false),
            ("reason", Text, true),
            ("roles", TextArray, false),
            ("decided_by", BigInt, false),
            ("decided_at", Timestamp, false),
        ],
        changes: Changes::Kept { changed: &["position"], untracked: &[], gone: None },
    },
];
