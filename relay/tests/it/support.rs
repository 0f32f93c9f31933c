//! A relay over a log of its own, events for it, and requests to it.

use std::sync::Arc;
use std::time::Duration;

use domain::{
    AccountId, CommandId, Event, MessageDeleted, MessageEdited, MessageEvent, MessageId, MessagePosted,
    Position, Tags, Text,
};
use event_store::{CommandMetadata, EventLog, Expected, NewEvent};
use event_store_nats::{JetStreamConfig, JetStreamLog};
use event_store_open::StoreConfig;
use event_store_postgres::{PostgresConfig, PostgresLog};
use http::HeaderMap;
use http_kit::identity::IdentityConfig;
use http_kit::{Identity, Limits};
use relay::{AppState, EventLimits, WebhookSettings};
use reqwest::{Client, RequestBuilder};
use serde_json::Value;
use service_kit::config::Secret;
use testkit::openapi::Answered;
use testkit::{Nats, Postgres, eventually};
use time::OffsetDateTime;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

pub(crate) const GATEWAY_SECRET: &str = "the-gateway-of-the-tests";
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// What holds the log.
pub(crate) enum Server {
    Nats(Nats),
    Postgres(Postgres),
}

pub(crate) struct App {
    pub(crate) server: Server,
    pub(crate) log: Arc<dyn EventLog>,
    pub(crate) url: String,
    pub(crate) client: Client,
    /// What is served, to be asked without a socket, which would hold megabytes that nobody reads.
    pub(crate) router: axum::Router,
    webhooks: WebhookSettings,
    identity: Arc<Identity>,
    end: CancellationToken,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Server {
    pub(crate) async fn nats() -> Self {
        Self::Nats(Nats::start().await)
    }

    pub(crate) async fn postgres() -> Self {
        Self::Postgres(Postgres::start_with(testkit::PostgresConfig::default().durable()).await)
    }

    pub(crate) fn url(&self) -> String {
        match self {
            Self::Nats(nats) => nats.url(),
            Self::Postgres(postgres) => postgres.url(),
        }
    }

    async fn open(&self) -> Arc<dyn EventLog> {
        match self {
            Self::Nats(nats) => {
                let mut config = JetStreamConfig::new(nats.url(), "test");
                config.stream_bytes_max = 256 << 20;
                Arc::new(JetStreamLog::open(&config).await.expect("opened"))
            }
            Self::Postgres(postgres) => {
                let config = PostgresConfig::new(postgres.url(), "test");
                Arc::new(PostgresLog::open(&config).await.expect("opened"))
            }
        }
    }
}

fn gateway() -> Arc<Identity> {
    let identity = IdentityConfig::Gateway { secret: Secret::new(GATEWAY_SECRET) };
    Arc::new(Identity::new(&identity).expect("a secret needs no file"))
}

pub(crate) fn quiet() -> Limits {
    Limits { access_log: false, enforced: false, ..Limits::default() }
}

impl App {
    pub(crate) async fn start() -> Self {
        Self::over(Server::nats().await).await
    }

    pub(crate) async fn over(server: Server) -> Self {
        let log = server.open().await;
        Self::with(server, log, gateway(), &quiet(), EventLimits::default()).await
    }

    pub(crate) async fn limited(limits: Limits, events: EventLimits) -> Self {
        let server = Server::nats().await;
        let log = server.open().await;
        Self::with(server, log, gateway(), &limits, events).await
    }

    /// With the buckets that a dispatcher makes.
    pub(crate) async fn with_webhooks(server: Server, webhooks: WebhookSettings) -> Self {
        let mut config = StoreConfig::new(server.url(), "test");
        (config.log_bytes_max, config.bucket_bytes_max) = (256 << 20, 8 << 20);
        let log = config.open().await.expect("opened").log;
        let client = Client::builder().no_proxy().build().expect("a client");
        let (url, router, end) = (String::new(), axum::Router::new(), CancellationToken::new());
        let app = Self { server, log, url, client, router, webhooks, identity: gateway(), end };
        app.served(&quiet(), EventLimits::default()).await
    }

    /// Its relay is gone, and what was appended can still be.
    pub(crate) fn ended(self) -> Self {
        self.end.cancel();
        self
    }

