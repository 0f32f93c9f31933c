//! A standby that takes over without the last commits.

use anyhow::{Result, ensure};
use domain::SHARD_BITS;
use sqlx::PgPool;
use testkit::{Nats, Postgres};

use super::{Fault, Happened, Starting, Striking, USUAL};
use crate::check::Allowed;
use crate::load::Load;
use crate::system::forwarder::Forwarder;
use crate::system::routes::Standby;
use crate::system::{Addresses, Broker, Setup, System, pool, settled};

/// Events that the standby has to lack.
const LOST_MIN: i64 = 20;

pub(super) fn faults() -> Vec<Fault> {
    vec![Fault {
        name: "postgres-failover",
        about: "Postgres dies, and a streaming standby takes over that lacks the last commits",
        start: with_standby,
        strike: fail_over,
        ..USUAL
    }]
}

fn with_standby(setup: Setup) -> Starting {
    Box::pin(async move {
        let (nats, mut postgres) = (Nats::start().await, Postgres::start().await);
        let to_primary = Forwarder::start(postgres.port()).await?;
        let server = postgres.standby(to_primary.port).await;
        let to_database = Forwarder::start(postgres.port()).await?;
        let database = format!("postgres://postgres@127.0.0.1:{}/rookery", to_database.port);
        let addresses = Addresses { broker: nats.url(), database };
        let mut system = System::reaching(setup, Broker::One(Box::new(nats)), postgres, &addresses);
        system.standby = Some(Standby { server, to_database, to_primary });
        Ok(system)
    })
}

async fn checkpoint(pool: &PgPool) -> Result<i64> {
    let sql = "select position from control.checkpoint where projection = 'social'";
    Ok(sqlx::query_scalar(sql).fetch_one(pool).await?)
}

fn fail_over<'a>(system: &'a mut System, load: &'a Load, _seed: u64) -> Striking<'a> {
    Box::pin(async move {
        let Some(standby) = system.standby.take() else { anyhow::bail!("there is no standby") };
        let behind = pool(&standby.server.url());
        load.acked(20).await;
        let streamed = checkpoint(&behind).await?;
        ensure!(streamed > 0, "nothing was streamed to the standby");
        standby.to_primary.point(None);
        load.acked(60).await;
        let left_behind = checkpoint(&behind).await?;
        let (ahead, behind_now) = (&system.pool, &behind);
        settled("the standby lacks commits", || async move {
            let gap = |now: i64, then: i64| (now - then) >> SHARD_BITS;
            match (checkpoint(ahead).await, checkpoint(behind_now).await) {
                (Ok(now), Ok(then)) if gap(now, then) >= LOST_MIN => Ok(()),
                seen => Err(format!("{seen:?}")),
            }
        })
        .await;
        let reached = checkpoint(&system.pool).await?;
        system.postgres.kill().await;
        sqlx::query("select pg_promote()").execute(&behind).await?;
        standby.to_database.point(Some(standby.server.port()));
        let lost = (reached - left_behind) >> SHARD_BITS;
        system.take_over(standby, behind);
        let allowed = Allowed { data_may_go_back: true, ..Allowed::default() };
        Ok(Happened {
            allowed,
            ..Happened::counted("folded events lost by the standby", usize::try_from(lost)?)
        })
    })
}
