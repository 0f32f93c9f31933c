//! `rookery accounts invite`, and `invitations list` and `withdraw`: who may register where that needs an invitation.

use std::io::Write;

use anyhow::{Context, Result, ensure};
use dispatcher::credential_store::{DAYS_MAX, INVITATIONS_MAX, Invitations, USES_MAX};
use domain::{AccountId, Shard};
use event_store::buckets::REGISTRATIONS;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::connections;
use crate::data_dir::DataDirArgument;

/// In the broker's list of connections.
const CLIENT_NAME: &str = "keys";

/// How many may come with it, and until when.
#[derive(Debug, clap::Args)]
pub(super) struct InviteArguments {
    /// How many accounts may be registered with it
    #[arg(long, value_name = "NUMBER", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=i64::from(USES_MAX)))]
    uses: u32,
    /// How long it is good
    #[arg(long, value_name = "NUMBER", default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..=i64::from(DAYS_MAX)))]
    days: u32,
    #[command(flatten)]
    data: DataDirArgument,
}

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Print the invitations that have not expired: id, uses that are left, until when, and who made it
    List(DataDirArgument),
    /// Let nobody more register with an invitation
    Withdraw {
        /// As `list` prints it; not the code
        id: String,
        #[command(flatten)]
        data: DataDirArgument,
    },
}

/// The code alone goes to standard output.
pub(super) async fn invite(arguments: &InviteArguments) -> Result<()> {
    let invitations = open(&arguments.data).await?;
    let InviteArguments { uses, days, .. } = *arguments;
    let made = invitations.make(uses, days, AccountId::OPERATOR, OffsetDateTime::now_utc()).await;
    let made = made.context("it is not known whether the invitation was made; `invitations list` tells")?;
    let made = made.with_context(|| {
        format!("{INVITATIONS_MAX} invitations are open, which is all there may be: withdraw one first")
    })?;
    writeln!(std::io::stdout(), "{}", made.code)?;
    let (id, until) = (made.invitation.id(), made.invitation.expires_at.format(&Rfc3339)?);
    writeln!(std::io::stderr(), "invitation {id}, for {uses}, until {until}")?;
    Ok(())
}

pub(super) async fn run(command: &Command) -> Result<()> {
    match command {
        Command::List(data) => list(data).await,
        Command::Withdraw { id, data } => withdraw(id, data).await,
    }
}

async fn list(data: &DataDirArgument) -> Result<()> {
    let mut out = std::io::stdout().lock();
    for known in open(data).await?.list(OffsetDateTime::now_utc()).await? {
        let by = if known.made_by == AccountId::OPERATOR {
            "operator".to_owned()
        } else {
            known.made_by.to_string()
        };
        let until = known.expires_at.format(&Rfc3339)?;
        writeln!(out, "{}\t{} of {}\t{until}\t{by}", known.id(), known.uses_left, known.uses)?;
    }
    Ok(())
}

async fn withdraw(id: &str, data: &DataDirArgument) -> Result<()> {
    let withdrawn = open(data).await?.withdraw(id).await;
    let was_there = withdrawn.context("it is not known whether the invitation was withdrawn")?;
    ensure!(
        was_there,
        "there is no invitation {id}: `rookery accounts invitations list` prints those that are"
    );
    writeln!(std::io::stdout(), "withdrawn")?;
    Ok(())
}

async fn open(data: &DataDirArgument) -> Result<Invitations> {
    let url = connections::keys_url(data)?;
    let bucket = event_store_open::find_bucket(url.expose(), CLIENT_NAME, Shard(0), REGISTRATIONS).await;
    let bucket = bucket.context("no dispatcher has run on this log yet, or it is out of reach")?;
    Ok(Invitations::new(bucket))
}
