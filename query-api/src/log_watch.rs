//! What the data says of its log: which one was folded, and whether the workers refuse the one that they found.

use std::sync::Arc;
use std::time::Duration;

use data_set::Pool;
use data_set::read::{self, ProjectionRow};
use http_kit::{KnownLog, KnowsLog};
use tokio::sync::watch;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

const PERIOD: Duration = Duration::from_secs(1);

/// Clones share what was seen.
#[derive(Debug, Clone)]
pub(crate) struct LogWatch {
    pool: Pool,
    known: Arc<watch::Sender<KnownLog>>,
}

impl LogWatch {
    pub(crate) fn new(pool: Pool) -> Self {
        Self { pool, known: Arc::default() }
    }

    /// Looks about once a second. What was seen stays while the database cannot be asked.
    pub(crate) async fn keep_watching(&self, token: CancellationToken) {
        let mut ticks = tokio::time::interval(PERIOD);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while token.run_until_cancelled(ticks.tick()).await.is_some() {
            self.look().await;
        }
    }

    /// The log behind the data, as far as it was seen.
    pub(crate) fn lineage(&self) -> Option<Arc<str>> {
        self.known.borrow().lineage.clone()
    }

    /// Waits until it is another log than it was, or refused.
    pub(crate) async fn is_another(&self) {
        let mut known = self.known.subscribe();
        let mut before = known.borrow_and_update().clone();
        // The sender lives as long as this does.
        while known.changed().await.is_ok() {
            let now = known.borrow_and_update().clone();
            let is_other = before.lineage.is_some() && now.lineage != before.lineage;
            if is_other || now.refusal.is_some() && before.refusal.is_none() {
                return;
            }
            before = now;
        }
    }

    async fn look(&self) {
        // Every query, and readiness, report a database that is away.
        if let Ok(rows) = read::list_projections(&self.pool).await {
            self.saw(&rows);
        }
    }

    fn saw(&self, rows: &[ProjectionRow]) {
        let known = known(rows);
        metrics::gauge!("query_log_refused").set(if known.refusal.is_some() { 1.0 } else { 0.0 });
        self.known.send_if_modified(|before| {
            if *before == known {
                return false;
            }
            match &known.refusal {
                Some(why) => tracing::error!(
                    reason = &**why,
                    "queries are refused: the data and the log do not belong together"
                ),
                None if before.refusal.is_some() => tracing::info!("queries are answered again"),
                None => {}
            }
            *before = known;
            true
        });
    }
}

impl KnowsLog for LogWatch {
    /// Looks at once where nothing was seen yet, so that the first callers after a start are checked as all others are.
    async fn known_log(&self) -> KnownLog {
        if self.lineage().is_none() {
            self.look().await;
        }
        self.known.borrow().clone()
    }
}

/// Of the rows that answers are made from. Two lineages among them are a refusal, too: one was adopted half.
fn known(rows: &[ProjectionRow]) -> KnownLog {
    let published = || rows.iter().filter(|row| row.is_published());
    let Some(shown) = published().find(|row| row.is_shown_in_messages()) else { return KnownLog::default() };
    let refusal = published().find_map(|row| row.refusal.as_deref()).map(Arc::from);
    let other = published().find(|row| row.lineage != shown.lineage);
    let split = other.map(|other| {
        Arc::from(format!(
            "{} was folded from log {}, {} from log {}",
            shown.projection, shown.lineage, other.projection, other.lineage
        ))
    });
    KnownLog { lineage: Some(shown.lineage.as_str().into()), refusal: refusal.or(split) }
}
