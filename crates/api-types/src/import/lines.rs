//! What the lines of each kind hold.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

/// The one word that a line of a kind has as its `kind`.
macro_rules! word {
    ($name:ident, $word:tt) => {
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
        pub enum $name {
            #[default]
            #[serde(rename = $word)]
            Word,
        }
    };
}

word!(AccountWord, "account");
word!(MessageWord, "message");
word!(FollowWord, "follow");
word!(LikeWord, "like");
word!(RepostWord, "repost");
word!(BookmarkWord, "bookmark");
word!(EditWord, "edit");
word!(DeleteWord, "delete");
word!(UnfollowWord, "unfollow");
word!(UnlikeWord, "unlike");
word!(UnrepostWord, "unrepost");
word!(UnbookmarkWord, "unbookmark");
word!(DeactivateWord, "deactivate");

/// An account. It has no password: it is used with tokens for its id that are issued elsewhere.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ImportAccount {
    #[schema(inline)]
    pub kind: AccountWord,
    /// As in `RegisterAccount`.
    #[schema(example = "nightjar")]
    pub handle: String,
    /// As in `RegisterAccount`.
    #[schema(example = "Nightjar")]
    pub display_name: String,
    /// As in `ChangeProfile`; empty unless given.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub bio: String,
    /// When the account was registered; not in the future.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(example = "2019-03-01T08:00:00Z")]
    pub time: OffsetDateTime,
    /// Makes the line safe to repeat: for at least 24 hours the same key is imported once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 255)]
    pub key: Option<String>,
}

/// A message.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ImportMessage {
    #[schema(inline)]
    pub kind: MessageWord,
    /// Who wrote it: the decimal id of an account, or `@` and its handle. An earlier line of the request may have
    /// brought the handle along.
    #[schema(example = "@nightjar")]
    pub account: String,
    /// As in `PostMessage`.
    #[schema(example = "The nightjars are back")]
    pub text: String,
    /// As in `PostMessage`.
    #[serde(default)]
    #[schema(max_items = 8)]
    pub tags: Vec<String>,
    /// What it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_reply_to: Option<ImportedMessage>,
    /// When it was written; not in the future, and not before its account, if that was imported, or what it answers.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(example = "2019-05-01T21:00:00Z")]
    pub time: OffsetDateTime,
    /// As in `ImportAccount`. Later lines, and later requests of the caller for as long, may refer to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 255)]
    pub key: Option<String>,
}

/// A follow, or its end.
macro_rules! follow {
    ($(#[$doc:meta])* $name:ident, $word:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        pub struct $name {
            #[schema(inline)]
            pub kind: $word,
            /// Who follows, as in `ImportMessage`.
            #[schema(example = "@owl")]
            pub account: String,
            /// Who is followed, as in `ImportMessage`.
            #[schema(example = "@nightjar")]
            pub followee: String,
            /// When; not in the future, and not before any of the two accounts that was imported.
            #[serde(with = "time::serde::rfc3339")]
            #[schema(example = "2019-04-01T12:00:00Z")]
            pub time: OffsetDateTime,
            /// As in `ImportAccount`.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schema(min_length = 1, max_length = 255)]
            pub key: Option<String>,
        }
    };
}

follow!(
    /// That an account follows another one.
    ImportFollow,
    FollowWord
);
follow!(
    /// That an account follows another one no more.
    ImportUnfollow,
    UnfollowWord
);

/// What an account does to a message, and says no more about.
macro_rules! reaction {
    ($(#[$doc:meta])* $name:ident, $word:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        pub struct $name {
            #[schema(inline)]
            pub kind: $word,
            /// Who did it, as in `ImportMessage`.
            #[schema(example = "@owl")]
            pub account: String,
            /// To which message.
            pub message: ImportedMessage,
            /// When; not in the future, and not before the message or the account, if that was imported.
            #[serde(with = "time::serde::rfc3339")]
            #[schema(example = "2019-05-01T21:05:00Z")]
            pub time: OffsetDateTime,
            /// As in `ImportAccount`.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schema(min_length = 1, max_length = 255)]
            pub key: Option<String>,
        }
    };
}

reaction!(
    /// That an account likes a message.
    ImportLike,
    LikeWord
);
reaction!(
    /// That an account shows a message to its followers.
    ImportRepost,
    RepostWord
);
reaction!(
    /// That an account keeps a message in its bookmarks.
    ImportBookmark,
    BookmarkWord
);
reaction!(
    /// That a like was taken back.
    ImportUnlike,
    UnlikeWord
);
reaction!(
    /// That a repost was taken back.
    ImportUnrepost,
    UnrepostWord
);
reaction!(
    /// That a bookmark was taken back.
    ImportUnbookmark,
    UnbookmarkWord
);
reaction!(
    /// That an imported message was taken back by its author.
    ImportDelete,
    DeleteWord
);

/// A new edition of an imported message.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ImportEdit {
    #[schema(inline)]
    pub kind: EditWord,
    /// Its author, as in `ImportMessage`.
    #[schema(example = "@nightjar")]
    pub account: String,
    /// Which message.
    pub message: ImportedMessage,
    /// As in `EditMessage`: absent is as it was. Text or tags, or both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "The nightjars are back, both of them")]
    pub text: Option<String>,
    /// As in `EditMessage`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 8)]
    pub tags: Option<Vec<String>>,
    /// When; not in the future, and not before the message.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(example = "2019-05-01T21:09:00Z")]
    pub time: OffsetDateTime,
    /// As in `ImportAccount`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 255)]
    pub key: Option<String>,
}

/// That an imported account was given up.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ImportDeactivate {
    #[schema(inline)]
    pub kind: DeactivateWord,
    /// Which account, as in `ImportMessage`.
    #[schema(example = "@owl")]
    pub account: String,
    /// When; not in the future, and not before it was registered.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(example = "2021-01-01T00:00:00Z")]
    pub time: OffsetDateTime,
    /// As in `ImportAccount`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 255)]
    pub key: Option<String>,
}

/// A message: its decimal id, or the key of an earlier line, of this request or of the caller's before.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(untagged)]
pub enum ImportedMessage {
    #[schema(example = "256")]
    Id(String),
    Line(ImportedLine),
}

/// By hand, because an untagged enum would also take an array, by the order of our fields.
impl<'de> Deserialize<'de> for ImportedMessage {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Names;

        impl<'de> Visitor<'de> for Names {
            type Value = ImportedMessage;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an id, or an object with the key of an earlier line")
            }

            fn visit_str<E: de::Error>(self, id: &str) -> Result<ImportedMessage, E> {
                Ok(ImportedMessage::Id(id.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<ImportedMessage, A::Error> {
                ImportedLine::deserialize(MapAccessDeserializer::new(map)).map(ImportedMessage::Line)
            }
        }

        deserializer.deserialize_any(Names)
    }
}

/// An earlier line that imported a message.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportedLine {
    #[schema(example = "m-17")]
    pub key: String,
}
