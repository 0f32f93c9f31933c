//! What happens to accounts and to the handles that they claim. Subjects: the account, the handle.

use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::{AccountId, Bio, DisplayName, Handle};

/// An account was made. The handle was claimed in the same append.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AccountRegistered {
    pub account: AccountId,
    pub handle: Handle,
    pub display_name: DisplayName,
    /// Of an imported account. Absent: empty.
    #[serde(default, skip_serializing_if = "Bio::is_empty")]
    pub bio: Bio,
    /// When an imported account was registered. Absent: when the log recorded this event.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "time::serde::rfc3339::option")]
    pub original_time: Option<OffsetDateTime>,
}

/// The whole profile as it is from now on. A new handle was claimed, and the old one released, in the same append.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProfileChanged {
    pub account: AccountId,
    pub handle: Handle,
    pub display_name: DisplayName,
    pub bio: Bio,
    /// When an imported account was registered, as its registration says. Absent: it was not imported.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "time::serde::rfc3339::option")]
    pub registered_at: Option<OffsetDateTime>,
}

/// An account was given up for good. Nothing that it made is shown from now on; its handle stays claimed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AccountDeactivated {
    pub account: AccountId,
    /// When an imported account was given up. Absent: when the log recorded this event.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "time::serde::rfc3339::option")]
    pub original_time: Option<OffsetDateTime>,
}

/// A handle belongs to an account from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HandleClaimed {
    pub handle: Handle,
    pub account: AccountId,
}

/// A handle is free again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HandleReleased {
    pub handle: Handle,
    pub account: AccountId,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum AccountEvent {
    Registered(AccountRegistered),
    ProfileChanged(ProfileChanged),
    Deactivated(AccountDeactivated),
}

impl DomainEvent for AccountEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Registered(_) => "rookery.account.registered".to_owned(),
            Self::ProfileChanged(_) => "rookery.account.profile-changed".to_owned(),
            Self::Deactivated(_) => "rookery.account.deactivated".to_owned(),
        }
    }

    fn event_version(&self) -> String {
        "1".to_owned()
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum HandleEvent {
    Claimed(HandleClaimed),
    Released(HandleReleased),
}

impl DomainEvent for HandleEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Claimed(_) => "rookery.handle.claimed".to_owned(),
            Self::Released(_) => "rookery.handle.released".to_owned(),
        }
    }

    fn event_version(&self) -> String {
        "1".to_owned()
    }
}
