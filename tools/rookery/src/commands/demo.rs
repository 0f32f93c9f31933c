//! `rookery demo`: fills a running system through its public API.
//!
//! Each line has a key, so a demo that was interrupted can be run again. The log forgets keys after two days; so the
//! sample is counted first, and not sent again where all of it is there.

mod api;
mod next_steps;
mod sample;
mod society;

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, bail};
use api_types::import::ImportOutcome;
use indicatif::{ProgressBar, ProgressStyle};
use tokens::TokenIssuer;
use tokens::{Role, Roles};

use self::api::Api;
use self::sample::Sample;
use crate::api_access::{ApiArgument, TOKEN};
use crate::data_dir::{DataDir, DataDirArgument};
use crate::signing_keys::{self, AUDIENCE, ISSUER};

/// Lines in one request: enough to be quick, few enough for the bar to move.
const CHUNK_LINES: usize = 200;
const REFUSALS_SHOWN: usize = 5;
const OPERATOR_ACCOUNT: i64 = 1;
const TOKEN_LIFETIME: Duration = Duration::from_secs(600);

/// Fill a running Rookery with 2,000 real messages and an invented society, and show what to try next
///
/// The messages are changelog lines of seven Rust projects (tools/rookery/demo/SAMPLE.md names them and their licence).
/// The society says them again: 120 invented people who register over eight weeks of 2026, follow, post, answer, like,
/// repost, edit, delete and leave. It all goes through POST /v1/import; running it again does no harm.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    api: ApiArgument,
    #[command(flatten)]
    data: DataDirArgument,
    /// Use this token, of an operator and analyst, instead of one made with the data directory's key
    #[arg(long, value_name = "TOKEN", env = TOKEN, hide_env_values = true)]
    token: Option<String>,
    /// Import the messages of this file (NDJSON) instead of the sample and the society
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let url = arguments.api.url(&arguments.data);
    let token = match &arguments.token {
        Some(token) => token.clone(),
        None => operator_token(&arguments.data)?,
    };
    let sample = match &arguments.file {
        Some(file) => Sample::read(file)?,
        None => Sample::shipped()?,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let with_society = arguments.file.is_none();
    runtime.block_on(load(&Api::new(&url, &token)?, &sample, with_society))?;
    next_steps::print(&url, &arguments.data.data_dir)
}

fn operator_token(data: &DataDirArgument) -> Result<String> {
    let keys = signing_keys::read_or_create(&DataDir::existing(data)?.keys())?;
    let roles = Roles::none().with(Role::Operator).with(Role::Analyst);
    let issuer = TokenIssuer::new(&keys.key, ISSUER, AUDIENCE);
    Ok(issuer.issue(OPERATOR_ACCOUNT, roles, SystemTime::now(), TOKEN_LIFETIME)?)
}

async fn load(api: &Api, sample: &Sample, with_society: bool) -> Result<()> {
    api.require_ready().await?;
    if is_there(api, sample).await? {
        next_steps::say(&format!("All {} messages are there already.", sample.lines.len()))?;
    } else {
        let Counts { imported, repeated, .. } = import(api, &sample.lines).await?;
        next_steps::say(&format!(
            "{imported} messages imported, {repeated} were there already; all can be read now."
        ))?;
    }
    if !with_society {
        return Ok(());
    }
    let (lines, newest) = society::lines(&sample.texts);
    if api.has_account(&newest).await? {
        return next_steps::say("The society is there already.");
    }
    let named = society::counts(&lines);
    let lines = lines.iter().map(serde_json::to_string).collect::<Result<Vec<_>, _>>()?;
    import(api, &lines).await?;
    next_steps::say(&format!("A society imported: {named}."))
}

/// Returns once all of it can be read.
async fn import(api: &Api, lines: &[String]) -> Result<Counts> {
    let mut counts = Counts::default();
    let bar = ProgressBar::new(lines.len() as u64).with_style(style());
    for chunk in lines.chunks(CHUNK_LINES) {
        let (reports, position) = api
            .import(chunk)
            .await
            .context("the import broke off; run it again, and what was imported is not imported twice")?;
        for report in reports {
            match report.outcome {
                ImportOutcome::Imported => counts.imported += 1,
                ImportOutcome::Repeated => counts.repeated += 1,
                ImportOutcome::Refused => counts.refused.push(format!(
                    "{}: {}",
                    report.code.unwrap_or_default(),
                    report.detail.unwrap_or_default()
                )),
            }
        }
        counts.last_position = counts.last_position.max(position);
        bar.inc(chunk.len() as u64);
    }
    bar.finish_and_clear();
    if !counts.refused.is_empty() {
        counts.refused.truncate(REFUSALS_SHOWN);
        bail!("some lines were refused:\n  {}", counts.refused.join("\n  "));
    }
    if let Some(position) = counts.last_position {
        api.wait_for(position).await?;
    }
    Ok(counts)
}

/// What became of the lines.
#[derive(Default)]
struct Counts {
    imported: u64,
    repeated: u64,
    refused: Vec<String>,
    last_position: Option<i64>,
}

async fn is_there(api: &Api, sample: &Sample) -> Result<bool> {
    for (account, expected) in &sample.lines_by_account {
        if api.count_by(account).await? < *expected {
            return Ok(false);
        }
    }
    Ok(true)
}

fn style() -> ProgressStyle {
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} lines, {eta} left");
    style.unwrap_or_else(|_malformed| ProgressStyle::default_bar())
}
