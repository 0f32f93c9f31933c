//! Where the owner of an account logged in before: devices that asked to be remembered, and addresses.
//!
//! Only hashes are kept, and only the newest of each.

use std::sync::Arc;
use std::time::Duration;

use domain::AccountId;
use event_store::buckets::{self, Bucket, BucketError, Change};
use http_kit::ClientAddress;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use uuid::Uuid;

use super::sessions::SecretHash;

pub const DEVICES_PER_ACCOUNT_MAX: usize = 16;
pub const ADDRESSES_PER_ACCOUNT_MAX: usize = 8;
/// A place that was used again within this time is not written down anew.
const NOTE_PERIOD: Duration = Duration::from_secs(24 * 3_600);

/// A device, and the hash of what it shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    pub id: Uuid,
    pub secret: SecretHash,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Places {
    devices: Vec<KnownDevice>,
    addresses: Vec<KnownAddress>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct KnownDevice {
    id: Uuid,
    secret: SecretHash,
    #[serde(with = "time::serde::timestamp")]
    used_at: OffsetDateTime,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct KnownAddress {
    hash: SecretHash,
    #[serde(with = "time::serde::timestamp")]
    used_at: OffsetDateTime,
}

impl Places {
    pub fn knows_device(&self, device: &Device) -> bool {
        self.devices.iter().any(|known| known.id == device.id && known.secret == device.secret)
    }

    pub fn knows_address(&self, account: AccountId, address: ClientAddress) -> bool {
        let hash = hash(account, address);
        self.addresses.iter().any(|known| known.hash == hash)
    }

    fn note_device(&mut self, device: &Device, now: OffsetDateTime) {
        match self.devices.iter_mut().find(|known| known.id == device.id) {
            Some(known) if now - known.used_at < NOTE_PERIOD => {}
            Some(known) => known.used_at = now,
            None => {
                let Device { id, secret } = device.clone();
                self.devices.push(KnownDevice { id, secret, used_at: now });
            }
        }
        self.devices.sort_by_key(|known| std::cmp::Reverse(known.used_at));
        self.devices.truncate(DEVICES_PER_ACCOUNT_MAX);
    }

    fn note_address(&mut self, hash: SecretHash, now: OffsetDateTime) {
        match self.addresses.iter_mut().find(|known| known.hash == hash) {
            Some(known) if now - known.used_at < NOTE_PERIOD => {}
            Some(known) => known.used_at = now,
            None => self.addresses.push(KnownAddress { hash, used_at: now }),
        }
        self.addresses.sort_by_key(|known| std::cmp::Reverse(known.used_at));
        self.addresses.truncate(ADDRESSES_PER_ACCOUNT_MAX);
    }
}

#[derive(Debug, Clone)]
pub struct KnownPlaces {
    bucket: Arc<dyn Bucket>,
}

impl KnownPlaces {
    pub fn new(bucket: Arc<dyn Bucket>) -> Self {
        Self { bucket }
    }

    pub async fn get(&self, account: AccountId) -> Result<Places, BucketError> {
        Ok(buckets::get(&*self.bucket, &key(account)).await?.unwrap_or_default())
    }

    /// Remembers where the owner logged in.
    pub async fn note(
        &self,
        account: AccountId,
        address: ClientAddress,
        device: Option<&Device>,
        now: OffsetDateTime,
    ) -> Result<(), BucketError> {
        let hash = hash(account, address);
        buckets::change(&*self.bucket, &key(account), |known: Option<Places>| {
            let known = known.unwrap_or_default();
            let mut places = known.clone();
            places.note_address(hash.clone(), now);
            if let Some(device) = device {
                places.note_device(device, now);
            }
            if places == known { Change::Keep(()) } else { Change::Put(places, ()) }
        })
        .await
    }

    pub async fn forget(&self, account: AccountId) -> Result<(), BucketError> {
        buckets::delete(&*self.bucket, &key(account)).await
    }
}

/// With the account, so that equal addresses of two accounts do not show. There are few enough addresses to try them
/// all; the hash keeps honest eyes away.
fn hash(account: AccountId, address: ClientAddress) -> SecretHash {
    SecretHash::new(Sha256::digest(format!("{account} {address}")).into())
}

fn key(account: AccountId) -> String {
    format!("{account}.places")
}
