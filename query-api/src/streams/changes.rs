//! For those who wait for a change and read it themselves.

use std::sync::Arc;

use data_set::read::{MessageFilter, ReadError};
use http::HeaderMap;
use tokio::sync::watch;
use tokio::time::Instant;

use super::Streams;
use super::filter::{Filter, Messages, Wanted};
use super::hub::{Guest, Seat};

/// What is waited for.
#[derive(Debug)]
pub(crate) enum About {
    Messages(MessageFilter),
    /// The home timeline of an account.
    Home,
    /// What an account is notified of.
    Notifications,
    /// Anything.
    All,
}

pub(crate) struct Changes {
    seat: Seat,
    /// Where anything counts.
    moved: Option<watch::Receiver<i64>>,
}

impl Changes {
    /// From now on; `None` where the service ends.
    pub(crate) async fn watch(
        streams: &Streams,
        viewer: i64,
        about: &About,
    ) -> Result<Option<Self>, ReadError> {
        let messages = match about {
            About::Messages(MessageFilter { tag, tags, author, .. }) => {
                Some(Messages::Of(Wanted::new(tag, tags.as_ref(), *author)))
            }
            About::Home => Some(Messages::Home),
            About::Notifications | About::All => None,
        };
        let notifications = matches!(about, About::Notifications);
        let guest = Guest {
            viewer,
            filter: Arc::new(Filter { messages, notifications, kinds: None }),
            credential: Arc::new(HeaderMap::new()),
            opened_at: Instant::now(),
            generation: streams.hub.generation(),
            is_waiter: true,
        };
        let moved = matches!(about, About::All).then(|| streams.hub.moved.subscribe());
        Ok(streams.join(&guest).await?.map(|seat| Self { seat, moved }))
    }

    /// Waits for the next one; `None` where the service ends.
    pub(crate) async fn next(&mut self) -> Option<()> {
        if let Some(moved) = &mut self.moved {
            tokio::select! {
                moved = moved.changed() => return moved.ok(),
                () = until_sent_away(&mut self.seat) => return None,
            }
        }
        loop {
            let item = self.seat.next().await?;
            // Why it is sent away is no change.
            if item.before < item.end {
                return Some(());
            }
        }
    }
}

async fn until_sent_away(seat: &mut Seat) {
    while seat.next().await.is_some() {}
}
