//! `rookery events`: what is in the log.

mod check;
mod consume;
mod count;
mod durables;
mod export;
mod filter;
mod parked;
mod print;
mod show;
mod tail;

use std::io::{self, ErrorKind};

use anyhow::Result;

use crate::connections;
use crate::data_dir::DataDirArgument;

/// Look at the log, check that this version can fold it, and have commands done for its events
///
/// The log is that of ROOKERY_NATS_URL or ROOKERY_EVENT_STORE_URL (or the same with _FILE), else that of the `rookery up`
/// which runs on the data directory. `consume`, `parked` and `durables` need it as the user `jobs`. Nothing in it is changed.
/// Positions are those of the API: a message's id is one.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    data: DataDirArgument,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Tail(tail::Arguments),
    Show(show::Arguments),
    Count(count::Arguments),
    Export(export::Arguments),
    Check(check::Arguments),
    Consume(consume::Arguments),
    Parked(parked::Arguments),
    Durables(durables::Arguments),
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let data = &arguments.data;
    let done = runtime.block_on(async {
        let log = async || connections::open_log(data).await;
        match &arguments.command {
            Command::Tail(arguments) => tail::run(&*log().await?, arguments).await,
            Command::Show(arguments) => show::run(&*log().await?, arguments).await,
            Command::Count(arguments) => count::run(&*log().await?, arguments).await,
            Command::Export(arguments) => export::run(&*log().await?, arguments).await,
            Command::Check(arguments) => check::run(&*log().await?, arguments).await,
            Command::Consume(arguments) => Box::pin(consume::run(data, arguments)).await,
            Command::Parked(arguments) => parked::run(data, arguments).await,
            Command::Durables(arguments) => durables::run(data, arguments).await,
        }
    });
    match done {
        // The reader of the pipe, such as `head`, has seen enough.
        Err(error) if is_broken_pipe(&error) => Ok(()),
        done => done,
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|io| io.kind() == ErrorKind::BrokenPipe)
}
