use super::{PASSWORD, account, deactivate, is_believed, log_in, part, refresh, register, tokens};
use crate::answer::{Answer, refused};
use crate::app::App;

fn is_refused(answer: &Answer) {
    assert_eq!(answer.refusal(), refused(401, "refresh-token-invalid"));
}

#[tokio::test]
async fn each_token_gets_the_next_one() {
    let app = App::start().await;
    register(&app, 100, "ada").await;
    let first = tokens(&log_in(&app.api, "ada", PASSWORD).await);
    let mut last = first.clone();
    for _generation in 0..3 {
        let next = tokens(&refresh(&app.api, &last.refresh_token).await);
        assert_ne!(next.refresh_token, last.refresh_token);
        assert_eq!(part(&next.access_token, 1)["sid"], part(&first.access_token, 1)["sid"]);
        assert!(is_believed(&app.api, &next).await);
        last = next;
    }
}

/// The token before the present one may be one whose answer got lost; the one before that is stolen.
#[tokio::test]
async fn a_token_that_is_used_again_ends_its_session() {
    let app = App::start().await;
    register(&app, 100, "ada").await;
    let stolen = tokens(&log_in(&app.api, "ada", PASSWORD).await);
    let other = tokens(&log_in(&app.api, "ada", PASSWORD).await);
    let second = tokens(&refresh(&app.api, &stolen.refresh_token).await);
    let third = tokens(&refresh(&app.api, &second.refresh_token).await);
    is_refused(&refresh(&app.api, &stolen.refresh_token).await);
    is_refused(&refresh(&app.api, &third.refresh_token).await);
    for access in [&stolen, &second, &third] {
        assert!(!is_believed(&app.api, access).await, "nor do its access tokens open anything");
    }
    assert_eq!(refresh(&app.api, &other.refresh_token).await.status, 201, "other sessions go on");
    assert!(is_believed(&app.api, &other).await);
}

#[tokio::test]
async fn refreshes_at_the_same_moment_get_the_same_token() {
    let app = App::start().await;
    register(&app, 100, "ada").await;
    let session = tokens(&log_in(&app.api, "ada", PASSWORD).await);
    let (one, two) =
        tokio::join!(refresh(&app.api, &session.refresh_token), refresh(&app.api, &session.refresh_token));
    let (one, two) = (tokens(&one), tokens(&two));
    assert_eq!(one.refresh_token, two.refresh_token);
    let after_a_lost_answer = tokens(&refresh(&app.api, &session.refresh_token).await);
    assert_eq!(after_a_lost_answer.refresh_token, one.refresh_token);
    assert_eq!(refresh(&app.api, &one.refresh_token).await.status, 201);
}

#[tokio::test]
async fn whoever_guesses_ends_nothing() {
    let app = App::start().await;
    register(&app, 100, "ada").await;
    let session = tokens(&log_in(&app.api, "ada", PASSWORD).await);
    let (id, secret) = session.refresh_token.split_once('.').expect("it has two parts");
    let flipped: String = secret.chars().map(|c| if c == 'A' { 'B' } else { 'A' }).collect();
    for guess in ["", "x", id, &format!("{id}."), &format!("{id}.{flipped}"), &format!("1{id}.{secret}")] {
        is_refused(&refresh(&app.api, guess).await);
    }
    assert_eq!(refresh(&app.api, &session.refresh_token).await.status, 201);
}

#[tokio::test]
async fn a_deactivated_account_stays_out() {
    let app = App::start().await;
    register(&app, 100, "ada").await;
    let (one, two) =
        (tokens(&log_in(&app.api, "ada", PASSWORD).await), tokens(&log_in(&app.api, "ada", PASSWORD).await));
    deactivate(&app, 100).await;
    is_refused(&refresh(&app.api, &one.refresh_token).await);
    for _again in 0..2 {
        app.api.state.end_all_sessions(account(100)).await.expect("the store answers");
    }
    is_refused(&refresh(&app.api, &two.refresh_token).await);
}
