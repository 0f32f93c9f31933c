//! `rookery webhooks`: `/v1/webhooks` for people who type.

use std::io::Write;
use std::time::{Duration, SystemTime};

use anyhow::{Result, anyhow, bail};
use api_types::problem::Problem;
use domain::AccountId;
use reqwest::{Client, Method, StatusCode};
use serde_json::{Map, Value, json};
use tokens::{Role, Roles, TokenIssuer};
use uuid::Uuid;

use crate::api_access::{ApiArgument, TOKEN, whose_token};
use crate::data_dir::{DataDir, DataDirArgument};
use crate::signing_keys::{self, AUDIENCE, ISSUER};

/// Longer than the service takes before it gives a request up itself.
const TIMEOUT: Duration = Duration::from_secs(40);
const TOKEN_LIFETIME: Duration = Duration::from_secs(600);

/// Have events sent to addresses, by the scheme of Standard Webhooks
///
/// docs/WEBHOOKS.md says what is sent, how it is verified, and what a receiver answers.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    api: ApiArgument,
    #[command(flatten)]
    data: DataDirArgument,
    /// Use this token, of an operator, instead of one made with the data directory's key
    #[arg(long, global = true, value_name = "TOKEN", env = TOKEN, hide_env_values = true)]
    token: Option<String>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Make one, and print it with its secret, which is told this once
    Add {
        /// Where events are sent to
        #[arg(value_name = "ADDRESS")]
        address: String,
        /// Only these types, with their versions
        #[arg(long, value_name = "TYPE,...", value_delimiter = ',')]
        types: Vec<String>,
        /// Only posts with this tag, and every edit, deletion and deactivation
        #[arg(long)]
        tag: Option<String>,
        /// Only events that name this account, and every deletion
        #[arg(long, value_name = "ID")]
        account: Option<String>,
        /// Begin behind this position; 0 is the beginning. Without it, where the log ends now
        #[arg(long, value_name = "POSITION")]
        after: Option<String>,
    },
    /// Show how far each is, and what is wrong
    List,
    /// Show one, as JSON
    Show {
        #[arg(value_parser = webhook_id)]
        id: Uuid,
    },
    /// Remove one, with its secret and what is parked
    Remove {
        #[arg(value_parser = webhook_id)]
        id: Uuid,
    },
    /// Give it a new secret; the one before is good for 24 hours more
    Rotate {
        #[arg(value_parser = webhook_id)]
        id: Uuid,
    },
    /// Send events again from a position on, where one that stopped goes on
    Replay {
        #[arg(value_parser = webhook_id)]
        id: Uuid,
        /// All events behind this position; 0 is the beginning
        #[arg(long, value_name = "POSITION")]
        after: String,
        /// Forget what is parked up to there
        #[arg(long)]
        forget_parked: bool,
    },
    /// Show the events that its receiver did not take, as JSON
    Parked {
        #[arg(value_parser = webhook_id)]
        id: Uuid,
    },
    /// Send those again, and no others
    Retry {
        #[arg(value_parser = webhook_id)]
        id: Uuid,
    },
}

fn webhook_id(text: &str) -> Result<Uuid, &'static str> {
    Uuid::try_parse(text).map_err(|_| "expected an id, as `rookery webhooks list` shows it")
}

struct Api {
    client: Client,
    url: String,
    token: String,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let token = match &arguments.token {
        Some(token) => token.clone(),
        None => operator_token(&arguments.data)?,
    };
    // Straight to the address: a proxy of the environment would not find this machine's loopback.
    let client = Client::builder().timeout(TIMEOUT).no_proxy().build()?;
    let api = Api { client, url: arguments.api.url(&arguments.data), token };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let output = runtime.block_on(api.carry_out(&arguments.command))?;
    write!(std::io::stdout(), "{output}")?;
    Ok(())
}

