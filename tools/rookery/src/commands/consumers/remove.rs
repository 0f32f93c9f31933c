//! `rookery consumers remove`.

use anyhow::Result;
use event_store_nats::consumers::{ConsumerError, Consumers};

use super::users::ConsumerUsers;

/// Remove a consumer, its user and its position
///
/// A broker that `rookery up` does not run has to be told to read its configuration again (SIGHUP); until then the user may
/// connect, and has nothing to fetch.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[arg(value_name = "NAME")]
    name: String,
}

pub(super) async fn run(consumers: &Consumers, users: &ConsumerUsers, arguments: &Arguments) -> Result<()> {
    let had_user = users.remove(&arguments.name)?;
    match consumers.remove(&arguments.name).await {
        // Interrupted in between, or removed by somebody else.
        Err(ConsumerError::Unknown(_)) if had_user => Ok(()),
        removed => Ok(removed?),
    }
}
