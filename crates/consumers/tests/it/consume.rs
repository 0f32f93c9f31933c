//! At least once, in order per account, past what fails.

use consumers::{Choice, ConsumeError, Durable, DurablesError};
use domain::AccountId;
use testkit::eventually;

use crate::support::{LIMIT, NAME, World};

fn is_done(durable: &Durable, through: i64) -> bool {
    durable.position == through && durable.open.is_empty()
}

#[tokio::test]
async fn an_event_that_fails_delays_its_own_account_alone_and_is_parked() {
    let world = World::new();
    let bad = world.post(7).await;
    let mut of_seven = Vec::new();
    let mut of_others = Vec::new();
    for _ in 0..100 {
        of_seven.push(world.post(7).await);
        of_others.push(world.post(8).await);
    }
    world.handler.bad.lock().expect("ours").insert(bad);
    let (task, stop) = world.consume(|_| ());
    eventually("the others are done", LIMIT, async || {
        let handled = world.handled();
        let left = of_others.iter().filter(|position| !handled.contains(position)).count();
        if left == 0 { Ok(()) } else { Err(format!("{left} are left")) }
    })
    .await;
    assert_eq!(world.tries(bad), [1], "its second try is a second later");
    assert_eq!(world.handled().len(), 101, "what is behind it waits");
    world.until("the rest is done, too", |durable| is_done(durable, *of_others.last().expect("one"))).await;
    assert_eq!(world.tries(bad), [1, 2]);
    let handled = world.handled();
    for of_one in [&of_seven, &of_others] {
        let in_order: Vec<i64> = handled.iter().filter(|at| of_one.contains(at)).copied().collect();
        assert_eq!(in_order, *of_one, "each once, in order");
    }
    let durable = world.durable().await;
    let [parked] = durable.parked.as_slice() else { panic!("{durable:?}") };
    assert_eq!((parked.position, parked.account, parked.tries), (bad, 7, 2));
    assert_eq!(
        (parked.event_type.as_str(), parked.outcome.as_str()),
        ("rookery.message.posted.v1", "exited with 3")
    );

    // Its cause is still there, then gone.
    let one = Choice::At(vec![bad]);
    assert_eq!(world.durables.retry(NAME, &one).await.expect("known"), 1);
    world.until("it is parked again", |durable| durable.parked.iter().any(|parked| !parked.is_retried)).await;
    assert_eq!(world.tries(bad), [1, 2, 1, 2]);
    world.handler.bad.lock().expect("ours").clear();
    world.durables.retry(NAME, &Choice::All).await.expect("known");
    world.until("it is done", |durable| durable.parked.is_empty()).await;
    assert_eq!(world.durables.retry(NAME, &Choice::All).await.expect("known"), 0);
    stop.cancel();
    task.await.expect("no panic").expect("it ends in order");
    assert!(!world.durable().await.is_claimed(), "given up at once");
}

#[tokio::test]
async fn what_is_dropped_is_not_tried_again_and_what_is_removed_stops() {
    let world = World::new();
    let bad = world.post(7).await;
    world.handler.bad.lock().expect("ours").insert(bad);
    let (task, _stop) = world.consume(|settings| settings.tries = 1);
    world.until("it is parked", |durable| !durable.parked.is_empty()).await;
    assert_eq!(world.durables.drop(NAME, &Choice::All).await.expect("known"), 1);
    let next = world.post(7).await;
    world.until("it goes on", |durable| is_done(durable, next)).await;
    assert!(world.durable().await.parked.is_empty());
    assert_eq!(world.handled(), [bad, next]);
    assert!(world.durables.remove(NAME).await.expect("reached"));
    let ended = tokio::time::timeout(LIMIT, task).await.expect("it ends").expect("no panic");
    let ended = ended.expect_err("the durable is gone");
    assert!(matches!(ended, ConsumeError::Durables(DurablesError::Removed(_))), "{ended}");
    assert!(!world.durables.remove(NAME).await.expect("reached"));
}

