use std::sync::Arc;

use api_types::codes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use data_set::read::ChangeKey;
use fail_points::planted;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue};
use http_kit::position::{AwaitPosition, DataPosition, ahead_of_log};
use http_kit::query::{self, Repeated};
use http_kit::{ApiProblem, Exhausted, Identity, Reader};
use serde::Deserialize;
use tokio::time::Instant;
use utoipa::IntoParams;

use super::Streams;
use super::body::{Open, body};
use super::cursor::StreamCursor;
use super::filter::{Filter, KINDS, Kind, Messages, Wanted};
use super::hub::Guest;
use crate::messages::filter::{NamedTags, REPEATABLE};
use crate::refusal::Refusal;
use crate::{AppState, id, position};

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// Tells a proxy of the kind of nginx to hand on what it gets at once.
const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");
const EVENT_STREAM: HeaderValue = HeaderValue::from_static("text/event-stream");

#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub(crate) struct OpenStream {
    /// Only messages with this tag, spelled as in posting.
    tag: Option<String>,
    /// Only messages that have one of these tags: give it once per tag, at most 8 times.
    #[param(value_type = Option<Vec<String>>, max_items = 8)]
    tag_any: Option<Repeated>,
    /// Only messages that have each of these tags, and `tag`.
    #[param(value_type = Option<Vec<String>>, max_items = 8)]
    tag_all: Option<Repeated>,
    /// Only messages that have none of these tags.
    #[param(value_type = Option<Vec<String>>, max_items = 8)]
    tag_none: Option<Repeated>,
    /// Only messages of the account with this id.
    author: Option<String>,
    /// `home`: what the caller's home timeline shows, instead of messages by tag and author.
    #[param(pattern = "^home$")]
    timeline: Option<String>,
    /// `1`: the caller's notifications, too; and these alone, where nothing says which messages are wanted.
    #[param(value_type = Option<u8>, minimum = 0, maximum = 1)]
    notifications: Option<String>,
    /// Only events of this type: give it once per type. `message.reposted` is of home timelines, `notification` of
    /// `notifications=1`.
    #[param(value_type = Option<Vec<String>>, max_items = 5, example = json!(["message.posted"]))]
    r#type: Option<Repeated>,
    /// Everything behind this position, or behind the event with this `id`; without it, and without `Last-Event-ID`, from
    /// now on.
    #[param(pattern = "^(0|[1-9][0-9]{0,18})(-(0|[1-9][0-9]{0,18}))?$")]
    after: Option<String>,
}

/// The headers of a stream, for the documentation.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "it only describes")]
pub(crate) struct StreamHeaders {
    /// The `id` of the last event that the caller has; more than `after`. `EventSource` sends it when it comes again.
    #[param(rename = "Last-Event-ID")]
    last_event_id: Option<String>,
    /// `wait=<seconds>`, at most 30. Of a query: how long to wait for its position, 2 by default, and with `If-None-Match`
    /// for another answer. Of a command: how long its answer may wait until every query shows what was done.
    #[param(rename = "Prefer", example = "wait=5")]
    prefer: Option<String>,
}

/// Streams what happens (server-sent events).
///
/// `id` is the position of the event in the log, which every other door takes: what is sent is visible to any query that awaits
/// it. What may share its position with other events, such as the deletions of an account's messages when the account is given
/// up, has `<position>-<number>`. `event` is the type. `data` of `message.posted` and `message.edited` is the message as
/// `GET /v1/messages/{id}` shows it now; `{"id", "deleted": true, …}` where it was deleted since. Of `message.deleted` it is
/// `{"id", "position"}`, of `message.reposted` an item of the timeline, of `notification` one as `GET /v1/notifications` lists
/// them. An edit is sent to those, too, who asked for a tag that it took away.
///
/// A stream that goes on behind an `id` sends what came since, and goes on live, without gap or repeat. It ends when the
/// caller's token does, when the service stops, or when it is not read: then come again with the last `id`.
#[utoipa::path(
    get,
    path = "/v1/stream",
    tag = "streams",
    security(("bearer" = [])),
    params(OpenStream, StreamHeaders),
    responses(
        (
            status = 200, description = "Events, for ever.", body = String, content_type = "text/event-stream",
            headers(("Data-Position" = i64, description = "Where the stream begins without `after` and `Last-Event-ID`.")),
        ),
    ),
    extensions(
        ("x-problems" = json!([
            "invalid-parameter", "invalid-header", "not-caught-up", "position-ahead", "position-too-old",
        ])),
        ("x-rate" = json!("stream")),
    ),
)]
pub(crate) async fn open_stream(
    State(state): State<AppState>,
    Reader(caller): Reader,
    StreamQuery(query): StreamQuery,
    awaited: AwaitPosition,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let filter = query.filter()?;
    let after = query.after(&headers)?;
    let streams = &state.streams;
    let open = open(streams, &awaited)?;
    let generation = streams.hub.generation();
    let reached = reached(&state, &awaited, after.map_or(0, |after| after.position)).await?;
    let after = if planted("last-id-ignored") { None } else { after };
    let begin = after.unwrap_or(ChangeKey::behind(reached));
    let between = u64::try_from(position::events_between(begin.position, reached)).unwrap_or(0);
    if between > streams.limits.replayed_events_max {
        return Err(Refusal::at(reached, too_old(between, streams.limits.replayed_events_max)));
    }
    let guest = Guest {
        viewer: caller.account,
        filter: Arc::new(filter),
        credential: Arc::new(Identity::credential(&headers)),
        opened_at: Instant::now(),
        generation,
        is_waiter: false,
    };
    let body = body(streams.clone(), guest, begin, open);
    let headers = [
        (CONTENT_TYPE, EVENT_STREAM),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (X_ACCEL_BUFFERING, HeaderValue::from_static("no")),
    ];
    Ok((DataPosition(reached), headers, body).into_response())
}

