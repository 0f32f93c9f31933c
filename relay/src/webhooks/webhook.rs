//! A webhook as it is kept: what operators say of it.

use std::time::Duration;

use consumers::Filter;
use domain::AccountId;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

use super::secret::SigningSecret;
use crate::events;

/// How long the secret before is good, too.
pub(super) const OVERLAP: Duration = Duration::from_secs(24 * 3_600);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Webhook {
    pub(super) id: Uuid,
    pub(super) url: String,
    /// With their versions; empty: all.
    pub(super) types: Vec<String>,
    pub(super) tag: Option<String>,
    pub(super) account: Option<AccountId>,
    pub(super) is_paused: bool,
    pub(super) secret: SigningSecret,
    pub(super) previous: Option<Previous>,
    /// The position behind which it began.
    pub(super) after: i64,
    /// Of the operator.
    pub(super) made_by: i64,
    #[serde(with = "time::serde::timestamp")]
    pub(super) made_at: OffsetDateTime,
}

/// A secret that was rotated away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Previous {
    secret: SigningSecret,
    #[serde(with = "time::serde::timestamp")]
    pub(super) until: OffsetDateTime,
}

impl Webhook {
    /// `None` where its tag is none by the rules of today.
    pub(super) fn filter(&self) -> Option<Filter> {
        let tag = self.tag.as_deref().map(events::tag).transpose().ok()?;
        Some(Filter { types: self.types.clone(), account: self.account, tag })
    }

    pub(super) fn rotate(&mut self, now: OffsetDateTime) {
        let secret = std::mem::replace(&mut self.secret, SigningSecret::random());
        self.previous = Some(Previous { secret, until: now + OVERLAP });
    }

    /// The header `webhook-signature`: by its secret, and for a while by the one before.
    pub(super) fn sign(&self, id: Uuid, now: OffsetDateTime, body: &[u8]) -> String {
        let timestamp = now.unix_timestamp();
        let signature = self.secret.sign(id, timestamp, body);
        match self.previous.as_ref().filter(|previous| now < previous.until) {
            Some(Previous { secret, .. }) => format!("{signature} {}", secret.sign(id, timestamp, body)),
            None => signature,
        }
    }
}
