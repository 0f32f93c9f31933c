//! `rookery accounts`: what operators decide about accounts, written into the log as events with their name and reason.

use std::io::Write;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use dispatcher::commands::{Measure, Moderate};
use dispatcher::decision::{ExecuteError, Outcome};
use dispatcher::executor::{Allowance, Execution, Executor};
use domain::edge::DesiredState;
use domain::moderation::Moderator;
use domain::{AccountId, Handle, ModerationAction, Note, Reason, Role, Sequence};
use event_store::{Boundary, Decoded, Subject, decode};
use time::OffsetDateTime;

use crate::connections;
use crate::data_dir::DataDirArgument;

/// What started an operator's commands, in the envelopes of their events.
const CORRELATION: &str = "operator";

/// Give and take roles, and act on accounts
///
/// Each is an event in the log, with who decided it and why. Dispatchers notice it within ten seconds. An account gets its
/// roles with its next log-in or refresh; a role that is taken stays in the tokens that were issued before, for an hour
/// at most. The log is that of ROOKERY_NATS_URL or ROOKERY_EVENT_STORE_URL, else that of the `rookery up` which runs on
/// the data directory.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  rookery accounts grant heron moderator --operator ann --note 'joined the team'
  rookery accounts suspend heron --reason spam --operator ann
  rookery accounts show heron")]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Give a role: analyst, operator, moderator or admin
    Grant {
        #[command(flatten)]
        whom: WhomArguments,
        #[arg(value_parser = role)]
        role: Role,
        #[command(flatten)]
        who: WhoArguments,
    },
    /// Take a role
    Revoke {
        #[command(flatten)]
        whom: WhomArguments,
        #[arg(value_parser = role)]
        role: Role,
        #[command(flatten)]
        who: WhoArguments,
    },
    /// Tell an account that what it does is not right
    Warn(ActionArguments),
    /// Show an account's messages in the lists of everybody only to its followers
    Silence(ActionArguments),
    /// Let an account do nothing, and hide all that it made
    Suspend(ActionArguments),
    /// End silence and suspension: everything is as it was
    Lift(ActionArguments),
    /// Print what was decided about an account: a line per event, with tabs between the fields
    Show {
        #[command(flatten)]
        whom: WhomArguments,
    },
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
            Command::Grant { whom, role, who } => {
                decide(whom, Measure::Role(*role, DesiredState::Set), who).await
            }
            Command::Revoke { whom, role, who } => {
                decide(whom, Measure::Role(*role, DesiredState::Unset), who).await
            }
            Command::Warn(arguments) => act(arguments, ModerationAction::Warn).await,
            Command::Silence(arguments) => act(arguments, ModerationAction::Silence).await,
            Command::Suspend(arguments) => act(arguments, ModerationAction::Suspend).await,
            Command::Lift(arguments) => act(arguments, ModerationAction::Lift).await,
            Command::Show { whom } => show(whom).await,
        }
    })
}

async fn act(arguments: &ActionArguments, action: ModerationAction) -> Result<()> {
    decide(&arguments.whom, Measure::Action(action, arguments.reason), &arguments.who).await
}

async fn decide(whom: &WhomArguments, what: Measure, who: &WhoArguments) -> Result<()> {
    let log = connections::open_log(&whom.data).await?;
    let executor = Executor::new(Arc::clone(&log));
    let account = account_of(&executor, &whom.account).await?;
    let by = Moderator { account: AccountId::OPERATOR, operator: Some(who.operator.clone()), is_admin: true };
    let execution = Execution {
        actor: AccountId::OPERATOR,
        allowance: Allowance::All,
        now: OffsetDateTime::now_utc(),
        idempotency: None,
        correlation: CORRELATION.to_owned(),
        trace_parent: None,
    };
    let before = log.head().await?;
    let command = Moderate { account, what, note: who.note.clone(), by };
    let executed = match executor.execute(execution, command).await {
        Err(ExecuteError::Rejected(rejection)) => bail!("{rejection}"),
        executed => executed.context("it did not come into the log, or it is not known; `show` tells")?,
    };
    let position = executed.outcome.position();
    if position.sequence() > before {
        writeln!(std::io::stdout(), "decided, at position {position}")?;
    } else {
        writeln!(std::io::stdout(), "it is so already")?;
    }
    Ok(())
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

async fn show(whom: &WhomArguments) -> Result<()> {
    let log = connections::open_log(&whom.data).await?;
    let executor = Executor::new(Arc::clone(&log));
    let account = account_of(&executor, &whom.account).await?;
    let subject = Subject::new(log.shard(), Boundary::Moderation(account));
    let mut out = std::io::stdout().lock();
    for recorded in log.read_subject(subject, Sequence::ZERO.next()).await? {
        let Ok(Decoded::Known(event)) = decode(&recorded) else { continue };
        let data = String::from_utf8_lossy(&recorded.data);
        writeln!(out, "{}\t{}\t{}\t{data}", recorded.position, recorded.recorded_at, event.type_name())?;
    }
    let now = executor.moderation(account).await?;
    let restriction = now.restriction.map_or("none", |restriction| restriction.level.word());
    let roles: Vec<&str> = now.roles.iter().map(|role| role.word()).collect();
    writeln!(out, "{account}\trestriction: {restriction}\troles: {}", roles.join(","))?;
    Ok(())
}

fn role(word: &str) -> Result<Role, String> {
    Role::from_word(word).ok_or_else(|| "the roles are analyst, operator, moderator, admin".to_owned())
}

fn reason(word: &str) -> Result<Reason, String> {
    Reason::from_word(word)
        .ok_or_else(|| "the reasons are spam, harassment, impersonation, illegal, other".to_owned())
}

fn note(words: &str) -> Result<Note, String> {
    Note::try_from(words.to_owned()).map_err(|error| error.to_string())
}
