//! An OpenID provider on a port of its own: discovery, keys, and a token endpoint that redeems codes. It does what a test
//! tells it, good or bad.
//!
//! Nobody logs in at a page: [`OidcProvider::log_in`] does what a person and their browser would do at the authorization
//! endpoint, and gives what the browser would bring back.

mod answers;
mod keys;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub use keys::Algorithm;
use keys::ProviderKey;

/// What goes wrong at an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// 500, at once.
    Failing,
    /// The request is read, and nothing is ever answered.
    Frozen,
    /// An answer without an end.
    Endless,
    /// 200, and no JSON.
    Nonsense,
    /// To another address.
    Redirecting,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Endpoint {
    Discovery,
    Keys,
    Token,
}

/// What somebody's browser brings back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Returned {
    /// Where it came to, without what the provider added.
    pub redirect_uri: String,
    pub code: String,
    pub state: String,
    pub iss: String,
}

#[derive(Debug)]
pub struct OidcProvider {
    pub issuer: String,
    world: Arc<World>,
    serving: JoinHandle<()>,
}

/// Changes what an ID token says before it is signed.
type Tamper = Arc<dyn Fn(&mut Value) + Send + Sync>;

#[derive(Default)]
struct Behaviour {
    faults: BTreeMap<Endpoint, Fault>,
    tamper: Option<Tamper>,
    /// In the discovery document, instead of the own one.
    issuer: Option<String>,
    /// The whole ID token, instead of a signed one.
    token: Option<String>,
    /// Codes may be redeemed again and again.
    keeps_codes: bool,
    sends_issuer: bool,
}

struct World {
    issuer: String,
    client_id: String,
    client_secret: String,
    behaviour: Mutex<Behaviour>,
    keys: Mutex<Vec<ProviderKey>>,
    codes: Mutex<BTreeMap<String, Code>>,
    requests: Mutex<BTreeMap<Endpoint, usize>>,
}

/// What a code was given for.
#[derive(Debug, Clone)]
struct Code {
    subject: String,
    nonce: String,
    challenge: String,
    redirect_uri: String,
}

impl OidcProvider {
    /// # Panics
    /// When there is no free port.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has free ports");
        let issuer = format!("http://{}/realms/test", listener.local_addr().expect("it is bound"));
        let world = Arc::new(World {
            issuer: issuer.clone(),
            client_id: "rookery-client".to_owned(),
            client_secret: "a secret: 100% + more".to_owned(),
            behaviour: Mutex::default(),
            keys: Mutex::new(vec![ProviderKey::new(Algorithm::Rs256)]),
            codes: Mutex::default(),
            requests: Mutex::default(),
        });
        let router = answers::router(Arc::clone(&world));
        let serving = tokio::spawn(async move {
            axum::serve(listener, router).await.expect("it serves until it is dropped");
        });
        Self { issuer, world, serving }
    }

    /// For `ROOKERY_OIDC_PROVIDERS`.
    pub fn settings(&self, name: &str, redirect_uri: &str) -> Value {
        json!({
            "name": name, "issuer": self.issuer, "clientId": self.world.client_id,
            "clientSecret": self.world.client_secret, "redirectUris": [redirect_uri],
        })
    }

    /// Somebody logs in at the address, and agrees.
    ///
    /// # Panics
    /// When the address is not one of this provider, or lacks what a request has to have.
    pub fn log_in(&self, authorization_url: &str, subject: &str) -> Returned {
        let (address, query) = authorization_url.split_once('?').expect("it has parameters");
        assert_eq!(address, format!("{}/authorize", self.issuer));
        let parameters: BTreeMap<String, String> =
            form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let parameter =
            |name: &str| parameters.get(name).unwrap_or_else(|| panic!("no {name}: {query}")).clone();
        for (name, value) in [
            ("response_type", "code"),
            ("client_id", &self.world.client_id),
            ("scope", "openid"),
            ("code_challenge_method", "S256"),
        ] {
            assert_eq!(parameter(name), value, "{name}");
        }
        let code = format!("code-{}", lock(&self.world.codes).len());
        let given = Code {
            subject: subject.to_owned(),
            nonce: parameter("nonce"),
            challenge: parameter("code_challenge"),
            redirect_uri: parameter("redirect_uri"),
        };
        let redirect_uri = given.redirect_uri.clone();
        lock(&self.world.codes).insert(code.clone(), given);
        Returned { redirect_uri, code, state: parameter("state"), iss: self.issuer.clone() }
    }

    /// From now on, until [`Self::heal`].
    pub fn fail(&self, endpoint: Endpoint, fault: Fault) {
        lock(&self.world.behaviour).faults.insert(endpoint, fault);
    }

    /// From now on ID tokens say something else.
    pub fn tamper(&self, tamper: impl Fn(&mut Value) + Send + Sync + 'static) {
        lock(&self.world.behaviour).tamper = Some(Arc::new(tamper));
    }

    /// From now on the ID token is this text.
    pub fn answer_with(&self, token: impl Into<String>) {
        lock(&self.world.behaviour).token = Some(token.into());
    }

    /// From now on the discovery document names another issuer.
    pub fn call_itself(&self, issuer: &str) {
        lock(&self.world.behaviour).issuer = Some(issuer.to_owned());
    }

    /// From now on a code is good more than once.
    pub fn keep_codes(&self) {
        lock(&self.world.behaviour).keeps_codes = true;
    }

    /// From now on the discovery document says that the answer names its issuer (RFC 9207).
    pub fn announce_issuer(&self) {
        lock(&self.world.behaviour).sends_issuer = true;
    }

    /// Everything as it should be.
    pub fn heal(&self) {
        *lock(&self.world.behaviour) = Behaviour::default();
    }

    /// Another key instead of those that there were.
    pub fn rotate(&self, algorithm: Algorithm) {
        *lock(&self.world.keys) = vec![ProviderKey::new(algorithm)];
    }

    /// An ID token as an attacker would make it, who has everything that is public: `alg` in the header, and the
    /// signature that follows from public knowledge.
    pub fn forged(&self, algorithm: &str, nonce: &str, subject: &str) -> String {
        let keys = lock(&self.world.keys);
        keys[0].forge(algorithm, &self.world.said(subject, nonce))
    }

    /// How often an endpoint was asked.
    pub fn requests(&self, endpoint: Endpoint) -> usize {
        lock(&self.world.requests).get(&endpoint).copied().unwrap_or(0)
    }
}

impl Drop for OidcProvider {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl World {
    fn said(&self, subject: &str, nonce: &str) -> Value {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is later").as_secs();
        json!({
            "iss": self.issuer, "sub": subject, "aud": self.client_id, "nonce": nonce, "iat": now, "exp": now + 300,
            // What must not be believed.
            "email": "ada@example.org", "email_verified": true, "preferred_username": "ada",
        })
    }
}

impl std::fmt::Debug for World {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("World").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