/// The position of the data, once it is not before another one.
async fn reached(state: &AppState, awaited: &AwaitPosition, position: i64) -> Result<i64, Refusal> {
    match state.all_positions.position(&awaited.clone().at_least(position)).await {
        Err(refusal) if refusal.is(codes::NOT_CAUGHT_UP) => {
            let end = position::log_end_before(&state.pool, position).await?;
            Err(end.map_or(refusal, |end| ahead_of_log(end).into()))
        }
        reached => reached,
    }
}

fn open(streams: &Streams, awaited: &AwaitPosition) -> Result<Open, ApiProblem> {
    let of_account = streams.accounts.take(awaited.waiter.account).map_err(|why| refusal(why, "account"))?;
    let of_address = streams.addresses.take(awaited.waiter.address).map_err(|why| refusal(why, "address"))?;
    Ok(Open { of_account, of_address })
}

fn refusal(why: Exhausted, who: &'static str) -> ApiProblem {
    let by = if why == Exhausted::Holder { who } else { "all" };
    metrics::counter!("query_streams_refused_total", "by" => by).increment(1);
    match why {
        Exhausted::Holder => ApiProblem::new(codes::RATE_LIMITED)
            .detail(format!("This {who} has as many streams open as it may have.")),
        Exhausted::Whole => ApiProblem::new(codes::OVERLOADED).detail("Too many streams are open."),
    }
}

fn too_old(between: u64, max: u64) -> ApiProblem {
    ApiProblem::new(codes::POSITION_TOO_OLD).detail(format!(
        "{between} events lie behind it, more than {max}. Read the list again, and go on behind its Data-Position."
    ))
}

fn invalid(parameter: &str, why: &str) -> ApiProblem {
    ApiProblem::new(codes::INVALID_PARAMETER).field(parameter, why)
}

impl OpenStream {
    fn filter(&self) -> Result<Filter, ApiProblem> {
        let notifications = match self.notifications.as_deref() {
            None | Some("0") => false,
            Some("1") => true,
            Some(_) => return Err(invalid("notifications", "expected 0 or 1")),
        };
        let named = NamedTags {
            tag: self.tag.as_deref(),
            any: self.tag_any.as_ref(),
            all: self.tag_all.as_ref(),
            none: self.tag_none.as_ref(),
        };
        let names_messages = named != NamedTags::default() || self.author.is_some();
        let messages = match self.timeline.as_deref() {
            Some("home") if names_messages => {
                return Err(invalid(
                    "timeline",
                    "it goes with notifications and type, not with tags and author",
                ));
            }
            Some("home") => Some(Messages::Home),
            Some(_) => return Err(invalid("timeline", "expected home")),
            None if notifications && !names_messages => None,
            None => {
                let (tag, tags) = named.parse()?;
                let author = self.author.as_deref().map(|text| id::parse("author", text)).transpose()?;
                Some(Messages::Of(Wanted::new(&tag, tags.as_ref(), author)))
            }
        };
        let kinds = self.kinds(notifications, messages == Some(Messages::Home))?;
        Ok(Filter { messages, notifications, kinds })
    }

    fn kinds(&self, notifications: bool, is_home: bool) -> Result<Option<Vec<Kind>>, ApiProblem> {
        let Some(Repeated(names)) = &self.r#type else { return Ok(None) };
        let kind = |name: &String| {
            let known = KINDS.iter().find(|(known, _)| known == name).map(|(_, kind)| *kind);
            match known {
                None => {
                    let names = KINDS.map(|(name, _)| name).join(", ");
                    Err(invalid(
                        "type",
                        &format!("expected one of {names}; of several each by itself: type=…&type=…"),
                    ))
                }
                Some(Kind::Reposted) if !is_home => {
                    Err(invalid("type", "message.reposted goes with timeline=home"))
                }
                Some(Kind::Notification) if !notifications => {
                    Err(invalid("type", "notification goes with notifications=1"))
                }
                Some(kind) => Ok(kind),
            }
        };
        names.iter().map(kind).collect::<Result<_, _>>().map(Some)
    }

    /// Behind what the stream begins.
    fn after(&self, headers: &HeaderMap) -> Result<Option<ChangeKey>, ApiProblem> {
        let sent = headers.get_all(LAST_EVENT_ID).iter().map(|value| value.to_str().unwrap_or("?"));
        let sent: Vec<&str> = sent.filter(|text| !text.is_empty()).collect();
        let (text, name, malformed) = match (&sent[..], &self.after) {
            ([], None) => return Ok(None),
            ([], Some(after)) => (&**after, "after", codes::INVALID_PARAMETER),
            ([text], _) => (*text, "Last-Event-ID", codes::INVALID_HEADER),
            _ => ("several", "Last-Event-ID", codes::INVALID_HEADER),
        };
        let expected = "expected a position, or the id of an event";
        let cursor = StreamCursor::parse(text).map_err(|bad| bad.problem(name, malformed, expected))?;
        Ok(Some(cursor.0))
    }
}

/// Its parameters, of which some may be given several times.
pub(crate) struct StreamQuery(OpenStream);

impl<S: Send + Sync> axum::extract::FromRequestParts<S> for StreamQuery {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut http::request::Parts, _state: &S) -> Result<Self, ApiProblem> {
        let repeatable: Vec<&str> = REPEATABLE.iter().copied().chain(["type"]).collect();
        query::parse_repeating(parts.uri.query().unwrap_or_default(), &repeatable).map(Self)
    }
}
