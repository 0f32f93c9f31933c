//! The bounds of the streams: what each may hold, what it holds, and raising that.
//!
//! A broker reserves a stream's bound out of what it may use of its disk, whether the stream holds so much or not.

use async_nats::jetstream::context::GetStreamErrorKind;
use async_nats::jetstream::{self, ErrorCode};
use domain::Shard;

use event_store::OpenError;
use event_store::buckets::{self, BUCKETS};

use crate::config::JetStreamConfig;
use crate::errors::{not_reserved, unopened};

/// A stream with its bound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamLimit {
    /// As operators call it: `EVENTS_0`, `SESSIONS_0`.
    pub name: String,
    pub used: u64,
    pub bytes_max: u64,
}

/// What the broker's account may reserve, and has reserved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reserved {
    pub bytes: u64,
    /// `None` where the account has no limit of its own; the broker's own limit is not told to clients.
    pub bytes_max: Option<u64>,
}

#[derive(Debug, thiserror::Error)]
pub enum RaiseError {
    #[error("{0} is no stream of this log")]
    Unknown(String),
    #[error("{name} is bounded to {bytes_max} bytes already, and a bound is only raised")]
    NotMore { name: String, bytes_max: u64 },
    #[error(transparent)]
    Open(#[from] OpenError),
}

/// The broker's names of the streams, with what operators call them: the log, and the buckets beside it.
fn names(shard: Shard) -> Vec<(String, String)> {
    let buckets = BUCKETS.into_iter().map(|bucket| {
        let name = format!("{}_{}", bucket.name, shard.0);
        (format!("KV_{name}"), name)
    });
    let log = format!("EVENTS_{}", shard.0);
    [(log.clone(), log)].into_iter().chain(buckets).collect()
}

/// The streams that there are.
pub async fn list(client: async_nats::Client, shard: Shard) -> Result<Vec<StreamLimit>, OpenError> {
    let context = jetstream::new(client);
    let mut limits = Vec::new();
    for (stream, name) in names(shard) {
        let info = match context.get_stream(stream).await {
            Ok(stream) => stream.cached_info().clone(),
            Err(error) => match error.kind() {
                GetStreamErrorKind::JetStream(cause) if cause.error_code() == ErrorCode::STREAM_NOT_FOUND => {
                    continue;
                }
                _ => return Err(unopened(error)),
            },
        };
        let bytes_max = u64::try_from(info.config.max_bytes).unwrap_or(u64::MAX);
        limits.push(StreamLimit { name, used: info.state.bytes, bytes_max });
    }
    Ok(limits)
}

/// `None` where this user may not ask.
pub async fn reserved(client: async_nats::Client) -> Option<Reserved> {
    let account = jetstream::new(client).query_account().await.ok()?;
    let bytes_max = account.limits.max_storage.and_then(|bytes| u64::try_from(bytes).ok());
    Some(Reserved { bytes: account.reserved_storage, bytes_max })
}

/// Raises the bound of a stream. Needs a user who may update it.
pub async fn raise(
    client: async_nats::Client,
    shard: Shard,
    name: &str,
    bytes_max: u64,
) -> Result<(), RaiseError> {
    let known = names(shard).into_iter().find(|(_, known)| known == name);
    let (stream, _) = known.ok_or_else(|| RaiseError::Unknown(name.to_owned()))?;
    let context = jetstream::new(client);
    let found = context.get_stream(&stream).await.map_err(unopened)?;
    let mut config = found.cached_info().config.clone();
    let now = u64::try_from(config.max_bytes).unwrap_or(u64::MAX);
    if bytes_max <= now {
        return Err(RaiseError::NotMore { name: name.to_owned(), bytes_max: now });
    }
    config.max_bytes = i64::try_from(bytes_max).unwrap_or(i64::MAX);
    context.update_stream(config).await.map_err(|error| not_reserved(name, error))?;
    Ok(())
}

impl JetStreamConfig {
    /// What the buckets beside the log reserve.
    pub fn bytes_beside(&self) -> i64 {
        buckets::bytes_max(self.bucket_bytes_max)
    }

    /// What all streams reserve.
    pub fn bytes_of_all(&self) -> i64 {
        self.stream_bytes_max + self.bytes_beside()
    }
}
