//! The commands, one file each: which part of the log they are decided on, and which events they make.

mod change_block;
mod change_follow;
mod change_mute;
mod change_profile;
mod change_reaction;
mod deactivate_account;
mod message;
mod read_notifications;
mod register_account;

pub use change_block::ChangeBlock;
pub use change_follow::ChangeFollow;
pub use change_mute::ChangeMute;
pub use change_profile::ChangeProfile;
pub use change_reaction::ChangeReaction;
pub use deactivate_account::DeactivateAccount;
pub use read_notifications::ReadNotifications;
pub use register_account::{CredentialError, KeepCredential, RegisterAccount, Registrar};

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use domain::{Event, Position};
use event_store::Expected;

use crate::decision::{Change, Decision, Done, ExecuteError, Placed};

/// The events that an aggregate answers a command with.
async fn ask<A>(mut aggregate: A, command: A::Command) -> Result<Vec<A::Event>, ExecuteError<A::Error>>
where
    A: Aggregate<Services = ()>,
{
    let sink = EventSink::default();
    aggregate.handle(command, &(), &sink).await.map_err(ExecuteError::Rejected)?;
    Ok(sink.collect().await)
}

/// An event on an edge, where the last write wins; or nothing, decided on what stands at a position.
fn blind(event: Option<impl Into<Event>>, decided_on: Position) -> Decision<Done> {
    match event {
        Some(event) => Decision::Append(vec![Change::new(event, Expected::Any)]),
        None => Decision::Unchanged(Done { position: decided_on }),
    }
}

fn done(own: &[Placed]) -> Option<Done> {
    own.last().map(|placed| Done { position: placed.position })
}
