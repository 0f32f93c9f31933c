//! Dispatcher, reducers and query API as an installation runs them: each a process of its own, configured by its
//! environment alone, over a broker and a database that come and go.

mod streams;

use std::path::Path;
use std::time::{Duration, SystemTime};

use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use testkit::{Nats, Postgres, Process, eventually, free_port};
use tokens::{Role, Roles};
use tokens::{SigningKey, TokenIssuer, write_jwks};
use tokio::task::JoinSet;

use crate::support::{Answer, send};

const LIMIT: Duration = Duration::from_secs(60);
const GATEWAY_SECRET: &str = "the-gateway-of-the-tests";
const ISSUER: &str = "https://issuer.test";
const AUDIENCE: &str = "rookery-test";
const AUTHOR: i64 = 1;
const STRANGER: i64 = 2;

/// The broker of a test holds less than the defaults ask for.
const STORAGE: [(&str, &str); 2] =
    [("ROOKERY_LOG_BYTES_MAX", "268435456"), ("ROOKERY_VAULT_BYTES_MAX", "67108864")];

/// Sent at once, so that some are under way when a service dies.
const POSTS_PER_CRASH: usize = 8;

#[tokio::test]
async fn a_message_is_posted_edited_read_counted_and_deleted() {
    let system = System::start(Mode::Jwt).await;
    system.ready().await;
    let api = &system.api;

    let posted = api.post("first words", "birds", "key-1").await.expect("it is accepted");
    let id = posted.id();
    let edited = api.edit(&id, "better words").await;

    let seen = api.read(&format!("/v1/messages/{id}"), edited).await;
    assert_eq!(seen["text"], "better words");
    assert_eq!(seen["edition"], 2);
    assert_eq!(api.read("/v1/messages?tag=birds&count=1", edited).await, json!(1));

    let events = api.events(edited).await;
    assert!(events.contains("first words") && events.contains("better words"), "{events}");

    let deleted = api.delete(&id).await;
    let events = api.events(deleted).await;
    assert!(!events.contains("words") && events.contains("rookery.message.deleted.v1"), "{events}");
    assert_eq!(api.read("/v1/messages?tag=birds&count=1", deleted).await, json!(0));
    let path = format!("/v1/messages/{id}");
    for (reader, expected) in [(STRANGER, StatusCode::NOT_FOUND), (AUTHOR, StatusCode::GONE)] {
        let answer = send(api.get_as(reader, &path)).await.expect("it answers");
        assert_eq!(answer.status, expected, "to {reader}");
    }
}

/// With several threads, so that the posts are on their way while the service dies.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killing_any_service_loses_and_doubles_nothing() {
    let mut system = System::start(Mode::Jwt).await;
    system.ready().await;
    let api = system.api.clone();

    let mut last = 0;
    // Writes do not pass the relay, and an account may post only so often.
    let [dispatcher, reducers, query_api, _relay] = &mut system.services;
    for (round, service) in [dispatcher, reducers, query_api].into_iter().enumerate() {
        let mut posts = JoinSet::new();
        for post in 0..POSTS_PER_CRASH {
            let api = api.clone();
            posts.spawn(async move { api.post_until_accepted(&format!("round-{round}-post-{post}")).await });
        }
        service.crash_and_start_again();
        last = posts.join_all().await.into_iter().fold(last, i64::max);
    }
    system.ready().await;

    let total = POSTS_PER_CRASH * 3;
    assert_eq!(api.read("/v1/messages?tag=birds&count=1", last).await, json!(total));
    let listed = api.read("/v1/messages?tag=birds&limit=100", last).await;
    assert_eq!(listed.as_array().map(Vec::len), Some(total));
}

