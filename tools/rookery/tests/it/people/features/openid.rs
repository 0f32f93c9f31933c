//! How people get in with an account that they have elsewhere.

use cucumber::{given, when};
use reqwest::Method;
use serde_json::{Value, json};
use testkit::oidc::Returned;

use super::{REDIRECT, World};
use crate::people::client::{Answer, PASSWORD, Person};

/// What the client of somebody keeps while they are at the provider, and where it sent them.
#[derive(Debug)]
struct Begun {
    authorization: Value,
    url: String,
}

impl World {
    async fn ask(&self, path: &str, body: Value) -> Answer {
        self.api().send(Method::POST, path, None, Some(body)).await
    }

    async fn begin(&self) -> Begun {
        let body = json!({"provider": "elsewhere", "redirectUri": REDIRECT});
        let body = self.ask("/v1/oidc/authorizations", body).await.expect(201).body;
        let url = body["authorizationUrl"].as_str().expect("it names the provider").to_owned();
        Begun { authorization: body["authorization"].clone(), url }
    }

    /// Who they are there.
    fn returned(&self, who: &str, begun: &Begun) -> Returned {
        self.stage().provider.log_in(&begun.url, &self.handle(who))
    }

    async fn end(&self, begun: &Begun, returned: Returned) -> Answer {
        let Returned { redirect_uri, code, state, iss } = returned;
        let body = json!({
            "authorization": begun.authorization, "redirectUri": redirect_uri, "code": code, "state": state, "iss": iss,
        });
        self.ask("/v1/oidc/proofs", body).await
    }

    async fn proof(&self, who: &str) -> Value {
        let begun = self.begin().await;
        self.end(&begun, self.returned(who, &begun)).await.expect(201).body["proof"].clone()
    }

    async fn take_link_away(&mut self, who: &str, confirmation: Value) {
        let token = self.person(who).token.clone();
        let links = self.api().get("/v1/accounts/me/oidc", &token).await.expect(200);
        let id = links.items()[0]["id"].as_str().expect("a link has an id").to_owned();
        let path = format!("/v1/accounts/me/oidc/{id}/unlink");
        self.act(who, Method::POST, &path, Some(confirmation)).await;
    }
}

#[given(expr = "{string} logs in at the provider")]
#[when(expr = "{string} logs in at the provider")]
async fn logs_in_at_the_provider(world: &mut World, who: String) {
    let proof = world.proof(&who).await;
    let answer = world.ask("/v1/oidc/sessions", json!({"proof": proof})).await;
    if let Some(token) = answer.body["accessToken"].as_str() {
        world.people.get_mut(&who).expect("they have registered").token = token.to_owned();
    }
    world.proofs.insert(who, proof);
    world.answer = Some(answer);
}

#[given(expr = "{string} registers with that log-in")]
#[when(expr = "{string} registers with that log-in")]
async fn registers_with_that_log_in(world: &mut World, who: String) {
    let handle = world.handle(&who);
    let body = json!({"proof": world.proofs[&who], "handle": handle, "displayName": who});
    let registered = world.ask("/v1/oidc/accounts", body).await.expect(201);
    let id = registered.body["id"].as_str().expect("an account has an id").to_owned();
    world.people.insert(who, Person { id, handle, token: String::new() });
}

#[given(expr = "{string} links the account at the provider")]
#[when(expr = "{string} links the account at the provider")]
async fn links_the_account(world: &mut World, who: String) {
    let body = json!({"proof": world.proof(&who).await, "password": PASSWORD});
    world.act(&who, Method::POST, "/v1/accounts/me/oidc", Some(body)).await.clone().expect(201);
}

#[when(expr = "{string} takes the link away")]
async fn takes_the_link_away(world: &mut World, who: String) {
    world.take_link_away(&who, json!({"password": PASSWORD})).await;
}

#[when(expr = "{string} takes the link away with a log-in at the provider")]
async fn takes_the_link_away_by_proof(world: &mut World, who: String) {
    let confirmation = json!({"oidcProof": world.proof(&who).await});
    world.take_link_away(&who, confirmation).await;
}

#[given(expr = "{string} begins to log in at the provider")]
async fn begins_to_log_in(world: &mut World, who: String) {
    let begun = world.begin().await;
    let returned = world.returned(&who, &begun);
    world.came_back.insert(who, returned);
}

/// By an address that somebody sent them, with a code that opens the other one's account.
#[when(expr = "{string} is led to end the log-in of {string}")]
async fn is_led_to_end(world: &mut World, _who: String, of: String) {
    let own = world.begin().await;
    let returned = world.came_back[&of].clone();
    world.answer = Some(world.end(&own, returned).await);
}
