use std::time::Duration;

use http_kit::ops;
use query_api::ops_checks;
use service_kit::health::Health;

use crate::support::App;
use crate::support::rows::{execute, fold, report, row};

#[tokio::test]
async fn the_state_of_a_projection_follows_what_its_worker_reports() {
    let app = App::start().await;
    assert_eq!(app.get("/v1/projections").await.ok(), serde_json::json!([]));
    fold(&app.writer, &[row(256, 1, &[], "2026-01-01T00:00:00Z")]).await;
    let status = || async { app.get("/v1/projections").await.ok()[0].clone() };
    let unseen = status().await;
    assert_eq!((unseen["state"].as_str(), unseen["lagEvents"].as_i64()), (Some("silent"), None));
    report(&app.writer, 256, 0.0).await;
    let idle = status().await;
    assert_eq!((idle["state"].as_str(), idle["lagEvents"].as_i64()), (Some("idle"), Some(0)));
    assert_eq!((idle["lagSeconds"].as_f64(), idle["position"].as_str()), (Some(0.0), Some("256")));
    report(&app.writer, 1_024, 5.0).await;
    let folding = status().await;
    assert_eq!((folding["state"].as_str(), folding["lagEvents"].as_i64()), (Some("folding"), Some(3)));
    assert!(folding["lagSeconds"].as_f64().is_some_and(|lag| (5.0..60.0).contains(&lag)));
    execute(&app.writer, "update control.checkpoint set folded_at = now() - interval '1 minute'").await;
    assert_eq!(status().await["state"], "stuck");
    report(&app.writer, 1_024, 11.0).await;
    assert_eq!(status().await["state"], "silent");
}

#[tokio::test]
async fn parked_events_are_counted() {
    let app = App::start().await;
    fold(&app.writer, &[row(256, 1, &[], "2026-01-01T00:00:00Z")]).await;
    let park = "insert into control.parked_event
            (projection, version, shard, position, subject, event_type, reason, detail,
                exclusive_keys, shared_keys)
        values ('social', 1, 0, 512, 's', 't', 'undecodable', 'd', '{account/1,follow/1/2}', '{}'),
            ('social', 1, 0, 768, 's', 't', 'unknown-version', 'd', '{account/1,message/768}', '{}'),
            ('social', 1, 0, 1024, 's', 't', 'waiting', 'd', '{account/3}', '{}'),
            ('social', 1, 0, 1280, 's', 't', 'dropped', 'd', '{account/4}', '{}')";
    execute(&app.writer, park).await;
    let answer = app.get("/v1/projections").await;
    let counted =
        ["parkedEvents", "waitingEvents", "parkedEntities"].map(|field| answer.ok()[0][field].as_i64());
    assert_eq!((counted, answer.header("data-position")), ([Some(2), Some(1), Some(2)], "256"));
}

#[tokio::test]
async fn readiness_needs_postgres_the_schema_and_fresh_data() {
    let mut app = App::over(testkit::Postgres::start().await).await;
    let ready = |expected: &'static [(&'static str, bool)]| {
        // A health of its own, because each keeps its answers for a moment.
        let health = Health::new();
        ops_checks(&health, &app.state, Duration::from_secs(30));
        async move {
            let readiness = health.readiness().await;
            let found: Vec<_> =
                readiness.checks.iter().map(|check| (check.name.as_str(), check.ok)).collect();
            assert_eq!(found, expected, "{readiness:?}");
        }
    };
    ready(&[("postgres", true), ("migrations", false), ("grants", false), ("lag", false)]).await;
    data_set::migrate::migrate(&app.postgres.url()).await.expect("a new database can be migrated");
    ready(&[("postgres", true), ("migrations", true), ("grants", true), ("lag", false)]).await;
    fold(&app.writer, &[row(256, 1, &[], "2026-01-01T00:00:00Z")]).await;
    report(&app.writer, 256, 0.0).await;
    ready(&[("postgres", true), ("migrations", true), ("grants", true), ("lag", true)]).await;
    report(&app.writer, 512, 31.0).await;
    ready(&[("postgres", true), ("migrations", true), ("grants", true), ("lag", false)]).await;
    app.postgres.stop().await;
    ready(&[("postgres", false), ("migrations", false), ("grants", false), ("lag", false)]).await;
    app.router = app.router.clone().merge(ops::probes(Health::new()));
    assert_eq!(app.get("/livez").await.status.as_u16(), 200);
}
