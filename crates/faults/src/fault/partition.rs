//! Services that are cut off from broker or database: packets disappear, and nobody is told.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use testkit::{Nats, Postgres};

use super::broker::told;
use super::{Fault, Starting, Striking, USUAL};
use crate::load::Load;
use crate::record::Outcome;
use crate::run::Happened;
use crate::system::forwarder::Forwarder;
use crate::system::namespace::{self, Namespace};
use crate::system::{Addresses, Broker, Setup, System};

/// Longer than an append is tried.
const FROM_BROKER: Duration = Duration::from_secs(12);
const FROM_DATABASE: Duration = Duration::from_secs(8);

pub(super) fn faults() -> Vec<Fault> {
    vec![Fault {
        name: "partition",
        about: "packets between dispatcher, reducers and broker are dropped for 12 s, then those to the database for 8 s",
        start: apart,
        strike: cut,
        unless: namespace::obstacle,
        ..USUAL
    }]
}

/// The ways out of the namespace; each port can be cut off by itself.
#[derive(Debug)]
pub struct WaysOut {
    namespace: Arc<Namespace>,
    to_broker: Forwarder,
    to_database: Forwarder,
}

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
