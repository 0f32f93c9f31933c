use api_types::messages::CountBucket;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use data_set::read::{self, At, BucketCount, MessageFilter};
use http_kit::query::{self, Repeated};
use http_kit::{ApiProblem, Reader};
use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};
use serde::Deserialize;
use tokens::Role;
use utoipa::{IntoParams, ToSchema};

use super::dates;
use super::filter::{NamedTags, REPEATABLE};
use crate::conditions::{Conditions, ReadHeaders};
use crate::refusal::Refusal;
use crate::{AppState, as_of};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub(crate) struct GetCounts {
    /// How wide the buckets are, on the clock and calendar of `tz`.
    #[param(inline)]
    bucket: Bucket,
    /// IANA time zone of buckets and days, `UTC` by default.
    #[param(example = "Europe/Berlin")]
    tz: Option<String>,
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
    /// A day (`2026-01-31`, from its begin in `tz`) or an exact timestamp with a zone. By default the first message.
    date_start: Option<String>,
    /// A day (`2026-01-31`, to its end in `tz`) or an exact timestamp with a zone, itself not included. By default the
    /// last message.
    date_end: Option<String>,
    /// As it was: a position, or a timestamp with a zone, by the clock of the log.
    as_of: Option<String>,
}

#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Bucket {
    Minute,
    Hour,
    Day,
    Month,
    Year,
}

/// Counts messages per minute, hour, day, month or year of a time zone.
///
/// Every bucket between `dateStart` and `dateEnd` is there, also those without messages; at most 10,000. A bucket is
/// named by its begin, but the first and the last count only what lies in the range. A day, month or year is what has
/// its local date. The hour that clocks repeat in autumn is two buckets. Without a bound the buckets begin or end with
/// the first or last message. With several tags no more than 100,000 messages are looked at. With `asOf` all is counted as
/// of a moment of the past, what was deleted since included, and of one tag or all no more than 2,000,000. Needs the role `analyst` or `admin`.
#[utoipa::path(
    get,
    path = "/v1/messages/counts",
    tag = "messages",
    security(("bearer" = [])),
    params(
        GetCounts,
        ReadHeaders,
    ),
    responses(
        (status = 200, description = "The buckets in order.", body = [CountBucket]),
    ),
    extensions(("x-rate" = json!("count")), ("x-problems" = json!(["range-too-large", "role-required", "as-of-too-early", "as-of-too-late"]))),
)]
pub(crate) async fn get_counts(
    State(state): State<AppState>,
    Reader(caller): Reader,
    RawQuery(query): RawQuery,
    conditions: Conditions,
) -> Result<Response, Refusal> {
    let query: GetCounts = query::parse_repeating(query.as_deref().unwrap_or_default(), REPEATABLE)?;
    caller.require_any(&[Role::Analyst, Role::Admin])?;
    let zone = dates::zone(query.tz.as_deref())?;
    let filter = query.filter(&zone)?;
    if let Some(text) = &query.as_of {
        let cutoff = as_of::cutoff(&state, &conditions.awaited, text).await?;
        let conditions = conditions.at_least(cutoff.position);
        let bucket = read::Bucket::from(query.bucket);
        let count = || read::bucket_counts_as_of(&state.pool, &filter, bucket, &zone, cutoff);
        let found = state.past_positions.answer(&conditions.awaited, count).await?;
        return answer(&conditions, as_of::at(cutoff, found), &zone);
    }
    let count = || read::bucket_counts(&state.pool, &filter, query.bucket.into(), &zone);
    answer(&conditions, state.positions.answer(&conditions.awaited, count).await?, &zone)
}

fn answer(
    conditions: &Conditions,
    At { position, value }: At<Vec<BucketCount>>,
    zone: &TimeZone,
) -> Result<Response, Refusal> {
    let counts = value.into_iter().map(|bucket| view(bucket, zone)).collect::<Result<Vec<_>, _>>()?;
    conditions.answer(&At { position, value: counts })
}

impl GetCounts {
    fn filter(&self, zone: &TimeZone) -> Result<MessageFilter, ApiProblem> {
        let tags = NamedTags {
            tag: self.tag.as_deref(),
            any: self.tag_any.as_ref(),
            all: self.tag_all.as_ref(),
            none: self.tag_none.as_ref(),
        };
        let (tag, tags) = tags.parse()?;
        let range = dates::range(self.date_start.as_deref(), self.date_end.as_deref(), zone)?;
        Ok(MessageFilter { tag, tags, author: None, range })
    }
}

impl From<Bucket> for read::Bucket {
    fn from(bucket: Bucket) -> Self {
        match bucket {
            Bucket::Minute => Self::Minute,
            Bucket::Hour => Self::Hour,
            Bucket::Day => Self::Day,
            Bucket::Month => Self::Month,
            Bucket::Year => Self::Year,
        }
    }
}

fn view(bucket: BucketCount, zone: &TimeZone) -> Result<CountBucket, ApiProblem> {
    let start = Timestamp::from_microsecond(bucket.start.as_micros()).map_err(ApiProblem::internal)?;
    Ok(CountBucket { start: local(start, zone), count: bucket.messages })
}

/// RFC 3339 knows offsets of whole minutes only. Where a zone had another one, long ago, the nearest minute towards
/// zero is shown with the local time that belongs to it: the instant stays exact.
fn local(at: Timestamp, zone: &TimeZone) -> String {
    match Offset::from_seconds(zone.to_offset(at).seconds() / 60 * 60) {
        Ok(offset) if !offset.is_zero() => at.display_with_offset(offset).to_string(),
        _ => at.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_is_shown_in_the_offset_of_its_time() {
        let shown = |at: &str, zone: &str| {
            local(at.parse().expect("a timestamp"), &TimeZone::get(zone).expect("the zone is bundled"))
        };
        assert_eq!(shown("2026-06-30T22:00:00Z", "Europe/Berlin"), "2026-07-01T00:00:00+02:00");
        assert_eq!(shown("2026-12-31T23:00:00Z", "Europe/Berlin"), "2027-01-01T00:00:00+01:00");
        assert_eq!(shown("2026-06-30T22:00:00Z", "UTC"), "2026-06-30T22:00:00Z");
        assert_eq!(shown("1960-01-01T00:44:30Z", "Africa/Monrovia"), "1960-01-01T00:00:30-00:44");
    }
}
