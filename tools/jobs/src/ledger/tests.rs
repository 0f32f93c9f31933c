//! Who may change an entry.

use event_store::buckets::InMemoryBucket;

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().expect("a timestamp")
}

fn claim(runner: &str) -> Claim<'_> {
    let window = Window { start: at("2026-01-01T00:00:00Z"), end: at("2026-01-02T00:00:00Z") };
    let (lease, now) = (Duration::from_secs(30), at("2026-01-02T00:00:05Z"));
    Claim { window, from: 0, to: 256, runner, lease, dead: None, again: false, now }
}

fn ledger() -> Ledger {
    Ledger::new(Arc::new(InMemoryBucket::default()))
}

async fn mine(ledger: &Ledger, claim: &Claim<'_>) -> Entry {
    match ledger.claim("job", claim).await.expect("it answers") {
        Claimed::Mine(entry) => entry,
        Claimed::Not(entry) => panic!("{entry:?}"),
    }
}

#[tokio::test]
async fn a_window_has_one_runner() {
    let ledger = ledger();
    let first = mine(&ledger, &claim("a")).await;
    let second = ledger.claim("job", &claim("b")).await.expect("it answers");
    assert_eq!(second, Claimed::Not(first));
}

#[tokio::test]
async fn a_runner_that_was_taken_over_changes_nothing_more() {
    let ledger = ledger();
    let first = mine(&ledger, &claim("a")).await;
    let later = Claim { from: 7, to: 9, dead: Some((first.claim, first.beat)), ..claim("b") };
    let second = mine(&ledger, &later).await;
    assert_eq!((second.from, second.to), (0, 256), "all tries see the same events");
    let late = ledger.update("job", &first, |entry| entry.state = State::Failed).await.expect("it answers");
    assert_eq!(late, Err(Lost));
    let ended = ledger.update("job", &second, |entry| entry.state = State::Succeeded).await;
    assert_eq!(ended.expect("it answers").map(|entry| entry.state), Ok(State::Succeeded));
}

#[tokio::test]
async fn a_runner_that_beats_is_not_taken_over() {
    let ledger = ledger();
    let first = mine(&ledger, &claim("a")).await;
    ledger.update("job", &first, |entry| entry.beat += 1).await.expect("it answers").expect("it is its own");
    let later = Claim { dead: Some((first.claim, first.beat)), ..claim("b") };
    assert!(matches!(ledger.claim("job", &later).await, Ok(Claimed::Not(_))));
}

#[tokio::test]
async fn a_window_that_succeeded_is_over_for_good() {
    let ledger = ledger();
    let first = mine(&ledger, &claim("a")).await;
    ledger
        .update("job", &first, |entry| entry.state = State::Succeeded)
        .await
        .expect("it answers")
        .expect("its own");
    let again = Claim { again: true, dead: Some((first.claim, first.beat)), ..claim("b") };
    assert!(matches!(ledger.claim("job", &again).await, Ok(Claimed::Not(_))));
}

#[tokio::test]
async fn a_window_that_failed_runs_again_only_where_that_is_asked_for() {
    let ledger = ledger();
    let first = mine(&ledger, &claim("a")).await;
    let fail = |entry: &mut Entry| (entry.state, entry.tries) = (State::Failed, 3);
    ledger.update("job", &first, fail).await.expect("it answers").expect("its own");
    assert!(matches!(ledger.claim("job", &claim("b")).await, Ok(Claimed::Not(_))));
    let now = at("2026-01-09T00:00:00Z");
    let again = mine(&ledger, &Claim { again: true, now, ..claim("b") }).await;
    assert_eq!((again.tries, again.started_at), (0, now), "it did not run in between");
}

#[tokio::test]
async fn a_window_that_runs_is_not_skipped() {
    let ledger = ledger();
    let first = mine(&ledger, &claim("a")).await;
    assert_eq!(ledger.skip("job", &claim("b")).await.expect("it answers"), first);
}
