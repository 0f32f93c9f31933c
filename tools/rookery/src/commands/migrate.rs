//! `rookery migrate`: brings a data set's schema up to this version.

use std::io::Write;

use anyhow::Result;
use data_set::{SearchLanguage, search_language};
use service_kit::config::Environment;

/// Bring the schema of a data set up to this version
///
/// Connects as ROOKERY_DATABASE_URL says (or ROOKERY_DATABASE_URL_FILE), which has to name the owner of the database.
/// Safe to repeat, and to run from several places at once. `rookery up` does it by itself. With ROOKERY_SEARCH_LANGUAGE it
/// also sets the language of searches, and makes their index anew where that is another one.
#[derive(Debug, clap::Args)]
pub struct Arguments {}

pub(crate) fn run(_arguments: &Arguments) -> Result<()> {
    let mut env = Environment::from_process();
    let Some(url) = env.secret("ROOKERY_DATABASE_URL") else { return Err(env.into_error().into()) };
    let Some(search_language) = env.optional::<SearchLanguage>("ROOKERY_SEARCH_LANGUAGE") else {
        return Err(env.into_error().into());
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        data_set::migrate::migrate(url.expose()).await?;
        if let Some(language) = search_language {
            search_language::set(url.expose(), &language).await?;
        }
        anyhow::Ok(())
    })?;
    writeln!(std::io::stdout(), "The schema is up to date.")?;
    Ok(())
}
