//! `rookery events`: what is in the log.

mod check;
mod count;
mod export;
mod filter;
mod print;
mod show;
mod tail;

use std::io::{self, ErrorKind};

use anyhow::Result;

use crate::connections;
use crate::data_dir::DataDirArgument;

/// Look at the log, and check that this version can fold it
///
/// The log is that of ROOKERY_NATS_URL (or ROOKERY_NATS_URL_FILE), else that of the `rookery up` which runs on the data
/// directory. Nothing is changed. Positions are those of the API: a message's id is one.
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
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let done = runtime.block_on(async {
        let log = connections::open_log(&arguments.data).await?;
        match &arguments.command {
            Command::Tail(arguments) => tail::run(&*log, arguments).await,
            Command::Show(arguments) => show::run(&*log, arguments).await,
            Command::Count(arguments) => count::run(&*log, arguments).await,
            Command::Export(arguments) => export::run(&*log, arguments).await,
            Command::Check(arguments) => check::run(&*log, arguments).await,
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