fn operator_token(data: &DataDirArgument) -> Result<String> {
    let keys = signing_keys::read_or_create(&DataDir::existing(data)?.keys())?;
    let issuer = TokenIssuer::new(&keys.key, ISSUER, AUDIENCE);
    let roles = Roles::none().with(Role::Operator);
    Ok(issuer.issue(AccountId::OPERATOR.get(), roles, SystemTime::now(), TOKEN_LIFETIME)?)
}

impl Api {
    /// Gives what is to be printed.
    async fn carry_out(&self, command: &Command) -> Result<String> {
        let shown = match command {
            Command::Add { address, types, tag, account, after } => {
                let mut body =
                    Map::from_iter([("url".to_owned(), json!(address)), ("types".to_owned(), json!(types))]);
                for (name, value) in [("tag", tag), ("account", account), ("after", after)] {
                    if let Some(value) = value {
                        body.insert(name.to_owned(), json!(value));
                    }
                }
                self.ask(Method::POST, "", Some(body.into())).await?
            }
            Command::List => return Ok(table(&self.ask(Method::GET, "", None).await?)),
            Command::Show { id } => self.ask(Method::GET, &format!("/{id}"), None).await?,
            Command::Remove { id } => self.ask(Method::DELETE, &format!("/{id}"), None).await?,
            Command::Rotate { id } => self.ask(Method::POST, &format!("/{id}/secret"), None).await?,
            Command::Replay { id, after, forget_parked } => {
                let body = json!({"after": after, "forgetParked": forget_parked});
                self.ask(Method::POST, &format!("/{id}/replay"), Some(body)).await?
            }
            Command::Parked { id } => self.ask(Method::GET, &format!("/{id}/parked"), None).await?,
            Command::Retry { id } => {
                let retried = self.ask(Method::POST, &format!("/{id}/parked/retry"), None).await?;
                return Ok(format!("{} tried again\n", retried["events"]));
            }
        };
        Ok(if shown.is_null() { String::new() } else { format!("{shown:#}\n") })
    }

    async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Result<Value> {
        let mut request = self.client.request(method, format!("{}/v1/webhooks{path}", self.url));
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.bearer_auth(&self.token).send().await;
        let answer = answer.map_err(|error| {
            anyhow!(error).context(format!("no Rookery answers at {}; name its address with --url", self.url))
        })?;
        let status = answer.status();
        let text = answer.text().await?;
        if status == StatusCode::NO_CONTENT {
            return Ok(Value::Null);
        }
        if status.is_success() {
            return Ok(serde_json::from_str(&text)?);
        }
        let Ok(problem) = serde_json::from_str::<Problem>(&text) else {
            bail!("{} answers {status}; is that a Rookery?", self.url)
        };
        let fields: Vec<String> = problem
            .errors
            .iter()
            .map(|error| format!("{}: {}", error.field, error.detail.as_deref().unwrap_or_default()))
            .collect();
        let detail = match fields.is_empty() {
            true => problem.detail.unwrap_or(problem.title).into_owned(),
            false => fields.join("; "),
        };
        bail!("Rookery answers {status}, {}: {detail}{}", problem.code, whose_token(status, &self.token))
    }
}

fn table(webhooks: &Value) -> String {
    let mut table = "id\tposition\tlag_events\tparked_events\tstate\turl\n".to_owned();
    for webhook in webhooks.as_array().into_iter().flatten() {
        let text = |name: &str| webhook[name].as_str().unwrap_or_default().to_owned();
        let state = match (&webhook["stopped"], &webhook["isPaused"], &webhook["failing"]["reason"]) {
            (Value::String(why), _, _) => format!("stopped: {why}"),
            (_, Value::Bool(true), _) => "paused".to_owned(),
            (_, _, Value::String(why)) => format!("failing: {why}"),
            _ => "sending".to_owned(),
        };
        let (id, position, url) = (text("id"), text("position"), text("url"));
        let (lag, parked) = (&webhook["lagEvents"], &webhook["parkedEvents"]);
        table.push_str(&format!("{id}\t{position}\t{lag}\t{parked}\t{state}\t{url}\n"));
    }
    table
}
