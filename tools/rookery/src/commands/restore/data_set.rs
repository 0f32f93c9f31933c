//! A data set that was folded further than the archive reaches would take new events for ones that it has: they get the
//! sequences of those that were lost, under the lineage that it knows.

use anyhow::{Context, Result, bail};
use data_set::pool::{self, PoolOptions};
use data_set::read::list_projections;
use domain::Position;

use super::broker::Broker;

pub(super) async fn refuse_if_ahead(broker: &Broker, archived: u64) -> Result<()> {
    let Some(url) = broker.data_set_url() else { return Ok(()) };
    let pool = pool::connect(url, &PoolOptions::reader("rookery-restore", 1))?;
    // Where the schema is missing nothing was folded.
    data_set::migrate::migrate(url).await.context("bring the schema up to date")?;
    let projections = list_projections(&pool).await.context("ask the data set how far it is")?;
    pool.close().await;
    for row in projections {
        let folded = Position::from_i64(row.position).unwrap_or_default().sequence().get();
        if folded > archived {
            bail!(
                "{} was folded up to sequence {folded}, and the archive ends at {archived}: it lacks events that were \
                 acknowledged. Find a newer archive; or, if there is none, drop the data set as docs/operations/rebuild.md says \
                 under \"Replay\", and run this again. What was lost stays lost, and everybody who keeps positions or \
                 ids of these events has to be told",
                row.projection
            );
        }
    }
    Ok(())
}
