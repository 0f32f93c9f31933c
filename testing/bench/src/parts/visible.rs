//! Part `visible`: from a 201 to the message's being readable.

use anyhow::Result;

use super::{Parts, callers};
use crate::load::open::{Plan, Reading, post_and_read};
use crate::memory_book::Situation;
use crate::processes::Cores;
use crate::report::{Table, met, millis, say, whole};
use crate::servers::Servers;
use crate::services::Service;

const POSTS_PER_SECOND: u32 = 500;
const AIM_P99_MS: f64 = 50.0;

impl Parts {
    pub(crate) async fn visible(&mut self) -> Result<()> {
        let servers = Servers::start(false).await?;
        let callers = callers(&servers)?;
        let dispatcher = Service::dispatcher(&self.programs, &servers, &callers).await?;
        let reducers = Service::reducers(&self.programs, &servers, &servers.database_url()).await?;
        let query_api = Service::query_api(&self.programs, &servers.database_url(), &callers).await?;
        let plan = Plan {
            dispatcher: dispatcher.address,
            query_api: query_api.address,
            tokens: callers.tokens.into(),
            posts_per_second: POSTS_PER_SECOND,
            duration: self.scale.visible,
            reading: Reading::Message,
        };
        let cores = Cores::watch(&[
            ("dispatcher", dispatcher.pid()),
            ("reducers", reducers.pid()),
            ("query-api", query_api.pid()),
            ("nats-server", servers.nats_pid()),
            ("Postgres", servers.postgres_pid()),
        ]);
        let mut seen = post_and_read(plan).await?;
        let title = format!("(e) From 201 to visible, open loop of {POSTS_PER_SECOND} posts/s");
        let mut table = Table::new(title, &["", "per second", "p50", "p99", "limit", "aim"]);
        table.row([
            "POST, from its planned moment to 201".to_owned(),
            whole(seen.posted.per_second()),
            millis(seen.posted.percentile_ms(50)),
            millis(seen.posted.percentile_ms(99)),
            "-".to_owned(),
            "no aim".to_owned(),
        ]);
        let p99 = seen.visible.percentile_ms(99);
        table.row([
            "201 to the read that shows it".to_owned(),
            whole(seen.visible.per_second()),
            millis(seen.visible.percentile_ms(50)),
            millis(p99),
            format!("{AIM_P99_MS} ms"),
            met(p99 <= AIM_P99_MS && seen.visible.failures == 0),
        ]);
        table.print();
        say(&format!(
            "\nReads that did not show the message in time: {}. Cores used: {}.",
            seen.visible.failures,
            cores.describe()
        ));
        for (name, pid) in
            [("dispatcher", dispatcher.pid()), ("reducers", reducers.pid()), ("query-api", query_api.pid())]
        {
            self.memory.watch(Situation::Load, name, pid);
        }
        Ok(())
    }
}
