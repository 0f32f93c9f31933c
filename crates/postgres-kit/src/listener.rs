//! Notifications. They are hints: a listener that has died costs time, never data.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use sqlx::{Error, Executor};
use tokio::time::{Instant, timeout};

use crate::connection::is_no_answer;

/// A listener that heard nothing for so long is asked whether it lives: nothing else is ever sent to it.
const TRUSTED_SILENCE: Duration = Duration::from_secs(5);
/// For the answer to that, and for each step of the way to the first notification.
const STEP_LIMIT: Duration = Duration::from_secs(2);

#[derive(Debug)]
pub struct Listener {
    /// On a connection of its own; dropped, that one is closed. sqlx says `unlisten` on it first, in the background and
    /// with the kernel's patience, which holds up nobody.
    inner: PgListener,
    heard: Instant,
}

impl Listener {
    /// # Errors
    /// When the database is unreachable or does not answer.
    pub async fn open(options: &PgConnectOptions, channel: &str) -> Result<Self, Error> {
        let own = PgPoolOptions::new().max_connections(1).acquire_timeout(STEP_LIMIT);
        let own = own.connect_lazy_with(options.clone());
        let listen = async {
            let mut inner = PgListener::connect_with(&own).await?;
            inner.listen(channel).await?;
            Ok(Self { inner, heard: Instant::now() })
        };
        limited(listen).await
    }

    /// Waits for a notification, or for so long.
    ///
    /// # Errors
    /// When the connection turned out to be dead.
    pub async fn wait(&mut self, limit: Duration) -> Result<(), Error> {
        match timeout(limit, self.inner.recv()).await {
            Ok(heard) => {
                heard?;
                self.heard = Instant::now();
                while self.inner.next_buffered().is_some() {}
            }
            Err(_) if self.heard.elapsed() > TRUSTED_SILENCE => {
                limited(self.inner.execute("select 1")).await?;
                self.heard = Instant::now();
            }
            Err(_) => {}
        }
        Ok(())
    }
}

async fn limited<T>(step: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let limited =
        timeout(STEP_LIMIT, step).await.unwrap_or_else(|_| Err(crate::connection::no_answer(STEP_LIMIT)));
    if let Err(error) = &limited
        && is_no_answer(error)
    {
        tracing::warn!("the connection for notifications gives no answer; it is made anew");
    }
    limited
}
