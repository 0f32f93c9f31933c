//! How the operator's tools reach a running system: where the environment says, or what `rookery up` wrote down in its
//! data directory.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result};
use event_store::EventLog;
use service_kit::config::{Environment, Secret};

use crate::data_dir::{DataDir, DataDirArgument};
use crate::files;

pub(crate) const LOG_VARIABLES: &str = "ROOKERY_NATS_URL or ROOKERY_EVENT_STORE_URL";
/// Of the tools that read the log, in the broker's list of connections.
const TOOL_NAME: &str = "rookery-tool";

/// Of the log: `ROOKERY_NATS_URL` or `ROOKERY_EVENT_STORE_URL`, or that of the data directory. What it names is opened
/// by `event_store_open::open_log`.
pub(crate) fn log_url(data: &DataDirArgument) -> Result<Secret> {
    log_url_in(data, DataDir::log_url)
}

/// The same, as a user who may change the keys that sign tokens, and what was revoked.
pub(crate) fn keys_url(data: &DataDirArgument) -> Result<Secret> {
    log_url_in(data, DataDir::keys_url)
}

/// The same, as a user who may raise what streams may hold.
pub(crate) fn limits_url(data: &DataDirArgument) -> Result<Secret> {
    log_url_in(data, DataDir::limits_url)
}

/// The same, as a user who may keep the ledger of jobs.
pub(crate) fn jobs_url(data: &DataDirArgument) -> Result<Secret> {
    log_url_in(data, DataDir::jobs_url)
}

fn log_url_in(data: &DataDirArgument, file: fn(&DataDir) -> PathBuf) -> Result<Secret> {
    let mut env = Environment::from_process();
    let asked = event_store_open::optional_url_from_environment(&mut env);
    url(asked, env, LOG_VARIABLES, data, file)
}

/// Of the data set, for analysts: `ROOKERY_ANALYST_URL`, or that of the data directory.
pub(crate) fn analyst_url(data: &DataDirArgument) -> Result<Secret> {
    let mut env = Environment::from_process();
    let asked = env.optional_secret("ROOKERY_ANALYST_URL");
    url(asked, env, "ROOKERY_ANALYST_URL", data, DataDir::analyst_url)
}

/// The log of a running system, to read it.
pub(crate) async fn open_log(data: &DataDirArgument) -> Result<Arc<dyn EventLog>> {
    event_store_open::open_log(log_url(data)?.expose(), TOOL_NAME).await.context("is the system running?")
}

/// Of the data set, for its owner: `ROOKERY_DATABASE_URL`, or that of the data directory.
pub(crate) fn data_set_url(data: &DataDirArgument) -> Result<Secret> {
    let mut env = Environment::from_process();
    let asked = env.optional_secret("ROOKERY_DATABASE_URL");
    url(asked, env, "ROOKERY_DATABASE_URL", data, DataDir::data_set_url)
}

fn url(
    asked: Option<Option<Secret>>,
    env: Environment,
    variables: &str,
    data: &DataDirArgument,
    file: fn(&DataDir) -> PathBuf,
) -> Result<Secret> {
    match asked {
        None => Err(env.into_error().into()),
        Some(Some(url)) => Ok(url),
        Some(None) => {
            let or = format!("set {variables}, name the data directory of the running system (--data-dir)");
            let missing = || {
                let dir = data.data_dir.display();
                format!("there is no data directory {dir}: {or}, or start `rookery up` first")
            };
            let file = file(&DataDir::find(&data.data_dir)?.with_context(missing)?);
            let url = files::read_if_there(&file)?.with_context(|| {
                format!("there is no {}: {or}, or start `rookery up` first", file.display())
            })?;
            Ok(Secret::new(url))
        }
    }
}
