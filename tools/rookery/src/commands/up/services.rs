//! Dispatcher, reducers, query API and relay, side by side in this process.
//!
//! They share only the process and the keys of callers: each has its own connections, and a failure for good of one
//! ends all, because half a system that looks alive would be worse.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use data_set::Pool;
use data_set::pool::{self, PoolOptions};
use data_set::write::FanOutLimit;
use dispatcher::{DataPositions, DataUnavailable, MailSettings, Reached, SessionSettings, SigningKeys};
use event_store_open::StoreConfig;
use http_kit::identity::IdentityConfig;
use http_kit::{Identity, Limits, Listener, ops};
use query_api::{AppState, CatalogSettings, ExportLimits, StreamLimits};
use reducers::config::SchemaOnStart;
use relay::{EventLimits, WebhookSettings};
use service_kit::health::Health;
use service_kit::shutdown::Shutdown;
use tokens::KeySource;
use tokens::oidc::OidcSettings;
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::data_set_users::Users;
use super::log::Log;
use crate::data_dir::DataDir;
use crate::signing_keys::{self, AUDIENCE, ISSUER};

const NAME: &str = "rookery";
const QUERY_CONNECTIONS_MAX: u32 = 16;
/// How old the data may be before the system calls itself not ready.
const READY_LAG_MAX: Duration = Duration::from_secs(30);
/// A batch takes milliseconds; one that takes longer is folded again at the next start.
const FOLD_STOP_LIMIT: Duration = Duration::from_secs(2);
const POOL_CLOSE_LIMIT: Duration = Duration::from_millis(500);

pub(super) struct Services {
    apis: CancellationToken,
    fold: CancellationToken,
    /// The query API's.
    pool: Pool,
    dispatcher: dispatcher::State,
    serving: JoinHandle<Result<()>>,
    operations: JoinHandle<Result<()>>,
    connecting: JoinHandle<Result<()>>,
    relaying: JoinHandle<Result<()>>,
    folding: JoinHandle<Result<()>>,
}

/// The position of the data, as the query API of this process knows it.
#[derive(Debug)]
struct OwnData(AppState);

impl DataPositions for OwnData {
    fn reach<'a>(&'a self, lineage: &'a str, position: i64, wait: Duration) -> Reached<'a> {
        Box::pin(async move { self.0.reach(lineage, position, wait).await.ok_or(DataUnavailable) })
    }
}

/// The addresses, bound before there are servers.
pub(super) struct Listeners {
    pub(super) api: Listener,
    pub(super) ops: TcpListener,
}

/// What an operator chose for them.
pub(super) struct Settings {
    pub(super) limits: Limits,
    pub(super) exports: ExportLimits,
    pub(super) streams: StreamLimits,
    pub(super) catalog: CatalogSettings,
    pub(super) events: EventLimits,
    pub(super) webhooks: WebhookSettings,
    pub(super) commands: dispatcher::Settings,
    pub(super) fan_out_limit: FanOutLimit,
    /// Without it no mails are sent.
    pub(super) mail: Option<MailSettings>,
    pub(super) oidc: OidcSettings,
}

/// The query API's part of the settings.
struct Queried {
    exports: ExportLimits,
    streams: StreamLimits,
    catalog: CatalogSettings,
}

impl Queried {
    fn over(
        self,
        pool: &Pool,
        identity: Arc<Identity>,
        limits: &Limits,
        is_encrypted: bool,
        sql_url: String,
    ) -> AppState {
        AppState::new(pool.clone(), identity, limits)
            .with_exports(self.exports, limits)
            .with_streams(self.streams, limits)
            .with_catalog(self.catalog.encrypted(is_encrypted).or_sql_url(sql_url))
    }
}

