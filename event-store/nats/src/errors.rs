//! From what the client library and the JetStream API say to the errors of the contract.

use std::error::Error;

use async_nats::jetstream;
use async_nats::jetstream::context::CreateStreamErrorKind;
use event_store::{Cause, OpenError, ReadError};

/// A limit of the broker or of the account, on storage, memory or streams: what was asked for would go beyond it.
const NO_ROOM: [u64; 4] = [10002, 10023, 10028, 10047];

/// The number of the API error somewhere behind an error.
fn code(error: &(dyn Error + 'static)) -> Option<u64> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(api) = error.downcast_ref::<jetstream::Error>() {
            return Some(api.error_code().0);
        }
        if let Some(made) = error.downcast_ref::<jetstream::context::CreateStreamError>()
            && let CreateStreamErrorKind::JetStream(api) = made.kind()
        {
            return Some(api.error_code().0);
        }
        cause = error.source();
    }
    None
}

/// Whether the broker may not reserve what a stream asks for.
pub(crate) fn is_no_room(error: &(dyn Error + 'static)) -> bool {
    code(error).is_some_and(|code| NO_ROOM.contains(&code))
}

pub(crate) fn unopened(error: impl Into<Box<dyn Error + Send + Sync>>) -> OpenError {
    OpenError::Unavailable(Cause::new(error))
}

pub(crate) fn unread(error: impl Into<Box<dyn Error + Send + Sync>>) -> ReadError {
    ReadError::Unavailable(Cause::new(error))
}

/// A stream that was not made, or not changed.
pub(crate) fn not_reserved(stream: &str, error: impl Error + Send + Sync + 'static) -> OpenError {
    if is_no_room(&error) {
        return OpenError::NoRoom { stream: stream.to_owned(), reason: Cause::new(error) };
    }
    unopened(error)
}
