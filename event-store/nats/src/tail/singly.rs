//! Events that are read one by one, in a way that any bytes pass.

use crate::message::{self, Which};
use crate::stream::EventStream;

use super::cursor::{Cursor, Feed, Stop, Wanted};

/// Events that are read singly before there is another consumer; as many again behind each one that would end it.
const SINGLY: u64 = 64;

/// What may have ended a consumer, and what is behind it.
pub(super) async fn feed_singly<E>(
    stream: &EventStream,
    cursor: &mut Cursor,
    feed: &Feed<E>,
    wanted: Wanted<E>,
) -> Result<(), Stop> {
    cursor.check(stream).await?;
    let mut until = cursor.next + SINGLY;
    while cursor.next < until {
        match feed_next(stream, cursor, feed, wanted).await? {
            Next::AtTheEnd => return Ok(()),
            Next::Readable => {}
            Next::Unreadable => until = cursor.next + SINGLY,
        }
    }
    Ok(())
}

/// The next event, in case the consumer has it and the client does not pass it on.
pub(super) async fn feed_kept_back<E>(
    stream: &EventStream,
    cursor: &mut Cursor,
    feed: &Feed<E>,
    wanted: Wanted<E>,
) -> Result<Next, Stop> {
    cursor.check(stream).await?;
    feed_next(stream, cursor, feed, wanted).await
}

/// What the next event, read by itself, is like.
pub(super) enum Next {
    AtTheEnd,
    Readable,
    Unreadable,
}

pub(super) async fn feed_next<E>(
    stream: &EventStream,
    cursor: &mut Cursor,
    feed: &Feed<E>,
    wanted: Wanted<E>,
) -> Result<Next, Stop> {
    let found = message::get(stream, Which::At { seq: cursor.next }).await?;
    let Some(message) = found else { return Ok(Next::AtTheEnd) };
    let recorded_at = message.raw().recorded_at(stream);
    let Some(event) = (wanted.make)(stream, message.raw()) else {
        return Err(Stop::Retry("an event could not be told from its bytes".to_owned()));
    };
    cursor.give(feed, event, recorded_at).await?;
    Ok(if message.is_readable() { Next::Readable } else { Next::Unreadable })
}
