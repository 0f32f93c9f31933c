//! From the words of a request to values that cannot be wrong.

use domain::message::ReplyTarget;
use domain::{AccountId, IdError, MessageId, Tags};

use crate::refusal::Refusal;
use crate::state::Ready;

/// `tag` and `tags` are two ways to say one thing; saying it twice is a mistake. `None` when neither is given.
pub(crate) fn tags(tag: Option<&str>, tags: Option<&[String]>) -> Result<Option<Tags>, Refusal> {
    match (tag, tags) {
        (None, None) => Ok(None),
        (Some(_), Some(_)) => Err(Refusal::field("tag", "give tag or tags, not both")),
        (Some(tag), None) => Ok(Some(Tags::parse([tag])?)),
        (None, Some(tags)) => Ok(Some(Tags::parse(tags.iter().map(String::as_str))?)),
    }
}

/// Looks the answered message up, so that the decision has the fact.
pub(super) async fn reply_target(
    author: AccountId,
    raw: Option<&str>,
    ready: &Ready,
) -> Result<Option<ReplyTarget>, Refusal> {
    let Some(raw) = raw else { return Ok(None) };
    let message: MessageId =
        raw.parse().map_err(|error: IdError| Refusal::field("inReplyTo", error.to_string()))?;
    Ok(Some(ready.executor().reply_target(author, message).await?))
}
