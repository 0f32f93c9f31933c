//! Personal tokens by account: what their owner sees of them. The tokens themselves are nowhere.
//!
//! A revoked one counts until it would have expired, because so long every service has to know that it is void.

use std::sync::Arc;

use domain::AccountId;
use event_store::buckets::{self, Bucket, BucketError, Change};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use tokens::{Scope, Scopes, TOKENS_REVOKED_PER_ACCOUNT_MAX};
use uuid::Uuid;

/// Those that were revoked and have not expired included.
pub const PERSONAL_TOKENS_MAX: usize = TOKENS_REVOKED_PER_ACCOUNT_MAX;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PersonalToken {
    pub id: Uuid,
    pub name: String,
    #[serde(with = "names")]
    pub scopes: Scopes,
    #[serde(with = "time::serde::timestamp")]
    pub created_at: OffsetDateTime,
    #[serde(with = "time::serde::timestamp")]
    pub expires_at: OffsetDateTime,
    #[serde(default)]
    pub is_revoked: bool,
}

#[derive(Debug, Clone)]
pub struct PersonalTokens {
    bucket: Arc<dyn Bucket>,
}

impl PersonalTokens {
    pub fn new(bucket: Arc<dyn Bucket>) -> Self {
        Self { bucket }
    }

    /// Whether there was room for it.
    pub async fn add(&self, account: AccountId, token: &PersonalToken) -> Result<bool, BucketError> {
        self.change(account, token.created_at, |tokens| {
            let has_room = tokens.len() < PERSONAL_TOKENS_MAX;
            if has_room {
                tokens.push(token.clone());
            }
            has_room
        })
        .await
    }

    /// All that have not expired, the revoked ones, too; the newest first.
    pub async fn list(
        &self,
        account: AccountId,
        now: OffsetDateTime,
    ) -> Result<Vec<PersonalToken>, BucketError> {
        let tokens: Option<Vec<PersonalToken>> = buckets::get(&*self.bucket, &key(account)).await?;
        let mut tokens = tokens.unwrap_or_default();
        tokens.retain(|token| token.expires_at > now);
        tokens.sort_by_key(|token| std::cmp::Reverse(token.id));
        Ok(tokens)
    }

    pub async fn note_revoked(
        &self,
        account: AccountId,
        id: Uuid,
        now: OffsetDateTime,
    ) -> Result<(), BucketError> {
        self.change(account, now, |tokens| {
            for token in tokens.iter_mut().filter(|token| token.id == id) {
                token.is_revoked = true;
            }
        })
        .await
    }

    pub async fn remove(
        &self,
        account: AccountId,
        ids: &[Uuid],
        now: OffsetDateTime,
    ) -> Result<(), BucketError> {
        self.change(account, now, |tokens| tokens.retain(|token| !ids.contains(&token.id))).await
    }

    async fn change<R: Send>(
        &self,
        account: AccountId,
        now: OffsetDateTime,
        mut edit: impl FnMut(&mut Vec<PersonalToken>) -> R + Send,
    ) -> Result<R, BucketError> {
        buckets::change(&*self.bucket, &key(account), |known: Option<Vec<PersonalToken>>| {
            let known = known.unwrap_or_default();
            let mut tokens = known.clone();
            tokens.retain(|token| token.expires_at > now);
            let result = edit(&mut tokens);
            match (tokens == known, tokens.is_empty()) {
                (true, _) => Change::Keep(result),
                (false, true) => Change::Delete(result),
                (false, false) => Change::Put(tokens, result),
            }
        })
        .await
    }
}

fn key(account: AccountId) -> String {
    format!("{account}.tokens")
}

/// Scopes by their names.
mod names {
    use super::{Deserialize, Scope, Scopes, Serialize};

    pub(super) fn serialize<S: serde::Serializer>(scopes: &Scopes, serializer: S) -> Result<S::Ok, S::Error> {
        scopes.iter().map(Scope::name).collect::<Vec<_>>().serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Scopes, D::Error> {
        let names = Vec::<String>::deserialize(deserializer)?;
        Ok(Scopes::from_names(names.iter().map(String::as_str)))
    }
}
