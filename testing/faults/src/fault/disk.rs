//! A broker whose disk is full for a while.

use anyhow::Result;
use serde_json::json;

use super::broker::told;
use super::{Fault, Happened, Striking, USUAL};
use crate::load::Load;
use crate::load::client::Client;
use crate::record::{Intent, Outcome};
use crate::system::{Setup, System, http, settled};

const DISK: u64 = 32 << 20;
const REFUSED: usize = 40;

pub(super) fn faults() -> Vec<Fault> {
    vec![Fault {
        name: "disk-full",
        about: "the broker's disk is full: every write is refused, definitely; with room again and a new start it goes on",
        setup: || Setup { broker_disk: Some(DISK), ..Setup::default() },
        strike: fill,
        unless: testkit::small_disk_obstacle,
        ..USUAL
    }]
}

fn fill<'a>(system: &'a mut System, load: &'a Load, seed: u64) -> Striking<'a> {
    Box::pin(async move {
        let dispatcher = system.dispatchers[0].url.clone();
        // Of the people that the load registered.
        let log_in = LogIn { dispatcher: dispatcher.clone(), handle: format!("p0_{}", seed % 1_000_000) };
        settled("somebody logs in", || async { log_in.send().await.is(201) }).await;

        system.broker.one().disk().fill();
        let is_full =
            |outcome: &Outcome| matches!(outcome, Outcome::Rejected { code, .. } if code == "log-full");
        let refused = settled("writes are refused", || async {
            let refused = told(load, is_full);
            if refused >= REFUSED { Ok(refused) } else { Err(format!("{refused} refusals")) }
        })
        .await;
        settled("log-ins are refused", || async { log_in.send().await.says("log-full") }).await;
        for has_key in [true, false] {
            settled("registrations are refused", || register(load, &dispatcher, has_key)).await;
        }
        system.dispatchers[0].answers("/readyz", 503).await;
        let open = told(load, |outcome| matches!(outcome, Outcome::Unknown(_)));

        // With room alone nothing is repaired, and nobody may say so.
        system.broker.one().disk().make_room();
        let still = told(load, is_full);
        settled("writes are refused with room, too", || async {
            let refused = told(load, is_full);
            if refused > still + REFUSED { Ok(()) } else { Err(format!("{refused} refusals")) }
        })
        .await;
        system.broker.one().restart().await;
        system.dispatchers[0].answers("/readyz", 200).await;
        settled("log-ins go on", || async { log_in.send().await.is(201) }).await;
        Ok(Happened::counted("writes refused", refused).and("outcomes unknown", open))
    })
}

/// A new person each time, because a client without a key must not ask again.
async fn register(load: &Load, dispatcher: &str, has_key: bool) -> Result<(), String> {
    let record = &load.world.record;
    let name = format!("full_{}", record.all().len());
    let key = has_key.then(|| name.clone());
    let operation =
        record.begin(0, key, |number| Intent::Register { handle: format!("full{number}_{has_key}") });
    match Client::new(dispatcher.to_owned()).attempt(record, operation).await {
        Outcome::Rejected { code, .. } if code == "log-full" => Ok(()),
        other => Err(format!("{other:?}")),
    }
}

struct LogIn {
    dispatcher: String,
    handle: String,
}

struct Answer(Result<(u16, String), String>);

impl LogIn {
    async fn send(&self) -> Answer {
        let body = json!({"handle": self.handle, "password": "a long enough one"});
        let sent = http().post(format!("{}/v1/sessions", self.dispatcher)).json(&body).send().await;
        let answer = match sent {
            Ok(answer) => answer,
            Err(error) => return Answer(Err(format!("{error:?}"))),
        };
        let status = answer.status().as_u16();
        Answer(Ok((status, answer.text().await.unwrap_or_default())))
    }
}

impl Answer {
    fn is(self, expected: u16) -> Result<(), String> {
        match self.0? {
            (status, _) if status == expected => Ok(()),
            other => Err(format!("{other:?}")),
        }
    }

    fn says(self, code: &str) -> Result<(), String> {
        match self.0? {
            (503, body) if body.contains(code) => Ok(()),
            other => Err(format!("{other:?}")),
        }
    }
}
