//! The product's services, each a process of its own with the configuration that it ships with.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use anyhow::{Result, bail};
use testkit::Process;

use crate::identity::{AUDIENCE, Callers, ISSUER};
use crate::load::http::{Connection, get};
use crate::programs::Programs;
use crate::servers::Servers;

const START_MAX: Duration = Duration::from_secs(60);
const POLL_INTERVAL: Duration = Duration::from_millis(10);

#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) address: SocketAddr,
    /// Of metrics and what is not for the public.
    ops_address: SocketAddr,
    process: Process,
}

impl Service {
    pub(crate) fn pid(&self) -> u32 {
        self.process.pid()
    }

    pub(crate) async fn dispatcher(
        programs: &Programs,
        servers: &Servers,
        callers: &Callers,
    ) -> Result<Self> {
        let mut env = identity(&callers.jwks_file);
        env.push(("ROOKERY_NATS_URL", servers.nats_url()));
        // One caller stands for thousands.
        start(&programs.dispatcher, "ROOKERY_DISPATCHER_LISTEN", env).await?.ready().await
    }

    /// A dispatcher whose commands can wait for the data of a query API.
    pub(crate) async fn waiting_dispatcher(
        programs: &Programs,
        servers: &Servers,
        callers: &Callers,
        query_api: &Self,
    ) -> Result<Self> {
        let mut env = identity(&callers.jwks_file);
        env.push(("ROOKERY_NATS_URL", servers.nats_url()));
        let position_url = format!("http://{}/internal/position", query_api.ops_address);
        env.push(("ROOKERY_DATA_POSITION_URL", position_url));
        start(&programs.dispatcher, "ROOKERY_DISPATCHER_LISTEN", env).await?.ready().await
    }

    /// Not awaited to be ready: a worker that still replays is not.
    pub(crate) async fn reducers(programs: &Programs, servers: &Servers, database_url: &str) -> Result<Self> {
        let env =
            vec![("ROOKERY_NATS_URL", servers.nats_url()), ("ROOKERY_DATABASE_URL", database_url.to_owned())];
        start(&programs.reducers, "ROOKERY_REDUCERS_LISTEN", env).await
    }

    pub(crate) async fn query_api(
        programs: &Programs,
        database_url: &str,
        callers: &Callers,
    ) -> Result<Self> {
        let mut env = identity(&callers.jwks_file);
        env.push(("ROOKERY_DATABASE_URL", database_url.to_owned()));
        start(&programs.query_api, "ROOKERY_QUERY_LISTEN", env).await?.ready().await
    }

    /// Which sends webhooks to this machine, too.
    pub(crate) async fn relay(programs: &Programs, servers: &Servers, callers: &Callers) -> Result<Self> {
        let mut env = identity(&callers.jwks_file);
        env.push(("ROOKERY_NATS_URL", servers.nats_url()));
        env.push(("ROOKERY_WEBHOOKS_ALLOW_HTTP", "true".to_owned()));
        env.push(("ROOKERY_WEBHOOKS_ALLOW_PRIVATE", "true".to_owned()));
        start(&programs.relay, "ROOKERY_RELAY_LISTEN", env).await?.ready().await
    }

    /// The peer takes arguments; it has no configuration to speak of.
    pub(crate) async fn plain_insert(programs: &Programs, database_url: &str) -> Result<Self> {
        let address = free_address();
        let listen = address.to_string();
        let process = Process::start(&programs.plain_insert, [listen.as_str(), database_url], []);
        Self { address, ops_address: address, process }.ready().await
    }

    async fn ready(self) -> Result<Self> {
        let deadline = tokio::time::Instant::now() + START_MAX;
        while !self.is_ready().await {
            if tokio::time::Instant::now() > deadline {
                bail!("a service did not get ready; it said:\n{}", self.process.output());
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
        Ok(self)
    }

    async fn is_ready(&self) -> bool {
        let ask = async {
            let mut connection = Connection::open(self.address).await?;
            let answer = connection.exchange(get("/readyz", None, "").as_bytes()).await?;
            anyhow::Ok(answer.status == 200)
        };
        ask.await.unwrap_or(false)
    }
}

fn free_address() -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, testkit::free_port()))
}

async fn start(program: &str, listen: &str, env: Vec<(&str, String)>) -> Result<Service> {
    let (address, ops_address) = (free_address(), free_address());
    let (text, ops_text) = (address.to_string(), ops_address.to_string());
    let ops_listen = listen.replace("_LISTEN", "_OPS_LISTEN");
    let env = env.iter().map(|(name, value)| (*name, value.as_str()));
    let env = env.chain([(listen, text.as_str()), (ops_listen.as_str(), ops_text.as_str())]);
    Ok(Service { address, ops_address, process: Process::start(program, [], env) })
}

fn identity(jwks_file: &Path) -> Vec<(&'static str, String)> {
    vec![
        ("ROOKERY_IDENTITY_MODE", "jwt".to_owned()),
        ("ROOKERY_JWT_JWKS_FILE", jwks_file.display().to_string()),
        ("ROOKERY_JWT_ISSUER", ISSUER.to_owned()),
        ("ROOKERY_JWT_AUDIENCE", AUDIENCE.to_owned()),
        // One caller does all that a machine can.
        ("ROOKERY_LIMITS", "off".to_owned()),
    ]
}
