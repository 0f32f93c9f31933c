//! The load generator. It shares the machine with what it measures, so it is made to be cheap: hand-written requests
//! over plain sockets, one thread, no client library.

pub(crate) mod closed;
pub(crate) mod http;
pub(crate) mod open;

use anyhow::{Context, Result};

/// Runs a load on a thread of its own: one thread of generator against all that is measured, for every load alike.
pub(crate) async fn on_one_thread<T, Make, Task>(make: Make) -> Result<T>
where
    T: Send + 'static,
    Make: FnOnce() -> Task + Send + 'static,
    Task: Future<Output = Result<T>>,
{
    let run = move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(make())
    };
    tokio::task::spawn_blocking(run).await.context("the load generator failed")?
}
