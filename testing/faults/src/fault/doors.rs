//! Sessions and tokens that are ended while services and broker die: what was ended opens nothing.

mod door;
mod watch;

use std::time::Duration;

use anyhow::Context;
use futures::FutureExt;
use testkit::eventually;

use self::door::{Door, Way};
use self::watch::{Target, Watch};
use super::{Fault, Happened, Starting, Striking, USUAL};
use crate::load::Load;
use crate::system::service::PATIENCE;
use crate::system::{Doors, Setup, System, http};

const FROZEN: Duration = Duration::from_secs(3);
const PROMISE: &str = "what was ended opens nothing";

pub(super) fn faults() -> Vec<Fault> {
    vec![Fault {
        name: "doors",
        about: "sessions, personal tokens and accounts are ended, and right behind the answer a dispatcher dies, the \
                broker is gone and a dispatcher starts without it, the broker freezes, the query API dies",
        start,
        strike: doors,
        ..USUAL
    }]
}

fn start(setup: Setup) -> Starting {
    Box::pin(async move { Ok(System::start(setup).await.with_doors()) })
}

#[derive(Debug, Clone, Copy)]
enum Blow {
    KillDispatcher,
    StartWithoutBroker,
    FreezeBroker,
    KillQueryApi,
}

const BLOWS: [Blow; 4] =
    [Blow::KillDispatcher, Blow::StartWithoutBroker, Blow::FreezeBroker, Blow::KillQueryApi];

fn doors<'a>(system: &'a mut System, load: &'a Load, seed: u64) -> Striking<'a> {
    Box::pin(async move {
        let Doors { dispatchers, query_api } = system.doors.as_ref().context("the system has doors")?;
        // By the mute of somebody whom nobody mutes, which takes it back and makes no event.
        let mute = format!("/v1/accounts/{}/mute", load.world.people[0]);
        let urls = [dispatchers[0].url.clone(), dispatchers[1].url.clone()];
        let targets = [
            Target::Command(format!("{}{mute}", urls[0])),
            Target::Command(format!("{}{mute}", urls[1])),
            Target::Read(format!("{}/v1/timeline", query_api.url)),
        ];
        let gateway = system.dispatchers[0].url.clone();
        let watch = Watch::begin(http(), targets);
        let mut ended = 0;
        for (round, blow) in BLOWS.into_iter().enumerate() {
            let mut doors = Vec::new();
            for (index, way) in Way::ALL.into_iter().enumerate() {
                let name = format!("d{seed}_{round}_{index}");
                doors.push(Door::make(&load.world, &gateway, &urls, index % 2, way, &name).boxed().await?);
            }
            eventually("all doors are open everywhere", PATIENCE, || watch.all_open(&doors)).boxed().await;
            for door in doors {
                let acked = door.end(&load.world, &gateway, &urls).boxed().await;
                ended += usize::from(acked);
                if acked {
                    watch.add(door.ended());
                }
            }
            watch.is_well(false);
            strike(system, blow).await;
            system.ready().await;
            watch.is_well(true);
            eventually("each door was tried everywhere", PATIENCE, || watch.all_tried()).await;
        }
        let (refused, broken) = watch.finish().await;
        Ok(Happened::counted("ways in ended", ended).and("tries refused", refused).seen(PROMISE, broken))
    })
}

async fn strike(system: &mut System, blow: Blow) {
    let Some(doors) = system.doors.as_mut() else { return };
    let (first, nats) = (&mut doors.dispatchers[0], system.broker.one());
    match blow {
        Blow::KillDispatcher => {
            first.kill();
            first.start_again();
        }
        Blow::StartWithoutBroker => {
            nats.kill().await;
            first.kill();
            first.start_again();
            first.answers("/livez", 200).await;
            nats.restart().await;
        }
        Blow::FreezeBroker => {
            nats.pause();
            // Not a wait for a condition: the time is the fault.
            tokio::time::sleep(FROZEN).await;
            nats.resume();
        }
        Blow::KillQueryApi => {
            doors.query_api.kill();
            doors.query_api.start_again();
        }
    }
}
