//! `rookery accounts`: what operators decide about accounts, written into the log as events with their name and reason; and
//! whom they invite.

mod decide;
mod invitations;
mod list;
mod show;

use anyhow::{Context, Result};
use dispatcher::commands::Measure;
use dispatcher::executor::Executor;
use domain::edge::DesiredState;
use domain::{AccountId, Handle, ModerationAction, Note, Reason, Role};

use crate::data_dir::DataDirArgument;

/// Give and take roles, act on accounts, and invite people
///
/// What is decided is an event in the log, with who decided it and why. Dispatchers notice it within seconds, and make void
/// what was issued before: an account that got or lost a role refreshes its token, a suspended one is out. The log is that of
/// ROOKERY_NATS_URL or ROOKERY_EVENT_STORE_URL (or the same with _FILE), else that of the `rookery up` which runs on the data
/// directory.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  rookery accounts grant heron moderator --operator ann --note 'joined the team'
  rookery accounts suspend heron --reason spam --operator ann
  rookery accounts show heron
  rookery accounts invite --uses 5 --days 30")]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Give a role: analyst, consumer, operator, moderator or admin
    Grant(RoleArguments),
    /// Take a role
    Revoke(RoleArguments),
    /// Tell an account that what it does is not right
    Warn(ActionArguments),
    /// Show an account's messages in the lists of everybody only to its followers
    Silence(ActionArguments),
    /// Let an account do nothing, and hide all that it made
    Suspend(ActionArguments),
    /// End silence and suspension: everything is as it was
    Lift(ActionArguments),
    /// Print what was decided about an account: a line per event, with tabs between the fields
    Show(WhomArguments),
    /// Print the accounts that have roles or are restricted: a line each, with tabs between the fields
    ///
    /// It reads the whole log, about half a million events a second.
    List(DataDirArgument),
    /// Print the code of a new invitation to register
    Invite(invitations::InviteArguments),
    /// See and withdraw invitations
    #[command(subcommand)]
    Invitations(invitations::Command),
}

#[derive(Debug, clap::Args)]
struct RoleArguments {
    #[command(flatten)]
    whom: WhomArguments,
    #[arg(value_parser = role)]
    role: Role,
    #[command(flatten)]
    who: WhoArguments,
}

#[derive(Debug, clap::Args)]
struct ActionArguments {
    #[command(flatten)]
    whom: WhomArguments,
    /// spam, harassment, impersonation, illegal or other; the account is told
    #[arg(long, value_parser = reason, default_value = "other")]
    reason: Reason,
    #[command(flatten)]
    who: WhoArguments,
}

#[derive(Debug, clap::Args)]
struct WhomArguments {
    /// The account's id or handle
    account: String,
    #[command(flatten)]
    data: DataDirArgument,
}

#[derive(Debug, clap::Args)]
struct WhoArguments {
    /// Your name, for those who read the log later
    #[arg(long, value_name = "NAME", value_parser = note)]
    operator: Note,
    /// Why, for those who read the log later; the account is not shown it
    #[arg(long, value_name = "TEXT", value_parser = note)]
    note: Option<Note>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        match &arguments.command {
            Command::Grant(of) => change_role(of, DesiredState::Set).await,
            Command::Revoke(of) => change_role(of, DesiredState::Unset).await,
            Command::Warn(of) => act(of, ModerationAction::Warn).await,
            Command::Silence(of) => act(of, ModerationAction::Silence).await,
            Command::Suspend(of) => act(of, ModerationAction::Suspend).await,
            Command::Lift(of) => act(of, ModerationAction::Lift).await,
            Command::Show(whom) => show::run(whom).await,
            Command::List(data) => list::run(data).await,
            Command::Invite(of) => invitations::invite(of).await,
            Command::Invitations(command) => invitations::run(command).await,
        }
    })
}

async fn change_role(of: &RoleArguments, desired: DesiredState) -> Result<()> {
    decide::run(&of.whom, Measure::Role(of.role, desired), &of.who).await
}

async fn act(of: &ActionArguments, action: ModerationAction) -> Result<()> {
    decide::run(&of.whom, Measure::Action(action, of.reason), &of.who).await
}

async fn account_of(executor: &Executor, name: &str) -> Result<AccountId> {
    // A handle may be digits alone; ids are far longer than handles that look like them.
    if let Ok(handle) = Handle::parse(name)
        && let Some(account) = executor.holder_of(&handle).await?
    {
        return Ok(account);
    }
    name.parse().ok().with_context(|| format!("nobody has the handle {name}, and it is no id"))
}

fn role(word: &str) -> Result<Role, String> {
    Role::from_word(word)
        .ok_or_else(|| "the roles are analyst, consumer, operator, moderator, admin".to_owned())
}

fn reason(word: &str) -> Result<Reason, String> {
    Reason::from_word(word)
        .ok_or_else(|| "the reasons are spam, harassment, impersonation, illegal, other".to_owned())
}

fn note(words: &str) -> Result<Note, String> {
    Note::try_from(words.to_owned()).map_err(|error| error.to_string())
}
