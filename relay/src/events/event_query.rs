//! What a consumer asks for, from the address.

use api_types::{codes, number};
use axum::extract::FromRequestParts;
use consumers::Filter;
use domain::{AccountId, Position, Shard, Tag, TagRejection};
use http::request::Parts;
use http_kit::ApiProblem;
use http_kit::position::of_another_log;
use http_kit::query::{Repeated, parse_repeating};
use serde::Deserialize;
use utoipa::IntoParams;

const LIMIT_DEFAULT: usize = 100;
const LIMIT_MAX: usize = 1_000;
/// In the place of a position: where the log ends now.
const LATEST: &str = "latest";

#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub(crate) struct ListEvents {
    /// Only events behind this position: an `Event-Position`, a `Data-Position`, the `position` of an event. `0`, as
    /// without it, is the beginning, `latest` where the log ends now.
    #[param(pattern = "^(0|[1-9][0-9]{0,18}|latest)$")]
    after: Option<String>,
    /// Only these types, each given by itself with its version: `types=rookery.message.posted.v1&types=…`.
    #[param(value_type = Option<Vec<String>>, style = Form, explode)]
    types: Option<Repeated>,
    /// Only events that name this account. Deletions do not say whose messages they were, so all of them are given.
    #[param(pattern = "^[1-9][0-9]{0,18}$")]
    account: Option<String>,
    /// Only posts with this tag, and every edit, deletion and deactivation: they do not say which tags a message had.
    tag: Option<String>,
    /// At most so many events, 100 unless said otherwise. Not with `follow`.
    #[param(value_type = Option<u16>, minimum = 1, maximum = 1000)]
    limit: Option<String>,
    /// `true`: the answer does not end where the log does, but goes on with what comes.
    follow: Option<bool>,
}

/// What is asked for, read.
#[derive(Debug)]
pub(crate) struct EventQuery {
    /// `None`: where the log ends now.
    pub(super) after: Option<i64>,
    pub(super) filter: Filter,
    pub(super) limit: usize,
    pub(super) is_followed: bool,
    /// Without `after`.
    raw: String,
}

impl<S: Send + Sync> FromRequestParts<S> for EventQuery {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiProblem> {
        let raw = parts.uri.query().unwrap_or_default();
        let asked: ListEvents = parse_repeating(raw, &["types"])?;
        let limit = asked.limit.as_deref().map_or(Ok(LIMIT_DEFAULT), limit)?;
        let is_followed = asked.follow.unwrap_or(false);
        if is_followed && asked.limit.is_some() {
            return Err(refuse("limit", "it does not go with follow"));
        }
        let after = after(asked.after.as_deref())?;
        let filter = Filter {
            types: types(asked.types)?,
            account: asked
                .account
                .as_deref()
                .map(account)
                .transpose()
                .map_err(|why| refuse("account", why))?,
            tag: asked.tag.as_deref().map(tag).transpose().map_err(|why| refuse("tag", why))?,
        };
        Ok(Self { after, filter, limit, is_followed, raw: without_after(raw) })
    }
}

impl EventQuery {
    /// Where the log is read on from, as the value of `Link`.
    pub(super) fn next(&self, position: i64) -> String {
        let rest = if self.raw.is_empty() { String::new() } else { format!("&{}", self.raw) };
        format!("</v1/events?after={position}{rest}>; rel=\"next\"")
    }
}

/// # Errors
/// Where no event of the shard can have a position.
pub(crate) fn check_shard(after: i64, shard: Shard) -> Result<(), ApiProblem> {
    let is_ours = Position::from_i64(after).is_some_and(|position| position.shard() == shard);
    if after == 0 || is_ours {
        return Ok(());
    }
    Err(of_another_log("after"))
}

fn after(text: Option<&str>) -> Result<Option<i64>, ApiProblem> {
    match text {
        None => Ok(Some(0)),
        Some(LATEST) => Ok(None),
        Some(text) => match number::parse::<i64>(text) {
            Some(position) => Ok(Some(position)),
            None => Err(refuse("after", "expected a position, 0, or latest")),
        },
    }
}

fn limit(text: &str) -> Result<usize, ApiProblem> {
    let limit = number::parse(text).filter(|limit| (1..=LIMIT_MAX).contains(limit));
    limit.ok_or_else(|| refuse("limit", "expected a whole number from 1 to 1000"))
}

fn types(asked: Option<Repeated>) -> Result<Vec<String>, ApiProblem> {
    let Some(Repeated(types)) = asked else { return Ok(Vec::new()) };
    match types.iter().try_for_each(|asked| is_handed_on(asked)) {
        Ok(()) => Ok(types),
        Err(why) => Err(refuse("types", why)),
    }
}

/// # Errors
/// Why events of a type cannot be had.
pub(crate) fn is_handed_on(event_type: &str) -> Result<(), &'static str> {
    if event_store::disclosed_types().any(|known| known == event_type) {
        return Ok(());
    }
    Err(match event_store::schema(event_type) {
        Some(_) => "events of this type are not handed on",
        None if event_type.contains(',') => {
            "expected each type by itself, without commas: types=…&types=…, or a list in JSON"
        }
        None => "expected types of /v1/schemas, such as rookery.message.posted.v1",
    })
}

/// # Errors
/// What was expected.
pub(crate) fn account(text: &str) -> Result<AccountId, &'static str> {
    number::positive(text).and_then(AccountId::from_i64).ok_or("expected the id of an account")
}

/// # Errors
/// The same.
pub(crate) fn tag(text: &str) -> Result<Tag, &'static str> {
    Tag::parse(text).map_err(|rejection| match rejection {
        TagRejection::TagMustNotBeEmpty => "expected a tag: leave it out where none is meant",
        _ => "no message can have this tag",
    })
}

fn refuse(name: &str, why: &str) -> ApiProblem {
    ApiProblem::new(codes::INVALID_PARAMETER).field(name, why)
}

fn without_after(raw: &str) -> String {
    let pairs = form_urlencoded::parse(raw.as_bytes()).filter(|(name, _)| name != "after");
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}
