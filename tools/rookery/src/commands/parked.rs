//! `rookery parked`: events that could not be folded, and those that wait for them.

mod drop;
mod list;
mod retry;
mod show;

use std::sync::Arc;

use anyhow::{Context, Result, bail};
use data_set::write::{self, FanOutLimit, parked};
use data_set::{Pool, versions};
use domain::DropReason;
use event_store::EventLog;
use reducers::Fold;
use reducers::parking::Choice;

use crate::connections;
use crate::data_dir::DataDirArgument;

/// Parked events that are in memory at once.
const PAGE: i64 = 1_000;

/// Look after events that could not be folded
///
/// Such an event parks what it is about: a message, or an account. Later events that might meet it wait, all others are
/// folded. Once the cause is removed, usually by a newer version of Rookery, `retry` folds the event and those that
/// wait for it, in the order of the log. An event that can never be folded is given up with `drop`.
///
/// The broker and the data set are those of ROOKERY_NATS_URL and ROOKERY_DATABASE_URL (or the same with _FILE), else
/// those of the `rookery up` which runs on the data directory.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Print what is parked: a line per event, with tabs between the fields
    List {
        #[command(flatten)]
        scope: ScopeArguments,
        /// Also those that only wait
        #[arg(long)]
        waiting: bool,
        /// Also those that were given up
        #[arg(long)]
        dropped: bool,
    },
    /// Print all that is known of one event, what it waits for and what waits for it
    Show {
        /// Its position, as `list` prints it
        position: i64,
        #[command(flatten)]
        scope: ScopeArguments,
    },
    /// Fold events after all, and those that wait for them
    ///
    /// Ends with 1 if one of the chosen events still cannot be folded; it stays parked, and what waits for it waits;
    /// and if nothing that is parked was chosen. Safe to repeat, and to interrupt at any moment.
    #[command(after_help = "\
Examples:
  rookery parked retry --all
  rookery parked retry --entity account/118000000000001")]
    Retry {
        #[command(flatten)]
        choice: ChoiceArguments,
        #[command(flatten)]
        scope: ScopeArguments,
    },
    /// Give events up for good, and fold those that wait for them
    ///
    /// It is written into the log which events they are, as an event of its own; the reducers obey it there, and so
    /// does every replay, also of a restored log. It cannot be taken back.
    ///
    /// Ends with 0 once that is in the log, and says so where no reducer obeyed within 10 s. Safe to repeat, and to
    /// interrupt at any moment. The broker's user must be one that may append such events.
    #[command(after_help = "\
Examples:
  rookery parked drop --position 2304 --reason 'written by a test'
  rookery parked drop --entity account/118000000000001 --with-waiting")]
    Drop {
        #[command(flatten)]
        choice: ChoiceArguments,
        /// Give up the events that wait for them as well
        #[arg(long)]
        with_waiting: bool,
        /// Why, for those who read the log later: one line of up to 500 characters
        #[arg(long, value_name = "TEXT", value_parser = reason)]
        reason: Option<DropReason>,
        #[command(flatten)]
        scope: ScopeArguments,
    },
}

#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct ChoiceArguments {
    /// All events that could not be folded
    #[arg(long)]
    all: bool,
    /// The event at this position
    #[arg(long, value_name = "N")]
    position: Option<i64>,
    /// The events that hold this, such as account/5 or message/512
    #[arg(long, value_name = "ENTITY")]
    entity: Option<String>,
}

impl ChoiceArguments {
    fn choice(&self) -> Choice {
        match (self.position, &self.entity) {
            (Some(position), _) => Choice::Position(position),
            (None, Some(entity)) => Choice::Entity(entity.clone()),
            (None, None) => Choice::All,
        }
    }
}

fn reason(text: &str) -> Result<DropReason, String> {
    DropReason::try_from(text.to_owned()).map_err(|error| error.to_string())
}

#[derive(Debug, clap::Args)]
struct ScopeArguments {
    /// Only this projection: social, feeds or history
    #[arg(long, value_name = "NAME")]
    projection: Option<String>,
    /// As the reducers have it: with more followers, an author's messages are merged into home timelines on read
    #[arg(long, value_name = "FOLLOWERS", env = "ROOKERY_FANOUT_LIMIT", default_value_t = FanOutLimit::DEFAULT)]
    fan_out_limit: FanOutLimit,
    #[command(flatten)]
    data: DataDirArgument,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        match &arguments.command {
            Command::List { scope, waiting, dropped } => {
                list::list(&Projections::open(scope).await?, *waiting, *dropped).await
            }
            Command::Show { position, scope } => {
                show::show(&Projections::open(scope).await?, *position).await
            }
            Command::Retry { choice, scope } => {
                retry::retry(&Projections::open(scope).await?, &choice.choice()).await
            }
            Command::Drop { choice, with_waiting, reason, scope } => {
                let (projections, choice) = (Projections::open(scope).await?, choice.choice());
                drop::drop(&projections, &choice, *with_waiting, reason.as_ref()).await
            }
        }
    })
}

fn none_chosen() -> Result<()> {
    bail!(
        "no such event is parked for what it says itself; `rookery parked list --waiting` says which are parked"
    )
}

/// The log, and the versions of projections that reducers fold.
struct Projections {
    log: Arc<dyn EventLog>,
    versions: Vec<ProjectionVersion>,
}

struct ProjectionVersion {
    fold: Arc<dyn Fold>,
    number: i32,
    /// Its statements mean the tables of that version.
    pool: Pool,
}

impl ProjectionVersion {
    fn name(&self) -> String {
        write::schema(self.fold.name(), self.number)
    }
}

impl Projections {
    async fn open(scope: &ScopeArguments) -> Result<Self> {
        let log = connections::open_log(&scope.data).await?;
        let data_set_url = connections::data_set_url(&scope.data)?;
        let folds = reducers::projections(scope.fan_out_limit);
        if let Some(name) = &scope.projection
            && !folds.iter().any(|fold| fold.name() == name)
        {
            bail!("there is no projection {name}: they are social, feeds and history");
        }
        let pool = Pool::connect(data_set_url.expose()).await.context("the data set")?;
        let mut own = Vec::new();
        for version in versions::folded(&pool).await.context("the data set")? {
            let fold = folds.iter().find(|fold| fold.name() == version.projection);
            let is_meant = scope.projection.as_ref().is_none_or(|name| *name == version.projection);
            if let Some(fold) = fold.filter(|_| is_meant) {
                let schema = write::schema(fold.name(), version.version);
                let pool = write::connect(data_set_url.expose(), "rookery parked", &schema)?;
                own.push(ProjectionVersion { fold: Arc::clone(fold), number: version.version, pool });
            }
        }
        Ok(Self { log, versions: own })
    }

    fn key(&self, version: &ProjectionVersion) -> write::ProjectionKey {
        write::ProjectionKey {
            projection: version.fold.name(),
            version: version.number,
            shard: self.log.shard().0,
            lineage: self.log.lineage().to_string(),
        }
    }

    /// Shows all parked events of a version, in the order of the log.
    async fn each(
        &self,
        version: &ProjectionVersion,
        mut see: impl FnMut(&parked::Parked) -> Result<()>,
    ) -> Result<()> {
        let (key, mut after) = (self.key(version), 0);
        loop {
            let page = parked::page(&version.pool, &key, after, PAGE).await.context("the data set")?;
            let Some(last) = page.last() else { return Ok(()) };
            after = last.position;
            page.iter().try_for_each(&mut see)?;
        }
    }
}
