//! What claims promise, alone and under an executor. Other implementations run it as well.

use std::sync::Arc;

use domain::message::{Actor, EditMessage, ExpectedEdition, MessageCommand, PostMessage};
use domain::{MessageId, Tags, Text};
use serde_json::json;
use time::OffsetDateTime;

use super::{account, sequence};
use crate::claims::{Claim, ClaimName, HeldClaim, Opened};
use crate::{Claims, EventLog, ExecuteError, Execution, Executor, IdempotencyKey, Lineage};

fn log(name: &str) -> Lineage {
    Lineage(name.into())
}

/// Of those who claim a key at once one makes the claim; what a twin wrote stays; a released key is free again.
pub async fn claims_keep_their_promises(claims: Arc<dyn Claims>) {
    let (name, claim) =
        (ClaimName::new(&log("a"), account(7), "k/1 ä"), Claim::pending("print".to_owned(), sequence(5)));
    assert_eq!(claims.find(&name).await.expect("it reads"), None);
    let racers = (0..8).map(|_| claims.open(name.clone(), claim.clone()));
    let mut made = Vec::new();
    for opened in futures::future::join_all(racers).await {
        match opened.expect("it opens") {
            Opened::Made(held) => made.push(held),
            Opened::Found(held) => assert_eq!(held.claim, claim),
        }
    }
    let [held] = &made[..] else { panic!("{made:?}") };
    let found = claims.find(&name).await.expect("it reads").expect("it is there");
    assert_eq!((&found, found.claim.since()), (held, sequence(5)));
    assert_eq!(claims.find(&ClaimName::new(&log("a"), account(8), "k/1 ä")).await.expect("it reads"), None);
    assert_eq!(claims.find(&ClaimName::new(&log("b"), account(7), "k/1 ä")).await.expect("it reads"), None);
    assert_eq!(claims.find(&ClaimName::of_nobody(&log("a"), "k/1 ä")).await.expect("it reads"), None);

    claims.complete(held, &json!({"n": 1})).await.expect("it writes");
    claims.complete(held, &json!({"n": 2})).await.expect("a twin that is late is no error");
    claims.release(held).await.ok();
    let outcome = async || claims.find(&name).await.expect("it reads").and_then(|held| held.claim.outcome);
    assert_eq!(outcome().await, Some(json!({"n": 1})), "what the first one wrote stays");

    let shared = ClaimName::new(&log("a"), account(7), "shared");
    let Opened::Made(first) = claims.open(shared.clone(), claim.clone()).await.expect("it opens") else {
        panic!("nobody holds it");
    };
    let second = claims.share(first.clone()).await.expect("it writes").expect("nobody wrote meanwhile");
    assert!(second.claim.shared);
    assert_eq!(claims.share(first.clone()).await.expect("it reads"), None, "another revision");
    claims.release(&first).await.ok();
    assert_eq!(claims.find(&shared).await.expect("it reads"), Some(second.clone()), "what is shared stays");
    claims.complete(&second, &json!(4)).await.expect("it writes");

    let other = ClaimName::of_nobody(&log("a"), "k2");
    let open = async || -> HeldClaim {
        match claims.open(other.clone(), claim.clone()).await.expect("it opens") {
            Opened::Made(held) => held,
            Opened::Found(held) => panic!("somebody holds it: {held:?}"),
        }
    };
    let first = open().await;
    claims.release(&first).await.expect("it releases");
    assert_eq!(claims.find(&other).await.expect("it reads"), None);
    let second = open().await;
    claims.release(&first).await.ok();
    assert_eq!(claims.find(&other).await.expect("it reads"), Some(second.clone()), "the new claim stays");
    claims.release(&second).await.expect("it releases");
    claims.complete(&second, &json!(3)).await.expect("it writes");
    let kept = claims.find(&other).await.expect("it reads").expect("what was released is claimed for good");
    assert_eq!(kept.claim.outcome, Some(json!(3)));
}

fn execution(number: i64, key: &str, body: u8) -> Execution {
    Execution {
        actor: account(number),
        now: OffsetDateTime::now_utc(),
        idempotency: Some(IdempotencyKey { key: key.to_owned(), fingerprint: [body; 32] }),
        correlation: "suite".to_owned(),
        trace_parent: None,
    }
}

fn post(author: i64, text: &str) -> MessageCommand {
    MessageCommand::Post(PostMessage {
        author: account(author),
        text: Text::parse(text).expect("a text"),
        tags: Tags::default(),
        in_reply_to: None,
        original_time: None,
    })
}

fn edit(by: i64, message: MessageId, edition: u32, text: &str) -> MessageCommand {
    MessageCommand::Edit(EditMessage {
        actor: Actor { account: account(by), is_admin: false },
        message,
        expected: ExpectedEdition::Exactly(edition),
        text: Some(Text::parse(text).expect("a text")),
        tags: None,
    })
}

/// One event per idempotency key, whoever repeats the command, and how often.
pub async fn one_event_per_key(log: Arc<dyn EventLog>, claims: Arc<dyn Claims>) {
    let executor = Arc::new(Executor::new(Arc::clone(&log), Arc::clone(&claims)));
    let twins = (0..8).map(|_| {
        let executor = Arc::clone(&executor);
        tokio::spawn(async move { executor.execute(execution(7, "k", 1), post(7, "once")).await })
    });
    let mut outcomes = Vec::new();
    for twin in twins.collect::<Vec<_>>() {
        outcomes.push(twin.await.expect("no panic").expect("every twin is answered").outcome);
    }
    outcomes.dedup();
    assert_eq!(outcomes.len(), 1, "all twins get the same answer");
    let message = outcomes[0].message;
    let again = executor.execute(execution(7, "k", 1), post(7, "once")).await.expect("answered");
    assert!(again.repeated);
    assert_eq!(again.outcome, outcomes[0]);
    let other_body = executor.execute(execution(7, "k", 2), post(7, "twice")).await;
    assert!(matches!(other_body, Err(ExecuteError::KeyReused)), "{other_body:?}");
    executor.execute(execution(8, "k", 2), post(8, "another actor")).await.expect("keys are per actor");

    let name = ClaimName::new(&log.lineage(), account(9), "r");
    let pending = Claim::pending("01".repeat(32), log.head().await.expect("a head"));
    let Opened::Made(first) = claims.open(name.clone(), pending).await.expect("it opens") else {
        panic!("nobody holds it");
    };
    let refused = executor.execute(execution(9, "r", 1), edit(9, message, 1, "not mine")).await;
    assert!(matches!(refused, Err(ExecuteError::Rejected(_))), "{refused:?}");
    for release in [None, Some(first)] {
        if let Some(first) = release {
            claims.release(&first).await.ok();
        }
        let kept = claims.find(&name).await.expect("it reads");
        assert!(kept.is_some(), "the refusal of one try frees no key that another one may be using");
    }

    let edits = (0..8).map(|_| {
        let executor = Arc::clone(&executor);
        tokio::spawn(async move { executor.execute(execution(7, "e", 1), edit(7, message, 1, "new")).await })
    });
    for twin in edits.collect::<Vec<_>>() {
        let executed = twin.await.expect("no panic").expect("every twin of the edit is answered");
        assert_eq!(executed.outcome.edition, 2);
    }
    assert_eq!(log.head().await.expect("a head").get(), 3);
}
