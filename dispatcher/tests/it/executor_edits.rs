//! An edit conflicts only with another change of the same message, and costs the same whatever else happens.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use dispatcher::decision::MessageOutcome;
use dispatcher::executor::{Allowance, Execution, Executor};
use domain::message::{Actor, DeleteMessage, EditMessage, ExpectedEdition, MessageCommand, PostMessage};
use domain::{AccountId, MessageId, Shard, Tags, Text};
use event_store::{EditBucket, EventLog, InMemoryLog};
use event_store_nats::{JetStreamConfig, JetStreamLog};
use testkit::Nats;
use time::OffsetDateTime;

const AUTHOR: i64 = 7;
const ADMIN: i64 = 8;

fn account(number: i64) -> AccountId {
    AccountId::from_i64(number).expect("positive")
}

fn text(number: usize) -> Text {
    Text::parse(&format!("text {number}")).expect("a text")
}

async fn run(executor: &Executor, by: i64, command: MessageCommand) -> Result<MessageOutcome, String> {
    let execution = Execution {
        actor: account(by),
        allowance: Allowance::Quota,
        now: OffsetDateTime::now_utc(),
        idempotency: None,
        correlation: "test".to_owned(),
        trace_parent: None,
    };
    let executed = executor.execute(execution, command).await;
    executed.map(|executed| executed.outcome).map_err(|error| format!("{error:?}"))
}

async fn post(executor: &Executor) -> MessageId {
    let post = PostMessage {
        author: account(AUTHOR),
        text: text(0),
        tags: Tags::default(),
        in_reply_to: None,
        original_time: None,
    };
    run(executor, AUTHOR, MessageCommand::Post(post)).await.expect("posted").message
}

fn edit(message: MessageId, number: usize) -> MessageCommand {
    MessageCommand::Edit(EditMessage {
        actor: Actor { account: account(AUTHOR), is_admin: false },
        message,
        expected: ExpectedEdition::Any,
        text: Some(text(number)),
        tags: None,
        original_time: None,
    })
}

fn delete(message: MessageId) -> MessageCommand {
    let actor = Actor { account: account(ADMIN), is_admin: true };
    MessageCommand::Delete(DeleteMessage { actor, message, original_time: None })
}

/// As two dispatchers do it, which know nothing of each other.
fn two_executors(log: &Arc<impl EventLog + 'static>) -> [Arc<Executor>; 2] {
    [(); 2].map(|()| Arc::new(Executor::new(Arc::clone(log) as _)))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_author_who_floods_the_outbox_blocks_no_edit_and_no_moderator() {
    const MESSAGES: usize = 40;
    let nats = Nats::start().await;
    let mut config = JetStreamConfig::new(nats.url(), "edits");
    config.stream_bytes_max = 256 << 20;
    let log = Arc::new(JetStreamLog::open(&config).await.expect("the log opens"));
    let [flooded, other] = two_executors(&log);
    let mut messages = Vec::new();
    for _ in 0..2 * MESSAGES {
        messages.push(post(&flooded).await);
    }
    let (is_over, posts) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let floods: Vec<_> = (0..8)
        .map(|_| {
            let (executor, is_over, posts) = (Arc::clone(&flooded), Arc::clone(&is_over), Arc::clone(&posts));
            tokio::spawn(async move {
                while !is_over.load(Ordering::Relaxed) {
                    post(&executor).await;
                    posts.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    let mut refused = Vec::new();
    for (number, pair) in messages.chunks(2).enumerate() {
        refused.extend(run(&other, AUTHOR, edit(pair[0], number + 1)).await.err());
        refused.extend(run(&other, ADMIN, delete(pair[1])).await.err());
    }
    is_over.store(true, Ordering::Relaxed);
    for flood in floods {
        flood.await.expect("no panic");
    }
    assert_eq!(refused, Vec::<String>::new());
    assert!(posts.load(Ordering::Relaxed) > MESSAGES, "it was a flood");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn strangers_in_one_bucket_do_not_notice_each_other() {
    let log = Arc::new(InMemoryLog::new(Shard(0)));
    let [flooding, other] = two_executors(&log);
    let mut seen = HashMap::new();
    let (own, strangers) = loop {
        let message = post(&flooding).await;
        if let Some(earlier) = seen.insert(EditBucket::of(message), message) {
            break (message, earlier);
        }
    };
    let is_over = Arc::new(AtomicBool::new(false));
    let flood = tokio::spawn({
        let is_over = Arc::clone(&is_over);
        async move {
            let mut edits = 0;
            while !is_over.load(Ordering::Relaxed) {
                edits += 1;
                run(&flooding, AUTHOR, edit(strangers, edits)).await.expect("edited");
                tokio::task::yield_now().await;
            }
            edits
        }
    });
    for number in 1..=500 {
        let edited = run(&other, AUTHOR, edit(own, number)).await.expect("nobody else edits this message");
        assert_eq!(edited.edition as usize, number + 1);
    }
    is_over.store(true, Ordering::Relaxed);
    assert!(flood.await.expect("no panic") > 10, "both edited");
}

/// Another process's deletion is seen by one that never met the message, and by one that did within ten seconds.
#[tokio::test]
async fn what_was_deleted_cannot_be_answered() {
    let log = Arc::new(InMemoryLog::new(Shard(0)));
    let [first, second] = two_executors(&log);
    let message = post(&first).await;
    assert!(first.reply_target(account(3), message).await.expect("readable").exists);
    run(&first, ADMIN, delete(message)).await.expect("deleted");
    for executor in [first, second] {
        assert!(!executor.reply_target(account(3), message).await.expect("readable").exists);
    }
}
