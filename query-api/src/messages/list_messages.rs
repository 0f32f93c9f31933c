use api_types::codes;
use api_types::messages::ThreadMessage;
use axum::extract::State;
use axum::response::Response;
use data_set::read::{self, Cutoff, MessageFilter};
use http_kit::query::Repeated;
use http_kit::{Action, ApiProblem, Caller, Reader, Spending};
use serde::Deserialize;
use tokens::Role;
use utoipa::{IntoParams, ToSchema};

use super::filter::{self, NamedTags, REPEATABLE};
use crate::conditions::ReadHeaders;
use crate::paging::{ListQuery, Paged};
use crate::refusal::Refusal;
use crate::{AppState, as_of, view};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub(crate) struct ListMessages {
    /// Only messages with this tag, spelled as in posting. A tag that nobody used finds nothing.
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
    /// A day (`2026-01-31`, from its begin in `tz`) or an exact timestamp with a zone.
    date_start: Option<String>,
    /// A day (`2026-01-31`, to its end in `tz`) or an exact timestamp with a zone, itself not included.
    date_end: Option<String>,
    /// IANA time zone of days, `UTC` by default.
    #[param(example = "Europe/Berlin")]
    tz: Option<String>,
    /// 1 to 100 messages per page, 20 by default.
    #[param(value_type = Option<u16>, minimum = 1, maximum = 100)]
    limit: Option<String>,
    /// From the `Link` of the page before, with the same filter.
    cursor: Option<String>,
    /// As it was: a position, or a timestamp with a zone, by the clock of the log. Later edits are undone, and later
    /// messages and likes not there; what was deleted since is shown as deleted.
    as_of: Option<String>,
    /// `1`: answer only the number of all matching messages. Needs the role `analyst` or `admin`.
    #[param(value_type = Option<u8>, minimum = 0, maximum = 1)]
    count: Option<String>,
}

/// What `GET /v1/messages` answers.
#[derive(ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "it only describes")]
pub(crate) enum MessagesOrCount {
    /// With `asOf` also places of what was deleted since.
    Messages(Vec<ThreadMessage>),
    /// With `count=1`.
    Count(u64),
}

/// Lists messages, newest first, or counts them.
///
/// Ordered by `createdAt` and id. When there are more, a `Link` with `rel="next"` leads to the next page; messages that
/// are posted meanwhile neither repeat nor hide any. With `count=1` the answer is a bare number, exact for any range.
/// Deleted messages are not in either; text is not searched.
///
/// Where several tags are named, or a tag and an author, or with `asOf`, a page looks at no more than 10,000 messages: it may
/// be short, and then its `Link` leads on. A number with several tags looks at no more than 100,000, and with `asOf`
/// and one tag or none at 2,000,000, beyond that it is refused.
///
/// With `asOf` both are as they were at a moment of the past, and `Data-Position` is that moment's. A message that was
/// deleted since is `{"id", "deleted": true, "createdAt", "inReplyTo"}`, and counts; of an `author` only the caller's own are shown. Text, tags, edition, likes, reposts
/// and replies are those of then; names of accounts, and what is hidden from whom, those of today. A time is one of the
/// log's clock: an imported message is there from when it was recorded.
#[utoipa::path(
    get,
    path = "/v1/messages",
    tag = "messages",
    security(("bearer" = [])),
    params(
        ListMessages,
        ReadHeaders,
    ),
    responses(
        (status = 200, description = "A page of messages; with `count=1` a number.", body = MessagesOrCount, headers(("Link" = String))),
    ),
    extensions(("x-problems" = json!(["range-too-large", "role-required", "as-of-too-early", "as-of-too-late"]))),
)]
pub(crate) async fn list_messages(
    State(state): State<AppState>,
    Reader(caller): Reader,
    spending: Spending,
    query: ListQuery<ListMessages>,
) -> Result<Response, Refusal> {
    let shape = query.parameters.shape()?;
    if let Shape::Number = shape {
        caller.require_any(&[Role::Analyst, Role::Admin])?;
        spending.spend(Action::Count)?;
    }
    let filter = query.parameters.filter()?;
    if let Some(text) = &query.parameters.as_of {
        spending.spend(Action::Search)?;
        let cutoff = as_of::cutoff(&state, &query.conditions.awaited, text).await?;
        return of_past(&state, &caller, &shape, &filter, cutoff, query).await;
    }
    if filter.tags.is_some() {
        spending.spend(Action::Search)?;
    }
    let query = query.narrowed_to(filter::to_bytes(&filter));
    let (after, limit) = query.bounds()?;
    let awaited = &query.conditions.awaited;
    match shape {
        Shape::Number => {
            let count = || read::count_messages(&state.pool, &filter);
            query.conditions.answer(&state.positions.answer(awaited, count).await?)
        }
        Shape::Page => {
            let read = || read::list_messages(&state.pool, caller.account, &filter, after, limit);
            query.page(state.positions.answer(awaited, read).await?, view::messages)
        }
    }
}

async fn of_past(
    state: &AppState,
    caller: &Caller,
    shape: &Shape,
    filter: &MessageFilter,
    cutoff: Cutoff,
    query: ListQuery<ListMessages>,
) -> Result<Response, Refusal> {
    let query = query.narrowed_to(filter::of_past_to_bytes(filter, cutoff)).at_least(cutoff.position);
    let (after, limit) = query.bounds()?;
    let (pool, awaited) = (&state.pool, &query.conditions.awaited);
    match shape {
        Shape::Number => {
            let count = || read::count_messages_as_of(pool, filter, cutoff);
            let found = state.past_positions.answer(awaited, count).await?;
            query.conditions.answer(&as_of::at(cutoff, found))
        }
        Shape::Page => {
            let read = || read::list_messages_as_of(pool, caller.account, filter, cutoff, after, limit);
            let found = state.past_positions.answer(awaited, read).await?;
            query.page(as_of::at(cutoff, found), view::thread_messages)
        }
    }
}

enum Shape {
    Page,
    Number,
}

impl ListMessages {
    fn shape(&self) -> Result<Shape, ApiProblem> {
        match self.count.as_deref() {
            None | Some("0") => Ok(Shape::Page),
            Some("1") => Ok(Shape::Number),
            Some(_) => Err(ApiProblem::new(codes::INVALID_PARAMETER).field("count", "expected 0 or 1")),
        }
    }

    /// How a moment of the past is asked for.
    #[cfg(feature = "fuzz")]
    pub(crate) fn cutoff(&self) -> Option<Result<read::AsOf, ApiProblem>> {
        self.as_of.as_deref().map(as_of::parse)
    }

    pub(crate) fn filter(&self) -> Result<MessageFilter, ApiProblem> {
        let dates = (self.date_start.as_deref(), self.date_end.as_deref());
        filter::filter(self.tags(), self.author.as_deref(), dates, self.tz.as_deref())
    }

    fn tags(&self) -> NamedTags<'_> {
        NamedTags {
            tag: self.tag.as_deref(),
            any: self.tag_any.as_ref(),
            all: self.tag_all.as_ref(),
            none: self.tag_none.as_ref(),
        }
    }
}

impl Paged for ListMessages {
    const REPEATABLE: &'static [&'static str] = REPEATABLE;

    fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }

    fn limit(&self) -> Option<&str> {
        self.limit.as_deref()
    }
}
