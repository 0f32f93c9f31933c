//! Single cases that random histories are too short for, or that deserve a name.

use domain::Event;

use super::events::{
    deactivated, deleted, followed, position_of, posted, recorded, reposted, unfollowed, unreposted,
};
use super::rows::Feeds;
use super::{LARGE, SMALL};
use crate::model::feeds_of;

/// Folds a history in one batch, for every limit, and compares what is read with the model.
async fn assert_readable(feeds: &Feeds, events: &[Event]) {
    let events = recorded(events);
    for limit in [SMALL, LARGE] {
        feeds.fold_all(limit, &events, |rest| rest).await;
        assert_eq!(feeds.readable().await, feeds_of(&events).feeds(), "limit {limit}");
    }
}

#[tokio::test]
async fn a_new_follower_sees_the_two_hundred_entries_of_before() {
    let feeds = Feeds::start().await;
    let mut events = vec![posted(1); 250];
    events.push(followed(2, 1));
    events.extend(vec![posted(1); 10]);
    assert_readable(&feeds, &events).await;
    let seen = &feeds.readable().await[&2];
    assert_eq!((seen.len(), seen[0].0), (210, position_of(50).get()));
    // With the author merged, the rows differ and what is seen does not.
    let crowd = [3, 4, 5, 6].map(|follower| followed(follower, 1));
    events.splice(250..250, crowd);
    assert_readable(&feeds, &events).await;
    assert_eq!(feeds.readable().await[&2].len(), 210);
}

#[tokio::test]
async fn what_is_done_to_a_message_of_the_future_means_nothing() {
    let feeds = Feeds::start().await;
    let later = position_of(4).get();
    let before = [followed(2, 1), unreposted(1, later), deleted(1, later), reposted(3, later)];
    let mut events = before.to_vec();
    events.push(posted(1));
    assert_readable(&feeds, &events).await;
    assert_eq!(feeds.readable().await[&2], [(later, 1, later)]);
}

#[tokio::test]
async fn the_limit_is_crossed_upwards_by_one_more_and_downwards_by_a_tenth() {
    let feeds = Feeds::start().await;
    let limit = 20;
    let mut events: Vec<Event> = (2..=21).map(|follower| followed(follower, 1)).collect();
    events.push(posted(1));
    let merged = "select count(*) from feeds_v1.merged";
    let written = "select count(*) from feeds_v1.feed";
    feeds.fold_all(limit, &recorded(&events), |rest| rest).await;
    assert_eq!((feeds.count(merged).await, feeds.count(written).await), (0, 20));
    events.extend([followed(22, 1), posted(1), followed(23, 1), posted(1)]);
    feeds.fold_all(limit, &recorded(&events), |rest| rest).await;
    // The first post was written to 20 feeds and filled into that of the 21st follower.
    assert_eq!((feeds.count(merged).await, feeds.count(written).await), (22, 21));
    events.extend((20..=22).map(|follower| unfollowed(follower, 1)));
    feeds.fold_all(limit, &recorded(&events), |rest| rest).await;
    assert_eq!((feeds.count(merged).await, feeds.count(written).await), (19, 18));
    events.push(unfollowed(2, 1));
    feeds.fold_all(limit, &recorded(&events), |rest| rest).await;
    assert_eq!((feeds.count(merged).await, feeds.count(written).await), (0, 18 * 3));
    assert_eq!(feeds.readable().await, feeds_of(&recorded(&events)).feeds());
}

#[tokio::test]
async fn a_deactivated_account_leaves_nothing_behind() {
    let feeds = Feeds::start().await;
    let mut events: Vec<Event> = (2..=6).flat_map(|other| [followed(other, 1), followed(1, other)]).collect();
    events.extend((1..=6).map(posted));
    let message = position_of(events.len() - 6).get();
    events.extend([reposted(2, message), reposted(1, message + 256), posted(1), deactivated(1)]);
    events.extend([posted(1), followed(1, 2), followed(3, 1), reposted(1, message + 256), deactivated(1)]);
    assert_readable(&feeds, &events).await;
    for table in ["entry", "author", "feed", "merged", "follow"] {
        let rows = &feeds.rows().await[table];
        let is_of_it = |row: &&String| {
            ["account", "author", "owner", "follower", "followee"].iter().any(|column| {
                row.contains(&format!("\"{column}\": 1,")) || row.contains(&format!("\"{column}\": 1}}"))
            })
        };
        assert_eq!(rows.iter().filter(is_of_it).count(), 0, "{table}: {rows:?}");
    }
}
