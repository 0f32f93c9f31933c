use std::sync::Arc;

use domain::Shard;
use event_store::buckets::InMemoryBucket;
use event_store::{InMemoryLog, conformance};

fn log() -> InMemoryLog {
    InMemoryLog::new(Shard(0))
}

#[tokio::test]
async fn append_and_read_back() {
    conformance::append_and_read_back(&log()).await;
}

#[tokio::test]
async fn expected_sequence() {
    conformance::expected_sequence(&log()).await;
}

#[tokio::test]
async fn concurrent_first_appends() {
    conformance::concurrent_first_appends(Arc::new(log())).await;
}

#[tokio::test]
async fn retry_after_a_lost_ack() {
    conformance::retry_after_a_lost_ack(Arc::new(log())).await;
}

#[tokio::test]
async fn usage_is_counted() {
    conformance::usage_is_counted(&log().with_bytes_max(1 << 20)).await;
}

#[tokio::test]
async fn batch_is_all_or_nothing() {
    conformance::batch_is_all_or_nothing(&log()).await;
}

#[tokio::test]
async fn batch_over_several_subjects() {
    conformance::batch_over_several_subjects(&log()).await;
}

#[tokio::test]
async fn a_conflict_fails_no_one_else() {
    conformance::a_conflict_fails_no_one_else(Arc::new(log())).await;
}

#[tokio::test]
async fn more_than_a_thousand_events_in_one_subject() {
    conformance::more_than_a_thousand_events_in_one_subject(Arc::new(log())).await;
}

#[tokio::test]
async fn keyed_commands_are_found() {
    let log = log();
    conformance::keyed_commands_are_found(&log).await;
}

#[tokio::test]
async fn a_command_is_in_the_log_once() {
    let log = log();
    conformance::a_command_is_in_the_log_once(Arc::new(log)).await;
}

#[tokio::test]
async fn a_bucket_does_what_it_says() {
    conformance::bucket_keeps_its_promises(Arc::new(InMemoryBucket::default())).await;
}

#[tokio::test]
async fn resume_from_any_position() {
    conformance::resume_from_any_position(&log()).await;
}

#[tokio::test]
async fn last_of_each() {
    conformance::last_of_each(&log()).await;
}

#[tokio::test]
async fn last_of_each_while_others_append() {
    conformance::last_of_each_while_others_append(Arc::new(log())).await;
}

#[tokio::test]
async fn undecodable_data_is_passed_on() {
    conformance::undecodable_data_is_passed_on(&log()).await;
}
