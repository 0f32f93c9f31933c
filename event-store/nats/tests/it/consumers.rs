//! Named consumers: what each can do with its own durable, and with nothing else.

use std::time::Duration;

use async_nats::jetstream::{self, AckKind};
use domain::{Position, Sequence, Shard};
use event_store::conformance::attack;
use event_store::{EventLog, WholeSubjects, is_consumer_name, whole_subjects};
use event_store_nats::connect;
use event_store_nats::consumers::{self, Begin, CONSUMERS_MAX, Consumer, ConsumerError, Consumers, account};
use futures::StreamExt;
use futures::future::join_all;
use testkit::{Nats, eventually};

use crate::deployed::{broker_with, open, post, state, url};

const SHARD: Shard = Shard(0);
/// For what is not answered.
const SILENCE: Duration = Duration::from_millis(500);
const PATIENCE: Duration = Duration::from_secs(10);

fn posts() -> WholeSubjects {
    whole_subjects(SHARD, &["rookery.message.posted.v1".to_owned()], None, false).expect("they can be had")
}

async fn broker() -> Nats {
    let accounts = ["shop", "shelf"].map(|name| account(SHARD, name, &consumers::user(name)));
    broker_with(&accounts.concat()).await
}

async fn operator(nats: &Nats) -> Consumers {
    Consumers::connect(&url(nats, "operator"), "test", SHARD).await.expect("connected")
}

async fn consumer(nats: &Nats, name: &str) -> async_nats::Client {
    connect(&url(nats, &consumers::user(name)), "test").await.expect("connected")
}

async fn show(nats: &Nats, name: &str) -> Consumer {
    let found = operator(nats).await.list().await.expect("listed");
    found.into_iter().find(|found| found.name == name).expect("it is there")
}

