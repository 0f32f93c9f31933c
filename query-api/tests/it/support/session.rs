//! An account that has logged in, for what ends with its session.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http_kit::identity::IdentityConfig;
use http_kit::{Identity, Limits};
use query_api::AppState;
use tempfile::TempDir;
use tokens::{RevocationPart, Revocations, Roles, SigningKey, TokenIssuer, write_jwks};
use uuid::Uuid;

use super::{App, READER};

const ISSUER: &str = "https://issuer.test";
const AUDIENCE: &str = "rookery";

pub(crate) struct Session {
    identity: Arc<Identity>,
    id: Uuid,
    /// As a header.
    pub(crate) authorization: String,
    _directory: TempDir,
}

impl Session {
    /// From here on the app believes tokens, and no gateway.
    pub(crate) fn begin(app: &mut App) -> Self {
        let directory = tempfile::tempdir().expect("there is room for a temporary directory");
        let jwks = directory.path().join("jwks.json");
        let key = SigningKey::generate().expect("there is randomness");
        write_jwks(&jwks, [&key]).expect("the directory is ours");
        let config = IdentityConfig::Jwt {
            jwks_file: Some(jwks),
            jwks_url: None,
            issuer: ISSUER.to_owned(),
            audience: AUDIENCE.to_owned(),
        };
        let identity = Arc::new(Identity::new(&config).expect("the key set was just written"));
        let limits = Limits { access_log: false, enforced: false, ..Limits::default() };
        app.state = AppState::new(app.writer.clone(), Arc::clone(&identity), &limits);
        app.router = http_kit::standard(query_api::router(app.state.clone(), &limits), "query-api", &limits);
        let (id, hour) = (Uuid::now_v7(), Duration::from_secs(3_600));
        let token = TokenIssuer::new(&key, ISSUER, AUDIENCE)
            .issue_for_session(READER.account, Roles::none(), id, SystemTime::now(), hour)
            .expect("the key is good");
        Self { identity, id, authorization: format!("Bearer {token}"), _directory: directory }
    }

    /// As a dispatcher tells it.
    pub(crate) fn end(&self) {
        let mut part = RevocationPart::default();
        part.end_sessions(READER.account, &[self.id], 1_800_000_000_000);
        self.identity.revocations().replace("log", Revocations::part_of(READER.account), 1, part);
    }
}