    /// Another relay in its place, with other settings.
    pub(crate) async fn started_again_with(mut self, webhooks: WebhookSettings) -> Self {
        self.webhooks = webhooks;
        self.started_again().await
    }

    /// Asks as an operator, and gives the answer's JSON.
    pub(crate) async fn operate(&self, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        self.operate_as("operator", method, path, body).await
    }

    pub(crate) async fn operate_as(
        &self,
        roles: &str,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> (u16, Value) {
        let mut request = self.request_as(7, roles, path).build().expect("a request");
        *request.method_mut() = method.parse().expect("a method");
        if let Some(body) = body {
            request.headers_mut().insert("content-type", "application/json".parse().expect("a header"));
            *request.body_mut() = Some(body.to_string().into());
        }
        let response = self.client.execute(request).await.expect("it answers");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.bytes().await.expect("it is whole").to_vec();
        let answered = Answered { status, headers: &headers, body: &body };
        testkit::openapi::assert_documented(method, path, answered);
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }

    /// Which believes somebody else than the gateway.
    pub(crate) async fn believing(identity: Arc<Identity>) -> Self {
        let server = Server::nats().await;
        let log = server.open().await;
        Self::with(server, log, identity, &quiet(), EventLimits::default()).await
    }

    async fn with(
        server: Server,
        log: Arc<dyn EventLog>,
        identity: Arc<Identity>,
        limits: &Limits,
        events: EventLimits,
    ) -> Self {
        let client = Client::builder().no_proxy().build().expect("a client");
        let (url, router, end) = (String::new(), axum::Router::new(), CancellationToken::new());
        let webhooks = WebhookSettings::default();
        let app = Self { server, log, url, client, router, webhooks, identity, end };
        app.served(limits, events).await
    }

    /// The same log behind another relay: what the one before held in memory is forgotten.
    pub(crate) async fn started_again(self) -> Self {
        self.started_again_limited(&quiet(), EventLimits::default()).await
    }

    pub(crate) async fn started_again_limited(mut self, limits: &Limits, events: EventLimits) -> Self {
        self.end.cancel();
        self.end = CancellationToken::new();
        self.served(limits, events).await
    }

    async fn served(mut self, limits: &Limits, events: EventLimits) -> Self {
        let state = AppState::new(Arc::clone(&self.identity), limits, events, self.webhooks, &self.end);
        let store = relay::config::log(&self.server.url(), None);
        tokio::spawn(relay::send_webhooks(state.clone(), store.clone()));
        relay::connect(&state, store, self.end.clone()).await.expect("the log opens");
        let router = http_kit::standard(relay::router(state, limits), "relay", limits);
        self.router = router.clone();
        let listener = http_kit::bind("127.0.0.1:0".parse().expect("an address")).expect("a port is free");
        self.url = format!("http://{}", listener.local_addr().expect("bound"));
        let (limits, token) = (limits.clone(), self.end.clone());
        tokio::spawn(async move { http_kit::serve(listener, router, &limits, token).await });
        eventually("the relay follows the log", PATIENCE, async || {
            let status = self.request("/v1/events").send().await.map_err(|error| error.to_string())?.status();
            if status == 503 { Err(status.to_string()) } else { Ok(()) }
        })
        .await;
        self
    }

    pub(crate) fn request_as(&self, account: i64, roles: &str, path: &str) -> RequestBuilder {
        self.client
            .get(format!("{}{path}", self.url))
            .header("X-User-ID", account)
            .header("X-User-Roles", roles)
            .header("X-Gateway-Secret", GATEWAY_SECRET)
    }

    pub(crate) fn request(&self, path: &str) -> RequestBuilder {
        self.request_as(7, "consumer", path)
    }

    /// Whatever is answered has to be in the document.
    pub(crate) async fn answer(&self, path: &str, request: RequestBuilder) -> Answer {
        let response = request.send().await.expect("it answers");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.bytes().await.expect("it is whole").to_vec();
        let answered = Answered { status, headers: &headers, body: &body };
        testkit::openapi::assert_documented("GET", path, answered);
        Answer { status, headers, body }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.answer(path, self.request(path)).await
    }

    /// All that there is, page by page.
    pub(crate) async fn all(&self, query: &str) -> Vec<Value> {
        let (mut all, mut after) = (Vec::new(), 0);
        loop {
            let page = self.get(&format!("/v1/events?after={after}&{query}")).await;
            all.extend(page.events());
            if page.position() == after {
                return all;
            }
            after = page.position();
        }
    }

    /// Until the relay has seen an event.
    pub(crate) async fn until(&self, position: Position) {
        let path = format!("/v1/events?after={}&limit=1", position.get());
        eventually("the relay has seen it", PATIENCE, async || {
            let newest = self.get("/v1/events?after=latest").await.position();
            if newest >= position.get() { Ok(()) } else { Err(format!("{newest} of {path}")) }
        })
        .await;
    }

    pub(crate) async fn append(&self, event: impl Into<Event>) -> Position {
        append(&*self.log, event).await.expect("appended")
    }

    /// So many posts at once, in the order of the log.
    pub(crate) async fn posts(&self, count: usize) -> Vec<i64> {
        let posts = (0..count).map(|number| self.append(posted(7, &format!("message {number}"), &["birds"])));
        let mut positions: Vec<i64> =
            futures::future::join_all(posts).await.iter().map(|position| position.get()).collect();
        positions.sort_unstable();
        positions
    }

    pub(crate) async fn post(&self, author: i64, text: &str, tags: &[&str]) -> MessageId {
        MessageId::at(self.append(posted(author, text, tags)).await)
    }

    pub(crate) async fn edit(&self, message: MessageId, author: i64, text: &str) -> Position {
        let edited = MessageEdited {
            message,
            author: account(author),
            edition: 2,
            text: Text::parse(text).expect("a text"),
            tags: Tags::default(),
            original_time: None,
        };
        self.append(MessageEvent::Edited(edited)).await
    }

    pub(crate) async fn delete(&self, message: MessageId, author: i64) -> Position {
        let (author, original_time) = (account(author), None);
        let deleted = MessageDeleted { message, author, deleted_by: author, original_time };
        self.append(MessageEvent::Deleted(deleted)).await
    }
}

impl Drop for App {
    fn drop(&mut self) {
        self.end.cancel();
    }
}

impl Answer {
    #[track_caller]
    pub(crate) fn events(&self) -> Vec<Value> {
        assert_eq!(self.status, 200, "{}", String::from_utf8_lossy(&self.body));
        let lines = self.body.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        lines.map(|line| serde_json::from_slice(line).expect("JSON")).collect()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    #[track_caller]
    pub(crate) fn position(&self) -> i64 {
        let position = self.header("data-position").and_then(|position| position.parse().ok());
        position.unwrap_or_else(|| panic!("no position: {}", String::from_utf8_lossy(&self.body)))
    }

    #[track_caller]
    pub(crate) fn is_problem(&self, status: u16, code: &str) {
        let body: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        assert_eq!((self.status, body["code"].as_str()), (status, Some(code)), "{body}");
    }
}

pub(crate) fn account(number: i64) -> AccountId {
    AccountId::from_i64(number).expect("positive")
}

pub(crate) fn posted(author: i64, text: &str, tags: &[&str]) -> MessageEvent {
    MessageEvent::Posted(MessagePosted {
        author: account(author),
        text: Text::parse(text).expect("a text"),
        tags: Tags::parse(tags.iter().copied()).expect("tags"),
        in_reply_to: None,
        original_time: None,
    })
}

pub(crate) async fn append(
    log: &dyn EventLog,
    event: impl Into<Event>,
) -> Result<Position, event_store::AppendError> {
    let command = CommandId(Uuid::now_v7());
    let metadata = CommandMetadata {
        command,
        fingerprint: None,
        actor: account(7),
        correlation: "the-request".to_owned(),
        trace_parent: None,
        time: OffsetDateTime::now_utc(),
    };
    let event = NewEvent::new(log.shard(), &event.into(), Expected::Any, &metadata).expect("it has JSON");
    Ok(log.append(command, vec![event]).await?.positions[0])
}

pub(crate) fn positions(events: &[Value]) -> Vec<i64> {
    let position = |event: &Value| event["position"].as_str().and_then(|position| position.parse().ok());
    events.iter().map(|event| position(event).expect("a position")).collect()
}
