//! The whole system as an installation runs it: separate processes over a real broker and a real database.

mod broker;
pub mod clock;
pub mod deliveries;
pub mod forwarder;
pub mod namespace;
pub mod routes;
pub mod service;

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use reqwest::{Client, RequestBuilder};
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use testkit::oidc::OidcProvider;
use testkit::{Postgres, eventually};

pub use self::broker::Broker;
use self::clock::Clocks;
use self::namespace::Namespace;
use self::routes::{Standby, WaysOut};
use self::service::{PATIENCE, Service};

const GATEWAY_SECRET: &str = "the-gateway-of-the-faults";
/// So few followers make an author one whose entries are merged on read, so that both ways are taken.
const FANOUT_LIMIT: &str = "3";

/// What a run needs of the system.
#[derive(Debug, Clone)]
pub struct Setup {
    pub dispatchers: usize,
    pub reducers: usize,
    /// Nodes of the broker: 1 or 3.
    pub nodes: usize,
    /// Whether there is a relay, and whether somebody follows what happens: it, and the streams of the query API.
    pub has_followers: bool,
    /// For every service.
    pub env: Vec<(&'static str, String)>,
    pub log_bytes_max: u64,
    /// Size of the disk of the broker's store, where it has one of its own.
    pub broker_disk: Option<u64>,
    /// Where the services run, unless beside everything else.
    pub namespace: Option<Arc<Namespace>>,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            dispatchers: 1,
            reducers: 1,
            nodes: 1,
            has_followers: false,
            env: Vec::new(),
            log_bytes_max: 256 << 20,
            broker_disk: None,
            namespace: None,
        }
    }
}

/// Where services find the servers.
#[derive(Debug, Clone)]
pub struct Addresses {
    pub broker: String,
    pub database: String,
}

/// Services that verify the tokens of sessions themselves, beside those that believe the gateway.
#[derive(Debug)]
pub struct Doors {
    pub dispatchers: [Service; 2],
    /// Learns from the first dispatcher which tokens are void.
    pub query_api: Service,
}

/// The services are dropped before the servers that they use.
#[derive(Debug)]
pub struct System {
    pub dispatchers: Vec<Service>,
    pub reducers: Vec<Service>,
    pub query_api: Service,
    pub relay: Option<Service>,
    pub doors: Option<Doors>,
    pub deliveries: Option<deliveries::Deliveries>,
    pub broker: Broker,
    pub postgres: Postgres,
    /// Straight to the database, past all services.
    pub pool: PgPool,
    pub standby: Option<Standby>,
    pub ways_out: Option<WaysOut>,
    /// Of the services, where they have clocks of their own.
    pub clocks: Option<Clocks>,
    /// Where people may log in, too.
    pub provider: Option<OidcProvider>,
    setup: Setup,
}

/// A client that forgets nothing and hides nothing: no proxy, no retries of its own.
pub fn http() -> Client {
    Client::builder().no_proxy().pool_max_idle_per_host(4).build().expect("a client needs nothing")
}

/// Roles of everybody, and of the one who moderates.
pub const USER: &str = "user,analyst,operator";
pub const MODERATOR: &str = "user,moderator";
pub const CONSUMER: &str = "consumer";

/// As the gateway would sign it.
pub fn signed(request: RequestBuilder, account: i64, roles: &str) -> RequestBuilder {
    request
        .header("X-Gateway-Secret", GATEWAY_SECRET)
        .header("X-User-ID", account)
        .header("X-User-Roles", roles)
}

impl System {
    pub async fn start(setup: Setup) -> Self {
        let (broker, postgres) =
            tokio::join!(Broker::start(setup.nodes, setup.broker_disk), Postgres::start());
        Self::over(setup, broker, postgres)
    }

    /// Over servers that may be down at this moment.
    pub fn over(setup: Setup, broker: Broker, postgres: Postgres) -> Self {
        let addresses = Addresses { broker: broker.url(), database: postgres.url() };
        Self::reaching(setup, broker, postgres, &addresses)
    }

