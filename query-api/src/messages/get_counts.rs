use api_types::messages::CountBucket;
use axum::extract::State;
use axum::response::Response;
use data_set::read::{self, At, BucketCount};
use http_kit::query::StrictQuery;
use http_kit::{ApiProblem, Reader};
use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};
use serde::Deserialize;
use tokens::Role;
use utoipa::{IntoParams, ToSchema};

use super::{dates, filter};
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
/// the first or last message. With `asOf` all is counted as of a moment of the past, what was deleted since included.
/// Needs the role `analyst` or `admin`.
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
    StrictQuery(query): StrictQuery<GetCounts>,
    conditions: Conditions,
) -> Result<Response, Refusal> {
    caller.require_any(&[Role::Analyst, Role::Admin])?;
    let (tag, zone) = (filter::tag(query.tag.as_deref()), dates::zone(query.tz.as_deref())?);
    let range = dates::range(query.date_start.as_deref(), query.date_end.as_deref(), &zone)?;
    if let Some(text) = &query.as_of {
        let moment = as_of::moment(&state, &conditions.awaited, text).await?;
        let conditions = conditions.at_least(moment.position);
        let bucket = read::Bucket::from(query.bucket);
        let count = || read::bucket_counts_as_of(&state.pool, &tag, &range, bucket, &zone, moment);
        let found = state.past_positions.answer(&conditions.awaited, count).await?;
        return answer(&conditions, as_of::at(moment, found), &zone);
    }
    let count = || read::bucket_counts(&state.pool, &tag, &range, query.bucket.into(), &zone);
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
