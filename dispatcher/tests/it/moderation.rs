use dispatcher::commands::Measure;
use domain::{Event, ModerationAction, ModerationEvent, Reason, ReportEvent};
use reqwest::Method;
use serde_json::{Value, json};
use testkit::eventually;

use crate::answer::{Answer, refused};
use crate::app::{Api, App, Caller, PATIENCE, log_config, quiet};

const MODERATOR: i64 = 77;

async fn act(by: &Caller<'_>, account: i64, action: &str) -> Answer {
    let body = json!({"action": action, "reason": "spam", "note": "200 replies"});
    by.json(Method::POST, &format!("/v1/accounts/{account}/moderation"), &[], &body).await
}

async fn log_in(app: &App, handle: &str) -> Answer {
    let body = json!({"handle": handle, "password": "correct horse"}).to_string();
    app.api.send(Method::POST, "/v1/sessions", &[("content-type", "application/json")], body).await
}

/// The roles in an access token, which the tests need not verify.
fn roles(answer: &Answer) -> Value {
    use base64::Engine;
    let token = answer.json()["accessToken"].as_str().expect("a token").to_owned();
    let middle = token.split('.').nth(1).expect("three parts");
    let middle = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(middle).expect("base64");
    serde_json::from_slice::<Value>(&middle).expect("JSON")["roles"].clone()
}

#[tokio::test]
async fn a_suspended_account_can_do_nothing_until_that_is_lifted() {
    let app = App::start().await;
    let (bad, other) = (app.register("bad").await, app.register("other").await);
    let moderator = app.caller(MODERATOR, "moderator");
    let message =
        app.user(bad).post(&json!({"text": "buy"})).await.json()["id"].as_str().expect("id").to_owned();
    let session = log_in(&app, "bad").await;
    assert_eq!(session.status, 201);
    let answer = act(&moderator, bad, "suspend").await;
    assert_eq!((answer.status, answer.body.as_str()), (204, ""));
    let (event, envelope) = app.any_event(answer.event_position()).await;
    let Event::Moderation(ModerationEvent::Moderated(event)) = event else { panic!("{event:?}") };
    assert_eq!((event.account.get(), event.by.get(), envelope.actor.get()), (bad, MODERATOR, MODERATOR));
    // Twice is once.
    assert_eq!(act(&moderator, bad, "suspend").await.event_position(), answer.event_position());
    let suspended = refused(403, "account-suspended");
    let refusal = app.user(bad).post(&json!({"text": "again"})).await;
    assert_eq!(refusal.refusal(), suspended);
    assert!(refusal.body.contains("spam"), "it is told why: {refusal:?}");
    assert_eq!(log_in(&app, "bad").await.refusal(), suspended);
    let refresh = json!({"refreshToken": session.json()["refreshToken"]}).to_string();
    let json = [("content-type", "application/json")];
    let refreshed = app.api.send(Method::POST, "/v1/sessions/refresh", &json, refresh).await;
    assert_eq!(refreshed.refusal(), refused(401, "refresh-token-invalid"));
    // Nobody gets anything done about what it made.
    let user = app.user(other);
    assert_eq!(user.put(&format!("/v1/messages/{message}/like")).await.status, 404);
    assert_eq!(user.put(&format!("/v1/accounts/{bad}/follow")).await.status, 404);
    assert_eq!(act(&moderator, bad, "lift").await.status, 204);
    assert_eq!(app.user(bad).post(&json!({"text": "sorry"})).await.status, 201);
    assert_eq!(user.put(&format!("/v1/messages/{message}/like")).await.status, 204);
    assert_eq!(log_in(&app, "bad").await.status, 201);
}

#[tokio::test]
async fn only_moderators_and_admins_act_and_only_admins_on_their_like() {
    let app = App::start().await;
    let peer = app.register("peer").await;
    for (who, roles) in [(peer, "user"), (8, "user,analyst"), (8, "operator")] {
        assert_eq!(act(&app.caller(who, roles), peer, "warn").await.refusal(), refused(403, "role-required"));
    }
    let moderator = app.caller(MODERATOR, "moderator");
    assert_eq!(
        act(&app.caller(peer, "moderator"), peer, "lift").await.refusal(),
        refused(403, "AccountMustNotModerateItself")
    );
    assert_eq!(act(&moderator, 42, "warn").await.refusal(), refused(404, "AccountMustExist"));
    assert_eq!(act(&moderator, peer, "praise").await.refusal(), refused(400, "invalid-field"));
    grant(&app, peer, domain::Role::Moderator).await;
    assert_eq!(act(&moderator, peer, "suspend").await.refusal(), refused(403, "ActorMustBeAdmin"));
    assert_eq!(act(&app.caller(MODERATOR, "admin"), peer, "silence").await.status, 204);
}

