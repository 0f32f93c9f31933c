//! Relays are killed, also while another one waits.

use serde_json::json;
use testkit::{Process, eventually};

use super::receiver::Receiver;
use super::{LOCAL, make};
use crate::support::{App, GATEWAY_SECRET, PATIENCE, Server, account, posted};

const KILLS: usize = 5;
const ACCOUNTS: [i64; 3] = [7, 8, 9];

fn relay(app: &App) -> Process {
    let (listen, url) = ("127.0.0.1:0", app.server.url());
    let env = [
        ("ROOKERY_NATS_URL", url.as_str()),
        ("ROOKERY_RELAY_LISTEN", listen),
        ("ROOKERY_RELAY_OPS_LISTEN", listen),
        ("ROOKERY_IDENTITY_MODE", "gateway"),
        ("ROOKERY_GATEWAY_SECRET", GATEWAY_SECRET),
        ("ROOKERY_WEBHOOKS_ALLOW_HTTP", "true"),
        ("ROOKERY_WEBHOOKS_ALLOW_PRIVATE", "true"),
        ("ROOKERY_WEBHOOKS_LEASE_SECONDS", "1"),
    ];
    Process::start(env!("CARGO_BIN_EXE_relay"), [], env)
}

#[tokio::test]
async fn relays_that_are_killed_lose_nothing_and_keep_the_order() {
    let app = App::with_webhooks(Server::nats().await, LOCAL).await;
    let receiver = Receiver::start().await;
    // It fails now and then.
    receiver.answer(|_, so_far| if so_far.len() % 40 == 3 { 500 } else { 200 });
    make(&app, &receiver.url("/"), json!({"after": "0"})).await;
    let app = app.ended();
    let mut relays = vec![relay(&app), relay(&app)];
    let mut sent = 0;
    for kill in 0..=KILLS {
        for _ in 0..20 {
            for author in ACCOUNTS {
                app.append(posted(author, &format!("{sent}"), &[])).await;
            }
            sent += 1;
        }
        let half = sent - 10;
        eventually("half of them came", PATIENCE, async || {
            let came = receiver.taken_of(account(ACCOUNTS[0])).iter().any(|text| *text == half.to_string());
            if came { Ok(()) } else { Err(format!("{} {}", receiver.received().len(), relays[0].output())) }
        })
        .await;
        if kill < KILLS {
            // Both: one of them sends, and whichever it is dies.
            let next = [relay(&app), relay(&app)];
            relays.iter_mut().for_each(Process::kill);
            relays = next.into();
        }
    }
    let expected: Vec<String> = (0..sent).map(|number| number.to_string()).collect();
    for author in ACCOUNTS {
        let first_of_each = eventually("all came", PATIENCE, async || {
            let mut taken = receiver.taken_of(account(author));
            let mut seen = std::collections::HashSet::new();
            taken.retain(|text| seen.insert(text.clone()));
            if taken.len() == expected.len() { Ok(taken) } else { Err(format!("{author}: {}", taken.len())) }
        });
        assert_eq!(first_of_each.await, expected, "{author}");
    }
}
