//! The suite that every log runs.

use std::sync::Arc;

use event_store::{EventLog, conformance};

use crate::support::{open, server};

#[tokio::test]
async fn append_and_read_back() {
    let server = server().await;
    conformance::append_and_read_back(&open(&server).await).await;
}

#[tokio::test]
async fn expected_sequence() {
    let server = server().await;
    conformance::expected_sequence(&open(&server).await).await;
}

#[tokio::test]
async fn concurrent_first_appends() {
    let server = server().await;
    conformance::concurrent_first_appends(Arc::new(open(&server).await)).await;
}

#[tokio::test]
async fn retry_after_a_lost_ack() {
    let server = server().await;
    conformance::retry_after_a_lost_ack(Arc::new(open(&server).await)).await;
}

#[tokio::test]
async fn batch_is_all_or_nothing() {
    let server = server().await;
    conformance::batch_is_all_or_nothing(&open(&server).await).await;
}

#[tokio::test]
async fn batch_over_several_subjects() {
    let server = server().await;
    conformance::batch_over_several_subjects(&open(&server).await).await;
}

#[tokio::test]
async fn a_conflict_fails_no_one_else() {
    let server = server().await;
    conformance::a_conflict_fails_no_one_else(Arc::new(open(&server).await)).await;
}

#[tokio::test]
async fn more_than_a_thousand_events_in_one_subject() {
    let server = server().await;
    conformance::more_than_a_thousand_events_in_one_subject(Arc::new(open(&server).await)).await;
}

#[tokio::test]
async fn keyed_commands_are_found() {
    let server = server().await;
    let log = open(&server).await;
    conformance::keyed_commands_are_found(&log).await;
}

#[tokio::test]
async fn a_command_is_in_the_log_once() {
    let server = server().await;
    let log = open(&server).await;
    conformance::a_command_is_in_the_log_once(Arc::new(log)).await;
}

#[tokio::test]
async fn usage_is_counted() {
    let server = server().await;
    let log = open(&server).await;
    assert!(log.usage().is_none(), "nobody counts yet");
    log.count_usage();
    conformance::usage_is_counted(&log).await;
    let later = open(&server).await;
    later.count_usage();
    conformance::usage_has_been_counted(&later).await;
}

#[tokio::test]
async fn resume_from_any_position() {
    let server = server().await;
    conformance::resume_from_any_position(&open(&server).await).await;
}

#[tokio::test]
async fn last_of_each() {
    let server = server().await;
    conformance::last_of_each(&open(&server).await).await;
}

#[tokio::test]
async fn last_of_each_while_others_append() {
    let server = server().await;
    conformance::last_of_each_while_others_append(Arc::new(open(&server).await)).await;
}

#[tokio::test]
async fn undecodable_data_is_passed_on() {
    let server = server().await;
    conformance::undecodable_data_is_passed_on(&open(&server).await).await;
}