async fn grant(app: &App, account: i64, role: domain::Role) {
    decide(app, account, Measure::Role(role, domain::edge::DesiredState::Set)).await;
}

/// As `rookery accounts` does it.
async fn decide(app: &App, account: i64, what: Measure) {
    use dispatcher::commands::Moderate;
    use dispatcher::executor::{Execution, Executor};
    use domain::AccountId;
    let log = std::sync::Arc::new(crate::app::open_log(&app.nats).await.expect("the log"));
    let by = domain::moderation::Moderator {
        account: AccountId::OPERATOR,
        operator: domain::Note::try_from("ann".to_owned()).ok(),
        is_admin: true,
    };
    let account = AccountId::from_i64(account).expect("positive");
    let execution = Execution {
        actor: AccountId::OPERATOR,
        allowance: dispatcher::executor::Allowance::All,
        now: time::OffsetDateTime::now_utc(),
        idempotency: None,
        correlation: "operator".to_owned(),
        trace_parent: None,
    };
    let command = Moderate { account, what, note: None, by };
    Executor::new(log).execute(execution, command).await.expect("granted");
}

#[tokio::test]
async fn a_session_carries_the_roles_that_the_log_gives() {
    let app = App::start().await;
    let account = app.register("heron").await;
    let session = log_in(&app, "heron").await;
    assert_eq!(roles(&session), json!(["user"]));
    grant(&app, account, domain::Role::Moderator).await;
    grant(&app, account, domain::Role::Analyst).await;
    assert_eq!(roles(&log_in(&app, "heron").await), json!(["user", "analyst", "moderator"]));
    let refresh = json!({"refreshToken": session.json()["refreshToken"]}).to_string();
    let json = [("content-type", "application/json")];
    let refreshed = app.api.send(Method::POST, "/v1/sessions/refresh", &json, refresh).await;
    assert_eq!(roles(&refreshed), json!(["user", "analyst", "moderator"]));
}

/// How two dispatchers answer a token.
async fn answers(apis: [&Api; 2], token: &str) -> [(u16, String); 2] {
    let authorization = format!("Bearer {token}");
    let ask = async |api: &Api| {
        let answer = api.send(Method::GET, "/v1/sessions", &[("authorization", &authorization)], "").await;
        if answer.status == 200 { (200, String::new()) } else { answer.refusal() }
    };
    [ask(apis[0]).await, ask(apis[1]).await]
}

