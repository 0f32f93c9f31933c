//! A mail server that freezes or refuses: nobody but the mails waits for it.

use std::time::Duration;

use serde_json::json;
use service_kit::telemetry;
use testkit::{MailServer, eventually};

use super::email::{send_mails, set};
use super::{PASSWORD, bearer, log_in, register, tokens};
use crate::app::{App, PATIENCE};

/// As many as one address has places for mails that wait.
const OWNERS: i64 = 4;
/// Far more than a log-in takes, and less than one try to reach the server.
const LOG_IN_MAX: Duration = Duration::from_secs(5);

/// Everybody wants a mail.
async fn ask_for_mails(app: &App, url: &str) {
    telemetry::install_metrics();
    send_mails(app, url);
    for number in 0..OWNERS {
        let handle = format!("owner{number}");
        register(app, 100 + number, &handle).await;
        let owner = bearer(&app.api, &tokens(&log_in(&app.api, &handle, PASSWORD).await).access_token);
        assert_eq!(set(&owner, &json!(format!("{handle}@example.org"))).await.status, 202);
    }
}

async fn log_ins_are_quick(app: &App) {
    for number in 0..OWNERS {
        let handle = format!("owner{number}");
        let logging_in = tokio::time::timeout(LOG_IN_MAX, log_in(&app.api, &handle, PASSWORD));
        assert_eq!(logging_in.await.expect("no log-in waits for a mail").status, 201);
    }
}

async fn a_failed_try_is_counted() {
    eventually("a failed try is counted", PATIENCE, || async {
        let metrics = telemetry::render();
        let is_counted = metrics.lines().any(|line| line.starts_with("dispatcher_mail_tries_failed_total "));
        if is_counted { Ok(()) } else { Err("there is no such metric".to_owned()) }
    })
    .await;
}

async fn every_mail_arrives(server: &MailServer) {
    for number in 0..OWNERS {
        server.mail_to(&format!("owner{number}@example.org"), 1).await;
    }
}

#[tokio::test]
async fn a_mail_server_that_freezes_delays_mails_alone_and_loses_none() {
    let (app, server) = (App::start().await, MailServer::start().await);
    server.freeze();
    ask_for_mails(&app, &server.url()).await;
    log_ins_are_quick(&app).await;
    a_failed_try_is_counted().await;
    server.thaw();
    every_mail_arrives(&server).await;
}

#[tokio::test]
async fn a_mail_server_that_refuses_delays_mails_alone_and_loses_none() {
    let (app, server) = (App::start().await, MailServer::start().await);
    let (url, address) = (server.url(), server.address());
    drop(server);
    ask_for_mails(&app, &url).await;
    log_ins_are_quick(&app).await;
    a_failed_try_is_counted().await;
    every_mail_arrives(&MailServer::start_at(address).await).await;
}
