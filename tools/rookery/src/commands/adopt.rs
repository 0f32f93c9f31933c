//! `rookery adopt`: makes data set and log belong together again, after the log was replaced or went back in time.

mod finding;

use std::io::Write;

use anyhow::{Context, Result, bail};
use data_set::{Pool, adopt};
use event_store_open::StoreConfig;
use local_servers::DataDirLock;
use service_kit::config::Environment;

use self::finding::Finding;
use super::up::{Addresses, EventStore, LogServer, Servers, store_bytes_max};
use crate::data_dir::{DataDir, DataDirArgument};
use crate::{connections, files};

/// The broker lets nobody else make a log.
const CLIENT_NAME: &str = "rookery-dispatcher";

/// Go on with another log than the one that the data set was folded from
///
/// A log that was deleted and made again, put back from an older copy, or moved by hand is refused by every part of the
/// system, because positions and rows of the old one mean nothing in it. This says what log and data set hold, and with
/// --yes makes them belong together: a projection whose last event is in this log, too, keeps its rows; any other is
/// emptied, and folded from the log's beginning when the reducers run again. Events that the log lost stay lost.
///
/// Stop the services first, and start them afterwards. The servers of the data directory are started for as long as it
/// takes; those of services apart are reached by ROOKERY_NATS_URL (or ROOKERY_EVENT_STORE_URL) and
/// ROOKERY_DATABASE_URL, of the schemas' owner.
///
/// Exit code: 0 log and data set belong together; 1 they do not, and nothing was changed.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    data: DataDirArgument,
    /// Do it; without this nothing is changed
    #[arg(long)]
    yes: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let mut env = Environment::from_process();
        let urls = (
            event_store_open::optional_url_from_environment(&mut env),
            env.optional_secret("ROOKERY_DATABASE_URL"),
        );
        match urls {
            (Some(None), Some(None)) => adopt_in_data_dir(arguments).await,
            (Some(Some(log)), Some(Some(data_set))) => {
                let lineage = adopt(log.expose(), data_set.expose(), arguments.yes).await?;
                if arguments.yes {
                    say(&format!(
                        "Set ROOKERY_LOG_LINEAGE={lineage} where it is set, and start the services."
                    ))?;
                }
                Ok(())
            }
            (Some(_), Some(_)) => bail!(
                "set both, {} and ROOKERY_DATABASE_URL, or neither for the data directory",
                connections::LOG_VARIABLES
            ),
            _ => Err(env.into_error().into()),
        }
    })
}

/// Its servers run only while `rookery up` does, which refuses to run.
async fn adopt_in_data_dir(arguments: &Arguments) -> Result<()> {
    let Some(data) = DataDir::find(&arguments.data.data_dir)? else {
        bail!("there is no data directory {}", arguments.data.data_dir.display())
    };
    let Some(event_store) = EventStore::of(&data)? else {
        bail!("there is nothing in {}", data.path().display())
    };
    let _lock = DataDirLock::acquire(data.path()).context("stop `rookery up` first")?;
    let servers = Servers::start(
        event_store,
        &Servers::hints(),
        &data,
        store_bytes_max(&data, None)?,
        Addresses::default(),
    )
    .await?;
    let adopted = match servers.log() {
        LogServer::Nats(urls) => adopt(&urls.dispatcher, servers.admin_url(), arguments.yes).await,
        LogServer::Postgres { owner_url } => adopt(owner_url, servers.admin_url(), arguments.yes).await,
    };
    // Also after a failure, and that failure is reported.
    let stopped = servers.stop().await;
    let lineage = adopted?;
    stopped?;
    if arguments.yes {
        files::write_private(&data.log_lineage(), &lineage)?;
        say("`rookery up` starts with this log from now on.")?;
    }
    Ok(())
}

/// The lineage of the log that was found.
async fn adopt(log_url: &str, data_set_url: &str, is_meant: bool) -> Result<String> {
    let mut config = StoreConfig::new(log_url, CLIENT_NAME);
    // One that is gone altogether is begun again, if that is what the operator wants.
    config.create = is_meant;
    let log = config.open_log().await.context(
        "if the log is only out of reach, bring it back; if there is none any more, --yes makes an empty one",
    )?;
    let pool = Pool::connect(data_set_url).await.context("the data set cannot be reached")?;
    let lineage = log.lineage().to_string();
    say(&format!("The log is {lineage}, with {} events.", log.head().await?.get()))?;
    let mut is_well = true;
    for folded in adopt::folded(&pool).await.context("has the data set been migrated?")? {
        let finding = Finding::of(&*log, &folded).await?;
        say(&finding.describe(&folded, is_meant))?;
        is_well &= finding == Finding::Same;
        match finding {
            Finding::Same => {}
            Finding::Holds if is_meant => adopt::keep(&pool, &folded, &lineage).await?,
            Finding::Differs if is_meant => adopt::fold_anew(&pool, &folded, &lineage).await?,
            Finding::Holds | Finding::Differs => {}
        }
    }
    pool.close().await;
    if !is_well && !is_meant {
        bail!("nothing was changed; with --yes it is done");
    }
    Ok(lineage)
}

fn say(line: &str) -> Result<()> {
    writeln!(std::io::stdout(), "{line}").context("write to standard output")
}