/// The tool reaches the log and nothing else.
#[tokio::test]
async fn what_the_tool_decides_voids_tokens_at_every_dispatcher_and_once() {
    let app = App::start().await;
    let other = Api::open(&log_config(&app.nats), &app.tokens.config(), quiet()).await;
    let apis = [&app.api, &other];
    let void = refused(401, "token-revoked");
    let are_void = async |token: &str| {
        eventually("both refuse", PATIENCE, || async {
            let answers = answers(apis, token).await;
            if answers.iter().all(|answer| *answer == void) { Ok(()) } else { Err(format!("{answers:?}")) }
        })
        .await;
    };
    let token = |session: &Answer| session.json()["accessToken"].as_str().expect("a token").to_owned();
    let ada = app.register("ada").await;
    let before = log_in(&app, "ada").await;
    grant(&app, ada, domain::Role::Moderator).await;
    are_void(&token(&before)).await;
    // The session goes on, with the role.
    let refresh = json!({"refreshToken": before.json()["refreshToken"]}).to_string();
    let json = [("content-type", "application/json")];
    let refreshed = app.api.send(Method::POST, "/v1/sessions/refresh", &json, refresh).await;
    assert_eq!(roles(&refreshed), json!(["user", "moderator"]));
    assert_eq!(answers(apis, &token(&refreshed)).await.map(|(status, _)| status), [200, 200]);

    let authorization = format!("Bearer {}", token(&refreshed));
    let caller = Caller { api: &app.api, authorization };
    let script = json!({"name": "A script", "scopes": ["read", "write"]});
    let script = caller.json(Method::POST, "/v1/tokens", &[], &script).await;
    let script = script.json()["token"].as_str().expect("a token").to_owned();
    let needs_session = refused(403, "session-required");
    assert_eq!(answers(apis, &script).await, [needs_session.clone(), needs_session], "it is good");
    decide(&app, ada, Measure::Action(ModerationAction::Suspend, Reason::Spam)).await;
    are_void(&token(&refreshed)).await;
    are_void(&script).await;
    decide(&app, ada, Measure::Action(ModerationAction::Lift, Reason::Other)).await;
    let again = log_in(&app, "ada").await;
    assert_eq!(again.status, 201, "{again:?}");
    // Whoever starts now sees all of it once more, in the order of the log.
    let third = Api::open(&log_config(&app.nats), &app.tokens.config(), quiet()).await;
    let bob = app.register("bob").await;
    let bobs = token(&log_in(&app, "bob").await);
    grant(&app, bob, domain::Role::Analyst).await;
    are_void(&bobs).await;
    let both = [&third, &other];
    eventually("the third one refuses", PATIENCE, || async {
        let answers = answers(both, &bobs).await;
        if answers[0] == void { Ok(()) } else { Err(format!("{answers:?}")) }
    })
    .await;
    assert_eq!(answers(both, &token(&again)).await.map(|(status, _)| status), [200, 200]);
}

#[tokio::test]
async fn a_report_is_about_somebody_else_and_twenty_are_enough_for_a_day() {
    let app = App::start().await;
    let (me, other) = (app.register("me").await, app.register("other").await);
    let message = app.user(other).post(&json!({"text": "buy"})).await.json()["id"].clone();
    let user = app.user(me);
    let report = async |body: Value| user.json(Method::POST, "/v1/reports", &[], &body).await;
    let first =
        report(json!({"account": other.to_string(), "message": message, "reason": "spam", "comment": "see"}))
            .await;
    assert_eq!(first.status, 201, "{first:?}");
    let (event, _) = app.any_event(first.event_position()).await;
    let Event::Report(ReportEvent::Filed(event)) = event else { panic!("{event:?}") };
    assert_eq!((event.reporter.get(), event.account.get(), event.of_day), (me, other, 1));
    for (body, status, code) in [
        (json!({"account": me.to_string(), "reason": "spam"}), 403, "AccountMustNotReportItself"),
        (json!({"account": "42", "reason": "spam"}), 404, "AccountMustExist"),
        (
            json!({"account": other.to_string(), "message": "25600", "reason": "spam"}),
            422,
            "ReportedMessageMustExist",
        ),
        (json!({"account": other.to_string(), "reason": "dull"}), 400, "invalid-field"),
        (json!({"account": "x", "reason": "spam"}), 400, "invalid-field"),
        (json!({"account": other.to_string(), "reason": "spam", "comment": ""}), 422, "NoteMustBeShort"),
    ] {
        assert_eq!(report(body.clone()).await.refusal(), refused(status, code), "{body}");
    }
    for _ in 1..20 {
        assert_eq!(report(json!({"account": other.to_string(), "reason": "other"})).await.status, 201);
    }
    let refusal = report(json!({"account": other.to_string(), "reason": "other"})).await;
    assert_eq!(refusal.refusal(), refused(429, "ReportsMustBeFew"));
    let id = first.json()["id"].as_str().expect("an id").to_owned();
    let moderator = app.caller(MODERATOR, "moderator");
    let resolve = |id: String| format!("/v1/reports/{id}/resolution");
    let body = json!({"outcome": "acted", "note": "gone"});
    assert_eq!(
        user.json(Method::PUT, &resolve(id.clone()), &[], &body).await.refusal(),
        refused(403, "role-required")
    );
    assert_eq!(moderator.json(Method::PUT, &resolve(id), &[], &body).await.status, 204);
    let none = moderator.json(Method::PUT, &resolve("256".to_owned()), &[], &body).await;
    assert_eq!(none.refusal(), refused(404, "ReportMustExist"));
}
