//! What the jobs of the faults run: it reads what its window holds, takes its time, and writes down both. Where it is asked to,
//! what is done for an event.

use std::os::unix::process::parent_id;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use faults::check::windows::READS_DATA_SET;
use faults::check::windows::notes::{Ended, JobTry, NOTES, Note, QUERY_API, RELAY, uptime};
use faults::system::deliveries::purpose::{self, HANGING, Purpose};
use faults::system::deliveries::{self, FOR_EVENT, append};
use faults::system::{CONSUMER, USER, http, signed};
use reqwest::{Client, Response};
use serde_json::Value;

/// Long enough for its runner to be killed meanwhile.
const WORK: Duration = Duration::from_millis(400);
/// What it reads from may be gone for a while.
const PATIENCE: Duration = Duration::from_secs(20);
const PAUSE: Duration = Duration::from_millis(50);
const ANSWERS_WITHIN: Duration = Duration::from_secs(5);
/// Who reads. Nobody that the load knows.
const ACCOUNT: i64 = 1;

fn main() -> Result<()> {
    if std::env::args().nth(1).as_deref() == Some(FOR_EVENT) { for_event() } else { job() }
}

#[tokio::main(flavor = "current_thread")]
async fn job() -> Result<()> {
    let run = run()?;
    note(&run, None)?;
    let http = http();
    let data_position = if run.job == READS_DATA_SET { data_position(&http).await? } else { 0 };
    let seen = if run.from < run.to { seen(&http, &run).await? } else { Vec::new() };
    if run.from < run.to {
        tokio::time::sleep(WORK).await;
    }
    note(&run, Some(Ended { at: uptime()?, seen, data_position }))
}

#[expect(clippy::disallowed_methods, reason = "what a job is told, it is told by its environment")]
fn variable(name: &str) -> Result<String> {
    std::env::var(name).with_context(|| name.to_owned())
}

fn run() -> Result<JobTry> {
    Ok(JobTry {
        job: variable("ROOKERY_JOB_NAME")?,
        key: variable("ROOKERY_JOB_IDEMPOTENCY_KEY")?,
        number: variable("ROOKERY_JOB_TRY")?.parse()?,
        start: variable("ROOKERY_JOB_WINDOW_START")?,
        end: variable("ROOKERY_JOB_WINDOW_END")?,
        from: variable("ROOKERY_JOB_POSITION_FROM")?.parse()?,
        to: variable("ROOKERY_JOB_POSITION_TO")?.parse()?,
        process: std::process::id(),
        runner: parent_id(),
        began: uptime()?,
    })
}

fn note(run: &JobTry, ended: Option<Ended>) -> Result<()> {
    append(variable(NOTES)?.as_ref(), &Note { run: run.clone(), ended })
}

/// Writes down that it begins, and how it ends.
#[expect(clippy::disallowed_methods, reason = "its time is what it takes, and it has no runtime")]
fn for_event() -> Result<()> {
    let told = deliveries::Note {
        position: variable("ROOKERY_EVENT_POSITION")?.parse()?,
        id: variable("ROOKERY_EVENT_ID")?,
        number: variable("ROOKERY_EVENT_TRY")?.parse()?,
        process: std::process::id(),
        runner: parent_id(),
        event: serde_json::from_reader(std::io::stdin())?,
        is_done: None,
    };
    let notes = variable(NOTES)?;
    let note = |is_done| append(notes.as_ref(), &deliveries::Note { is_done, ..told.clone() });
    note(None)?;
    let purpose = purpose::of(told.position, told.number == 1);
    std::thread::sleep(if purpose == Purpose::Hang { HANGING } else { purpose::WORK });
    note(Some(purpose == Purpose::Do))?;
    ensure!(purpose == Purpose::Do, "as it was meant");
    Ok(())
}

/// Until it answers well.
async fn get(http: &Client, url: &str, roles: &str) -> Result<Response> {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    loop {
        let request = http.get(url).timeout(ANSWERS_WITHIN);
        let why = match signed(request, ACCOUNT, roles).send().await {
            Ok(answer) if answer.status() == 200 => return Ok(answer),
            Ok(answer) => format!("{}: {}", answer.status(), answer.text().await.unwrap_or_default()),
            Err(error) => format!("{error:?}"),
        };
        ensure!(tokio::time::Instant::now() < deadline, "{url}: {why}");
        tokio::time::sleep(PAUSE).await;
    }
}

fn position(answer: &Response) -> Result<i64> {
    let header = answer.headers().get("data-position").context("a Data-Position")?;
    header.to_str()?.parse().context("a position")
}

async fn data_position(http: &Client) -> Result<i64> {
    position(&get(http, &format!("{}/v1/messages?limit=1", variable(QUERY_API)?), USER).await?)
}

/// The positions of the window's events, as the relay hands them on.
async fn seen(http: &Client, run: &JobTry) -> Result<Vec<i64>> {
    let (relay, mut at, mut seen) = (variable(RELAY)?, run.from, Vec::new());
    let deadline = tokio::time::Instant::now() + PATIENCE;
    while at < run.to {
        let answer = get(http, &format!("{relay}/v1/events?after={at}&limit=1000"), CONSUMER).await?;
        let reached = position(&answer)?;
        // One that breaks off comes again.
        let Ok(page) = answer.text().await else { continue };
        for line in page.lines() {
            let event: Value = serde_json::from_str(line)?;
            let position: i64 = event["position"].as_str().context("a position")?.parse()?;
            if position <= run.to {
                seen.push(position);
            }
        }
        if reached == at {
            ensure!(tokio::time::Instant::now() < deadline, "the relay stays at {at}, before {}", run.to);
            tokio::time::sleep(PAUSE).await;
        }
        at = reached;
    }
    Ok(seen)
}
