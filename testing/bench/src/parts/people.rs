//! Part `people`: home timelines, fan-out, reactions and logins.

mod commands;
mod fan_out;
mod log_in;
mod timeline;

use domain::{AccountId, Event, Followed, GraphEvent};

use super::Parts;

impl Parts {
    pub(crate) async fn people(&mut self) -> anyhow::Result<()> {
        self.timeline().await?;
        self.fan_out().await?;
        self.commands().await?;
        self.log_in().await
    }
}

/// An id of the benchmark's own making.
fn account(number: i64) -> AccountId {
    // Every number here is counted up from 1.
    AccountId::from_i64(number).unwrap_or_else(|| unreachable!("accounts are numbered from 1"))
}

fn followed(follower: i64, followee: i64) -> (AccountId, Event) {
    let (follower, followee) = (account(follower), account(followee));
    (follower, GraphEvent::Followed(Followed { follower, followee, original_time: None }).into())
}
