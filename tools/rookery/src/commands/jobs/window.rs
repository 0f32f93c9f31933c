//! Windows as people name them.

use anyhow::{Context, Result, bail};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use jobs::{Job, Window};

/// A day may hold more windows than anybody means.
const WINDOWS_OF_DAY_MAX: usize = 2;

/// The window that is meant by `last`, `yesterday`, a day in the schedule's zone, or the time at which it starts.
pub(super) fn find(job: &Job, text: &str, now: Timestamp) -> Result<Window> {
    let window = match text {
        "last" => job.schedule.windows_until(now, 1).pop().context("no window has ended yet")?,
        "yesterday" => of_day(job, now.to_zoned(job.schedule.zone().clone()).date().yesterday()?)?,
        text => match (text.parse::<Timestamp>(), text.parse::<Date>()) {
            (Ok(start), _) => job
                .schedule
                .window_at(start)
                .with_context(|| format!("no window of {} starts at {start}", job.name))?,
            (_, Ok(day)) => of_day(job, day)?,
            _ => bail!("{text} is no window: expected last, yesterday, 2026-01-31, or 2026-01-31T00:00:00Z"),
        },
    };
    if window.end > now {
        bail!("the window {window} is not over yet");
    }
    Ok(window)
}

/// The only window that starts within a day.
fn of_day(job: &Job, day: Date) -> Result<Window> {
    let begins = midnight(job, day)?;
    let ends = midnight(job, day.checked_add(1.day())?)?;
    // The one that starts last may end long after that day.
    let mut starts = Vec::new();
    let mut at = begins.checked_sub(1.nanosecond())?;
    while let Some(next) = job.schedule.next_after(at).filter(|next| *next < ends) {
        starts.push(next);
        at = next;
        if starts.len() == WINDOWS_OF_DAY_MAX {
            break;
        }
    }
    match &*starts {
        [] => bail!("no window of {} starts on {day}", job.name),
        [start] => job.schedule.window_at(*start).context("the calendar ends"),
        _ => bail!("more than one window of {} starts on {day}: name the time at which it starts", job.name),
    }
}

/// A time, or where a day begins in the schedule's zone.
pub(super) fn timestamp(job: &Job, text: &str) -> Result<Timestamp> {
    match (text.parse::<Timestamp>(), text.parse::<Date>()) {
        (Ok(timestamp), _) => Ok(timestamp),
        (_, Ok(day)) => midnight(job, day),
        _ => bail!("{text} is no time: expected 2026-01-31, or 2026-01-31T12:00:00Z"),
    }
}

fn midnight(job: &Job, day: Date) -> Result<Timestamp> {
    Ok(day.to_zoned(job.schedule.zone().clone())?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(schedule: &str) -> Job {
        let text = format!(
            "jobs: [{{name: x, schedule: '{schedule}', command: ['true'], clock: recorded, reads: log}}]"
        );
        jobs::parse(&text).expect("it is good").remove(0)
    }

    #[test]
    fn windows_have_names() {
        let job = job("0 0 * * * Europe/Berlin");
        let now: Timestamp = "2026-03-30T10:00:00Z".parse().expect("a timestamp");
        let starts = |text| find(&job, text, now).map(|window| window.start.to_string());
        for name in ["last", "yesterday", "2026-03-29", "2026-03-28T23:00:00Z"] {
            assert_eq!(starts(name).expect("it is one"), "2026-03-28T23:00:00Z", "{name}");
        }
        for name in ["2026-03-30", "2026-03-29T00:00:00Z", "tomorrow", ""] {
            assert!(starts(name).is_err(), "{name}");
        }
    }

    #[test]
    fn a_day_of_many_windows_names_none() {
        let now = "2026-03-30T10:00:00Z".parse().expect("a timestamp");
        assert!(find(&job("0 * * * * UTC"), "yesterday", now).is_err());
        assert!(find(&job("0 0 1 * * UTC"), "yesterday", now).is_err());
    }
}
