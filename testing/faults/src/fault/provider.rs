//! An OpenID provider that freezes, fails or is not there: nobody else's log-in waits for it.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use futures::future::join_all;
use reqwest::Response;
use serde_json::{Value, json};
use testkit::oidc::{Endpoint, Fault as Ill, OidcProvider, Returned};
use testkit::{eventually, free_port};
use tokio::time::Instant;

use super::{Fault, Happened, Starting, Striking, USUAL};
use crate::load::Load;
use crate::load::client::{self, PASSWORD};
use crate::system::service::PATIENCE;
use crate::system::{Setup, System, http};

const REDIRECT: &str = "https://app.example/callback";
const PROMISE: &str = "a provider that fails holds nobody else up";
/// What a request may wait for at a provider, and a busy machine.
const GIVEN_UP_WITHIN: Duration = Duration::from_secs(15);
/// For as long as one answer of a provider is waited for: a log-in that did so as well would be late.
const BY_PASSWORD_WITHIN: Duration = Duration::from_secs(4);
/// More than one address may have at a provider.
const AT_ONCE: usize = 12;
const PASSWORDS: usize = 3;

pub(super) fn faults() -> Vec<Fault> {
    vec![Fault {
        name: "provider",
        about: "an OpenID provider freezes, and fails, under more log-ins than may wait for it, and another one is \
                not there, while people log in with passwords",
        start,
        strike: provider,
        ..USUAL
    }]
}

fn start(mut setup: Setup) -> Starting {
    Box::pin(async move {
        let provider = OidcProvider::start().await;
        let mut gone = provider.settings("gone", "https://app.example/gone");
        gone["issuer"] = json!(format!("http://127.0.0.1:{}", free_port()));
        let providers = json!([provider.settings("here", REDIRECT), gone]);
        setup.env.push(("ROOKERY_OIDC_PROVIDERS", providers.to_string()));
        let mut system = System::start(setup).await.with_doors();
        system.provider = Some(provider);
        Ok(system)
    })
}

fn provider<'a>(system: &'a mut System, load: &'a Load, seed: u64) -> Striking<'a> {
    Box::pin(async move {
        let provider = system.provider.as_ref().context("the system has a provider")?;
        let doors = system.doors.as_ref().context("the system has doors")?;
        let handle = format!("p{seed}");
        client::Client::new(system.dispatchers[0].url.clone()).register(&load.world.record, &handle).await;
        let (mut refused, mut by_password, mut broken) = (0, 0, Vec::new());
        for (ill, url) in
            [Ill::Frozen, Ill::Failing].into_iter().zip(doors.dispatchers.iter().map(|one| &one.url))
        {
            let mut begun = Vec::new();
            for _ in 0..AT_ONCE {
                begun.push(Begun::at(url, "here").await?);
            }
            let before = provider.requests(Endpoint::Token);
            provider.fail(Endpoint::Token, ill);
            let waiting = join_all(begun.iter().map(|begun| refusal(begun.end(url, provider))));
            let others = async {
                let mut others = Vec::new();
                eventually("somebody waits for the provider", PATIENCE, || async {
                    if provider.requests(Endpoint::Token) > before {
                        Ok(())
                    } else {
                        Err("nobody".to_owned())
                    }
                })
                .await;
                for _ in 0..PASSWORDS {
                    others.push(log_in(url, &handle).await);
                }
                others.push(refusal(ask(url, "authorizations", begin("gone"))).await);
                others
            };
            let (waiting, others) = tokio::join!(waiting, others);
            for said in waiting {
                said.map_or_else(|why| broken.push(format!("{ill:?}: {why}")), |()| refused += 1);
            }
            for said in others {
                said.map_or_else(|why| broken.push(format!("while {ill:?}: {why}")), |()| by_password += 1);
            }
            provider.heal();
            eventually("the provider is believed again", PATIENCE, || async {
                let begun = Begun::at(url, "here").await.map_err(|error| format!("{error:#}"))?;
                let answer = begun.end(url, provider).await.map_err(|error| format!("{error:#}"))?;
                if answer.status() == 201 { Ok(()) } else { Err(format!("{answer:?}")) }
            })
            .await;
        }
        let happened = Happened::counted("log-ins at the provider refused", refused);
        Ok(happened.and("others answered meanwhile", by_password).seen(PROMISE, broken))
    })
}

/// A log-in at the provider that is under way.
struct Begun {
    authorization: Value,
    url: String,
}

impl Begun {
    async fn at(url: &str, name: &str) -> Result<Self> {
        let answer = ask(url, "authorizations", begin(name)).await?;
        ensure!(answer.status() == 201, "a log-in begins: {}", answer.text().await?);
        let body: Value = answer.json().await?;
        let there = body["authorizationUrl"].as_str().context("it names the provider")?;
        Ok(Self { authorization: body["authorization"].clone(), url: there.to_owned() })
    }

    async fn end(&self, url: &str, provider: &OidcProvider) -> Result<Response> {
        let Returned { redirect_uri, code, state, iss } = provider.log_in(&self.url, "subject");
        let body = json!({
            "authorization": self.authorization, "redirectUri": redirect_uri, "code": code, "state": state, "iss": iss,
        });
        ask(url, "proofs", body).await
    }
}

fn begin(name: &str) -> Value {
    let redirect = if name == "here" { REDIRECT } else { "https://app.example/gone" };
    json!({"provider": name, "redirectUri": redirect})
}

async fn ask(url: &str, what: &str, body: Value) -> Result<Response> {
    let request = http().post(format!("{url}/v1/oidc/{what}")).json(&body).timeout(GIVEN_UP_WITHIN);
    Ok(request.send().await?)
}

/// It has to be definite, and in time.
async fn refusal(asking: impl Future<Output = Result<Response>>) -> Result<(), String> {
    let answer = asking.await.map_err(|error| format!("no answer in time: {error:#}"))?;
    match answer.status().as_u16() {
        429 | 503 => Ok(()),
        status => Err(format!("answered {status}: {}", answer.text().await.unwrap_or_default())),
    }
}

async fn log_in(url: &str, handle: &str) -> Result<(), String> {
    let (began, body) = (Instant::now(), json!({"handle": handle, "password": PASSWORD}));
    let request = http().post(format!("{url}/v1/sessions")).json(&body).timeout(BY_PASSWORD_WITHIN);
    let answer = request.send().await.map_err(|error| format!("a log-in by password: {error:#}"))?;
    if answer.status() == 201 {
        return Ok(());
    }
    Err(format!("a log-in by password is answered {} after {:?}", answer.status(), began.elapsed()))
}
