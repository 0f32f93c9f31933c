//! The services as processes, and the servers that they use.

use std::path::Path;

use reqwest::{Client, StatusCode};
use tempfile::TempDir;
use testkit::{Nats, Postgres, Process, eventually, free_port};
use tokens::{SigningKey, write_jwks};

use super::LIMIT;
use super::api::{AUDIENCE, Api, Credentials, GATEWAY_SECRET, ISSUER};

/// The broker of a test holds less than the defaults ask for.
const STORAGE: [(&str, &str); 2] =
    [("ROOKERY_LOG_BYTES_MAX", "268435456"), ("ROOKERY_VAULT_BYTES_MAX", "67108864")];

#[derive(Clone, Copy)]
pub(super) enum Mode {
    Jwt,
    Gateway,
}

/// The services, and the servers where they are the system's own.
pub(super) struct System {
    pub(super) services: [Service; 4],
    pub(super) api: Api,
    _servers: Option<(Nats, Postgres)>,
    _keys: TempDir,
}

impl System {
    pub(super) async fn start(mode: Mode) -> Self {
        Self::start_with(mode, &[]).await
    }

    /// More variables are the dispatcher's.
    pub(super) async fn start_with(mode: Mode, more: &[(&str, &str)]) -> Self {
        let (nats, postgres) = (Nats::start().await, Postgres::start().await);
        let system = Self::over_with(mode, &nats.url(), &postgres.url(), more);
        Self { _servers: Some((nats, postgres)), ..system }
    }

    pub(super) fn over(mode: Mode, nats_url: &str, postgres_url: &str) -> Self {
        Self::over_with(mode, nats_url, postgres_url, &[])
    }

    fn over_with(mode: Mode, nats_url: &str, postgres_url: &str, more: &[(&str, &str)]) -> Self {
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
        dispatcher_env.extend(more);
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

    pub(super) async fn ready(&self) {
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

    pub(super) async fn stop(&mut self) {
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
