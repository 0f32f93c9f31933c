//! What the log says about who wants to log in.

use domain::{AccountEvent, AccountId, Event, Handle, HandleEvent, Sequence};
use event_store::{Boundary, Decoded, EventLog, ReadError, Subject};

/// Whose handle that is: what the last event of the handle says.
pub(super) async fn of_handle(log: &dyn EventLog, handle: &Handle) -> Result<Option<AccountId>, ReadError> {
    match last_event(log, Boundary::Handle(handle.clone())).await? {
        Some(Event::Handle(HandleEvent::Claimed(claimed))) => Ok(Some(claimed.account)),
        _ => Ok(None),
    }
}

/// Whether the account was registered and has not been deactivated.
pub(super) async fn is_active(log: &dyn EventLog, account: AccountId) -> Result<bool, ReadError> {
    match last_event(log, Boundary::Account(account)).await? {
        Some(Event::Account(AccountEvent::Registered(_) | AccountEvent::ProfileChanged(_))) => Ok(true),
        _ => Ok(false),
    }
}

/// The last event that counts; one that cannot be decoded counts for nobody.
async fn last_event(log: &dyn EventLog, boundary: Boundary) -> Result<Option<Event>, ReadError> {
    let subject = Subject::new(log.shard(), boundary);
    let recorded = log.read_subject(subject, Sequence::ZERO.next()).await?;
    Ok(recorded.iter().rev().find_map(|recorded| match event_store::decode(recorded) {
        Ok(Decoded::Known(event)) => Some(event),
        Ok(Decoded::UnknownType(_)) | Err(_) => None,
    }))
}
