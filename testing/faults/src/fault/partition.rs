//! Services that are cut off from broker or database: packets disappear, and nobody is told.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use testkit::{Nats, Postgres};

use super::broker::told;
use super::{Fault, Happened, Starting, Striking, USUAL};
use crate::check::log;
use crate::load::Load;
use crate::record::Outcome;
use crate::system::forwarder::Forwarder;
use crate::system::namespace::{self, Namespace, Way};
use crate::system::routes::WaysOut;
use crate::system::{Addresses, Broker, Setup, System, USER, caught_up, http, signed};

/// Longer than an append is tried.
const FROM_BROKER: Duration = Duration::from_secs(12);
const FROM_DATABASE: Duration = Duration::from_secs(8);

pub(super) fn faults() -> Vec<Fault> {
    vec![
        Fault {
            name: "partition",
            about: "packets between services and broker are dropped for 12 s, then those to the database for 8 s",
            start: apart,
            strike: cut,
            unless: namespace::obstacle,
            ..USUAL
        },
        Fault {
            name: "one-way-silence",
            about: "packets to the broker, from it, to the database and from it are dropped in turn, for longer than any \
                    limit on an answer; writes, reads and the fold have to be back in time",
            start: apart,
            strike: silence,
            unless: namespace::obstacle,
            ..USUAL
        },
    ]
}

/// Longer than a projection worker's first two limits on an answer, and than any other's.
const SILENCE: Duration = Duration::from_secs(30);
const READS_BACK: Duration = Duration::from_secs(10);
const WRITES_BACK: Duration = Duration::from_secs(20);
const FOLD_BACK: Duration = Duration::from_secs(30);

fn apart(mut setup: Setup) -> Starting {
    Box::pin(async move {
        let namespace = Arc::new(Namespace::make()?);
        let (nats, postgres) = (Nats::start().await, Postgres::start().await);
        let to_broker = Forwarder::start_on(namespace.outside, nats.port()).await?;
        let to_database = Forwarder::start_on(namespace.outside, postgres.port()).await?;
        let addresses = Addresses {
            broker: format!("nats://{}:{}", namespace.outside, to_broker.port),
            database: format!("postgres://postgres@{}:{}/rookery", namespace.outside, to_database.port),
        };
        setup.namespace = Some(Arc::clone(&namespace));
        let mut system = System::reaching(setup, Broker::One(Box::new(nats)), postgres, &addresses);
        system.ways_out = Some(WaysOut { namespace, to_broker, to_database });
        Ok(system)
    })
}

fn cut<'a>(system: &'a mut System, load: &'a Load, _seed: u64) -> Striking<'a> {
    Box::pin(async move {
        let ways = system.ways_out.as_ref().context("the services are in a namespace")?;
        ways.namespace.drop_packets(ways.to_broker.port)?;
        // Not a wait for a condition: the time is the fault.
        tokio::time::sleep(FROM_BROKER).await;
        let from_broker = ways.namespace.heal()?;
        load.acked(20).await;
        ways.namespace.drop_packets(ways.to_database.port)?;
        tokio::time::sleep(FROM_DATABASE).await;
        let from_database = ways.namespace.heal()?;
        let open = told(load, |outcome| matches!(outcome, Outcome::Unknown(_)));
        Ok(Happened::counted("packets dropped to the broker", from_broker)
            .and("to the database", from_database)
            .and("outcomes unknown", open))
    })
}

fn silence<'a>(system: &'a mut System, load: &'a Load, _seed: u64) -> Striking<'a> {
    Box::pin(async move {
        let system = &*system;
        let ways = system.ways_out.as_ref().context("the services are in a namespace")?;
        let mut dropped = [0; 2];
        for (server, port) in [ways.to_broker.port, ways.to_database.port].into_iter().enumerate() {
            for way in Way::ALL {
                ways.namespace.drop_one_way(port, way)?;
                // Not a wait for a condition: the time is the fault.
                tokio::time::sleep(SILENCE).await;
                dropped[server] += ways.namespace.heal()?;
                let what = format!("{way:?}, {}", ["broker", "database"][server]);
                is_back(system, load).await.with_context(|| what)?;
            }
        }
        let open = told(load, |outcome| matches!(outcome, Outcome::Unknown(_)));
        Ok(Happened::counted("packets dropped to or from the broker", dropped[0])
            .and("to or from the database", dropped[1])
            .and("outcomes unknown", open))
    })
}

/// Writes, reads and the fold, each within what is promised, counted from now.
async fn is_back(system: &System, load: &Load) -> Result<()> {
    let writes = async {
        let acked = tokio::time::timeout(WRITES_BACK, load.acked(1)).await;
        acked.map_err(|_| anyhow!("no write is acked within {WRITES_BACK:?}"))
    };
    let reads = async {
        let request = || signed(http().get(format!("{}/v1/messages", system.query_api.url)), 1, USER);
        let read = async {
            while !request().send().await.is_ok_and(|answer| answer.status().is_success()) {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        };
        tokio::time::timeout(READS_BACK, read).await.map_err(|_| anyhow!("no read within {READS_BACK:?}"))
    };
    let fold = async {
        let head = log::head(&system.broker.url()).await?;
        caught_up(&system.pool, head, FOLD_BACK).await.map_err(|words| anyhow!(words))
    };
    tokio::try_join!(writes, reads, fold).map(drop)
}