#[tokio::test]
async fn services_wait_for_a_broker_and_a_database_that_come_late() {
    let (mut nats, mut postgres) = (Nats::start().await, Postgres::start().await);
    nats.stop().await;
    postgres.stop().await;
    let mut system = System::over(Mode::Jwt, &nats.url(), &postgres.url());
    for service in &system.services {
        service.answers("/livez", StatusCode::OK).await;
        service.answers("/readyz", StatusCode::SERVICE_UNAVAILABLE).await;
    }
    let refused = system.api.post("too early", "birds", "key-1").await.expect_err("there is no log yet");
    assert!(refused.contains("503"), "{refused}");

    postgres.restart().await;
    nats.restart().await;

    system.ready().await;
    let posted = system.api.post("in time", "birds", "key-1").await.expect("it is accepted");
    assert_eq!(system.api.read("/v1/messages?tag=birds&count=1", posted.position).await, json!(1));
    for service in &mut system.services {
        service.stop().await;
    }
}

#[tokio::test]
async fn a_gateways_identity_is_believed_with_its_secret_alone() {
    let system = System::start(Mode::Gateway).await;
    system.ready().await;
    let api = &system.api;

    let posted = api.post("through the gateway", "birds", "key-1").await.expect("it is accepted");
    let seen = api.read(&format!("/v1/messages/{}", posted.id()), posted.position).await;
    assert_eq!(seen["author"]["id"], AUTHOR.to_string());

    let body = json!({"text": "without the secret", "tag": "birds"});
    let forged = api.request(Method::POST, &api.dispatcher, "/v1/messages").header("X-User-ID", "1");
    let forged = send(forged.header("X-User-Roles", "user,admin").json(&body)).await.expect("it answers");
    assert_eq!(forged.status, StatusCode::UNAUTHORIZED);
    let anonymous = api.request(Method::GET, &api.query_api, "/v1/messages").header("X-User-ID", "1");
    assert_eq!(send(anonymous).await.expect("it answers").status, StatusCode::FORBIDDEN);
}

#[derive(Clone, Copy)]
enum Mode {
    Jwt,
    Gateway,
}

/// The services, and the servers where they are the system's own.
struct System {
    services: [Service; 4],
    api: Api,
    _servers: Option<(Nats, Postgres)>,
    _keys: TempDir,
}

impl System {
    async fn start(mode: Mode) -> Self {
        let (nats, postgres) = (Nats::start().await, Postgres::start().await);
        let system = Self::over(mode, &nats.url(), &postgres.url());
        Self { _servers: Some((nats, postgres)), ..system }
    }

    fn over(mode: Mode, nats_url: &str, postgres_url: &str) -> Self {
        let keys = tempfile::tempdir().expect("the temporary directory is writable");
        let key = SigningKey::generate().expect("there is randomness");
        let jwks = keys.path().join("jwks.json");
        write_jwks(&jwks, [&key]).expect("the directory is writable");
        let identity = identity(mode, &jwks);
        let (nats, postgres) = (("ROOKERY_NATS_URL", nats_url), ("ROOKERY_DATABASE_URL", postgres_url));

        let query_ops = format!("127.0.0.1:{}", free_port());
        let data_position = format!("http://{query_ops}/internal/position");
        let mut dispatcher_env = vec![
            nats,
            ("ROOKERY_DISPATCHER_OPS_LISTEN", "127.0.0.1:0"),
            ("ROOKERY_DATA_POSITION_URL", &*data_position),
        ];
        dispatcher_env.extend(STORAGE);
        let mut query_env = vec![postgres, ("ROOKERY_QUERY_OPS_LISTEN", &*query_ops)];
        let mut relay_env = vec![nats, ("ROOKERY_RELAY_OPS_LISTEN", "127.0.0.1:0")];
        for env in [&mut dispatcher_env, &mut query_env, &mut relay_env] {
            env.extend(identity.iter().map(|(name, value)| (*name, value.as_str())));
        }
        let services = [
            Service::start("dispatcher", "ROOKERY_DISPATCHER_LISTEN", &dispatcher_env),
            Service::start("reducers", "ROOKERY_REDUCERS_LISTEN", &[nats, postgres]),
            Service::start("query-api", "ROOKERY_QUERY_LISTEN", &query_env),
            Service::start("relay", "ROOKERY_RELAY_LISTEN", &relay_env),
        ];
        let api = Api {
            dispatcher: services[0].url.clone(),
            query_api: services[2].url.clone(),
            relay: services[3].url.clone(),
            credentials: Credentials::new(mode, &key),
            client: client(),
        };
        Self { services, api, _servers: None, _keys: keys }
    }

