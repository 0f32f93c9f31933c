//! Starts and ends: services before their servers, and orderly ends under load.

use std::time::Duration;

use testkit::{Nats, Postgres};

use super::{Fault, Happened, Starting, Striking, USUAL};
use crate::load::Load;
use crate::system::{Broker, Setup, System};

const LATE: Duration = Duration::from_secs(20);

pub(super) fn faults() -> Vec<Fault> {
    vec![
        Fault {
            name: "servers-come-late",
            about: "services start in any order, broker and database only 20 s later, one after the other",
            start: late,
            strike: was_late,
            ..USUAL
        },
        Fault {
            name: "sigterm",
            about: "SIGTERM under load to every service, three times; each has to end well",
            strike: sigterm,
            ..USUAL
        },
    ]
}

fn late(setup: Setup) -> Starting {
    Box::pin(async move {
        let (nats, postgres) = (Nats::start().await, Postgres::start().await);
        nats.stop().await;
        postgres.stop().await;
        let mut system = System::over(setup, Broker::One(Box::new(nats)), postgres);
        for service in system.services() {
            service.answers("/livez", 200).await;
            service.answers("/readyz", 503).await;
        }
        // Not a wait for a condition: the time is the fault.
        tokio::time::sleep(LATE).await;
        system.postgres.restart().await;
        system.query_api.answers("/livez", 200).await;
        system.broker.one().restart().await;
        Ok(system)
    })
}

fn was_late<'a>(system: &'a mut System, _load: &'a Load, _seed: u64) -> Striking<'a> {
    // That all said 503 before is what `late` has waited for.
    let waited = system.services().count();
    Box::pin(async move { Ok(Happened::counted("services waited", waited)) })
}

fn sigterm<'a>(system: &'a mut System, load: &'a Load, _seed: u64) -> Striking<'a> {
    Box::pin(async move {
        let mut ended = 0;
        for _ in 0..3 {
            let all =
                system.dispatchers.iter_mut().chain(&mut system.reducers).chain([&mut system.query_api]);
            for service in all {
                load.acked(10).await;
                service.stop().await;
                service.start_again();
                service.answers("/readyz", 200).await;
                ended += 1;
            }
        }
        Ok(Happened::counted("orderly ends", ended))
    })
}
