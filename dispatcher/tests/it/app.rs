//! A dispatcher on a port of its own, in front of a nats-server of its own, and the log beside it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use dispatcher::{SessionSettings, Settings, SigningKeys};
use domain::{Event, MessageEvent, Position};
use event_store::{Decoded, Envelope, EventLog, OpenError};
use event_store_nats::{JetStreamConfig, JetStreamLog};
use event_store_open::StoreConfig;
use http_kit::identity::IdentityConfig;
use http_kit::{Identity, Limits};
use reqwest::{Body, Client, Method};
use serde_json::{Value, json};
use service_kit::health::Health;
use testkit::Nats;
use testkit::openapi::Answered;
use tokens::KeySource;
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::answer::Answer;
use crate::tokens::{AUDIENCE, ISSUER, Tokens};

/// Longer than anything here may take; reaching it is a failure.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// Names and values, as a request carries them.
pub(crate) type Headers<'test> = &'test [(&'test str, &'test str)];

/// The usual setting: tokens, generous limits, an open log.
pub(crate) struct App {
    pub(crate) api: Api,
    pub(crate) log: JetStreamLog,
    pub(crate) tokens: Tokens,
    // Last, so that what talks to it has ended before.
    pub(crate) nats: Nats,
}

impl App {
    pub(crate) async fn start() -> Self {
        Self::start_with(quiet()).await
    }

    pub(crate) async fn start_with(limits: Limits) -> Self {
        let (nats, tokens) = (Nats::start().await, Tokens::new());
        let api = Api::open(&log_config(&nats), &tokens.config(), limits).await;
        let log = Box::pin(open_log(&nats)).await.expect("the log was made");
        Self { api, log, tokens, nats }
    }

    /// With other settings, and a log of so many bytes.
    pub(crate) async fn start_within(settings: Settings, log_bytes_max: i64) -> Self {
        let (nats, tokens) = (Nats::start().await, Tokens::new());
        let mut config = log_config(&nats);
        config.log_bytes_max = log_bytes_max;
        let api = Api::open_with(&config, &tokens.config(), quiet(), settings).await;
        let log = Box::pin(open_log(&nats)).await.expect("the log was made");
        Self { api, log, tokens, nats }
    }

    /// A caller with the role `user`.
    pub(crate) fn user(&self, account: i64) -> Caller<'_> {
        self.caller(account, "user")
    }

    pub(crate) fn caller(&self, account: i64, roles: &str) -> Caller<'_> {
        Caller { api: &self.api, authorization: self.tokens.of(account, roles) }
    }

    /// How many events the log holds.
    pub(crate) async fn events(&self) -> u64 {
        self.log.head().await.expect("the log answers").get()
    }

    /// The event on a message at the position that an answer named.
    pub(crate) async fn event(&self, position: i64) -> (MessageEvent, Envelope) {
        match self.any_event(position).await {
            (Event::Message(event), envelope) => (event, envelope),
            other => panic!("unexpected: {other:?}"),
        }
    }

    /// The event at the position that an answer named.
    pub(crate) async fn any_event(&self, position: i64) -> (Event, Envelope) {
        let position = Position::from_i64(position).expect("positions are positive");
        let recorded = self.log.read(position.sequence()).await.expect("the log answers");
        let recorded = recorded.unwrap_or_else(|| panic!("there is nothing at {position}"));
        assert_eq!(recorded.position, position);
        match event_store::decode(&recorded).expect("the dispatcher writes sound events") {
            Decoded::Known(event) => (event, recorded.envelope.expect("a decoded event has one")),
            Decoded::UnknownType(name) => panic!("unexpected: {name}"),
        }
    }

    /// Registers an account under a handle; its id.
    pub(crate) async fn register(&self, handle: &str) -> i64 {
        let body = json!({"handle": handle, "password": "correct horse", "displayName": handle});
        let answer = self.api.register(&[], &body).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.json()["id"].as_str().and_then(|id| id.parse().ok()).expect("ids are decimals")
    }
}

/// A dispatcher's HTTP side. Dropping it ends the server.
pub(crate) struct Api {
    pub(crate) address: SocketAddr,
    pub(crate) state: dispatcher::State,
    client: Client,
    _end: DropGuard,
}

impl Api {
    /// With the log open from the start.
    pub(crate) async fn open(log: &StoreConfig, identity: &IdentityConfig, limits: Limits) -> Self {
        Self::open_with(log, identity, limits, Settings::default()).await
    }

    pub(crate) async fn open_with(
        log: &StoreConfig,
        identity: &IdentityConfig,
        limits: Limits,
        settings: Settings,
    ) -> Self {
        let state = state(identity, sessions()).with(settings);
        let token = CancellationToken::new();
        dispatcher::connect(&state, log.clone(), token.clone()).await.expect("the log can be trusted");
        Self::serve(state, limits, token).await
    }

    /// As a process starts: serving at once, and reaching the log when that is possible.
    pub(crate) async fn opening(log: StoreConfig, identity: &IdentityConfig, limits: Limits) -> Self {
        let state = state(identity, sessions());
        let token = CancellationToken::new();
        tokio::spawn({
            let (state, token) = (state.clone(), token.clone());
            async move { dispatcher::connect(&state, log, token).await }
        });
        Self::serve(state, limits, token).await
    }

