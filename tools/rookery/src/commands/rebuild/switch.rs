//! The switch, forth and back.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use data_set::versions::{Hold, State, VersionError};

use super::say;

/// Reducers look for versions to fold every second.
const TAKE_UP_LIMIT: Duration = Duration::from_secs(5);
const TAKE_UP_PERIOD: Duration = Duration::from_millis(50);
/// How long statements that read may be in the way; the switch steps aside for each of them.
const BUSY_LIMIT: Duration = Duration::from_secs(60);
/// How long for statements of analysts; after that their sessions are ended.
const ANALYSTS_LIMIT: Duration = Duration::from_secs(10);
const BUSY_PERIOD: Duration = Duration::from_millis(300);

/// Leaves a version to the reducers, so that it moves when it is published.
pub(super) async fn hand_over(hold: &mut Hold, version: i32) -> Result<()> {
    hold.set_state(version, State::Standby).await?;
    let deadline = Instant::now() + TAKE_UP_LIMIT;
    while !hold.is_taken_up(version).await? {
        if Instant::now() >= deadline {
            return say("No reducers have taken it up; nothing moves on until they run.");
        }
        tokio::time::sleep(TAKE_UP_PERIOD).await;
    }
    Ok(())
}

/// Publishes a version in place of another one.
pub(super) async fn publish(hold: &mut Hold, published: i32, version: i32) -> Result<()> {
    let begun = Instant::now();
    loop {
        match try_to_publish(hold, published, version).await {
            Ok(()) => return Ok(()),
            Err(VersionError::Busy(_)) if begun.elapsed() < ANALYSTS_LIMIT => {
                tokio::time::sleep(BUSY_PERIOD).await;
            }
            // Nobody is let in for a while, so the next try meets services alone.
            Err(VersionError::Busy(_)) if begun.elapsed() < BUSY_LIMIT => match hold.make_way().await {
                Ok(0) => tokio::time::sleep(BUSY_PERIOD).await,
                Ok(ended) => {
                    say(&format!("Analysts were in the way: {ended} of their sessions were ended."))?
                }
                Err(VersionError::Busy(_)) => {}
                Err(error) => return Err(error).context("nothing was switched"),
            },
            Err(error @ VersionError::Busy(_)) => {
                return Err(error).context(
                    "nothing was switched: long statements read the views; try again, or look for them in \
                     pg_stat_activity",
                );
            }
            Err(error @ VersionError::Behind { .. }) => {
                return Err(error)
                    .context("nothing was switched: start the reducers, which bring it up to date");
            }
            Err(error) => return Err(error).context("nothing was switched"),
        }
    }
}

async fn try_to_publish(hold: &mut Hold, published: i32, version: i32) -> Result<(), VersionError> {
    hold.begin_switch(published).await?.publish(version).await
}
