//! What the order of the log says of blocks, however the log is cut into batches: also where a dispatcher let something
//! in that a block of the same moment forbids.

use domain::{
    Blocked, Event, Followed, GraphEvent, Liked, MessageEvent, MessageId, MessagePosted, Position,
    ReactionEvent, Reposted, Tags, Text, Unblocked,
};
use event_store::{RecordedEvent, conformance};

use crate::property::{Cuts, assert_equal, at, fold, recorded};
use crate::rows::DataSet;

fn posted(author: i64, in_reply_to: Option<u64>) -> Event {
    let (text, tags) = (Text::parse("said").expect("a text"), Tags::default());
    let in_reply_to = in_reply_to.map(|sequence| MessageId::at(at(sequence)));
    let author = conformance::account(author);
    MessageEvent::Posted(MessagePosted { author, text, tags, in_reply_to, original_time: None }).into()
}

fn followed(follower: i64, followee: i64) -> Event {
    let (follower, followee) = (conformance::account(follower), conformance::account(followee));
    GraphEvent::Followed(Followed { follower, followee, original_time: None }).into()
}

fn blocked(blocker: i64, blocked: i64) -> Event {
    let (blocker, blocked) = (conformance::account(blocker), conformance::account(blocked));
    GraphEvent::Blocked(Blocked { blocker, blocked }).into()
}

fn unblocked(blocker: i64, blocked: i64) -> Event {
    let (blocker, blocked) = (conformance::account(blocker), conformance::account(blocked));
    GraphEvent::Unblocked(Unblocked { blocker, blocked }).into()
}

fn liked(account: i64, sequence: u64) -> Event {
    let (account, message) = (conformance::account(account), MessageId::at(at(sequence)));
    ReactionEvent::Liked(Liked { account, message, original_time: None }).into()
}

fn reposted(account: i64, sequence: u64) -> Event {
    let (account, message) = (conformance::account(account), MessageId::at(at(sequence)));
    ReactionEvent::Reposted(Reposted { account, message, original_time: None }).into()
}

fn log(events: &[Event]) -> Vec<RecordedEvent> {
    (1..).map(at).zip(events).map(|(position, event): (Position, _)| recorded(position, event)).collect()
}

/// How many rows each of some tables has.
async fn count(data_set: &DataSet, events: &[Event]) -> [usize; 5] {
    let events = log(events);
    for cuts in [Cuts::OneByOne, Cuts::OneBatch, Cuts::Random(1), Cuts::Random(2)] {
        assert_equal(data_set, 0, events.clone(), cuts).await;
    }
    let rows = fold(data_set, &events, Cuts::OneBatch).await;
    ["blocked", "follow", "liked", "reposted", "notification"].map(|table| rows[table].len())
}

#[tokio::test]
async fn what_comes_behind_a_block_has_no_effect_until_that_is_taken_back() {
    let data_set = DataSet::start().await;
    let mut events = vec![posted(1, None), followed(1, 2), followed(2, 1), followed(3, 1)];
    assert_eq!(count(&data_set, &events).await, [0, 3, 0, 0, 3]);
    events.push(blocked(1, 2));
    assert_eq!(count(&data_set, &events).await, [1, 1, 0, 0, 1]);
    // Let in by a dispatcher that did not know of it yet.
    let late = [followed(2, 1), followed(1, 2), liked(2, 1), reposted(2, 1), posted(2, Some(1))];
    events.extend(late.clone());
    assert_eq!(count(&data_set, &events).await, [1, 1, 0, 0, 1]);
    // Not of others.
    events.extend([liked(3, 1), reposted(3, 1)]);
    assert_eq!(count(&data_set, &events).await, [1, 1, 1, 1, 3]);
    // Nothing comes back by itself.
    events.push(unblocked(1, 2));
    assert_eq!(count(&data_set, &events).await, [0, 1, 1, 1, 3]);
    events.extend(late);
    assert_eq!(count(&data_set, &events).await, [0, 3, 2, 2, 8]);
}
