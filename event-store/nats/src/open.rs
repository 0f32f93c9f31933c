//! Opening the log: making the stream, and refusing one that can lose events or is not the one remembered.
//!
//! What a client cannot see: the broker's `sync_interval`. Every configuration that we ship sets it to `always`.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use async_nats::jetstream::stream::{
    Config, DiscardPolicy, Info, PersistenceMode, RetentionPolicy, StorageType,
};
use async_nats::jetstream::{self, ErrorCode};
use event_store::{DEDUPE_WINDOW, LOG_FORMAT, Lineage, OpenError, Subject};
use tokio::sync::Semaphore;

use crate::config::JetStreamConfig;
use crate::connect::connect;
use crate::connection::Address;
use crate::errors::{not_reserved, unopened};
use crate::group::GroupCommit;
use crate::log::JetStreamLog;
use crate::pages::PageConnection;
use crate::stream::EventStream;
use crate::write_error::WriteErrors;
use crate::{batch, origin};

/// Older brokers lack atomic batches, or have races in the expected-sequence check; this is the one that was tried.
const BROKER_MIN: (i64, i64, i64) = (2, 15, 0);
const BROKER_MIN_TEXT: &str = "nats-server 2.15";
/// The larger of a frame of the API (16 KiB) in its worst encoding and the headers, with room to spare.
pub(crate) const EVENT_BYTES_MAX: i32 = 256 * 1024;

impl JetStreamLog {
    /// Connects, makes the stream where that is asked for, and checks what is really there.
    pub async fn open(config: &JetStreamConfig) -> Result<Self, OpenError> {
        // On the heap, like all handshakes here: the caller's future would carry their state.
        let (client, context) = Box::pin(reach(config)).await?;
        let info = match Box::pin(find(&context, config)).await? {
            Some(info) => info,
            None if config.create => Box::pin(make(&context, wanted(config))).await?,
            // The process that makes it may still be starting.
            None => return Err(unopened(format!("there is no stream {}", config.stream_name()))),
        };
        let problems = ways_to_lose_events(&info.config, config);
        if !problems.is_empty() {
            return Err(OpenError::CanLoseEvents { stream: config.stream_name(), problems });
        }
        let format = origin::format(&info.config.metadata);
        if format != LOG_FORMAT {
            let (stream, found) = (config.stream_name(), format.to_owned());
            return Err(OpenError::OtherFormat { stream, found });
        }
        let lineage = origin::lineage_of(&info);
        if let Some(expected) = config.lineage.clone().filter(|expected| *expected != lineage) {
            return Err(OpenError::OtherLineage { stream: config.stream_name(), expected, found: lineage });
        }
        let restored_until = origin::restored_until(&info.config.metadata);
        let inner = Box::pin(event_stream(
            client,
            &context,
            config,
            lineage,
            info.config.num_replicas,
            restored_until,
        ))
        .await?;
        Ok(Self { group: GroupCommit::start(Arc::clone(&inner)), inner, keys: Arc::default() })
    }
}

/// Connects to a broker that is new enough.
pub(crate) async fn reach(
    config: &JetStreamConfig,
) -> Result<(async_nats::Client, jetstream::Context), OpenError> {
    let client = connect(&config.url, &config.client_name).await?;
    let (major, minor, patch) = BROKER_MIN;
    if !client.is_server_compatible(major, minor, patch) {
        return Err(OpenError::OldBroker { found: client.server_info().version, required: BROKER_MIN_TEXT });
    }
    let mut context = jetstream::new(client.clone());
    context.set_timeout(config.ack_timeout);
    Ok((client, context))
}

pub(crate) async fn event_stream(
    client: async_nats::Client,
    context: &jetstream::Context,
    config: &JetStreamConfig,
    lineage: Lineage,
    replicas: usize,
    restored_until: u64,
) -> Result<Arc<EventStream>, OpenError> {
    let write_errors = WriteErrors::new(client.clone());
    let prefix = Subject::all_of(config.shard);
    let prefix = prefix.trim_end_matches('>');
    let stream = context.get_stream_no_info(config.stream_name()).await.map_err(unopened)?;
    Ok(Arc::new(EventStream {
        client,
        address: Address {
            url: config.url.clone(),
            client_name: config.client_name.clone(),
            stream_name: config.stream_name().into(),
            timeout: config.ack_timeout,
        },
        pages: PageConnection::default(),
        writes: write_errors.of(&config.stream_name(), prefix, replicas),
        write_errors,
        stream,
        shard: config.shard,
        lineage,
        restored_until,
        foreign: AtomicBool::new(false),
        batches: Semaphore::new(batch::BATCHES_MAX),
        append_deadline: config.append_deadline,
        usage: Arc::default(),
    }))
}

