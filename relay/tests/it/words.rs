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

/// More of them than are looked up together, among others of the same buckets and accounts.
async fn many_words_that_are_gone_are_left_out_of_every_page(app: App) {
    const POSTS: usize = 600;
    const GIVEN_UP: i64 = 13;
    let author = |number: usize| 10 + i64::try_from(number % 10).expect("small");
    let post = async |number| app.post(author(number), &format!("message {number}"), &[]).await;
    let posts = (0..POSTS).map(post);
    let posts = futures::future::join_all(posts).await;
    let numbered = || posts.iter().enumerate();
    for (number, message) in numbered().filter(|(number, _)| number % 50 == 1) {
        app.edit(*message, author(number), "said better").await;
    }
    let deleted = |number: &usize| number.is_multiple_of(7);
    let deletions = numbered().filter(|(number, _)| deleted(number));
    let deletions = deletions.map(|(number, message)| app.delete(*message, author(number)));
    futures::future::join_all(deletions).await;
    let gone = AccountDeactivated { account: account(GIVEN_UP), original_time: None };
    let last = app.append(AccountEvent::Deactivated(gone)).await;
    app.until(last).await;
    let app = app.started_again().await;
    let mut expected: Vec<i64> = numbered()
        .filter(|(number, _)| !deleted(number) && author(*number) != GIVEN_UP)
        .map(|(_, message)| message.position().get())
        .collect();
    expected.sort_unstable();
    for limit in [1_000, 99] {
        let all = app.all(&format!("types=rookery.message.posted.v1&limit={limit}")).await;
        assert_eq!(positions(&all), expected, "{limit} at a time");
    }
}

#[tokio::test]
async fn many_of_a_log_on_nats() {
    many_words_that_are_gone_are_left_out_of_every_page(App::start().await).await;
}

#[tokio::test]
async fn many_of_a_log_on_postgres() {
    many_words_that_are_gone_are_left_out_of_every_page(App::over(Server::postgres().await).await).await;
}