    async fn ready(&self) {
        for service in &self.services {
            service.answers("/readyz", StatusCode::OK).await;
        }
    }
}

fn identity(mode: Mode, jwks: &Path) -> Vec<(&'static str, String)> {
    match mode {
        Mode::Jwt => vec![
            ("ROOKERY_IDENTITY_MODE", "jwt".to_owned()),
            ("ROOKERY_JWT_JWKS_FILE", jwks.display().to_string()),
            ("ROOKERY_JWT_ISSUER", ISSUER.to_owned()),
            ("ROOKERY_JWT_AUDIENCE", AUDIENCE.to_owned()),
        ],
        Mode::Gateway => vec![
            ("ROOKERY_IDENTITY_MODE", "gateway".to_owned()),
            ("ROOKERY_GATEWAY_SECRET", GATEWAY_SECRET.to_owned()),
        ],
    }
}

/// One of the programs, which can die and come back at the same address.
pub(crate) struct Service {
    program: String,
    env: Vec<(String, String)>,
    pub(crate) url: String,
    process: Process,
}

impl Service {
    pub(crate) fn start(name: &str, listen_variable: &str, env: &[(&str, &str)]) -> Self {
        let path = Path::new(env!("CARGO_BIN_EXE_rookery")).with_file_name(name);
        assert!(path.exists(), "there is no {}: cargo build --workspace first", path.display());
        let program = path.display().to_string();
        let address = format!("127.0.0.1:{}", free_port());
        let listen = (listen_variable, address.as_str());
        let env = env.iter().chain([&listen]);
        let env: Vec<_> = env.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let process = run(&program, &env);
        Self { program, env, url: format!("http://{address}"), process }
    }

    /// SIGKILL, and a new process with the same environment.
    pub(crate) fn crash_and_start_again(&mut self) {
        self.kill();
        self.start_again();
    }

    pub(crate) fn kill(&mut self) {
        self.process.kill();
    }

    pub(crate) fn start_again(&mut self) {
        self.process = run(&self.program, &self.env);
    }

    async fn stop(&mut self) {
        self.process.terminate();
        let status = self.process.wait(LIMIT).await;
        assert!(status.success(), "{}: {}", self.program, self.process.output());
    }

    pub(crate) async fn answers(&self, path: &str, expected: StatusCode) {
        let (client, url) = (client(), format!("{}{path}", self.url));
        let what = format!("{} answers {path} with {expected}", self.program);
        eventually(&what, LIMIT, || {
            let request = client.get(&url);
            async move {
                let answer =
                    request.send().await.map_err(|error| format!("{error:?}\n{}", self.process.output()))?;
                let status = answer.status();
                let seen = answer.text().await.unwrap_or_default();
                if status == expected {
                    Ok(())
                } else {
                    Err(format!("{status}: {seen}\n{}", self.process.output()))
                }
            }
        })
        .await;
    }
}

fn run(program: &str, env: &[(String, String)]) -> Process {
    Process::start(program, Vec::<String>::new(), env.to_vec())
}

fn client() -> Client {
    Client::builder().no_proxy().timeout(LIMIT).build().expect("a client needs nothing")
}

/// Two callers: the author of all messages, who may count, and somebody else.
#[derive(Clone)]
enum Credentials {
    Tokens { author: String, stranger: String },
    Headers,
}

impl Credentials {
    fn new(mode: Mode, key: &SigningKey) -> Self {
        let issuer = TokenIssuer::new(key, ISSUER, AUDIENCE);
        let token = |account, roles: Roles| {
            issuer.issue(account, roles, SystemTime::now(), LIMIT * 10).expect("the key is good")
        };
        match mode {
            Mode::Jwt => Self::Tokens {
                author: token(AUTHOR, [Role::User, Role::Analyst, Role::Consumer].into_iter().collect()),
                stranger: token(STRANGER, [Role::User].into_iter().collect()),
            },
            Mode::Gateway => Self::Headers,
        }
    }

