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
/// Secrets that are good at the same time, besides the newest. Each is a signature of everything that is sent.
const PREVIOUS_MAX: usize = 4;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Webhook {
    pub(super) id: Uuid,
    pub(super) url: String,
    /// With their versions; empty: all.
    pub(super) types: Vec<String>,
    pub(super) tag: Option<String>,
    pub(super) account: Option<AccountId>,
    pub(super) is_paused: bool,
    /// Nothing is sent until it is replayed.
    pub(super) stopped: Option<Stopped>,
    pub(super) secret: SigningSecret,
    /// The newest last.
    pub(super) previous: Vec<Previous>,
    /// The position behind which it began.
    pub(super) after: i64,
    /// Of the operator.
    pub(super) made_by: i64,
    #[serde(with = "time::serde::timestamp")]
    pub(super) made_at: OffsetDateTime,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Stopped {
    /// The receiver answered 410.
    Gone,
}

impl Stopped {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Gone => "gone",
        }
    }
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

    pub(super) fn is_sent(&self) -> bool {
        !self.is_paused && self.stopped.is_none()
    }

    /// The same events go to the same address.
    pub(super) fn reads_as(&self, other: &Self) -> bool {
        (&self.url, &self.types, &self.tag, self.account)
            == (&other.url, &other.types, &other.tag, other.account)
    }

    /// No secret that is good for a while yet is taken away for another: `false` where there are too many. The same
    /// secret again changes nothing.
    pub(super) fn rotate(&mut self, secret: &SigningSecret, now: OffsetDateTime) -> bool {
        if self.secret == *secret {
            return true;
        }
        self.previous.retain(|previous| now < previous.until);
        if self.previous.len() >= PREVIOUS_MAX {
            return false;
        }
        let secret = std::mem::replace(&mut self.secret, secret.clone());
        self.previous.push(Previous { secret, until: now + OVERLAP });
        true
    }

    /// Until when some secret is good besides the newest.
    pub(super) fn previous_until(&self) -> Option<OffsetDateTime> {
        self.previous.last().map(|previous| previous.until)
    }

    /// When a place for another one is free.
    pub(super) fn rotates_again_at(&self) -> Option<OffsetDateTime> {
        self.previous.first().map(|previous| previous.until)
    }

    /// The header `webhook-signature`: by its secret, and for a while by those before.
    pub(super) fn sign(&self, id: Uuid, now: OffsetDateTime, body: &[u8]) -> String {
        let timestamp = now.unix_timestamp();
        let previous = self.previous.iter().rev().filter(|previous| now < previous.until);
        let good = std::iter::once(&self.secret).chain(previous.map(|previous| &previous.secret));
        good.map(|secret| secret.sign(id, timestamp, body)).collect::<Vec<_>>().join(" ")
    }
}
