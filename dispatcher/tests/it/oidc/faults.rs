use std::time::Duration;

use futures::future::join_all;
use serde_json::json;
use testkit::oidc::{Endpoint, Fault};
use tokio::time::{Instant, timeout};

use super::{PASSWORD, REDIRECT, begin, log_in, post, proof_of, prove, register, start};
use crate::answer::refused;
use crate::app::PATIENCE;

/// Longer than all that a request waits for at a provider, on a slow machine.
const ANSWERED_WITHIN: Duration = Duration::from_secs(15);

const FAULTS: [Fault; 4] = [Fault::Failing, Fault::Endless, Fault::Nonsense, Fault::Redirecting];

#[tokio::test]
async fn a_provider_that_does_not_answer_as_it_should_is_a_problem_and_no_hang() {
    let (app, provider) = start().await;
    let body = json!({"provider": "one", "redirectUri": REDIRECT});
    for (fault, number) in FAULTS.into_iter().zip(1..) {
        provider.fail(Endpoint::Discovery, fault);
        // It is left alone for two seconds after each of them.
        testkit::eventually("it is asked again", PATIENCE, || async {
            let answer = timeout(ANSWERED_WITHIN, post(&app.api, "/v1/oidc/authorizations", &body)).await;
            let answer = answer.expect("it answers");
            assert_eq!(answer.refusal(), refused(503, "oidc-unavailable"), "{fault:?}");
            assert_eq!(answer.header("retry-after"), "2");
            let asked = provider.requests(Endpoint::Discovery);
            if asked == number { Ok(()) } else { Err(format!("{asked} times")) }
        })
        .await;
    }
    provider.heal();
    testkit::eventually("it is well again", PATIENCE, || async {
        let answer = post(&app.api, "/v1/oidc/authorizations", &body).await;
        if answer.status == 201 { Ok(()) } else { Err(answer.body) }
    })
    .await;
    for fault in FAULTS {
        provider.fail(Endpoint::Token, fault);
        let begun = begin(&app.api).await;
        let returned = provider.log_in(&begun.url, "subject-1");
        let answer = timeout(ANSWERED_WITHIN, prove(&app.api, &begun, &returned)).await.expect("it answers");
        assert_eq!(answer.refusal(), refused(503, "oidc-unavailable"), "{fault:?}");
        // Nothing came of it, so it may be tried again.
        provider.heal();
        assert_eq!(prove(&app.api, &begun, &returned).await.status, 201, "{fault:?}");
    }
}

#[tokio::test]
async fn known_keys_stay_good_while_the_provider_shows_none() {
    let (app, provider) = start().await;
    provider.fail(Endpoint::Keys, Fault::Nonsense);
    let begun = begin(&app.api).await;
    let answer = prove(&app.api, &begun, &provider.log_in(&begun.url, "subject-1")).await;
    assert_eq!(answer.refusal(), refused(503, "oidc-unavailable"));
    provider.heal();
    testkit::eventually("the keys are read", PATIENCE, || async {
        let begun = begin(&app.api).await;
        let answer = prove(&app.api, &begun, &provider.log_in(&begun.url, "subject-1")).await;
        if answer.status == 201 { Ok(()) } else { Err(answer.body) }
    })
    .await;
    let asked = provider.requests(Endpoint::Keys);
    for fault in FAULTS {
        provider.fail(Endpoint::Keys, fault);
        provider.fail(Endpoint::Discovery, fault);
        proof_of(&app.api, &provider, "subject-1").await;
    }
    assert_eq!(provider.requests(Endpoint::Keys), asked, "they are read seldom");
    assert_eq!(provider.requests(Endpoint::Discovery), 1);
}

#[tokio::test]
async fn a_frozen_provider_has_few_waiters_and_harms_no_other_log_in() {
    let (app, provider) = start().await;
    app.register("ada").await;
    let proof = proof_of(&app.api, &provider, "subject-1").await;
    assert_eq!(register(&app.api, &proof, "owl").await.status, 201);
    let mut begun = Vec::new();
    for _ in 0..12 {
        begun.push(begin(&app.api).await);
    }
    provider.fail(Endpoint::Token, Fault::Frozen);
    let began = Instant::now();
    let waiting = join_all(
        begun
            .iter()
            .map(|begun| async { prove(&app.api, begun, &provider.log_in(&begun.url, "subject-1")).await }),
    );
    let others = async {
        testkit::eventually("they wait", PATIENCE, || async {
            let asked = provider.requests(Endpoint::Token);
            if asked > 8 { Ok(()) } else { Err(format!("{asked}")) }
        })
        .await;
        // While they do.
        let by_password =
            post(&app.api, "/v1/sessions", &json!({"handle": "ada", "password": PASSWORD})).await;
        let by_proof = log_in(&app.api, &proof).await;
        (by_password.status, by_proof.status, began.elapsed())
    };
    let (answers, (by_password, by_proof, served_after)) = tokio::join!(waiting, others);
    assert_eq!((by_password, by_proof), (201, 201));
    assert!(began.elapsed() < ANSWERED_WITHIN, "{:?}", began.elapsed());
    assert!(served_after < began.elapsed(), "before the provider was given up");
    let limited = answers.iter().filter(|answer| answer.refusal() == refused(429, "rate-limited")).count();
    let gave_up =
        answers.iter().filter(|answer| answer.refusal() == refused(503, "oidc-unavailable")).count();
    assert_eq!((limited, gave_up), (4, 8), "eight of an address wait");
    provider.heal();
    proof_of(&app.api, &provider, "subject-1").await;
}
