//! Postgres that dies, and connections that do.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::{Fault, Happened, Striking, USUAL};
use crate::check::Allowed;
use crate::load::Load;
use crate::system::System;

const KILLS: usize = 3;

pub(super) fn faults() -> Vec<Fault> {
    vec![
        Fault {
            name: "kill-postgres",
            about: "kill -9 and restart of Postgres, three times",
            strike: kill_postgres,
            ..USUAL
        },
        Fault {
            name: "kill-backends",
            about: "single connections of Postgres are ended while they work, those of the fold and of the query API",
            strike: kill_backends,
            ..USUAL
        },
    ]
}

fn kill_postgres<'a>(system: &'a mut System, load: &'a Load, seed: u64) -> Striking<'a> {
    Box::pin(async move {
        let mut random = StdRng::seed_from_u64(seed);
        for _ in 0..KILLS {
            load.acked(random.random_range(10..30)).await;
            system.postgres.kill().await;
            // Writes go on without it.
            load.acked(random.random_range(10..30)).await;
            system.postgres.restart().await;
        }
        // The fold commits without waiting for the disk, so a crash takes the last commits back, rows and checkpoint
        // alike.
        let allowed = Allowed { data_may_go_back: true, ..Allowed::default() };
        Ok(Happened { allowed, ..Happened::counted("kills", KILLS) })
    })
}

fn kill_backends<'a>(system: &'a mut System, load: &'a Load, _seed: u64) -> Striking<'a> {
    Box::pin(async move {
        let sql = "select count(*) from (
                select pg_terminate_backend(pid) from pg_stat_activity
                where application_name like 'rookery%' and pid <> pg_backend_pid()
                order by random() limit 2
            ) ended";
        let mut ended = 0;
        for _ in 0..10 {
            load.acked(5).await;
            ended += sqlx::query_scalar::<_, i64>(sql).fetch_one(&system.pool).await?;
        }
        Ok(Happened::counted("connections ended", usize::try_from(ended)?))
    })
}
