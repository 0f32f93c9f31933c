use api_types::codes;
use api_types::messages::Message;
use axum::extract::State;
use axum::response::Response;
use data_set::read::{self, MessageFilter};
use http_kit::{ApiProblem, Reader};
use serde::Deserialize;
use utoipa::IntoParams;

use super::filter::{self, NamedTags};
use crate::conditions::ReadHeaders;
use crate::paging::{ListQuery, Paged};
use crate::refusal::Refusal;
use crate::{AppState, view};

/// In code points. A text has at most 280.
const QUERY_CHARS_MAX: usize = 200;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub(crate) struct SearchMessages {
    /// Words that have to be there, in any order; `"night birds"` for words in a row, `or` between two of which one is
    /// enough, `-owls` for what must not be there. At most 200 code points.
    #[param(example = "nightjar or \"night birds\" -owls", min_length = 1, max_length = 200)]
    q: String,
    /// Only messages with this tag, spelled as in posting.
    tag: Option<String>,
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
    /// From the `Link` of the page before, with the same words and filter.
    cursor: Option<String>,
}

/// Searches the texts of messages, newest first.
///
/// Whole words count, in any case; whether endings do and which words are too frequent to be searched for is up to the
/// language that the installation was given. An edited message is found by its latest text alone, a deleted one not at
/// all. Ordered and paged as `GET /v1/messages`. A page looks at no more than 10,000 messages, and at 20,000 that an index
/// finds. So it may be short, even empty, where what is searched for is in many messages but in none of the newest that
/// the filter means: only the `Link` says whether there is more.
#[utoipa::path(
    get,
    path = "/v1/search",
    tag = "messages",
    security(("bearer" = [])),
    params(SearchMessages, ReadHeaders),
    responses(
        (status = 200, description = "A page of messages.", body = [Message], headers(("Link" = String))),
    ),
    extensions(("x-rate" = json!("search"))),
)]
pub(crate) async fn search_messages(
    State(state): State<AppState>,
    Reader(caller): Reader,
    query: ListQuery<SearchMessages>,
) -> Result<Response, Refusal> {
    let words = query.parameters.words()?.to_owned();
    let filter = query.parameters.filter()?;
    let mut narrowed = words.len().to_be_bytes().to_vec();
    narrowed.extend(words.as_bytes());
    narrowed.extend(filter::to_bytes(&filter));
    let query = query.narrowed_to(narrowed);
    let (after, limit) = query.bounds()?;
    let read = || read::search_messages(&state.pool, caller.account, &filter, &words, after, limit);
    query.page(state.positions.answer(&query.conditions.awaited, read).await?, view::messages)
}

impl SearchMessages {
    fn words(&self) -> Result<&str, ApiProblem> {
        let is_short = self.q.chars().nth(QUERY_CHARS_MAX).is_none();
        let refusal =
            || ApiProblem::new(codes::INVALID_PARAMETER).field("q", "expected 1 to 200 code points");
        if is_short && !self.q.trim().is_empty() { Ok(&self.q) } else { Err(refusal()) }
    }

    fn filter(&self) -> Result<MessageFilter, ApiProblem> {
        let tags = NamedTags { tag: self.tag.as_deref(), ..NamedTags::default() };
        let dates = (self.date_start.as_deref(), self.date_end.as_deref());
        filter::filter(tags, self.author.as_deref(), dates, self.tz.as_deref())
    }
}

impl Paged for SearchMessages {
    fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }

    fn limit(&self) -> Option<&str> {
        self.limit.as_deref()
    }
}
