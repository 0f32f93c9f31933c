//! What is void before it expires, in parts by account.

use std::sync::Arc;

use domain::AccountId;
use event_store::buckets::{self, Bucket, BucketError, Change};
use tokens::RevocationPart;

#[derive(Debug, Clone)]
pub struct Revocations {
    bucket: Arc<dyn Bucket>,
}

impl Revocations {
    pub fn new(bucket: Arc<dyn Bucket>) -> Self {
        Self { bucket }
    }

    /// A part, and its revision.
    pub async fn read(&self, number: usize) -> Result<(RevocationPart, u64), BucketError> {
        let (part, revision) = buckets::get_revised(&*self.bucket, &key(number)).await?;
        Ok((part.unwrap_or_default(), revision))
    }

    /// Changes the part of an account.
    pub async fn change<R: Send>(
        &self,
        account: AccountId,
        mut edit: impl FnMut(&mut RevocationPart) -> R + Send,
    ) -> Result<R, BucketError> {
        let number = tokens::Revocations::part_of(account.get());
        buckets::change(&*self.bucket, &key(number), |known: Option<RevocationPart>| {
            let known = known.unwrap_or_default();
            let mut part = known.clone();
            let result = edit(&mut part);
            if part == known { Change::Keep(result) } else { Change::Put(part, result) }
        })
        .await
    }

    /// Makes the first part where there is none, so that an operator's tool finds the bucket on every kind of log.
    pub async fn ensure(&self) -> Result<(), BucketError> {
        buckets::change(&*self.bucket, &key(0), |known: Option<RevocationPart>| match known {
            Some(_) => Change::Keep(()),
            None => Change::Put(RevocationPart::default(), ()),
        })
        .await
    }
}

fn key(number: usize) -> String {
    number.to_string()
}
