use serde_json::json;

use super::*;

fn entry(sequence: i64, kind: &str, data: Value) -> Entry {
    Entry {
        position: sequence << 8,
        id: format!("id-{sequence}"),
        subject: "ev.0.outbox.7".to_owned(),
        event_type: format!("rookery.{kind}.v1"),
        recorded_at: 0,
        decided_at: 0,
        caused_by: None,
        data,
    }
}

fn log() -> Vec<Entry> {
    let post =
        |sequence, author: &str| entry(sequence, "message.posted", json!({"author": author, "text": "x"}));
    vec![
        post(1, "7"),
        post(2, "8"),
        entry(3, "account.muted", json!({"muter": "7", "muted": "8"})),
        post(4, "7"),
        entry(5, "message.deleted", json!({"author": "8", "message": "512", "deletedBy": "9"})),
    ]
}

fn delivery(entry: &Entry) -> Delivery {
    let mut data = entry.data.clone();
    if entry.kind() == "message.deleted" {
        data = json!({ "message": data["message"] });
    }
    let event = json!({
        "id": entry.id, "position": entry.position.to_string(), "type": entry.event_type, "subject": entry.subject, "data": data,
    });
    Delivery { position: entry.position, id: entry.id.clone(), event, is_done: true, forgery: None }
}

/// What was done, by sequence, in that order.
fn taker(done: &[usize]) -> Taker {
    let log = log();
    Taker {
        name: "a taker".to_owned(),
        types: &[],
        deliveries: done.iter().map(|sequence| delivery(&log[sequence - 1])).collect(),
        parked: BTreeSet::new(),
        state: String::new(),
        is_at_rest: true,
    }
}

fn write(at: i64, claim: &str) -> Write {
    Write { at, key: "durable.x".to_owned(), entry: json!({ "claim": claim }) }
}

/// Promises that were found broken.
fn broken(taker: Taker, trail: &[Write]) -> Vec<&'static str> {
    let delivered = Delivered { takers: vec![taker], trail: trail.to_vec(), output: String::new() };
    let found = all(&delivered, &log()).into_iter();
    found.filter(|(_, words)| !words.is_empty()).map(|(promise, _)| promise).collect()
}

const DONE: &str = "each event is done at least once, or parked";
const ORDER: &str = "events of an account are done in order";
const PRIVATE: &str = "nothing private is handed on";
const SIGNED: &str = "what is sent is signed";
const HELD: &str = "a position is one process's at a time";

#[test]
fn what_may_be_is_not_found_fault_with() {
    assert_eq!(broken(taker(&[1, 4, 5]), &[]), [""; 0], "words that are gone need not come");
    assert_eq!(broken(taker(&[2, 1, 4, 1, 5, 2]), &[]), [""; 0], "again, and beside each other");
    assert_eq!(broken(taker(&[1, 4, 5, 2]), &[]), [""; 0], "words that are gone came late");
    let mut parked = taker(&[1, 4, 5]);
    parked.deliveries[0].is_done = false;
    parked.parked.insert(256);
    assert_eq!(broken(parked, &[]), [""; 0]);
    let mut posts = taker(&[1, 4]);
    posts.types = &["rookery.message.posted.v1"];
    assert_eq!(broken(posts, &[]), [""; 0]);
    let trail =
        [write(0, "a"), write(9, NOBODY), write(10, "b"), write(2_000_010, "c"), write(2_000_011, "c")];
    assert_eq!(broken(taker(&[1, 4, 5]), &trail), [""; 0]);
}

#[test]
fn every_broken_promise_is_found() {
    assert_eq!(broken(taker(&[1, 4]), &[]), [DONE]);
    assert_eq!(broken(taker(&[4, 1, 5]), &[]), [ORDER]);
    assert_eq!(broken(taker(&[1, 3, 4, 5]), &[]), [PRIVATE]);
    let mut failed = taker(&[1, 4, 5]);
    failed.deliveries[1].is_done = false;
    assert_eq!(broken(failed, &[]), [DONE]);
    let mut busy = taker(&[1, 4, 5]);
    busy.is_at_rest = false;
    assert_eq!(broken(busy, &[]), [DONE]);
    let mut untried = taker(&[1, 5]);
    untried.parked.insert(4 << 8);
    assert_eq!(broken(untried, &[]), [DONE]);
    let mut told = taker(&[1, 4, 5]);
    told.deliveries[2].event["data"]["deletedBy"] = json!("9");
    assert_eq!(broken(told, &[]), [PRIVATE]);
    let mut renamed = taker(&[1, 4, 5]);
    renamed.deliveries[2].id = "id-4".to_owned();
    assert_eq!(broken(renamed, &[]), [PRIVATE]);
    let mut posts = taker(&[1, 4, 5]);
    posts.types = &["rookery.message.posted.v1"];
    assert_eq!(broken(posts, &[]), [PRIVATE], "it was not asked for");
    let mut forged = taker(&[1, 4, 5]);
    forged.deliveries[0].forgery = Some("no signature".to_owned());
    assert_eq!(broken(forged, &[]), [SIGNED]);
    let again = [write(0, "a"), write(2_000_000, "b"), write(2_000_001, "a")];
    assert_eq!(broken(taker(&[1, 4, 5]), &again), [HELD]);
    assert_eq!(broken(taker(&[1, 4, 5]), &[write(0, "a"), write(500_000, "b")]), [HELD], "within the lease");
}
