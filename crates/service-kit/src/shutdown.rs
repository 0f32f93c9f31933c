//! Turns a signal into an orderly end.
//!
//! The first SIGTERM or SIGINT cancels a token that every loop and server watches. A second signal means that somebody
//! is tired of waiting: the process ends at once, which is safe because nothing here may depend on a clean end. A
//! SIGTERM right after the first signal says nothing new: a supervisor that signals a whole process group reaches the
//! process itself and its parent, such as `make`, which sends the signal on.

use std::io;
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// What a shell reports for a process that was interrupted (128 + SIGINT).
const EXIT_INTERRUPTED: i32 = 130;
const TERMINATE: &str = "SIGTERM";
const INTERRUPT: &str = "SIGINT";
/// A SIGTERM that follows the first signal so soon is a copy of it. No person repeats one sooner.
const COPIES_WITHIN: Duration = Duration::from_secs(1);

/// A request to end, shared by everything in one process.
#[derive(Debug, Clone, Default)]
pub struct Shutdown {
    token: CancellationToken,
}

impl Shutdown {
    /// A shutdown that only [`Self::trigger`] starts: for tests and for parts of a larger process.
    #[must_use]
    pub fn manual() -> Self {
        Self::default()
    }

    /// A shutdown that SIGTERM or SIGINT starts.
    ///
    /// Must be called inside a Tokio runtime.
    ///
    /// # Errors
    /// When the handlers cannot be installed.
    pub fn on_signals() -> io::Result<Self> {
        let (mut terminate, mut interrupt) =
            (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        let shutdown = Self::default();
        let token = shutdown.token.clone();
        tokio::spawn(async move {
            let name = next(&mut terminate, &mut interrupt).await;
            let first = Instant::now();
            tracing::info!(signal = name, "shutting down");
            token.cancel();
            let name = loop {
                let name = next(&mut terminate, &mut interrupt).await;
                if name != TERMINATE || first.elapsed() >= COPIES_WITHIN {
                    break name;
                }
            };
            tracing::warn!(signal = name, "second signal, ending at once");
            std::process::exit(EXIT_INTERRUPTED);
        });
        Ok(shutdown)
    }

    /// The token for loops and servers to watch.
    #[must_use]
    pub fn token(&self) -> CancellationToken {
        self.token.clone()
    }

    /// Starts the end from inside, for instance because a part of the process failed for good.
    pub fn trigger(&self) {
        self.token.cancel();
    }

    /// Completes once the end has started.
    pub async fn triggered(&self) {
        self.token.cancelled().await;
    }
}

async fn next(terminate: &mut Signal, interrupt: &mut Signal) -> &'static str {
    tokio::select! {
        _ = terminate.recv() => TERMINATE,
        _ = interrupt.recv() => INTERRUPT,
    }
}
