//! Home timelines: the rows must not depend on batches, and what is read from them must equal a slow model.

mod edges;
mod events;
mod rows;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use self::events::{History, recorded};
use crate::model::{feeds_of, normalised, rows_of_feeds};

pub(crate) use self::rows::{Feeds, TABLES, readable, rows};

/// The expected home timelines, in tables of their own.
pub(crate) async fn rows_of(events: &[event_store::RecordedEvent]) -> crate::rows::Rows {
    let feeds = Feeds::start().await;
    feeds.fold_all(SMALL, events, |rest| rest).await;
    feeds.rows().await
}

/// Crossed all the time by half a dozen accounts.
const SMALL: u32 = 3;
const LARGE: u32 = 10_000;

#[tokio::test]
async fn rows_do_not_depend_on_batches_and_feeds_equal_the_model() {
    let feeds = Feeds::start().await;
    for seed in 0..10 {
        let events = recorded(&History::of(seed, 160));
        let oracle = feeds_of(&events);
        let expected = oracle.feeds();
        let mut random = StdRng::seed_from_u64(seed);

        feeds.fold_all(SMALL, &events, |_| 1).await;
        let one_by_one = feeds.rows().await;
        assert_eq!(feeds.readable().await, expected, "seed {seed}: what is read");
        let rows = rows_of_feeds(&oracle, &feeds.inputs().await);
        assert_eq!(normalised(one_by_one.clone()), rows, "seed {seed}: what is written");

        feeds.fold_all(SMALL, &events, |rest| rest).await;
        assert_eq!(feeds.rows().await, one_by_one, "seed {seed}: one batch");

        feeds.fold_all(SMALL, &events, |rest| random.random_range(1..=rest.min(40))).await;
        assert_eq!(feeds.rows().await, one_by_one, "seed {seed}: random batches");

        feeds.fold_all(LARGE, &events, |rest| rest).await;
        assert_eq!(feeds.readable().await, expected, "seed {seed}: without a limit in sight");
        assert!(feeds.rows().await["merged"].is_empty());
    }
}

#[tokio::test]
async fn the_histories_of_the_tests_meet_what_matters() {
    let feeds = Feeds::start().await;
    let (mut merged, mut written_of_merged, mut reposted, mut former) = (0, 0, 0, 0);
    for seed in 0..24 {
        feeds.fold_all(SMALL, &recorded(&History::of(seed, 160)), |rest| rest).await;
        merged += feeds.count("select count(*) from feeds_v1.merged").await;
        written_of_merged += feeds.count(include_str!("feeds/written_of_merged.sql")).await;
        reposted += feeds.count("select count(*) from feeds_v1.feed where position <> message").await;
        former += feeds.count("select count(*) from feeds_v1.former").await;
    }
    assert!(merged > 20 && written_of_merged > 20, "{merged} merged, {written_of_merged} written of merged");
    assert!(reposted > 20 && former > 5, "{reposted} reposted, {former} former");
}
