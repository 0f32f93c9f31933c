//! What moderators and operators decide about an account. Subject: the account's moderation. Each event holds all of what
//! holds from then on, so that the last one alone tells it.

use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use crate::{AccountId, Note};

/// What an account may do besides what all do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    Analyst,
    /// Takes the events.
    Consumer,
    Operator,
    Moderator,
    Admin,
}

/// Why somebody is reported, or acted on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    Spam,
    Harassment,
    Impersonation,
    Illegal,
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ModerationAction {
    /// It changes nothing but what the account is told.
    Warn,
    Silence,
    Suspend,
    /// Of silence and suspension.
    Lift,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RestrictionLevel {
    /// Only its followers see it in what is for everybody.
    Silenced,
    /// It can do nothing, and nobody sees what it made.
    Suspended,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Restriction {
    pub level: RestrictionLevel,
    pub reason: Reason,
}

/// Somebody acted on an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Moderated {
    pub account: AccountId,
    pub action: ModerationAction,
    pub reason: Reason,
    /// From now on. Absent: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restriction: Option<Restriction>,
    /// As before, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<Role>,
    /// The moderator.
    pub by: AccountId,
    /// The operator's name, where one did it with a tool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<Note>,
    /// For those who look after the place; the account is not shown it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Note>,
}

/// Roles were given or taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RolesChanged {
    pub account: AccountId,
    /// From now on, in order.
    pub roles: Vec<Role>,
    /// As before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restriction: Option<Restriction>,
    pub by: AccountId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<Note>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Note>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ModerationEvent {
    Moderated(Moderated),
    RolesChanged(RolesChanged),
}

impl ModerationEvent {
    pub fn account(&self) -> AccountId {
        match self {
            Self::Moderated(event) => event.account,
            Self::RolesChanged(event) => event.account,
        }
    }
}

impl DomainEvent for ModerationEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Moderated(_) => "rookery.account.moderated".to_owned(),
            Self::RolesChanged(_) => "rookery.account.roles-changed".to_owned(),
        }
    }

    fn event_version(&self) -> String {
        "1".to_owned()
    }
}

macro_rules! words {
    ($name:ident: $($variant:ident $word:literal),+) => {
        impl $name {
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// As it stands in events, requests and rows.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|known| known.word() == word)
            }
        }
    };
}

words!(Role: Analyst "analyst", Consumer "consumer", Operator "operator", Moderator "moderator", Admin "admin");
words!(Reason: Spam "spam", Harassment "harassment", Impersonation "impersonation", Illegal "illegal", Other "other");
words!(ModerationAction: Warn "warn", Silence "silence", Suspend "suspend", Lift "lift");
words!(RestrictionLevel: Silenced "silenced", Suspended "suspended");