    fn sign(&self, request: RequestBuilder, account: i64) -> RequestBuilder {
        match self {
            Self::Tokens { author, stranger } => {
                request.bearer_auth(if account == AUTHOR { author } else { stranger })
            }
            Self::Headers => request
                .header("X-Gateway-Secret", GATEWAY_SECRET)
                .header("X-User-ID", account)
                .header("X-User-Roles", "user,analyst,consumer"),
        }
    }
}

/// Commands to the dispatcher, queries to the query API.
#[derive(Clone)]
struct Api {
    dispatcher: String,
    query_api: String,
    relay: String,
    credentials: Credentials,
    client: Client,
}

#[derive(Debug)]
struct Posted {
    location: String,
    position: i64,
}

impl Posted {
    fn id(&self) -> String {
        self.location.rsplit('/').next().unwrap_or_default().to_owned()
    }
}

impl Api {
    fn request(&self, method: Method, service: &str, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{service}{path}"))
    }

    fn command(&self, method: Method, path: &str) -> RequestBuilder {
        self.credentials.sign(self.request(method, &self.dispatcher, path), AUTHOR)
    }

    fn get_as(&self, account: i64, path: &str) -> RequestBuilder {
        self.credentials.sign(self.request(Method::GET, &self.query_api, path), account)
    }

    /// All events that are handed on, once the relay has come so far.
    async fn events(&self, position: i64) -> String {
        let request = || self.request(Method::GET, &self.relay, "/v1/events?limit=1000");
        eventually("the relay hands it on", LIMIT, async || {
            let answer = send(self.credentials.sign(request(), AUTHOR)).await?;
            let reached: i64 = answer.header("data-position").parse().map_err(|error| format!("{error}"))?;
            if reached >= position { Ok(answer.body) } else { Err(reached.to_string()) }
        })
        .await
    }

    async fn post(&self, text: &str, tag: &str, key: &str) -> Result<Posted, String> {
        let request = self.command(Method::POST, "/v1/messages").header("Idempotency-Key", key);
        let answer = send(request.json(&json!({"text": text, "tag": tag}))).await?;
        if answer.status != StatusCode::CREATED {
            return Err(format!("{}: {}", answer.status, answer.body));
        }
        let location = answer.header("location").to_owned();
        Ok(Posted { location, position: event_position(&answer) })
    }

    /// As a careful client does it: with one key, until there is an answer.
    async fn post_until_accepted(&self, key: &str) -> i64 {
        let posted = eventually("the message is accepted", LIMIT, || self.post(key, "birds", key)).await;
        posted.position
    }

    async fn edit(&self, id: &str, text: &str) -> i64 {
        let request = self.command(Method::PATCH, &format!("/v1/messages/{id}")).header("If-Match", "*");
        let answer = send(request.json(&json!({"text": text}))).await.expect("it answers");
        assert_eq!(answer.status, StatusCode::OK);
        event_position(&answer)
    }

    async fn delete(&self, id: &str) -> i64 {
        let answer = send(self.command(Method::DELETE, &format!("/v1/messages/{id}"))).await;
        let answer = answer.expect("it answers");
        assert_eq!(answer.status, StatusCode::NO_CONTENT);
        event_position(&answer)
    }

    /// What the author reads once the position can be seen.
    async fn read(&self, path: &str, position: i64) -> Value {
        let request =
            self.get_as(AUTHOR, path).header("Await-Position", position).header("Prefer", "wait=30");
        let answer = send(request).await.expect("it answers");
        let (status, reached, body) = (answer.status, answer.header("data-position"), &answer.body);
        assert_eq!(status, StatusCode::OK, "{path}: {body}");
        assert!(reached.parse::<i64>().is_ok_and(|reached| reached >= position), "{path}: {reached}");
        serde_json::from_str(body).expect("it is JSON")
    }
}

fn event_position(answer: &Answer) -> i64 {
    answer.header("event-position").parse().expect("a command answers its position")
}
