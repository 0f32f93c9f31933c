//! A log that is nearly full, and an account that has used up its quota: what is refused, and what goes on.

use std::time::Duration;

use anyhow::Result;
use futures::future::join_all;

use super::{Fault, Happened, Striking, USUAL};
use crate::check::log;
use crate::load::Load;
use crate::load::client::Client;
use crate::record::{Intent, Outcome};
use crate::system::{Setup, System, http, settled};

/// A quarter of it is the reserve.
const LOG_BYTES_MAX: u64 = 2 << 20;
/// Posts of the greatest length, each of some 2 KB, so that the load has not to fill the log alone.
const LONG: usize = 280;
const AT_ONCE: usize = 8;
const TRIES: usize = 20;
/// Few enough to be used up at once, and more than the load's people need until then.
const QUOTA: usize = 400;
const RESERVE: &str = "only deletions reach into the reserve";
const QUOTA_HOLDS: &str = "an account's quota holds";

pub(super) fn faults() -> Vec<Fault> {
    vec![
        Fault {
            name: "reserve",
            about: "the log is down to its reserve: posts are refused, deletions go on, `/readyz` warns; and so after \
                    kill -9 of the dispatcher",
            setup: || Setup { log_bytes_max: LOG_BYTES_MAX, ..Setup::default() },
            strike: reserve,
            has_aftermath: false,
            ..USUAL
        },
        Fault {
            name: "quota",
            about: "an account uses up its quota of the day, over two dispatchers that die and come back meanwhile",
            setup: limited,
            strike: quota,
            has_aftermath: false,
            ..USUAL
        },
    ]
}

/// With quotas, and without rates.
fn limited() -> Setup {
    let rates = ["SIGN_UP", "POST", "EDGE", "READ", "IMPORT", "SESSION", "PROFILE"];
    let names =
        rates.map(|action| [format!("ROOKERY_RATE_{action}"), format!("ROOKERY_RATE_{action}_ADDRESS")]);
    let off = names.into_iter().flatten().filter(|name| name != "ROOKERY_RATE_SIGN_UP");
    let mut env: Vec<(&'static str, String)> = off.map(|name| (&*name.leak(), "off".to_owned())).collect();
    env.push(("ROOKERY_LIMITS", "on".to_owned()));
    env.push(("ROOKERY_QUOTA_EVENTS_PER_DAY", QUOTA.to_string()));
    Setup { dispatchers: 2, env, ..Setup::default() }
}

fn post(text: String) -> Intent {
    Intent::Post { text, tag: "stars".to_owned(), in_reply_to: None }
}

fn is_refused(outcome: &Outcome, code: &str) -> bool {
    matches!(outcome, Outcome::Rejected { code: told, .. } if told == code)
}

fn is_acked(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Acked(_))
}

fn reserve<'a>(system: &'a mut System, load: &'a Load, _seed: u64) -> Striking<'a> {
    Box::pin(async move {
        let (record, author) = (&load.world.record, load.world.people[0]);
        let client = Client::new(system.dispatchers[0].url.clone());
        let mut kept = Vec::new();
        for number in 0..2 * TRIES {
            if let Outcome::Acked(ack) = client.once(record, author, post(format!("kept {number}"))).await {
                kept.extend(ack.id);
            }
        }
        settled("the log is down to its reserve", || async {
            let long = (0..AT_ONCE).map(|_| client.once(record, author, post("\u{1f989}".repeat(LONG))));
            join_all(long).await;
            warning(system, "is kept for deletions").await
        })
        .await;
        let (mut refused, mut deleted, mut broken) = (0, 0, Vec::new());
        for half in kept.chunks(TRIES) {
            for number in 0..TRIES {
                let outcome = client.once(record, author, post(format!("too late {number}"))).await;
                if is_refused(&outcome, "log-full") {
                    refused += 1;
                } else {
                    broken.push(format!("a post is answered {outcome:?}"));
                }
            }
            for message in half {
                let outcome = client.once(record, author, Intent::Delete { message: *message }).await;
                if is_acked(&outcome) {
                    deleted += 1;
                } else {
                    broken.push(format!("a deletion is answered {outcome:?}"));
                }
            }
            system.dispatchers[0].kill();
            system.dispatchers[0].start_again();
            system.dispatchers[0].answers("/readyz", 200).await;
            settled("the next one warns", || warning(system, "is kept for deletions")).await;
        }
        let happened = Happened::counted("posts refused", refused).and("messages deleted", deleted);
        Ok(happened.seen(RESERVE, broken))
    })
}

/// Ready, and says that.
async fn warning(system: &System, words: &str) -> Result<(), String> {
    let request = http().get(format!("{}/readyz", system.dispatchers[0].url)).timeout(Duration::from_secs(5));
    let answer = request.send().await.map_err(|error| format!("{error:?}"))?;
    let status = answer.status();
    let body = answer.text().await.unwrap_or_default();
    if status == 200 && body.contains(words) { Ok(()) } else { Err(format!("{status}: {body}")) }
}

fn quota<'a>(system: &'a mut System, load: &'a Load, seed: u64) -> Striking<'a> {
    Box::pin(async move {
        let record = &load.world.record;
        let clients = [0, 1].map(|index| Client::new(system.dispatchers[index].url.clone()));
        let greedy = clients[0].register(record, &format!("g{seed}")).await;
        let first = clients[0].once(record, greedy, post("the first".to_owned())).await;
        let (mut refused, mut kills) = (0, 0);
        for round in 0.. {
            let client = &clients[round % 2];
            let tries =
                (0..AT_ONCE).map(|index| client.once(record, greedy, post(format!("{round} {index}"))));
            let outcomes = join_all(tries).await;
            refused += outcomes.iter().filter(|outcome| is_refused(outcome, "quota-exceeded")).count();
            // Both say so, also when they have just been started. Somebody whom nobody refuses is stopped here.
            if refused >= 4 * AT_ONCE || round * AT_ONCE > 2 * QUOTA {
                break;
            }
            if refused > 0 || (round > 0 && round % 16 == 0) {
                let dispatcher = &mut system.dispatchers[round % 2];
                dispatcher.kill();
                dispatcher.start_again();
                dispatcher.answers("/readyz", 200).await;
                kills += 1;
            }
        }
        let mut broken = over_quota(system, load, greedy).await?;
        let Outcome::Acked(ack) = first else { anyhow::bail!("the first post is answered {first:?}") };
        let deletion = Intent::Delete { message: ack.position };
        let outcome = clients[1].once(record, greedy, deletion).await;
        if !is_acked(&outcome) {
            broken.push(format!("a deletion is answered {outcome:?}"));
        }
        Ok(Happened::counted("posts refused", refused)
            .and("dispatchers killed", kills)
            .seen(QUOTA_HOLDS, broken))
    })
}

/// Of two dispatchers each may miss what the other one has under way.
async fn over_quota(system: &System, load: &Load, account: i64) -> Result<Vec<String>> {
    let operations = load.world.record.all();
    let is_own = |entry: &log::Entry| {
        let cause = entry.caused_by.and_then(|(number, _)| operations.get(number));
        cause.is_some_and(|operation| operation.actor == account)
    };
    let events = log::read(&system.broker.url()).await?.iter().filter(|entry| is_own(entry)).count();
    let most = QUOTA + AT_ONCE;
    Ok(if events > most { vec![format!("{events} events of {account}, at most {most}")] } else { Vec::new() })
}