/// As a client library does it that was told stream and consumer.
async fn fetch(client: &async_nats::Client, name: &str, number: usize) -> Vec<jetstream::Message> {
    let subject = format!("$JS.API.CONSUMER.MSG.NEXT.EVENTS_0.{name}");
    let inbox = client.new_inbox();
    let answers = client.subscribe(inbox.clone()).await.expect("its own inbox");
    let body = format!(r#"{{"batch":{number},"no_wait":true}}"#);
    client.publish_with_reply(subject, inbox, body.into()).await.expect("sent");
    let context = jetstream::new(client.clone());
    let some = answers.take(number).take_until(tokio::time::sleep(PATIENCE));
    let some = some.take_while(|message| std::future::ready(message.status.is_none()));
    some.map(|message| jetstream::Message { message, context: context.clone() }).collect().await
}

#[tokio::test]
async fn what_it_acknowledges_is_done_and_the_rest_comes_again() {
    let nats = broker().await;
    let log = open(&nats, "dispatcher").await;
    let mut positions = Vec::new();
    for _ in 0..5 {
        positions.push(post(&log).await.expect("appended"));
    }
    operator(&nats).await.add("shop", &posts(), Begin::Beginning).await.expect("made");
    let at = show(&nats, "shop").await;
    assert_eq!((at.position, at.lag, at.handed_out), (None, 5, 0));
    assert!(at.behind_since.is_some() && at.last_seen.is_none());

    let client = consumer(&nats, "shop").await;
    let events = fetch(&client, "shop", 3).await;
    assert_eq!(events.len(), 3);
    // Answered, so that it is known to be done.
    events[0].double_ack().await.expect("acknowledged");
    events[1].ack().await.expect("sent");
    events[2].ack_with(AckKind::Nak(None)).await.expect("sent");
    client.flush().await.expect("flushed");
    eventually("the floor moves", PATIENCE, async || {
        let at = show(&nats, "shop").await;
        if at.position == Some(positions[1]) { Ok(()) } else { Err(format!("{at:?}")) }
    })
    .await;
    let rest = fetch(&client, "shop", 3).await;
    let subjects: Vec<_> = rest.iter().map(|event| event.info().expect("ours").stream_sequence).collect();
    assert_eq!(subjects.len(), 3, "{subjects:?}");
    for event in &rest {
        event.double_ack().await.expect("acknowledged");
    }
    let at = show(&nats, "shop").await;
    assert_eq!((at.position, at.lag, at.behind_since), (positions.last().copied(), 0, None));
    assert!(at.last_seen.is_some());
    assert_eq!(at.types, ["rookery.message.posted.v1"]);

    // It outlives the broker, and the same words change nothing.
    let mut nats = nats;
    nats.restart().await;
    operator(&nats).await.add("shop", &posts(), Begin::Beginning).await.expect("there");
    let elsewhere = operator(&nats).await.add("shop", &posts(), Begin::Now).await;
    assert!(matches!(elsewhere, Err(ConsumerError::Exists(_))), "{elsewhere:?}");
    assert_eq!(show(&nats, "shop").await.position, at.position);
}

#[tokio::test]
async fn it_reaches_nothing_but_its_own() {
    let nats = broker().await;
    let log = open(&nats, "dispatcher").await;
    let dispatcher = connect(&url(&nats, "dispatcher"), "test").await.expect("connected");
    let buckets = event_store_nats::open_buckets(log.write_errors(), SHARD, 1, 8 << 20).await.expect("made");
    for bucket in [buckets.credentials, buckets.sessions, buckets.signing_keys, buckets.revocations] {
        bucket.write("kept", Some("secret".into()), 0).await.expect("written");
    }
    for _ in 0..20 {
        post(&log).await.expect("appended");
    }
    for name in ["shop", "shelf"] {
        operator(&nats).await.add(name, &posts(), Begin::Beginning).await.expect("made");
    }
    let before = (state(&dispatcher).await, show(&nats, "shelf").await);
    let heard = attack(&url(&nats, &consumers::user("shop")), &[]).await;
    assert!(!heard.contains("secret") && !heard.contains("rookery.message"), "{heard}");

    let client = consumer(&nats, "shop").await;
    let asked = [
        "$JS.API.CONSUMER.INFO.EVENTS_0.shelf",
        "$JS.API.CONSUMER.MSG.NEXT.EVENTS_0.shelf",
        "$JS.API.CONSUMER.DELETE.EVENTS_0.shelf",
        "$JS.API.CONSUMER.DELETE.EVENTS_0.shop",
        "$JS.API.CONSUMER.CREATE.EVENTS_0.mine",
        "$JS.API.CONSUMER.LIST.EVENTS_0",
        "$JS.API.CONSUMER.NAMES.EVENTS_0",
        "$JS.API.STREAM.INFO.EVENTS_0",
        "$JS.API.STREAM.PURGE.EVENTS_0",
        "$JS.ACK.EVENTS_0.shelf.1.1.1.1.0",
        "LOG.API.CONSUMER.INFO.EVENTS_0.shelf",
        "LOG.API.CONSUMER.DELETE.EVENTS_0.shop",
        "ev.0.outbox.1",
        "$KV.CREDENTIALS_0.kept",
    ];
    for subject in asked {
        let answer = tokio::time::timeout(SILENCE, client.request(subject, "".into())).await;
        assert!(!matches!(answer, Ok(Ok(_))), "{subject}: {answer:?}");
    }
    // A fetch that names others' subjects as the place to deliver to.
    let own = "$JS.API.CONSUMER.MSG.NEXT.EVENTS_0.shop";
    let others =
        ["ev.0.outbox.1", "$JS.ACK.EVENTS_0.shelf.1.1.1.1.0", "$JS.API.CONSUMER.DELETE.EVENTS_0.shelf"];
    for reply in others {
        client.publish_with_reply(own, reply, "1".into()).await.expect("sent");
    }
    // Once this is answered, those have had their chance.
    assert!(!fetch(&client, "shop", 1).await.is_empty(), "its own it may have");
    assert_eq!((state(&dispatcher).await, show(&nats, "shelf").await), before);
}

#[tokio::test]
async fn there_are_at_most_so_many_and_each_has_its_name() {
    let nats = broker().await;
    let log = open(&nats, "dispatcher").await;
    for _ in 0..2 {
        post(&log).await.expect("appended");
    }
    let client = operator(&nats).await;
    for name in ["", "Shop", "1shop", "a.b", "a b", "a*", "a\"", &"a".repeat(33)] {
        assert!(!is_consumer_name(name), "{name}");
        let made = client.add(name, &posts(), Begin::Now).await;
        assert!(matches!(made, Err(ConsumerError::Name)), "{name}: {made:?}");
    }
    for number in 0..CONSUMERS_MAX {
        let name = format!("c{number}");
        client.add(&name, &posts(), Begin::Now).await.expect("made");
    }
    let more = client.add("more", &posts(), Begin::Now).await;
    assert!(matches!(more, Err(ConsumerError::TooMany)), "{more:?}");
    let edits = whole_subjects(SHARD, &["rookery.message.edited.v1".to_owned()], None, true)
        .expect("they can be had");
    let other = client.add("c1", &edits, Begin::Now).await;
    assert!(matches!(other, Err(ConsumerError::Exists(_))), "{other:?}");
    client.remove("c1").await.expect("removed");
    let gone = client.remove("c1").await;
    assert!(matches!(gone, Err(ConsumerError::Unknown(_))), "{gone:?}");
    let after = Position::from_i64(1 << 8).expect("a position");
    for bad in [3 << 8, (1 << 8) + 1] {
        let begin = Begin::After(Position::from_i64(bad).expect("a position"));
        let nowhere = client.add("more", &edits, begin).await;
        assert!(matches!(nowhere, Err(ConsumerError::NoPosition(..))), "{bad}: {nowhere:?}");
    }
    for _ in 0..2 {
        client.add("more", &edits, Begin::After(after)).await.expect("made, and then there");
    }
    let behind = Position::from_i64(2 << 8).expect("a position");
    for begin in [Begin::After(behind), Begin::Beginning] {
        let other = client.add("more", &edits, begin).await;
        assert!(matches!(other, Err(ConsumerError::Exists(_))), "{begin:?}: {other:?}");
    }
}

/// What it takes of the broker is bounded: others need it, too.
#[tokio::test]
async fn it_has_so_many_connections_and_subscriptions_and_leaves_the_others_alone() {
    let nats = broker().await;
    let log = open(&nats, "dispatcher").await;
    post(&log).await.expect("appended");
    for name in ["shop", "shelf"] {
        operator(&nats).await.add(name, &posts(), Begin::Beginning).await.expect("made");
    }
    let mut clients = Vec::new();
    for _ in 0..16 {
        clients.push(consumer(&nats, "shop").await);
    }
    let one_more = connect(&url(&nats, &consumers::user("shop")), "test").await;
    assert!(one_more.is_err(), "{one_more:?}");
    let mut inboxes = Vec::new();
    for number in 0..1_000 {
        inboxes.push(clients[0].subscribe(format!("_INBOX.x.{number}")).await.expect("sent"));
    }
    clients[0].flush().await.ok();
    eventually("the broker takes no more of them", PATIENCE, async || {
        let log = nats.log();
        if log.contains("maximum subscriptions exceeded") { Ok(()) } else { Err(log) }
    })
    .await;
    let other = consumer(&nats, "shelf").await;
    assert_eq!(fetch(&other, "shelf", 1).await.len(), 1, "another one has its own");
    post(&log).await.expect("appended");
}

/// Who reads the log may make and use what it follows the log with, and that alone.
#[tokio::test]
async fn who_reads_the_log_leaves_the_durables_of_others_alone() {
    let nats = broker().await;
    let log = open(&nats, "dispatcher").await;
    for _ in 0..3 {
        post(&log).await.expect("appended");
    }
    operator(&nats).await.add("shop", &posts(), Begin::Beginning).await.expect("made");
    let before = described(&nats).await;
    let name_only =
        r#"{"name":"shop","ack_policy":"explicit","filter_subjects":["ev.0.none.*"],"max_ack_pending":1}"#;
    let durable = name_only.replacen('{', r#"{"durable_name":"shop","#, 1);
    let makes = ["EVENTS_0", "EVENTS_0.shop", "EVENTS_0.shop.ev.0.none.1"].map(|end| format!("CREATE.{end}"));
    for user in ["reducers", "relay", "jobs"] {
        let client = connect(&url(&nats, user), "test").await.expect("connected");
        let mut asked = Vec::new();
        for prefix in ["$JS.API", "LOG.API"] {
            let mut ask = |what: &str, body: String| {
                let request = client.request(format!("{prefix}.CONSUMER.{what}"), body.into());
                asked.push(tokio::time::timeout(SILENCE, request));
            };
            for config in [name_only, &durable] {
                for what in makes.iter().map(String::as_str).chain(["DURABLE.CREATE.EVENTS_0.shop"]) {
                    ask(what, format!(r#"{{"stream_name":"EVENTS_0","config":{config}}}"#));
                }
            }
            for what in ["MSG.NEXT", "PAUSE", "RESET", "UNPIN", "DELETE"] {
                ask(&format!("{what}.EVENTS_0.shop"), "".to_owned());
            }
        }
        join_all(asked).await;
        assert_eq!(described(&nats).await, before, "{user}");
        let mut tail = open(&nats, user).await.tail(Sequence::ZERO).await.expect("followed");
        tail.next_batch(1).await.expect("it goes on").expect("readable");
    }
}

/// All that a broker says of the durable `shop`, but for the time.
async fn described(nats: &Nats) -> (Consumer, String) {
    let client = connect(&url(nats, "operator"), "test").await.expect("connected");
    let stream = jetstream::new(client).get_stream("EVENTS_0").await.expect("there");
    let mut info = stream.consumer_info("shop").await.expect("it is there");
    // Which types it hands on is told apart, and the rest in any order.
    info.config.metadata.clear();
    let pulls = (info.num_waiting, info.num_ack_pending, info.delivered);
    (show(nats, "shop").await, format!("{:?} {pulls:?}", info.config))
}
