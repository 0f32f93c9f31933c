//! A read API over a database of its own, requests to it, and rows for it.

pub(crate) mod people;
pub(crate) mod rows;
pub(crate) mod session;
pub(crate) mod statements;
pub(crate) mod stream;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use data_set::Pool;
use data_set::pool::PoolOptions;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt;
use http_kit::identity::IdentityConfig;
use http_kit::{Identity, Limits};
use query_api::AppState;
use serde_json::Value;
use service_kit::config::Secret;
use testkit::openapi::Answered;
use testkit::{Postgres, Proxy};
use tower::ServiceExt;

pub(crate) const GATEWAY_SECRET: &str = "the-gateway-of-the-tests";

pub(crate) struct App {
    pub(crate) postgres: Postgres,
    /// For the rows: it may write, and it plans as Postgres likes.
    pub(crate) writer: Pool,
    pub(crate) router: Router,
    pub(crate) state: AppState,
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// Who asks in most tests.
pub(crate) const READER: Caller = Caller { account: 7, roles: "user" };
pub(crate) const ANALYST: Caller = Caller { account: 8, roles: "user,analyst" };
pub(crate) const ADMIN: Caller = Caller { account: 9, roles: "admin" };

#[derive(Debug, Clone, Copy)]
pub(crate) struct Caller {
    pub(crate) account: i64,
    pub(crate) roles: &'static str,
}

impl App {
    pub(crate) async fn start() -> Self {
        let postgres = Postgres::start().await;
        data_set::migrate::migrate(&postgres.url()).await.expect("a new database can be migrated");
        Self::over(postgres).await
    }

    /// With limits of a test's own.
    pub(crate) async fn start_with(limits: Limits) -> Self {
        let postgres = Postgres::start().await;
        data_set::migrate::migrate(&postgres.url()).await.expect("a new database can be migrated");
        let pool = data_set::pool::connect(&postgres.url(), &PoolOptions::reader("query-api-test", 4));
        Self::limited(pool.expect("the address is good"), postgres, limits).await
    }

    /// For more requests at once than four connections answer in a second.
    pub(crate) async fn start_for_a_crowd() -> Self {
        let postgres = Postgres::start().await;
        data_set::migrate::migrate(&postgres.url()).await.expect("a new database can be migrated");
        Self::with_acquire_timeout(postgres, Duration::from_secs(30)).await
    }

    /// Without migrations.
    pub(crate) async fn over(postgres: Postgres) -> Self {
        Self::with_acquire_timeout(postgres, Duration::from_secs(1)).await
    }

    async fn with_acquire_timeout(postgres: Postgres, acquire_timeout: Duration) -> Self {
        let statement_timeout = Duration::from_secs(1);
        let options =
            PoolOptions { acquire_timeout, statement_timeout, ..PoolOptions::reader("query-api-test", 4) };
        let pool = data_set::pool::connect(&postgres.url(), &options).expect("the address is good");
        Self::on(pool, postgres).await
    }

    /// As a service does it.
    pub(crate) async fn by_way_of(proxy: &Proxy, postgres: Postgres) -> Self {
        let url = proxy.url(&postgres.url(), postgres.port());
        let pool = data_set::pool::connect(&url, &PoolOptions::reader("query-api-test", 4));
        Self::on(pool.expect("the address is good"), postgres).await
    }

    async fn on(pool: Pool, postgres: Postgres) -> Self {
        // Few callers do very much here.
        let limits = Limits { access_log: false, enforced: false, ..Limits::default() };
        Self::limited(pool, postgres, limits).await
    }

    async fn limited(pool: Pool, postgres: Postgres, limits: Limits) -> Self {
        let writer = Pool::connect(&postgres.url()).await.expect("the database is there");
        let identity = IdentityConfig::Gateway { secret: Secret::new(GATEWAY_SECRET) };
        let identity = Arc::new(Identity::new(&identity).expect("a secret needs no file"));
        let state = AppState::new(pool, identity, &limits);
        let router = http_kit::standard(query_api::router(state.clone(), &limits), "query-api", &limits);
        Self { postgres, writer, router, state }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.get_as(READER, path).await
    }

    pub(crate) async fn get_as(&self, caller: Caller, path: &str) -> Answer {
        self.send(Method::GET, path, Some(caller), &[]).await
    }

    pub(crate) async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send(Method::GET, path, Some(READER), headers).await
    }

    /// Whatever is answered has to be in the document.
    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        caller: Option<Caller>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let answer = self.exchange(method.clone(), path, caller, headers).await;
        let Answer { status, headers, body } = &answer;
        let answered = Answered { status: status.as_u16(), headers, body };
        testkit::openapi::assert_documented(method.as_str(), path, answered);
        answer
    }

    /// Without a look into the document, for routes of a test's own.
    pub(crate) async fn exchange(
        &self,
        method: Method,
        path: &str,
        caller: Option<Caller>,
        headers: &[(&str, &str)],
    ) -> Answer {
        self.exchange_with("rookery.test", method, path, caller, headers).await
    }

    /// Under another name of this system.
    pub(crate) async fn send_to(&self, host: &str, path: &str, caller: Caller) -> Answer {
        self.exchange_with(host, Method::GET, path, Some(caller), &[]).await
    }

    async fn exchange_with(
        &self,
        host: &str,
        method: Method,
        path: &str,
        caller: Option<Caller>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header("Host", host);
        if let Some(caller) = caller {
            request = request
                .header("X-User-ID", caller.account)
                .header("X-User-Roles", caller.roles)
                .header("X-Gateway-Secret", GATEWAY_SECRET);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::empty()).expect("tests build good requests");
        let response = self.router.clone().oneshot(request).await.expect("the router cannot fail");
        let (parts, body) = response.into_parts();
        let body = body.collect().await.expect("bodies are in memory").to_bytes().to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }
}

impl Answer {
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&self.body)))
    }

    /// The body of a good answer.
    #[track_caller]
    pub(crate) fn ok(&self) -> Value {
        assert_eq!(self.status, StatusCode::OK, "{}", String::from_utf8_lossy(&self.body));
        self.json()
    }

    #[track_caller]
    pub(crate) fn header(&self, name: &str) -> &str {
        let value =
            self.headers.get(name).unwrap_or_else(|| panic!("there is no {name}: {:?}", self.headers));
        value.to_str().expect("headers are text")
    }

    #[track_caller]
    pub(crate) fn is_problem(&self, status: u16, code: &str) {
        assert_eq!((self.status.as_u16(), self.header("content-type")), (status, "application/problem+json"));
        assert_eq!(self.json()["code"], code);
    }

    /// The ids of a list.
    #[track_caller]
    pub(crate) fn ids(&self) -> Vec<i64> {
        let list = self.ok();
        let id = |message: &Value| message["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
        list.as_array().expect("a list").iter().map(id).collect()
    }

    /// The address of the next page.
    #[track_caller]
    pub(crate) fn next(&self) -> Option<String> {
        let link = self.headers.get("link")?.to_str().expect("headers are text");
        let address = link.strip_prefix('<').and_then(|link| link.strip_suffix(">; rel=\"next\""));
        Some(address.unwrap_or_else(|| panic!("{link} is no next link")).to_owned())
    }
}
