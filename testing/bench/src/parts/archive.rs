//! The parts that need a large log: `fold`, `count`, `read` and `export` share one.

use std::sync::Arc;

use anyhow::Result;
use sqlx::{Connection, PgConnection};

use super::count::Curve;
use super::{Parts, callers, fold};
use crate::archive::Archive;
use crate::identity::Callers;
use crate::report::{Table, say, whole};
use crate::servers::Servers;
use crate::services::Service;

/// Sizes before the full one at which counts are timed.
const SMALLER: [u64; 2] = [10_000, 100_000];
const GROWING: &str = "growing";

/// Which of them are asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ArchiveParts {
    pub(crate) fold: bool,
    pub(crate) count: bool,
    pub(crate) read: bool,
    pub(crate) export: bool,
    pub(crate) statements: bool,
}

impl ArchiveParts {
    pub(crate) fn any(&self) -> bool {
        self.fold || self.count || self.read || self.export
    }
}

impl Parts {
    pub(crate) async fn archive(&mut self, asked: ArchiveParts) -> Result<()> {
        let servers = Servers::start(asked.statements).await?;
        let callers = callers(&servers)?;
        let tokens: Arc<[String]> = callers.tokens.clone().into();
        let mut archive = Archive::new(&servers.nats_url(), self.scale.times).await?;
        let mut curve = Curve::default();
        if asked.count {
            self.count_smaller(&servers, &callers, &mut archive, &mut curve).await?;
        }
        let began = std::time::Instant::now();
        archive.fill_to(self.scale.events).await?;
        say(&format!("\nFilled the log in {:.0} s.", began.elapsed().as_secs_f64()));
        let url = servers.make_database("folded").await?;
        let (reducers, progress) = self.fold(&servers, &url).await?;
        if asked.statements {
            statements(&url).await?;
        }
        if asked.count || asked.read || asked.export {
            let query_api = Service::query_api(&self.programs, &url, &callers).await?;
            if asked.count {
                curve.measure(&query_api, &tokens[0], &url, archive.count(), self.scale.counts).await?;
                curve.print();
            }
            if asked.read {
                self.read(&servers, &url, &query_api, &tokens, archive.count()).await?;
            }
            if asked.export {
                self.export(&servers, &url, &query_api, &tokens[0]).await?;
            }
        }
        drop(reducers);
        if asked.fold {
            self.compare_fold(&servers, &archive, &url, &progress).await?;
        }
        Ok(())
    }

    /// Folds the archive while it grows, and times counts on the way.
    async fn count_smaller(
        &self,
        servers: &Servers,
        callers: &Callers,
        archive: &mut Archive,
        curve: &mut Curve,
    ) -> Result<()> {
        let url = servers.make_database(GROWING).await?;
        let reducers = Service::reducers(&self.programs, servers, &url).await?;
        for size in SMALLER.into_iter().filter(|size| *size < self.scale.events) {
            archive.fill_to(size).await?;
            fold::await_head(servers, &url, None).await?;
            let query_api = Service::query_api(&self.programs, &url, callers).await?;
            curve.measure(&query_api, &callers.tokens[0], &url, size, self.scale.counts).await?;
        }
        drop(reducers);
        servers.drop_database(GROWING).await
    }
}

/// What Postgres says that the fold cost it.
async fn statements(database_url: &str) -> Result<()> {
    let database = database_url.rsplit('/').next().unwrap_or_default();
    // The extension is made in the servers' first database, whose view shows all of them.
    let first = database_url.replace(&format!("/{database}"), "/rookery");
    let mut connection = PgConnection::connect(&first).await?;
    let rows: Vec<(i64, f64, i64, String)> = sqlx::query_as(include_str!("../sql/statements.sql"))
        .bind(database)
        .fetch_all(&mut connection)
        .await?;
    let mut table = Table::new("Statements of the fold", &["statement", "calls", "rows", "total"]);
    for (calls, total_ms, rows, query) in rows {
        table.row([query, calls.to_string(), rows.to_string(), format!("{} ms", whole(total_ms))]);
    }
    table.print();
    Ok(())
}
