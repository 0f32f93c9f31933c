//! Tombstones of deleted messages keep conversations together, after replies below them came and went.

use domain::{
    AccountDeactivated, AccountEvent, Event, MessageDeleted, MessageEvent, MessageId, MessagePosted,
    Position, Tags, Text,
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

fn deleted(author: i64, sequence: u64) -> Event {
    let (message, author) = (MessageId::at(at(sequence)), conformance::account(author));
    MessageEvent::Deleted(MessageDeleted { message, author, deleted_by: author, original_time: None }).into()
}

fn log(events: Vec<Event>) -> Vec<RecordedEvent> {
    (1..).map(at).zip(events).map(|(position, event): (Position, _)| recorded(position, &event)).collect()
}

/// Sequence and distance of every tombstone, in the oracle's words for the rows that the database holds.
async fn distances(data_set: &DataSet, events: &[RecordedEvent]) -> Vec<(i64, Option<i64>)> {
    for cuts in [Cuts::OneByOne, Cuts::OneBatch, Cuts::Random(1), Cuts::Random(2)] {
        assert_equal(data_set, 0, events.to_vec(), cuts).await;
    }
    let rows = fold(data_set, events, Cuts::OneBatch).await;
    let row = |row: &String| serde_json::from_str::<serde_json::Value>(row).expect("JSON");
    let mut found: Vec<(i64, Option<i64>)> = rows["tombstone"]
        .iter()
        .map(row)
        .map(|row| (row["id"].as_i64().expect("an id") >> 8, row["nearest_living"].as_i64()))
        .collect();
    found.sort_unstable();
    found
}

#[tokio::test]
async fn a_tombstone_knows_how_far_below_it_something_lives() {
    let data_set = DataSet::start().await;
    // 1 <- 2 <- 3 <- 4, and 5 beside 3.
    let mut events =
        vec![posted(1, None), posted(2, Some(1)), posted(1, Some(2)), posted(2, Some(3)), posted(1, Some(2))];
    events.push(deleted(2, 2));
    assert_eq!(distances(&data_set, &log(events.clone())).await, [(2, Some(1))]);
    events.push(deleted(1, 5));
    events.push(deleted(1, 3));
    assert_eq!(distances(&data_set, &log(events.clone())).await, [(2, Some(2)), (3, Some(1)), (5, None)]);
    events.push(deleted(2, 4));
    let all_gone = [(2, None), (3, None), (4, None), (5, None)];
    assert_eq!(distances(&data_set, &log(events.clone())).await, all_gone);
    // An answer that was under way meanwhile brings it back.
    events.push(posted(3, Some(4)));
    let back = [(2, Some(3)), (3, Some(2)), (4, Some(1)), (5, None)];
    assert_eq!(distances(&data_set, &log(events)).await, back);
}

#[tokio::test]
async fn what_a_former_account_said_keeps_its_place_and_what_never_was_has_none() {
    let data_set = DataSet::start().await;
    let given_up = AccountEvent::Deactivated(AccountDeactivated {
        account: conformance::account(2),
        original_time: None,
    });
    let events = vec![
        posted(1, None),
        posted(2, Some(1)),
        posted(2, Some(2)),
        posted(1, Some(3)),
        given_up.into(),
        // Says nothing any more, so nothing of it is kept.
        posted(2, Some(4)),
        deleted(2, 6),
        // Never a message.
        deleted(1, 5),
        posted(1, Some(5)),
    ];
    assert_eq!(distances(&data_set, &log(events)).await, [(2, Some(2)), (3, Some(1)), (5, None)]);
}

#[tokio::test]
async fn a_change_is_felt_fifty_replies_above_it_and_no_further() {
    let data_set = DataSet::start().await;
    let chain = 2..=60_u64;
    let mut events = vec![posted(1, None)];
    events.extend(chain.clone().map(|sequence| posted(1, Some(sequence - 1))));
    events.push(posted(2, Some(60)));
    events.extend(chain.clone().map(|sequence| deleted(1, sequence)));
    let expected = |last: i64| (2..=60_i64).map(move |sequence| (sequence, Some(last - sequence)));
    let found = distances(&data_set, &log(events.clone())).await;
    let bounded = |(sequence, steps): (i64, Option<i64>)| (sequence, steps.filter(|steps| *steps <= 50));
    assert_eq!(found, expected(61).map(bounded).collect::<Vec<_>>());
    // The living leaf goes, and with it every trace of the chain.
    events.push(deleted(2, 61));
    let found = distances(&data_set, &log(events)).await;
    assert!(found.len() == 60 && found.iter().all(|(_, nearest)| nearest.is_none()), "{found:?}");
}