    /// With services that reach the servers at other addresses than their own.
    pub fn reaching(setup: Setup, broker: Broker, postgres: Postgres, addresses: &Addresses) -> Self {
        let Addresses { broker: nats, database } = addresses;
        let dispatchers = (0..setup.dispatchers).map(|_| dispatcher(&setup, nats)).collect();
        let reducers = (0..setup.reducers).map(|_| reducers(&setup, nats, database)).collect();
        let query_api = query_api(&setup, database);
        let relay = setup.has_followers.then(|| relay(&setup, nats, &[]));
        let pool = pool(&postgres.url());
        Self {
            dispatchers,
            reducers,
            query_api,
            relay,
            doors: None,
            deliveries: None,
            broker,
            postgres,
            pool,
            standby: None,
            ways_out: None,
            clocks: None,
            provider: None,
            setup,
        }
    }

    /// With services that verify tokens themselves.
    #[must_use]
    pub fn with_doors(mut self) -> Self {
        let (nats, database) = (self.broker.url(), self.postgres.url());
        let of_tokens = |more: &[(&'static str, String)]| {
            let mut setup = self.setup.clone();
            setup.env.extend(TOKENS.map(|(name, value)| (name, value.to_owned())));
            setup.env.extend_from_slice(more);
            setup
        };
        let dispatchers = [(); 2].map(|()| dispatcher(&of_tokens(&[]), &nats));
        let keys = format!("{}/.well-known/jwks.json", dispatchers[0].url);
        let revocations = format!("{}/internal/revocations", dispatchers[0].ops_url);
        let more = [("ROOKERY_JWT_JWKS_URL", keys), ("ROOKERY_REVOCATIONS_URL", revocations)];
        let query_api = query_api(&of_tokens(&more), &database);
        self.doors = Some(Doors { dispatchers, query_api });
        self
    }

    pub fn services(&self) -> impl Iterator<Item = &Service> {
        let doors = self.doors.iter().flat_map(|doors| doors.dispatchers.iter().chain([&doors.query_api]));
        self.dispatchers.iter().chain(&self.reducers).chain([&self.query_api]).chain(&self.relay).chain(doors)
    }

    pub fn another_relay(&self, more: &[(&str, &str)]) -> Service {
        relay(&self.setup, &self.broker.url(), more)
    }

    /// What a service of this system is told.
    pub fn env(&self, own: &[(&str, &str)]) -> Vec<(String, String)> {
        env(&self.setup, own)
    }

    pub async fn ready(&self) {
        for service in self.services() {
            service.answers("/readyz", 200).await;
        }
    }

    /// The standby is the database from now on.
    pub fn take_over(&mut self, mut standby: Standby, pool: PgPool) {
        std::mem::swap(&mut self.postgres, &mut standby.server);
        self.pool = pool;
        self.standby = Some(standby);
    }

    /// From now on every move of a checkpoint is noted.
    pub async fn watch_checkpoints(&self) -> Result<()> {
        sqlx::raw_sql(include_str!("system/trail.sql"))
            .execute(&self.pool)
            .await
            .context("the trail of checkpoints")
            .map(drop)
    }

    /// Folds the whole log into an empty database, by a process in which no fault and no bug is planted.
    pub async fn replay(&self, head: i64) -> Result<PgPool> {
        sqlx::query("create database replay").execute(&self.pool).await?;
        let url = self.postgres.url_of("replay");
        let setup = Setup { env: Vec::new(), namespace: None, ..self.setup.clone() };
        let service = reducers(&setup, &self.broker.url(), &url);
        let pool = pool(&url);
        caught_up(&pool, head, PATIENCE).await.map_err(|seen| {
            anyhow::anyhow!("a clean replay does not reach the head {head}: {seen}\n{}", service.output())
        })?;
        Ok(pool)
    }
}

/// Waits until all projections have folded all up to a position.
pub async fn caught_up(pool: &PgPool, head: i64, limit: Duration) -> Result<(), String> {
    let sql = "select case when count(*) = 3 then min(position) else 0 end from control.checkpoint";
    let deadline = tokio::time::Instant::now() + limit;
    loop {
        let seen: Result<i64, _> = sqlx::query_scalar(sql).fetch_one(pool).await;
        match seen {
            Ok(position) if position >= head => return Ok(()),
            seen if tokio::time::Instant::now() > deadline => {
                return Err(format!("the slower checkpoint is {seen:?}, the head {head}, after {limit:?}"));
            }
            _ => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

fn env(setup: &Setup, own: &[(&str, &str)]) -> Vec<(String, String)> {
    let own = own.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    own.chain(setup.env.iter().map(|(name, value)| ((*name).to_owned(), value.clone()))).collect()
}

/// Instead of the gateway's word.
const TOKENS: [(&str, &str); 3] = [
    ("ROOKERY_IDENTITY_MODE", "jwt"),
    ("ROOKERY_JWT_ISSUER", "rookery"),
    ("ROOKERY_JWT_AUDIENCE", "rookery"),
];

/// Few callers make all of the load, so none is limited.
const CALLERS: [(&str, &str); 3] = [
    ("ROOKERY_IDENTITY_MODE", "gateway"),
    ("ROOKERY_GATEWAY_SECRET", GATEWAY_SECRET),
    ("ROOKERY_LIMITS", "off"),
];

fn dispatcher(setup: &Setup, nats: &str) -> Service {
    let (log, replicas) = (setup.log_bytes_max.to_string(), setup.nodes.to_string());
    let own = [
        ("ROOKERY_NATS_URL", nats),
        ("ROOKERY_LOG_BYTES_MAX", &log),
        ("ROOKERY_LOG_REPLICAS", &replicas),
        ("ROOKERY_VAULT_BYTES_MAX", "33554432"),
        ("ROOKERY_REGISTRATION", "open"),
        CALLERS[0],
        CALLERS[1],
        CALLERS[2],
    ];
    let has_bug = setup.env.iter().any(|(name, _)| *name == fail_points::PLANTED_BUG);
    let program = if has_bug { "faulty-dispatcher" } else { "dispatcher" };
    Service::start(program, "ROOKERY_DISPATCHER_LISTEN", env(setup, &own), setup.namespace.as_deref())
}

fn reducers(setup: &Setup, nats: &str, database: &str) -> Service {
    let own = [
        ("ROOKERY_NATS_URL", nats),
        ("ROOKERY_DATABASE_URL", database),
        ("ROOKERY_FANOUT_LIMIT", FANOUT_LIMIT),
    ];
    Service::start("reducers", "ROOKERY_REDUCERS_LISTEN", env(setup, &own), setup.namespace.as_deref())
}

fn relay(setup: &Setup, nats: &str, more: &[(&str, &str)]) -> Service {
    let own = [&[("ROOKERY_NATS_URL", nats)], &CALLERS[..], more].concat();
    Service::start("relay", "ROOKERY_RELAY_LISTEN", env(setup, &own), setup.namespace.as_deref())
}

fn query_api(setup: &Setup, database: &str) -> Service {
    let own = [("ROOKERY_DATABASE_URL", database), CALLERS[0], CALLERS[1], CALLERS[2]];
    Service::start("query-api", "ROOKERY_QUERY_LISTEN", env(setup, &own), setup.namespace.as_deref())
}

pub fn pool(url: &str) -> PgPool {
    PgPoolOptions::new().max_connections(2).connect_lazy(url).expect("a server's own URL is one")
}

/// Waits for a condition of the log of a system's broker; see [`eventually`].
pub async fn settled<T, Fut: Future<Output = Result<T, String>>>(what: &str, look: impl FnMut() -> Fut) -> T {
    eventually(what, PATIENCE, look).await
}
