//! The queries of the read API: one file per query, each a single statement.
//!
//! Every answer carries the position that it reflects, read in the same statement and therefore from the same snapshot
//! as its rows. Only views are named, those of schemas `published` and `served`, and functions of `control`, but no table;
//! and nothing here writes. What a position is compared with, who may read and how an answer looks on the wire is not known
//! here.

mod account_row;
mod as_of;
mod at;
mod bucket_counts;
mod buckets;
mod changes;
mod count_error;
mod count_matching;
mod count_messages;
mod error;
mod existence;
mod feed_item;
mod get_history;
mod get_message;
mod get_profile;
mod get_thread;
mod list_account_replies;
mod list_avoided;
mod list_bookmarks;
mod list_data_sets;
mod list_follows;
mod list_liked;
mod list_messages;
mod list_moderation;
mod list_notifications;
mod list_projections;
mod list_reactions;
mod list_replies;
mod list_reports;
mod matching;
mod message_filter;
mod message_row;
mod page;
mod ping;
mod position;
mod run;
mod search_messages;
mod spans;
mod tag;
mod tag_combination;
mod time_range;
mod timeline;
mod top_tags;

pub use account_row::AccountRow;
pub use as_of::{
    AsOf, COUNTED_ENTRIES_MAX, Cutoff, FoundCutoff, as_of_position, bucket_counts_as_of,
    count_messages_as_of, find_cutoff, get_message_as_of, list_messages_as_of, top_tags_as_of,
};
pub use at::At;
pub use bucket_counts::{BUCKETS_MAX, BucketCount, bucket_counts};
pub use buckets::{Bucket, date_bound};
pub use changes::{
    Avoidance, ChangeKey, ChangeKind, ChangeRow, Changes, Exceptions, ExceptionsQuery, Following, NoticeKey,
    avoided_among, changes_position, followers_among, list_changes, list_exceptions, list_names,
    list_notices, look_up_exceptions, show_changed,
};
pub use count_error::CountError;
pub use count_matching::COUNTED_LOOKS_MAX;
pub use count_messages::count_messages;
pub use error::ReadError;
pub use existence::Existence;
pub use feed_item::{FeedItemRow, FeedPage};
pub use get_history::{EditionRow, get_history};
pub use get_message::get_message;
pub use get_profile::{AccountName, HandleName, ProfileRow, get_profile};
pub use get_thread::{ThreadRows, get_thread};
pub use list_account_replies::list_account_replies;
pub use list_avoided::{Avoided, list_avoided};
pub use list_bookmarks::list_bookmarks;
pub use list_data_sets::{DataSetRow, RowCount, list_data_sets};
pub use list_follows::{Follows, list_follows};
pub use list_liked::list_liked;
pub use list_messages::list_messages;
pub use list_moderation::{DecisionRow, list_moderation};
pub use list_notifications::{NotificationRow, NotificationRows, list_notifications};
pub use list_projections::{ProjectionRow, list_projections};
pub use list_reactions::{Reactions, list_reactions};
pub use list_replies::list_replies;
pub use list_reports::{ReportRow, ReportState, list_reports};
pub use matching::LISTED_LOOKS_MAX;
pub use message_filter::MessageFilter;
pub use message_row::{AuthorRow, ChangedRow, DeletedRow, MessageRow, ThreadRow};
pub use page::{Page, PageKey, PositionKey};
pub use ping::ping;
pub use position::position;
pub use search_messages::{SearchError, search_messages};
pub use tag::TagFilter;
pub use tag_combination::TagCombination;
pub use time_range::{Bound, TimeRange};
pub use timeline::{
    FeedRange, TimelineUpdates, account_items, timeline, timeline_position, timeline_updates,
};
pub use top_tags::{TagWindow, TopTagRow, WINDOW_DAYS_MAX, top_tags};

pub use crate::timestamp::Timestamp;
