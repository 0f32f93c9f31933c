//! The file of jobs.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::Deserialize;

use crate::schedule::{Schedule, ScheduleError};

/// Each has a task of its own, and at most one child.
const JOBS_MAX: usize = 100;
/// Windows that a runner looks back.
const CATCH_UP_MAX: usize = 1_000;
const TRIES_MAX: u32 = 100;
const TIMEOUT_MAX: u64 = 7 * 24 * 3_600;
/// A part of a key of the bucket.
const NAME_CHARS_MAX: usize = 64;
const FILE_BYTES_MAX: usize = 1 << 20;

#[derive(Debug, thiserror::Error)]
pub enum JobsError {
    #[error("the file of jobs cannot be understood: {0}")]
    Malformed(String),
    #[error("the job {name}: {source}")]
    Schedule {
        name: String,
        #[source]
        source: ScheduleError,
    },
    #[error("the job {name}: {reason}")]
    Refused { name: String, reason: String },
}

/// Whose times a window means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Clock {
    /// When the log took an event in. A window is complete once it is over, and is a range of positions.
    Recorded,
    /// What an event says itself: an import adds to windows that were over long ago.
    Created,
}

impl Clock {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Recorded => "recorded",
            Self::Created => "created",
        }
    }
}

/// What must be complete through a window's end before it is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reads {
    Log,
    DataSet,
}

/// What becomes of a window that ends while the one before it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Overlap {
    /// It is run behind that one.
    #[default]
    Wait,
    /// It is left out, and the ledger says so.
    Skip,
}

#[derive(Debug, Clone)]
pub struct Job {
    pub name: String,
    pub schedule: Schedule,
    /// Program and arguments. No shell looks at them.
    pub command: Vec<String>,
    pub clock: Clock,
    pub reads: Reads,
    /// How many of the newest windows are made up for; older ones need a backfill.
    pub catch_up: usize,
    pub overlap: Overlap,
    /// Of one try.
    pub timeout: Duration,
    pub tries: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    jobs: Vec<Written>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: String,
    schedule: String,
    command: Vec<String>,
    clock: Clock,
    reads: Reads,
    #[serde(default = "one")]
    catch_up: usize,
    #[serde(default)]
    overlap: Overlap,
    #[serde(default = "an_hour")]
    timeout_seconds: u64,
    #[serde(default = "three")]
    tries: u32,
}

fn one() -> usize {
    1
}

fn an_hour() -> u64 {
    3_600
}

fn three() -> u32 {
    3
}

/// Reads the text of a file of jobs (YAML).
///
/// # Errors
/// What is wrong with it, and with which job.
pub fn parse(text: &str) -> Result<Vec<Job>, JobsError> {
    if text.len() > FILE_BYTES_MAX {
        return Err(JobsError::Malformed(format!("it has more than {FILE_BYTES_MAX} bytes")));
    }
    let file: File = serde_saphyr::from_str(text).map_err(|error| JobsError::Malformed(error.to_string()))?;
    if file.jobs.len() > JOBS_MAX {
        return Err(JobsError::Malformed(format!("it has more than {JOBS_MAX} jobs")));
    }
    let mut names = BTreeSet::new();
    let mut jobs = Vec::new();
    for written in file.jobs {
        let name = written.name.clone();
        if !names.insert(name.clone()) {
            return Err(JobsError::Refused { name, reason: "there are two of that name".to_owned() });
        }
        jobs.push(check(written)?);
    }
    Ok(jobs)
}

fn check(written: Written) -> Result<Job, JobsError> {
    let Written { name, schedule, command, clock, reads, catch_up, overlap, timeout_seconds, tries } =
        written;
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let fault = if name.is_empty() || name.len() > NAME_CHARS_MAX || !name.chars().all(is_plain) {
        Some(format!("a name has 1 to {NAME_CHARS_MAX} of a-z, 0-9 and -"))
    } else if command.first().is_none_or(String::is_empty) {
        Some("`command` needs a program".to_owned())
    } else if !(1..=CATCH_UP_MAX).contains(&catch_up) {
        Some(format!("`catch_up` is 1 to {CATCH_UP_MAX} windows"))
    } else if !(1..=TIMEOUT_MAX).contains(&timeout_seconds) {
        Some(format!("`timeout_seconds` is 1 to {TIMEOUT_MAX}"))
    } else if !(1..=TRIES_MAX).contains(&tries) {
        Some(format!("`tries` is 1 to {TRIES_MAX}"))
    } else {
        None
    };
    if let Some(reason) = fault {
        return Err(JobsError::Refused { name, reason });
    }
    let schedule =
        Schedule::parse(&schedule).map_err(|source| JobsError::Schedule { name: name.clone(), source })?;
    let timeout = Duration::from_secs(timeout_seconds);
    Ok(Job { name, schedule, command, clock, reads, catch_up, overlap, timeout, tries })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "\
jobs:
  - name: digest
    schedule: 0 0 * * * Europe/Berlin
    command: [sh, -c, 'true']
    clock: created
    reads: data_set
";

    #[test]
    fn a_file_of_jobs_is_read_with_defaults() {
        let jobs = parse(GOOD).expect("it is good");
        let [job] = &*jobs else { panic!("{jobs:?}") };
        assert_eq!((job.clock, job.reads, job.overlap), (Clock::Created, Reads::DataSet, Overlap::Wait));
        assert_eq!((job.catch_up, job.tries, job.timeout), (1, 3, Duration::from_secs(3_600)));
        assert_eq!(job.command, ["sh", "-c", "true"]);
    }

    #[test]
    fn a_job_that_can_never_run_as_it_is_meant_is_refused() {
        for (good, bad) in [
            ("name: digest", "name: Digest"),
            ("name: digest", "name: a.b"),
            ("created", "wall"),
            ("[sh, -c, 'true']", "[]"),
            ("0 0 * * * Europe/Berlin", "0 0 * * *"),
            ("reads: data_set", "reads: data_set\n    tries: 0"),
            ("reads: data_set", "reads: data_set\n    timeout_seconds: 0"),
            ("reads: data_set", "reads: data_set\n    catch_up: 1001"),
            ("reads: data_set", "reads: data_set\n    retries: 1"),
            ("    clock: created\n", ""),
        ] {
            let text = GOOD.replace(good, bad);
            assert_ne!(text, GOOD, "{bad}");
            assert!(parse(&text).is_err(), "{bad}");
        }
        let twice = format!("{GOOD}{}", GOOD.replace("jobs:\n", ""));
        assert!(parse(&twice).is_err());
    }
}
