//! `asOf`: answers as they were at a moment of the past.

use api_types::codes;
use data_set::read::{self, AsOf, At, Cutoff, FoundCutoff, Timestamp};
use http_kit::ApiProblem;
use http_kit::position::AwaitPosition;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::AppState;
use crate::position::{self, BadPosition};
use crate::refusal::Refusal;

/// The moment that a parameter means, once the data has reached it.
pub(crate) async fn cutoff(state: &AppState, awaited: &AwaitPosition, text: &str) -> Result<Cutoff, Refusal> {
    let found = match parse(text)? {
        AsOf::Position(position) => of_position(state, awaited, position).await?,
        AsOf::Time(time) => of_time(state, awaited, time).await?,
    };
    if found.cutoff.position == 0 {
        return Err(ApiProblem::new(codes::AS_OF_TOO_EARLY)
            .field("asOf", "expected a moment behind the first event of the log")
            .into());
    }
    Ok(found.cutoff)
}

/// An answer that was made of data which reflects more than the moment, as one of the moment.
pub(crate) fn at<T>(cutoff: Cutoff, found: At<T>) -> At<T> {
    At { position: cutoff.position, ..found }
}

pub(crate) fn parse(text: &str) -> Result<AsOf, ApiProblem> {
    let bad = match position::parse(text) {
        Ok(position) if position > 0 => return Ok(AsOf::Position(position)),
        Err(BadPosition::OtherLog) => BadPosition::OtherLog,
        Ok(_) | Err(BadPosition::Malformed) => match time(text) {
            Some(time) => return Ok(AsOf::Time(time)),
            None => BadPosition::Malformed,
        },
    };
    let expected = "expected a position, or a timestamp with a zone like 2026-01-31T12:00:00Z";
    Err(bad.problem("asOf", codes::INVALID_PARAMETER, expected))
}

/// Rows have whole microseconds; what was recorded within the one that is named counts.
fn time(text: &str) -> Option<Timestamp> {
    // A plus sign that was not percent-encoded arrives as a space; nothing else can stand there.
    let sign = text.len().checked_sub("+01:00".len())?;
    let repaired = match text.as_bytes().get(sign) {
        Some(b' ') if sign > 0 => format!("{}+{}", &text[..sign], &text[sign + 1..]),
        _ => text.to_owned(),
    };
    let time = OffsetDateTime::parse(&repaired, &Rfc3339).ok().filter(|time| time.year() >= 1)?;
    // A microsecond of a time is one for its replacement.
    time.replace_microsecond(time.microsecond()).ok().map(Timestamp::from)
}

async fn of_position(
    state: &AppState,
    awaited: &AwaitPosition,
    position: i64,
) -> Result<FoundCutoff, Refusal> {
    let find = || read::find_cutoff(&state.pool, AsOf::Position(position));
    match state.past_positions.answer(&awaited.clone().at_least(position), find).await {
        Ok(found) => Ok(found.value),
        Err(refusal)
            if refusal.is(codes::NOT_CAUGHT_UP)
                && position::log_end_before(&state.pool, position).await?.is_some() =>
        {
            Err(too_late())
        }
        Err(refusal) => Err(refusal),
    }
}

async fn of_time(state: &AppState, awaited: &AwaitPosition, time: Timestamp) -> Result<FoundCutoff, Refusal> {
    let look = || async {
        let At { position, value } = read::find_cutoff(&state.pool, AsOf::Time(time)).await?;
        if time > Timestamp::from(value.now + awaited.wait) {
            return Err(too_late());
        }
        // Both projections have to be there, and nothing that was recorded until then may come any more.
        let is_reached = value.is_complete && position >= value.cutoff.position;
        Ok(At { position, value: is_reached.then_some(value) })
    };
    state.past_positions.until(awaited, look).await
}

fn too_late() -> Refusal {
    ApiProblem::new(codes::AS_OF_TOO_LATE).field("asOf", "expected a moment of the past").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_a_position_or_a_time() {
        assert_eq!(parse("512").ok(), Some(AsOf::Position(512)));
        let time = |text: &str| match parse(text) {
            Ok(AsOf::Time(time)) => time.as_micros(),
            other => panic!("{text}: {other:?}"),
        };
        let noon = time("2026-01-31T12:00:00Z");
        assert_eq!(time("2026-01-31T13:00:00+01:00"), noon);
        assert_eq!(time("2026-01-31T13:00:00 01:00"), noon);
        assert_eq!(time("2026-01-31T12:00:00.0000019Z"), noon + 1);
    }

    #[test]
    fn what_is_no_moment_of_this_log_is_refused() {
        for text in [
            "",
            "0",
            "-256",
            "0512",
            "+512",
            "512.0",
            "now",
            "2026-01-31",
            "2026-01-31T12:00:00",
            "0000-01-31T12:00:00Z",
            "9223372036854775808",
            "\u{665}12",
            "2026-01-31T12:00:00\u{e9}01:00",
        ] {
            let problem = parse(text).expect_err(text);
            assert_eq!(problem.code(), "invalid-parameter", "{text}");
            assert_eq!(problem.problem().errors[0].field, "asOf", "{text}");
        }
        for text in ["1", "255", "257", "9223372036854775807"] {
            assert_eq!(parse(text).expect_err(text).code(), "other-log", "{text}");
        }
    }
}
