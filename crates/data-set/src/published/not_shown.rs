//! What no view shows anything of. Every field of every event is the source of a column, decides about rows, or stands here
//! with the reason; a test compares with the codec.

use super::events::{
    BOOKMARKED, CLAIMED, DROPPED, EDITED, Field, MODERATED, MUTED, NOTIFICATIONS_READ, PROFILE_CHANGED,
    RELEASED, REPORT_FILED, REPORT_RESOLVED, ROLES_CHANGED, UNBOOKMARKED, UNMUTED,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotShown {
    pub fields: &'static [Field],
    /// As a sentence.
    pub reason: &'static str,
}

pub const NOT_SHOWN: &[NotShown] = &[
    NotShown {
        fields: &[
            BOOKMARKED.field("account"),
            BOOKMARKED.field("message"),
            BOOKMARKED.field("originalTime"),
            UNBOOKMARKED.field("account"),
            UNBOOKMARKED.field("message"),
            UNBOOKMARKED.field("originalTime"),
            MUTED.field("muter"),
            MUTED.field("muted"),
            UNMUTED.field("muter"),
            UNMUTED.field("muted"),
            NOTIFICATIONS_READ.field("account"),
            NOTIFICATIONS_READ.field("until"),
        ],
        reason: "Accounts keep it to themselves.",
    },
    NotShown {
        fields: &[
            MODERATED.field("operator"),
            MODERATED.field("note"),
            ROLES_CHANGED.field("operator"),
            ROLES_CHANGED.field("note"),
            REPORT_FILED.field("comment"),
            REPORT_RESOLVED.field("note"),
        ],
        reason: "Words of people about people are for those who decide.",
    },
    NotShown { fields: &[REPORT_FILED.field("reporter")], reason: "Who reports is protected." },
    NotShown {
        fields: &[REPORT_FILED.field("day"), REPORT_FILED.field("ofDay")],
        reason: "It keeps count of the reporter's reports for the dispatcher.",
    },
    NotShown {
        fields: &[
            CLAIMED.field("handle"),
            CLAIMED.field("account"),
            RELEASED.field("handle"),
            RELEASED.field("account"),
        ],
        reason: "It keeps handles unique; which one an account has is said by its registration and its changes.",
    },
    NotShown {
        fields: &[EDITED.field("author")],
        reason: "Whose message it is was said when it was posted.",
    },
    NotShown {
        fields: &[PROFILE_CHANGED.field("registeredAt")],
        reason: "It is for the dispatcher; when an account registered is said by its registration.",
    },
    NotShown {
        fields: &[DROPPED.field("projection"), DROPPED.field("positions"), DROPPED.field("reason")],
        reason: "It is obeyed before anything is folded: the views are as though the given-up events were not in the log.",
    },
];
