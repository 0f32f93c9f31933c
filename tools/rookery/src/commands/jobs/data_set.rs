//! How far the data set is.

use anyhow::Result;
use async_trait::async_trait;
use data_set::pool::{self, Pool, PoolOptions};
use data_set::read::list_projections;
use jobs::DataSet;
use service_kit::config::Secret;

/// One for each job would be more than they need: they ask one after the other.
const CONNECTIONS: u32 = 2;

#[derive(Debug)]
pub(super) struct PublishedDataSet(Pool);

impl PublishedDataSet {
    /// As an analyst: the views say how far they are.
    pub(super) fn connect(url: &Secret) -> Result<Self> {
        Ok(Self(pool::connect(url.expose(), &PoolOptions::reader("rookery-jobs", CONNECTIONS))?))
    }
}

#[async_trait]
impl DataSet for PublishedDataSet {
    async fn position(&self) -> Result<i64, String> {
        let rows = list_projections(&self.0).await.map_err(|error| error.to_string())?;
        let published = rows.iter().filter(|row| row.is_published()).map(|row| row.position);
        Ok(published.min().unwrap_or(0))
    }
}
