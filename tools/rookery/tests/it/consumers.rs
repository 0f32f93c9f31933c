//! `rookery consumers`: who takes events from the broker itself.

use std::path::Path;

use futures::StreamExt;
use serde_json::Value;
use testkit::eventually;

use crate::people::client::Api;
use crate::support::{START_LIMIT, System, data_dir, rookery, stderr, stdout};

fn show(dir: &Path, name: &str) -> Value {
    serde_json::from_str(&stdout(&rookery(dir, &["consumers", "show", name]))).expect("JSON")
}

#[tokio::test]
async fn a_consumer_is_let_in_while_the_system_runs_and_out_again() {
    let dir = data_dir();
    let system = System::start(dir.path()).await;
    let first = system.post("The nightjars are back", "birds").await.expect("accepted");
    let add = ["consumers", "add", "shop", "--types", "rookery.message.posted.v1"];
    let url = stdout(&rookery(dir.path(), &add)).trim_end().to_owned();
    assert_eq!(stdout(&rookery(dir.path(), &add)).trim_end(), url, "the same words, the same address");
    // What was connected before still works.
    let second = system.post("And the swifts", "birds").await.expect("accepted");
    system.read("/v1/messages", &second).await.expect("folded");

    let client = event_store_nats::connect(&url, "shop").await.expect("let in");
    let next = "$JS.API.CONSUMER.MSG.NEXT.EVENTS_0.shop";
    assert_eq!(show(dir.path(), "shop")["lagEvents"], 2);
    system.tells(dir.path(), r#"consumer_lag_events{consumer="shop",kind="broker"} 2"#).await;
    for position in [&first, &second] {
        // Delivered under its own subject, so no answer that a client would find.
        let inbox = client.new_inbox();
        let mut answers = client.subscribe(inbox.clone()).await.expect("its own inbox");
        client.publish_with_reply(next, inbox, "".into()).await.expect("sent");
        let event =
            tokio::time::timeout(START_LIMIT, answers.next()).await.expect("in time").expect("there is one");
        let ack = event.reply.expect("where to acknowledge");
        client.request(ack, "+ACK".into()).await.expect("acknowledged");
        assert_eq!(show(dir.path(), "shop")["position"], **position);
    }
    let shown = show(dir.path(), "shop");
    assert_eq!((&shown["lagEvents"], &shown["lagSeconds"]), (&Value::from(0), &Value::from(0)));
    assert!(shown["lastSeen"].is_string(), "{shown}");
    let listed = stdout(&rookery(dir.path(), &["consumers", "list"]));
    assert!(
        listed.lines().nth(1).expect("it is there").starts_with(&format!("shop\t{second}\t0\t0\t")),
        "{listed}"
    );

    // It is there after a restart, too.
    system.stop().await;
    let system = System::start(dir.path()).await;
    event_store_nats::connect(&url, "shop").await.expect("let in");
    stdout(&rookery(dir.path(), &["consumers", "remove", "shop"]));
    eventually("it is not let in any more", START_LIMIT, async || {
        match event_store_nats::connect(&url, "shop").await {
            Ok(_) => Err("it is let in".to_owned()),
            Err(_) => Ok(()),
        }
    })
    .await;
    assert!(stderr(&rookery(dir.path(), &["consumers", "remove", "shop"])).contains("no consumer shop"));
    assert!(stderr(&rookery(dir.path(), &["consumers", "show", "shop"])).contains("no consumer shop"));
    Api::new(&system.url).newcomer("ada", "Ada").await;
    system.stop().await;
}

#[tokio::test]
async fn what_is_private_cannot_be_had_from_the_broker() {
    let dir = data_dir();
    let system = System::start(dir.path()).await;
    let refused = |types: &str, more: &[&str]| {
        let words = [&["consumers", "add", "shop", "--types", types], more].concat();
        stderr(&rookery(dir.path(), &words))
    };
    assert!(refused("rookery.message.liked.v1", &["--with-private-fields"]).contains("GET /v1/events"));
    assert!(refused("rookery.account.blocked.v1", &["--with-private-fields"]).contains("private"));
    assert!(refused("rookery.message.deleted.v1", &[]).contains("--with-private-fields"));
    assert!(refused("rookery.message.sung.v1", &[]).contains("GET /v1/schemas"));
    assert_eq!(stdout(&rookery(dir.path(), &["consumers", "list"])).lines().count(), 1, "none was made");
    system.stop().await;
}
