//! The relay as a program, configured by its environment alone.

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use relay::config::RelayConfig;
use service_kit::config::Environment;
use service_kit::shutdown::Shutdown;
use service_kit::telemetry;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Hands Rookery's events on. Its configuration is in the environment; docs/DEPLOYMENT.md lists the variables.
#[derive(Debug, Parser)]
#[command(name = "relay", version)]
struct Arguments {
    /// Read the configuration, report everything that is wrong with it, and end.
    #[arg(long)]
    check_config: bool,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing is left to do where even this cannot be written.
            writeln!(std::io::stderr(), "relay: {error:#}").ok();
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let config = RelayConfig::from_environment(Environment::from_process())?;
    if arguments.check_config {
        write!(std::io::stderr(), "{}", config.unread)?;
        writeln!(std::io::stdout(), "relay: the configuration is complete")?;
        return Ok(());
    }
    telemetry::init(&config.telemetry)?;
    config.unread.warn();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async { relay::serve(config, Shutdown::on_signals()?).await })
}