/// Starts them; each reaches its servers by itself, and `health` tells when all have.
pub(super) fn start(
    data: &DataDir,
    users: &Users,
    log: Log,
    listeners: Listeners,
    settings: Settings,
    health: &Health,
    shutdown: &Shutdown,
) -> Result<Services> {
    let Settings { limits, exports, streams, catalog, events, webhooks, commands, fan_out_limit, mail, oidc } =
        settings;
    let queried = Queried { exports, streams, catalog };
    let (apis, fold) = (CancellationToken::new(), CancellationToken::new());
    let (issuer, audience) = (ISSUER.to_owned(), AUDIENCE.to_owned());
    let sessions = SessionSettings { issuer, audience };
    let signing_keys = Arc::new(SigningKeys::new(sessions));
    let identity = Arc::new(identity(data, &signing_keys)?);
    let (refreshing, keeping) = (apis.clone(), Arc::clone(&identity));
    tokio::spawn(async move { keeping.keep_fresh(refreshing).await });

    let dispatcher = dispatcher::State::new(Arc::clone(&identity), signing_keys).with(commands);
    dispatcher::register_checks(health, &dispatcher);
    if let Some(mail) = &mail {
        dispatcher.send_mails(mail, apis.clone()).context("ROOKERY_SMTP_URL")?;
    }
    dispatcher.use_oidc(&oidc).context("ROOKERY_OIDC_PROVIDERS")?;
    let options = PoolOptions::reader("rookery-query-api", QUERY_CONNECTIONS_MAX);
    let pool = pool::connect(&users.query_api_url, &options)?;
    let relay = relay::AppState::new(Arc::clone(&identity), &limits, events, webhooks, &apis);
    relay::ops_checks(health, &relay);
    let is_encrypted = listeners.api.is_encrypted();
    let queries = queried.over(&pool, identity, &limits, is_encrypted, users.address.clone());
    query_api::ops_checks(health, &queries, READY_LAG_MAX);
    let (watching, token) = (queries.clone(), apis.clone());
    tokio::spawn(async move { watching.keep_watching(token).await });
    dispatcher.await_data(Box::new(OwnData(queries.clone())), &limits, apis.clone());
    let kept = dispatcher.clone();
    let router = dispatcher::router(dispatcher.clone(), &limits)
        .merge(query_api::router(queries, &limits))
        .merge(relay::router(relay.clone(), &limits));
    let router = http_kit::standard(router, NAME, &limits).merge(ops::probes(health.clone()));
    let ops_routes = ops::routes(health.clone());

    let Log { dispatcher: log, reducers_url: log_url, relay: relayed } = log;
    let (reducers_url, health) = (users.reducers_url.clone(), health.clone());
    let token = fold.clone();
    let runtime = Handle::current();
    let folding = tokio::task::spawn_blocking(move || {
        runtime.block_on(fold_until(&log_url, &reducers_url, fan_out_limit, &health, token))
    });
    let folding = watch("the reducers", shutdown, folding);
    let token = apis.clone();
    let connecting = tokio::spawn(async move {
        // Boxed, because opening the log holds the state of a whole handshake.
        Ok(Box::pin(dispatcher::connect(&dispatcher, log, token)).await?)
    });
    let connecting = watch("the dispatcher", shutdown, connecting);
    let token = apis.clone();
    let relaying = watch("the relay", shutdown, tokio::spawn(hand_on(relay, relayed, token)));
    let token = apis.clone();
    let serving =
        tokio::spawn(async move { Ok(http_kit::serve(listeners.api, router, &limits, token).await?) });
    let serving = watch("the API", shutdown, serving);
    let token = apis.clone();
    let operations = tokio::spawn(async move { Ok(ops::serve(listeners.ops, ops_routes, token).await?) });
    let operations = watch("metrics and probes", shutdown, operations);
    let dispatcher = kept;
    Ok(Services { apis, fold, pool, dispatcher, serving, operations, connecting, relaying, folding })
}

impl Services {
    pub(super) fn dispatcher(&self) -> &dispatcher::State {
        &self.dispatcher
    }

    /// The APIs first, so that nothing is accepted any more; then the reducers. The first failure is reported.
    pub(super) async fn stop(self) -> Result<()> {
        self.apis.cancel();
        let served = ended(self.serving).await;
        let observed = ended(self.operations).await;
        let connected = ended(self.connecting).await;
        let relayed = ended(self.relaying).await;
        self.fold.cancel();
        let folded = ended(self.folding).await;
        // Only to keep the server's log clean. What a cut query still holds ends with the server.
        tokio::time::timeout(POOL_CLOSE_LIMIT, self.pool.close()).await.ok();
        folded.and(connected).and(relayed).and(observed).and(served)
    }
}

/// Tokens of sessions, which the dispatcher signs, and operators' tokens of the data directory's own key.
fn identity(data: &DataDir, signing_keys: &Arc<SigningKeys>) -> Result<Identity> {
    let keys = signing_keys::read_or_create(&data.keys())?;
    let config = IdentityConfig::Jwt {
        jwks_file: Some(keys.jwks_file),
        jwks_url: None,
        issuer: ISSUER.to_owned(),
        audience: AUDIENCE.to_owned(),
    };
    let of_sessions: Arc<dyn KeySource> = Arc::clone(signing_keys) as _;
    Identity::with_sources(&config, vec![of_sessions])
        .context("the keys of the data directory cannot be used")
}

/// Events, to those who ask and to webhooks.
async fn hand_on(relay: relay::AppState, log: StoreConfig, token: CancellationToken) -> Result<()> {
    let sending = async {
        relay::send_webhooks(relay.clone(), log.clone()).await;
        Ok(())
    };
    let connecting = async { Ok(Box::pin(relay::connect(&relay, log.clone(), token)).await?) };
    tokio::try_join!(connecting, sending).map(|_both| ())
}

/// Folds until the token is cancelled and the batch under way is written, or until that takes too long.
///
/// It has a thread of its own, so that a burst of folding holds up no request. (The compiler would not let it move
/// between threads anyway: it cannot prove the migrator's future to be `Send`.)
async fn fold_until(
    log_url: &str,
    database_url: &str,
    fan_out_limit: FanOutLimit,
    health: &Health,
    token: CancellationToken,
) -> Result<()> {
    let overdue = async {
        token.cancelled().await;
        tokio::time::sleep(FOLD_STOP_LIMIT).await;
    };
    tokio::select! {
        folded = reducers::run(log_url, database_url, &SchemaOnStart::Leave, fan_out_limit, health, token.clone()) => folded,
        () = overdue => {
            tracing::warn!("the reducers did not end in time; the batch under way will be folded again");
            Ok(())
        }
    }
}

/// The failure of a part, or its panic, is the end of the whole.
fn watch(name: &'static str, shutdown: &Shutdown, part: JoinHandle<Result<()>>) -> JoinHandle<Result<()>> {
    let shutdown = shutdown.clone();
    tokio::spawn(async move {
        let result = ended(part).await.context(name);
        if let Err(error) = &result {
            tracing::error!("{error:#}");
            shutdown.trigger();
        }
        result
    })
}

async fn ended(task: JoinHandle<Result<()>>) -> Result<()> {
    task.await.unwrap_or_else(|panic| Err(anyhow!(panic)))
}