pub(crate) async fn find(
    context: &jetstream::Context,
    config: &JetStreamConfig,
) -> Result<Option<Info>, OpenError> {
    match context.get_stream(config.stream_name()).await {
        Ok(stream) => Ok(Some(stream.cached_info().clone())),
        Err(error) => match error.kind() {
            jetstream::context::GetStreamErrorKind::JetStream(cause)
                if cause.error_code() == ErrorCode::STREAM_NOT_FOUND =>
            {
                Ok(None)
            }
            _ => Err(unopened(error)),
        },
    }
}

pub(crate) async fn make(context: &jetstream::Context, wanted: Config) -> Result<Info, OpenError> {
    let name = wanted.name.clone();
    let made = context.create_stream(wanted).await.map_err(|error| not_reserved(&name, error))?;
    tracing::info!(stream.name = name, "made the event stream");
    Ok(made.cached_info().clone())
}

pub(crate) fn wanted(config: &JetStreamConfig) -> Config {
    Config {
        name: config.stream_name(),
        description: Some(
            "Rookery's log. Its history is the data: never delete, purge or edit it.".to_owned(),
        ),
        subjects: vec![Subject::all_of(config.shard)],
        retention: RetentionPolicy::Limits,
        storage: StorageType::File,
        discard: DiscardPolicy::New,
        num_replicas: config.replicas,
        max_bytes: config.stream_bytes_max,
        max_message_size: EVENT_BYTES_MAX,
        duplicate_window: DEDUPE_WINDOW,
        deny_delete: true,
        deny_purge: true,
        allow_direct: true,
        allow_atomic_publish: true,
        metadata: origin::new(),
        ..Config::default()
    }
}

/// Everything about a stream that breaks a promise of the contract, in words for its operator.
fn ways_to_lose_events(found: &Config, config: &JetStreamConfig) -> Vec<String> {
    let subjects = Subject::all_of(config.shard);
    [
        (found.storage != StorageType::File, "storage must be file"),
        (
            found.discard != DiscardPolicy::New,
            "discard must be new: old deletes history when the log is full",
        ),
        (found.retention != RetentionPolicy::Limits, "retention must be limits"),
        (!found.max_age.is_zero(), "max_age must be 0: events never expire"),
        (found.max_messages > 0, "max_msgs must be unlimited"),
        (found.max_messages_per_subject > 0, "max_msgs_per_subject must be unlimited"),
        (found.max_bytes <= 0, "max_bytes must be set, below the size of the disk"),
        (!found.deny_delete, "deny_delete must be true"),
        (!found.deny_purge, "deny_purge must be true"),
        (found.allow_rollup, "allow_rollup_hdrs must be false"),
        (found.allow_message_ttl, "allow_msg_ttl must be false"),
        (found.persist_mode == Some(PersistenceMode::Async), "persist_mode must not be async"),
        (found.no_ack, "no_ack must be false"),
        (!found.allow_direct, "allow_direct must be true"),
        (!found.allow_atomic_publish, "allow_atomic must be true"),
        (found.duplicate_window < DEDUPE_WINDOW, "duplicate_window must be at least 2m"),
        (found.subjects != [subjects], "its only subject must be all of the shard (ev.<shard>.>)"),
        (found.subject_transform.is_some(), "it must not transform subjects"),
        (found.mirror.is_some() || found.sources.is_some(), "it must have no other origin"),
        (found.sealed, "it is sealed"),
        (
            origin::is_being_restored(&found.metadata),
            "it is being restored: let `rookery restore` come to its end",
        ),
        (!origin::is_ours(&found.metadata), "its metadata holds no rookery.lineage: it is not ours"),
    ]
    .into_iter()
    .filter(|(is_wrong, _)| *is_wrong)
    .map(|(_, words)| words.to_owned())
    .collect()
}
