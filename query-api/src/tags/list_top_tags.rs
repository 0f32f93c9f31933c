use api_types::codes;
use api_types::number;
use api_types::tags::{TopTag, TopTags};
use axum::extract::State;
use axum::response::Response;
use data_set::read::{self, TagWindow, TimeRange, Timestamp, TopTagRow, WINDOW_DAYS_MAX};
use http_kit::{ApiProblem, Reader, StrictQuery};
use serde::Deserialize;
use time::OffsetDateTime;
use utoipa::IntoParams;

use crate::conditions::{Conditions, ReadHeaders};
use crate::messages::dates;
use crate::paging::limit;
use crate::refusal::Refusal;
use crate::{AppState, as_of};

const WINDOW_DEFAULT: &str = "24h";
const MICROS_PER_MINUTE: i64 = 60_000_000;
const MICROS_PER_HOUR: i64 = 60 * MICROS_PER_MINUTE;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub(crate) struct ListTopTags {
    /// The last hours (`24h`, the default) or days of 24 hours (`7d`), at most `366d`. Instead of dates.
    #[param(
        example = "7d",
        pattern = "^(([1-9][0-9]{0,2}|[1-7][0-9]{3}|8[0-6][0-9]{2}|87[0-7][0-9]|878[0-4])h|([1-9][0-9]?|[12][0-9]{2}|3[0-5][0-9]|36[0-6])d)$"
    )]
    window: Option<String>,
    /// A day (`2026-01-31`, from its begin in `tz`) or an exact timestamp with a zone.
    date_start: Option<String>,
    /// A day (`2026-01-31`, to its end in `tz`) or an exact timestamp with a zone, itself not included. By default the
    /// newest message.
    date_end: Option<String>,
    /// IANA time zone of days, `UTC` by default.
    #[param(example = "Europe/Berlin")]
    tz: Option<String>,
    /// 1 to 100 tags, 20 by default.
    #[param(value_type = Option<u16>, minimum = 1, maximum = 100)]
    limit: Option<String>,
    /// As it was: a position, or a timestamp with a zone, by the clock of the log. `window` ends at that time.
    as_of: Option<String>,
}

/// Lists the busiest tags of a window of time.
///
/// The busiest first, by the number of messages created in the window, with that of the window before it, which is as
/// long and ends where this one begins. Counts are exact, and count every message that is not deleted, like all counts.
/// A tag is left out where nobody whom the caller sees is among the authors of its newest 100 messages in the window.
/// Which tags are the busiest is exact, too, unless more than 5,000 come into question: then they are among those that
/// were used most in the months that the window touches.
///
/// With `asOf` all is as it was at a moment of the past, what was deleted since included, and `Data-Position` is that
/// moment's; who is hidden is of today. The messages of both windows are looked at one by one: where they are more than
/// 100,000, it is refused.
#[utoipa::path(
    get,
    path = "/v1/tags",
    tag = "messages",
    security(("bearer" = [])),
    params(ListTopTags, ReadHeaders),
    responses(
        (status = 200, description = "The window and its tags.", body = TopTags),
    ),
    extensions(("x-rate" = json!("search")), ("x-problems" = json!(["range-too-large", "as-of-too-early", "as-of-too-late"]))),
)]
pub(crate) async fn list_top_tags(
    State(state): State<AppState>,
    Reader(caller): Reader,
    StrictQuery(query): StrictQuery<ListTopTags>,
    conditions: Conditions,
) -> Result<Response, Refusal> {
    let now = Timestamp::from(OffsetDateTime::now_utc());
    let (window, limit) = (query.window(now)?, limit(query.limit.as_deref())?);
    if let Some(text) = &query.as_of {
        let cutoff = as_of::cutoff(&state, &conditions.awaited, text).await?;
        let (window, conditions) = (query.window(cutoff.clock)?, conditions.at_least(cutoff.position));
        let read = || read::top_tags_as_of(&state.pool, caller.account, &window, cutoff, limit);
        let found = state.past_positions.answer(&conditions.awaited, read).await?;
        return conditions.answer(&as_of::at(cutoff, found.map(|tags| view(&window, tags))));
    }
    let read = || read::top_tags(&state.pool, caller.account, &window, now, limit);
    let found = state.positions.answer(&conditions.awaited, read).await?;
    conditions.answer(&found.map(|tags| view(&window, tags)))
}

fn view(window: &TagWindow, tags: Vec<TopTagRow>) -> TopTags {
    let tag =
        |TopTagRow { tag, messages, before }| TopTag { tag, messages, before, change: messages - before };
    TopTags {
        before_start: window.before().to_time(),
        start: window.start().to_time(),
        end: window.end().map(Timestamp::to_time),
        tags: tags.into_iter().map(tag).collect(),
    }
}

impl ListTopTags {
    fn window(&self, now: Timestamp) -> Result<TagWindow, ApiProblem> {
        let has_dates = self.date_start.is_some() || self.date_end.is_some();
        let range = match (&self.window, has_dates) {
            (Some(_), true) => return Err(refuse("window", "expected either a window or dates")),
            (None, true) => {
                let zone = dates::zone(self.tz.as_deref())?;
                dates::range(self.date_start.as_deref(), self.date_end.as_deref(), &zone)?
            }
            (window, false) => {
                dates::zone(self.tz.as_deref())?;
                last(window.as_deref().unwrap_or(WINDOW_DEFAULT), now)?
            }
        };
        if self.date_start.is_none() && has_dates {
            return Err(refuse("dateStart", "expected the begin of the window"));
        }
        TagWindow::of(range, now).ok_or_else(|| {
            ApiProblem::new(codes::RANGE_TOO_LARGE).detail("The window is longer than 366 days.")
        })
    }
}

/// From so many hours or days ago, rounded down to a minute: minutes are folded.
fn last(window: &str, now: Timestamp) -> Result<TimeRange, ApiProblem> {
    let hours = hours(window)
        .ok_or_else(|| refuse("window", "expected hours or days, like 24h or 7d, at most 366d"))?;
    let start = (now.as_micros() - hours * MICROS_PER_HOUR).div_euclid(MICROS_PER_MINUTE) * MICROS_PER_MINUTE;
    Timestamp::from_micros(start)
        .and_then(|start| TimeRange::new(Some(start), None))
        .ok_or_else(|| ApiProblem::internal("the clock is not of these millennia"))
}

fn hours(window: &str) -> Option<i64> {
    let (count, unit) = window.split_at_checked(window.len().checked_sub(1)?)?;
    let count: i64 = number::parse(count)?;
    let hours = match unit {
        "h" => count,
        "d" => count.checked_mul(24)?,
        _ => return None,
    };
    (1..=WINDOW_DAYS_MAX * 24).contains(&hours).then_some(hours)
}

fn refuse(parameter: &str, expected: &str) -> ApiProblem {
    ApiProblem::new(codes::INVALID_PARAMETER).field(parameter, expected)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_of_hours_or_days() {
        for (window, expected) in [
            ("24h", Some(24)),
            ("7d", Some(168)),
            ("366d", Some(366 * 24)),
            ("8784h", Some(366 * 24)),
            ("367d", None),
            ("0h", None),
            ("h", None),
            ("", None),
            ("7", None),
            ("07d", None),
            ("-1d", None),
            ("7D", None),
            ("7\u{e9}", None),
            ("99999999999999999999d", None),
            ("9223372036854775807d", None),
        ] {
            assert_eq!(hours(window), expected, "{window}");
        }
    }
}
