//! What every bucket promises.

use std::sync::Arc;

use bytes::Bytes;

use crate::buckets::{Bucket, Written};

/// An empty bucket.
pub async fn bucket_keeps_its_promises(bucket: Arc<dyn Bucket>) {
    let value = |text: &'static str| Some(Bytes::from_static(text.as_bytes()));
    let missing = bucket.read("a.b").await.expect("it reads");
    assert_eq!((missing.value, missing.revision), (None, 0));
    assert_eq!(bucket.write("a.b", value("1"), 0).await.expect("it answers"), Written::Done);
    assert_eq!(bucket.write("a.b", value("2"), 0).await.expect("it answers"), Written::Conflict);
    let first = bucket.read("a.b").await.expect("it reads");
    assert_eq!(first.value, value("1"));
    let shown = format!("BucketEntry {{ revision: {}, .. }}", first.revision);
    assert_eq!(format!("{first:?}"), shown, "no value is");
    assert_eq!(bucket.write("a.b", None, first.revision).await.expect("it answers"), Written::Done);
    let deleted = bucket.read("a.b").await.expect("it reads");
    assert_eq!(deleted.value, None);
    assert_eq!(bucket.write("a.b", value("3"), first.revision).await.expect("it answers"), Written::Conflict);
    assert_eq!(bucket.write("a.b", value("3"), deleted.revision).await.expect("it answers"), Written::Done);
    assert_eq!(bucket.read("a.b").await.expect("it reads").value, value("3"));
    assert_eq!(bucket.read("a.c").await.expect("it reads").value, None);
    let revision = bucket.read("a.b").await.expect("it reads").revision;
    let race = (0..8).map(|_| bucket.write("a.b", value("4"), revision));
    let done = futures::future::join_all(race).await;
    let done = done.iter().filter(|written| matches!(written, Ok(Written::Done))).count();
    assert_eq!(done, 1, "of several writers at one revision one wins");
}
