use http_kit::Limits;
use relay::EventLimits;

use crate::support::{App, quiet};

#[tokio::test]
async fn consumers_take_events_and_most_others_do_not() {
    let app = App::start().await;
    let path = "/v1/events";
    for roles in ["consumer", "operator", "admin", "user,consumer"] {
        assert_eq!(app.answer(path, app.request_as(7, roles, path)).await.status, 200, "{roles}");
    }
    for roles in ["user", "analyst", "moderator", ""] {
        app.answer(path, app.request_as(7, roles, path)).await.is_problem(403, "role-required");
    }
    let anonymous = app.answer(path, app.client.get(format!("{}{path}", app.url))).await;
    anonymous.is_problem(403, "identity-required");
}

#[tokio::test]
async fn an_account_follows_so_often_at_a_time_and_all_together_too() {
    let limits = Limits { enforced: true, ..quiet() };
    let events = EventLimits { followers_max: 3, followers_per_account_max: 2, readings_max: 1 };
    let app = App::limited(limits, events).await;
    let path = "/v1/events?follow=true&after=latest";
    let follow = async |account| {
        let response = app.request_as(account, "consumer", path).send().await.expect("it answers");
        assert_eq!(response.status(), 200);
        response
    };
    let (first, _second) = (follow(7).await, follow(7).await);
    app.get(path).await.is_problem(429, "rate-limited");
    let _third = follow(8).await;
    app.answer(path, app.request_as(9, "consumer", path)).await.is_problem(503, "overloaded");
    // A stream whose caller left gives its place back.
    drop(first);
    testkit::eventually("there is room again", crate::support::PATIENCE, async || {
        let response = app.request_as(9, "consumer", path).send().await.expect("it answers");
        if response.status() == 200 { Ok(()) } else { Err(response.status().to_string()) }
    })
    .await;
}
