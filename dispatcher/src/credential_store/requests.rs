//! Who waits to be registered. They are one entry, so that they are listed, bounded and changed as a whole.

use std::sync::Arc;

use domain::{DisplayName, Handle};
use event_store::buckets::{self, Bucket, BucketError, Change};
use http_kit::ClientAddress;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{OidcSubject, PasswordHash};

/// Of all; with some 300 bytes each they are less than the 64 KiB that an entry may have.
pub const REQUESTS_MAX: usize = 150;
/// Of one address.
pub const REQUESTS_PER_ADDRESS_MAX: usize = 3;
/// Who was not answered by then may ask again.
const AGE_MAX: time::Duration = time::Duration::days(30);

const KEY: &str = "requests";

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    pub handle: Handle,
    pub display_name: DisplayName,
    pub hash: PasswordHash,
    /// Of somebody who has no password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oidc: Option<OidcRequest>,
    pub address: String,
    #[serde(with = "time::serde::timestamp")]
    pub requested_at: OffsetDateTime,
}

/// With what somebody who registers at a provider will log in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OidcRequest {
    pub subject: OidcSubject,
    pub provider: String,
}

/// What became of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    Waits,
    HandleTaken,
    TooManyOfAddress,
    TooMany,
}

#[derive(Debug, Clone)]
pub struct Requests {
    bucket: Arc<dyn Bucket>,
}

impl Requests {
    pub fn new(bucket: Arc<dyn Bucket>) -> Self {
        Self { bucket }
    }

    /// Oldest first.
    pub async fn list(&self, now: OffsetDateTime) -> Result<Vec<Request>, BucketError> {
        let known: Option<Vec<Request>> = buckets::get(&*self.bucket, KEY).await?;
        Ok(current(known, now))
    }

    /// Whether one would be taken, so that no password is hashed for one that would not.
    pub async fn has_room(
        &self,
        handle: &Handle,
        address: ClientAddress,
        now: OffsetDateTime,
    ) -> Result<Asked, BucketError> {
        Ok(judge(&self.list(now).await?, handle, &address.to_string()))
    }

    pub async fn add(&self, request: &Request) -> Result<Asked, BucketError> {
        buckets::change(&*self.bucket, KEY, |known: Option<Vec<Request>>| {
            let mut requests = current(known, request.requested_at);
            match judge(&requests, &request.handle, &request.address) {
                Asked::Waits => {
                    requests.push(request.clone());
                    Change::Put(requests, Asked::Waits)
                }
                refused => Change::Keep(refused),
            }
        })
        .await
    }

    /// Whether it was there.
    pub async fn remove(&self, handle: &Handle) -> Result<bool, BucketError> {
        buckets::change(&*self.bucket, KEY, |known: Option<Vec<Request>>| {
            let mut requests = known.unwrap_or_default();
            let before = requests.len();
            requests.retain(|request| request.handle != *handle);
            if requests.len() == before { Change::Keep(false) } else { Change::Put(requests, true) }
        })
        .await
    }
}

fn current(known: Option<Vec<Request>>, now: OffsetDateTime) -> Vec<Request> {
    let mut requests = known.unwrap_or_default();
    requests.retain(|request| now - request.requested_at < AGE_MAX);
    requests
}

fn judge(requests: &[Request], handle: &Handle, address: &str) -> Asked {
    if requests.iter().any(|request| request.handle == *handle) {
        return Asked::HandleTaken;
    }
    let of_address = requests.iter().filter(|request| request.address == address).count();
    if of_address >= REQUESTS_PER_ADDRESS_MAX {
        Asked::TooManyOfAddress
    } else if requests.len() >= REQUESTS_MAX {
        Asked::TooMany
    } else {
        Asked::Waits
    }
}
