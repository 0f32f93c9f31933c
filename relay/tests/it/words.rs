//! What a deletion and a deactivation took away is handed on by nobody.

use domain::{AccountDeactivated, AccountEvent, AccountRegistered, Bio, DisplayName, Handle};

use crate::support::{App, Server, account, positions};

fn registered(number: i64, name: &str) -> AccountEvent {
    AccountEvent::Registered(AccountRegistered {
        account: account(number),
        handle: Handle::parse("night_jar").expect("a handle"),
        display_name: DisplayName::parse(name).expect("a name"),
        bio: Bio::default(),
        original_time: None,
    })
}

async fn words_that_are_gone_are_left_out(app: App) {
    let kept = app.append(registered(7, "Night Jar")).await.get();
    app.append(registered(8, "Secret Owl")).await;
    let message = app.post(7, "a secret", &["secrets"]).await;
    app.edit(message, 7, "the same secret").await;
    let stays = app.post(7, "no harm in it", &[]).await.get();
    app.post(8, "another secret", &[]).await;
    let before = app.append(registered(9, "Moth")).await;
    app.until(before).await;
    assert_eq!(app.all("").await.len(), 7, "until then all of it is handed on");
    let deleted = app.delete(message, 7).await.get();
    let gone = AccountDeactivated { account: account(8), original_time: None };
    let deactivated = app.append(AccountEvent::Deactivated(gone)).await;
    app.until(deactivated).await;
    let expected = [kept, stays, before.get(), deleted, deactivated.get()];
    let is_clean = |body: &[u8]| !String::from_utf8_lossy(body).to_lowercase().contains("secret");
    let memory = app.get("/v1/events").await;
    assert_eq!(positions(&memory.events()), expected);
    assert!(is_clean(&memory.body));
    let app = app.started_again().await;
    let log = app.get("/v1/events").await;
    assert_eq!(positions(&log.events()), expected);
    assert!(is_clean(&log.body));
    let deletion = &log.events()[3];
    assert_eq!(
        deletion["data"],
        serde_json::json!({"message": message.position().to_string()}),
        "not whose it was"
    );
}

#[tokio::test]
async fn of_a_log_on_nats() {
    words_that_are_gone_are_left_out(App::start().await).await;
}

#[tokio::test]
async fn of_a_log_on_postgres() {
    words_that_are_gone_are_left_out(App::over(Server::postgres().await).await).await;
}