    async fn serve(state: dispatcher::State, limits: Limits, token: CancellationToken) -> Self {
        // The tests say where they come from.
        let limits = Limits { trusted_proxy_hops: 1, ..limits };
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has free ports");
        let address = listener.local_addr().expect("it is bound");
        let health = Health::new();
        dispatcher::register_checks(&health, &state);
        let router = http_kit::standard(dispatcher::router(state.clone()), "dispatcher", &limits)
            .merge(http_kit::ops::probes(health))
            .merge(dispatcher::internal_routes(state.clone()));
        let ending = token.clone();
        tokio::spawn(async move { http_kit::serve(listener, router, &limits, ending).await });
        // A connection per request: a server with tight limits may close an idle one at any moment.
        let client = Client::builder().no_proxy().pool_max_idle_per_host(0).timeout(PATIENCE).build();
        Self { address, state, client: client.expect("the client is well formed"), _end: token.drop_guard() }
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Answer {
        let mut request =
            self.client.request(method.clone(), format!("http://{}{path}", self.address)).body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = Answer::of(request.send().await.expect("the server answers")).await;
        let Answer { status, headers, body } = &answer;
        let answered = Answered { status: *status, headers, body: body.as_bytes() };
        testkit::openapi::assert_documented(method.as_str(), path, answered);
        answer
    }

    /// Without an identity.
    pub(crate) async fn register(&self, headers: Headers<'_>, body: &Value) -> Answer {
        let mut all = vec![("content-type", "application/json")];
        all.extend(headers);
        self.send(Method::POST, "/v1/accounts", &all, body.to_string()).await
    }

    pub(crate) async fn is_ready(&self) -> bool {
        self.send(Method::GET, "/readyz", &[], "").await.status == 200
    }
}

/// An API as one caller sees it.
pub(crate) struct Caller<'app> {
    pub(crate) api: &'app Api,
    pub(crate) authorization: String,
}

impl Caller<'_> {
    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        headers: Headers<'_>,
        body: impl Into<Body>,
    ) -> Answer {
        let mut all = vec![("authorization", self.authorization.as_str())];
        all.extend(headers);
        self.api.send(method, path, &all, body).await
    }

    pub(crate) async fn json(
        &self,
        method: Method,
        path: &str,
        headers: Headers<'_>,
        body: &Value,
    ) -> Answer {
        let mut all = vec![("content-type", "application/json")];
        all.extend(headers);
        self.send(method, path, &all, body.to_string()).await
    }

    pub(crate) async fn post(&self, body: &Value) -> Answer {
        self.json(Method::POST, "/v1/messages", &[], body).await
    }

    /// An edit by a client that has read the given `ETag`, or `*`.
    pub(crate) async fn edit(&self, id: &str, if_match: &str, body: &Value) -> Answer {
        self.json(Method::PATCH, &path(id), &[("if-match", if_match)], body).await
    }

    pub(crate) async fn delete(&self, id: &str) -> Answer {
        self.send(Method::DELETE, &path(id), &[], "").await
    }

    /// `PUT` without a body.
    pub(crate) async fn put(&self, path: &str) -> Answer {
        self.send(Method::PUT, path, &[], "").await
    }

    /// `DELETE` of any address.
    pub(crate) async fn remove(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, &[], "").await
    }

    pub(crate) async fn change_profile(&self, body: &Value) -> Answer {
        self.json(Method::PATCH, "/v1/accounts/me", &[], body).await
    }

    pub(crate) async fn mark_read(&self, until: &str) -> Answer {
        self.json(Method::PUT, "/v1/notifications/read", &[], &json!({"until": until})).await
    }

    pub(crate) async fn import(&self, lines: impl Into<Body>) -> Answer {
        self.send(Method::POST, "/v1/import", &[("content-type", "application/x-ndjson")], lines).await
    }
}

pub(crate) fn path(id: &str) -> String {
    format!("/v1/messages/{id}")
}

/// The shipped limits.
pub(crate) fn quiet() -> Limits {
    Limits { access_log: false, ..Limits::default() }
}

pub(crate) fn log_config(nats: &Nats) -> StoreConfig {
    let mut config = StoreConfig::new(nats.url(), "dispatcher-test");
    (config.log_bytes_max, config.bucket_bytes_max) = (64 << 20, 64 << 20);
    config
}

/// The log behind the dispatcher's back.
pub(crate) async fn open_log(nats: &Nats) -> Result<JetStreamLog, OpenError> {
    JetStreamLog::open(&JetStreamConfig::new(nats.url(), "dispatcher-test")).await
}

fn state(identity: &IdentityConfig, settings: SessionSettings) -> dispatcher::State {
    let keys = Arc::new(SigningKeys::new(settings));
    let sources: Vec<Arc<dyn KeySource>> = vec![Arc::clone(&keys) as _];
    let identity = Identity::with_sources(identity, sources).expect("the configuration is good");
    dispatcher::State::new(Arc::new(identity), keys)
}

/// Sessions of the issuer that the tests' tokens have.
pub(crate) fn sessions() -> SessionSettings {
    SessionSettings { issuer: ISSUER.to_owned(), audience: AUDIENCE.to_owned() }
}
