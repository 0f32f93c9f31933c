//! From the words of a request to values that cannot be wrong.

use api_types::codes;
use domain::message::ReplyTarget;
use domain::{MessageId, Tags, Text};
use http_kit::ApiProblem;

use crate::problems;
use crate::state::Ready;

pub(crate) fn text(raw: &str) -> Result<Text, ApiProblem> {
    Text::parse(raw).map_err(|rejection| problems::from_rejection(&rejection))
}

/// `tag` and `tags` are two ways to say one thing; saying it twice is a mistake. `None` when neither is given.
pub(crate) fn tags(tag: Option<&str>, tags: Option<&[String]>) -> Result<Option<Tags>, ApiProblem> {
    let parsed = match (tag, tags) {
        (None, None) => return Ok(None),
        (Some(_), Some(_)) => {
            return Err(ApiProblem::new(codes::INVALID_FIELD).field("tag", "give tag or tags, not both"));
        }
        (Some(tag), None) => Tags::parse([tag]),
        (None, Some(tags)) => Tags::parse(tags.iter().map(String::as_str)),
    };
    parsed.map(Some).map_err(|rejection| problems::from_rejection(&rejection))
}

/// Looks the answered message up, so that the decision has the fact.
pub(super) async fn reply_target(
    raw: Option<&str>,
    ready: &Ready,
) -> Result<Option<ReplyTarget>, ApiProblem> {
    let Some(raw) = raw else { return Ok(None) };
    let message: MessageId = raw.parse().map_err(|error: domain::IdError| {
        ApiProblem::new(codes::INVALID_FIELD).field("inReplyTo", error.to_string())
    })?;
    let exists = ready.executor().is_standing(message).await.map_err(ApiProblem::unavailable)?;
    Ok(Some(ReplyTarget { message, exists }))
}