#[tokio::test]
async fn a_replay_goes_on_elsewhere_at_once_and_what_was_known_before_is_not_written() {
    let world = World::new();
    let first = world.post(7).await;
    let bad = world.post(8).await;
    let last = world.post(7).await;
    world.handler.bad.lock().expect("ours").insert(bad);
    let (task, stop) = world.consume(|settings| settings.tries = 1);
    world.until("it is parked", |durable| is_done(durable, last) && durable.parked.len() == 1).await;
    world.handler.bad.lock().expect("ours").clear();
    let lineage = world.durable().await.lineage;
    world.durables.replay(NAME, &lineage, first, false).await.expect("reached");
    let all_again = |handled: &[i64]| handled.iter().filter(|position| **position != first).count() == 4;
    eventually("what is behind it comes again", LIMIT, async || {
        let handled = world.handled();
        if all_again(&handled) { Ok(()) } else { Err(format!("{handled:?}")) }
    })
    .await;
    let durable = world.until("it is at the end", |durable| is_done(durable, last)).await;
    assert!(durable.parked.is_empty() && durable.turn == 1, "{durable:?}");
    assert_eq!(world.handled().iter().filter(|position| **position == first).count(), 1);
    stop.cancel();
    task.await.expect("no panic").expect("it ends in order");
    // Also where nobody has it, and the log is another one.
    world.durables.replay(NAME, "another", 0, false).await.expect("reached");
    let durable = world.durable().await;
    assert_eq!((durable.position, durable.lineage.as_str()), (0, "another"));
}

#[tokio::test]
async fn one_that_dies_is_taken_over_where_it_was() {
    let world = World::new();
    let mut posted = Vec::new();
    for number in 0..60 {
        posted.push(world.post(7 + number % 3).await);
    }
    *world.handler.pause.lock().expect("ours") = std::time::Duration::from_millis(30);
    let (first, _) = world.consume(|_| ());
    eventually("it is at work", LIMIT, async || {
        let handled = world.handled().len();
        if handled > 20 { Ok(()) } else { Err(format!("{handled}")) }
    })
    .await;
    let (second, stop) = world.consume(|settings| settings.runner = "second".to_owned());
    first.abort();
    let durable = world.until("all is done", |durable| is_done(durable, posted[59])).await;
    assert_eq!(durable.runner, "second");
    let handled = world.handled();
    assert!(handled.len() < 60 + 30, "from where it was, not from the beginning: {handled:?}");
    for account in 0..3 {
        let expected: Vec<i64> = posted.iter().skip(account).step_by(3).copied().collect();
        let mut seen = Vec::new();
        for position in handled.iter().filter(|position| expected.contains(position)) {
            if !seen.contains(position) {
                seen.push(*position);
            }
        }
        assert_eq!(seen, expected, "at least once, and in order");
    }
    stop.cancel();
    second.await.expect("no panic").expect("it ends in order");
}

#[tokio::test]
async fn a_durable_takes_what_it_took_before() {
    let world = World::new();
    let first = world.post(7).await;
    let second = world.post(8).await;
    let eight = AccountId::from_i64(8);
    let (task, stop) = world.consume(|settings| settings.filter.account = eight);
    world.until("it is done", |durable| is_done(durable, second)).await;
    assert_eq!(world.handled(), [second]);
    stop.cancel();
    task.await.expect("no panic").expect("it ends in order");
    let (other, _) = world.consume(|_| ());
    let refused = other.await.expect("no panic").expect_err("it took less");
    assert!(matches!(refused, ConsumeError::Durables(DurablesError::OtherFilter(..))), "{refused}");
    let (bad, _) = world.consume(|settings| settings.durable = "Bad.name".to_owned());
    let refused = bad.await.expect("no panic").expect_err("it is no name");
    assert!(matches!(refused, ConsumeError::Durables(DurablesError::Name)), "{refused}");
    // Where a new one begins.
    let (task, _) = world.consume(|settings| {
        settings.durable = "later".to_owned();
        settings.after = first;
    });
    eventually("it begins behind the first", LIMIT, async || {
        if world.handled() == [second, second] { Ok(()) } else { Err(format!("{:?}", world.handled())) }
    })
    .await;
    task.abort();
    let names: Vec<String> =
        world.durables.list().await.expect("readable").into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["later", "search"]);
}
