//! How people get in, and back in.

use std::time::{SystemTime, UNIX_EPOCH};

use cucumber::{given, when};
use dispatcher::credential_store::totp;
use reqwest::Method;
use serde_json::{Value, json};
use testkit::mail_server::code_in;

use super::World;
use crate::people::client::{Answer, PASSWORD};

/// What people have to get in with.
#[derive(Debug, Default)]
pub(super) struct Doors {
    invitation: String,
    /// Of the authenticator, in base32.
    secret: String,
    recovery_code: String,
    /// That was shown last.
    otp: String,
    /// Of the last mail.
    mail_code: String,
}

const STEP_SECONDS: u64 = 30;
const SECRET_BYTES: usize = 20;

impl World {
    async fn as_operator(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        self.api().send(method, path, Some(&self.stage().operator), body).await
    }

    async fn without_identity(&self, path: &str, body: Value) -> Answer {
        self.api().send(Method::POST, path, None, Some(body)).await
    }

    fn address(&self, who: &str) -> String {
        format!("{}@example.org", self.handle(who))
    }

    async fn log_in_with_otp(&mut self, who: &str) {
        let body = json!({"handle": self.handle(who), "password": PASSWORD, "otp": self.doors.otp});
        self.answer = Some(self.without_identity("/v1/sessions", body).await);
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

#[given(expr = "an operator has written an invitation for {int} person")]
async fn has_written_an_invitation(world: &mut World, uses: u32) {
    let answer = world.as_operator(Method::POST, "/v1/invitations", Some(json!({"uses": uses}))).await;
    world.doors.invitation = text(&answer.expect(201).body["code"]);
}

#[when(expr = "{string} writes an invitation")]
async fn writes_an_invitation(world: &mut World, who: String) {
    world.act(&who, Method::POST, "/v1/invitations", Some(json!({"uses": 1}))).await;
}

#[given(expr = "{string} registers with the invitation")]
#[when(expr = "{string} registers with the invitation")]
async fn registers_with_the_invitation(world: &mut World, who: String) {
    let handle = world.handle(&who);
    let invitation = &world.doors.invitation;
    let body = json!({
        "handle": handle, "password": PASSWORD, "displayName": who, "invitation": invitation,
    });
    let answer = world.without_identity("/v1/accounts", body).await;
    if answer.status == 201 {
        let id = text(&answer.body["id"]);
        let person = crate::people::client::Person { id, handle, token: String::new() };
        world.people.insert(who, person);
    }
    world.answer = Some(answer);
}

#[when(expr = "an operator approves {string}")]
async fn approves(world: &mut World, who: String) {
    let path = format!("/v1/registrations/{}/approval", world.handle(&who));
    let answer = world.as_operator(Method::POST, &path, None).await;
    assert!((200..300).contains(&answer.status), "{answer:?}");
}

#[when(expr = "an operator turns {string} away")]
async fn turns_away(world: &mut World, who: String) {
    let path = format!("/v1/registrations/{}", world.handle(&who));
    world.as_operator(Method::DELETE, &path, None).await.expect(204);
}

#[given(expr = "{string} has confirmed an e-mail address")]
async fn has_an_address(world: &mut World, who: String) {
    let address = world.address(&who);
    let body = json!({"email": address, "password": PASSWORD});
    world.act(&who, Method::PUT, "/v1/accounts/me/email", Some(body)).await.clone().expect(202);
    let token = code_in(&world.stage().mails.mail_to(&address, 1).await);
    world.without_identity("/v1/email-confirmations", json!({"token": token})).await.expect(204);
}

#[given(expr = "{string} asks for a new password by mail")]
#[when(expr = "{string} asks for a new password by mail")]
async fn asks_for_a_password(world: &mut World, who: String) {
    let body = json!({"handle": world.handle(&who)});
    world.without_identity("/v1/password-resets", body).await.expect(202);
    let address = world.address(&who);
    world.doors.mail_code = code_in(&world.stage().mails.mail_to(&address, 2).await);
}

#[when(expr = "somebody asks for a new password for {string}")]
async fn somebody_asks(world: &mut World, handle: String) {
    let body = json!({"handle": world.handle(&handle)});
    world.answer = Some(world.without_identity("/v1/password-resets", body).await);
}

#[given(expr = "{string} chooses {string} with the code of the mail")]
#[when(expr = "{string} chooses {string} with the code of the mail")]
async fn chooses_a_password(world: &mut World, _who: String, password: String) {
    let body = json!({"token": world.doors.mail_code, "newPassword": password});
    world.answer = Some(world.without_identity("/v1/password-resets/confirm", body).await);
}

/// What the authenticator shows some half minutes from now.
fn code(secret: &str, steps: u64) -> String {
    let bits = secret.chars().filter_map(|letter| "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(letter));
    let bits: Vec<bool> = bits.flat_map(|value| (0..5).rev().map(move |bit| value >> bit & 1 == 1)).collect();
    let byte = |bits: &[bool]| bits.iter().fold(0_u8, |byte, bit| byte << 1 | u8::from(*bit));
    let bytes: Vec<u8> = bits.chunks_exact(8).map(byte).collect();
    let secret: [u8; SECRET_BYTES] = bytes.try_into().expect("it has 160 bits");
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is later").as_secs();
    totp(secret).expect("the parameters are good").generate(now + STEP_SECONDS * steps).to_string()
}

#[given(expr = "{string} has turned on a second factor")]
async fn turns_on(world: &mut World, who: String) {
    let path = "/v1/accounts/me/second-factor";
    let enrolled = world.act(&who, Method::POST, path, Some(json!({"password": PASSWORD}))).await.clone();
    world.doors.secret = text(&enrolled.expect(201).body["secret"]);
    let body = json!({"code": code(&world.doors.secret, 0)});
    let confirmed = world.act(&who, Method::POST, &format!("{path}/confirm"), Some(body)).await.clone();
    world.doors.recovery_code = text(&confirmed.expect(200).body["recoveryCodes"][0]);
}

#[when(expr = "{string} turns the second factor off")]
async fn turns_off(world: &mut World, who: String) {
    let path = "/v1/accounts/me/second-factor/disable";
    let answer = world.act(&who, Method::POST, path, Some(json!({"password": PASSWORD}))).await.clone();
    assert!((200..300).contains(&answer.status), "{answer:?}");
}

/// The code of the moment confirmed the authenticator, so the next one is taken.
#[when(expr = "{string} logs in with a code of the authenticator")]
async fn logs_in_with_a_code(world: &mut World, who: String) {
    world.doors.otp = code(&world.doors.secret, 1);
    world.log_in_with_otp(&who).await;
}

#[when(expr = "{string} logs in with a recovery code")]
async fn logs_in_with_a_recovery_code(world: &mut World, who: String) {
    world.doors.otp = world.doors.recovery_code.clone();
    world.log_in_with_otp(&who).await;
}

#[when(expr = "{string} logs in with the same code")]
async fn logs_in_with_the_same_code(world: &mut World, who: String) {
    world.log_in_with_otp(&who).await;
}
