//! What can be typed behind `rookery`.

use clap::{Parser, Subcommand};

use crate::commands::{
    accounts, adopt, archive, consumers, demo, events, export, jobs, keys, limits, lineage, migrate, openapi,
    parked, rebuild, receipt, restore, sql, token, up, verify, webhooks,
};

/// Rookery, an event-sourced microblog backend: the whole system in one process, and its operator's tools.
///
/// Begin with `rookery up`, then fill it with `rookery demo` in another terminal.
#[derive(Debug, Parser)]
#[command(name = "rookery", version, disable_help_subcommand = true)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Up(up::Arguments),
    Demo(demo::Arguments),
    Token(token::Arguments),
    Accounts(accounts::Arguments),
    Jobs(jobs::Arguments),
    Keys(keys::Arguments),
    Events(events::Arguments),
    Consumers(consumers::Arguments),
    Export(export::Arguments),
    Limits(limits::Arguments),
    Lineage(lineage::Arguments),
    Archive(archive::Arguments),
    Restore(restore::Arguments),
    Adopt(adopt::Arguments),
    Migrate(migrate::Arguments),
    Parked(parked::Arguments),
    Rebuild(rebuild::Arguments),
    Sql(sql::Arguments),
    Receipt(receipt::Arguments),
    Openapi(openapi::Arguments),
    Verify(verify::Arguments),
    Webhooks(webhooks::Arguments),
}

impl Arguments {
    /// Runs the command to its end.
    ///
    /// # Errors
    /// What the command could not do, for the person who typed it.
    pub fn run(&self) -> anyhow::Result<()> {
        match &self.command {
            Command::Up(arguments) => up::run(arguments),
            Command::Demo(arguments) => demo::run(arguments),
            Command::Token(arguments) => token::run(arguments),
            Command::Accounts(arguments) => accounts::run(arguments),
            Command::Jobs(arguments) => jobs::run(arguments),
            Command::Keys(arguments) => keys::run(arguments),
            Command::Events(arguments) => events::run(arguments),
            Command::Consumers(arguments) => consumers::run(arguments),
            Command::Export(arguments) => export::run(arguments),
            Command::Limits(arguments) => limits::run(arguments),
            Command::Lineage(arguments) => lineage::run(arguments),
            Command::Archive(arguments) => archive::run(arguments),
            Command::Restore(arguments) => restore::run(arguments),
            Command::Adopt(arguments) => adopt::run(arguments),
            Command::Migrate(arguments) => migrate::run(arguments),
            Command::Parked(arguments) => parked::run(arguments),
            Command::Rebuild(arguments) => rebuild::run(arguments),
            Command::Sql(arguments) => sql::run(arguments),
            Command::Receipt(arguments) => receipt::run(arguments),
            Command::Openapi(arguments) => openapi::run(arguments),
            Command::Verify(arguments) => verify::run(arguments),
            Command::Webhooks(arguments) => webhooks::run(arguments),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;
    use service_kit::config::Environment;

    use super::*;

    #[test]
    fn definition_is_sound() {
        Arguments::command().debug_assert();
    }

    /// Read by services as well.
    const SHARED: [&str; 10] = [
        "ROOKERY_CORS_ORIGINS",
        "ROOKERY_FANOUT_LIMIT",
        "ROOKERY_HTTP_ACCESS_LOG",
        "ROOKERY_LOG",
        "ROOKERY_LOG_FORMAT",
        "ROOKERY_REGISTRATION",
        "ROOKERY_SEARCH_LANGUAGE",
        "ROOKERY_TLS_CERTIFICATE_FILE",
        "ROOKERY_TLS_KEY_FILE",
        "ROOKERY_TRUSTED_PROXY_HOPS",
    ];

    fn variables(command: &clap::Command, found: &mut Vec<String>) {
        let of_arguments = command.get_arguments().filter_map(|argument| argument.get_env()?.to_str());
        found.extend(of_arguments.map(str::to_owned));
        command.get_subcommands().for_each(|below| variables(below, found));
    }

    #[test]
    fn services_do_not_take_what_this_program_reads_for_a_typing_error() {
        let mut read = Vec::new();
        variables(&Arguments::command(), &mut read);
        assert!(read.contains(&"ROOKERY_NATS_SERVER".to_owned()), "{read:?}");
        read.retain(|name| !SHARED.contains(&name.as_str()));
        let env = Environment::from_pairs(read.iter().map(|name| (name.as_str(), "x")));
        assert_eq!(env.unknown_variables(), Vec::<String>::new());
    }
}
