//! Rows of a snapshot into an encoder: the database is read here, and encoded on a thread of its own.

use std::io::Write;

use bytes::Bytes;
use data_set::export::{DataSet, ExportError, Snapshot};
use futures::TryStreamExt;
use tokio::sync::mpsc;
use tokio::task::{JoinError, spawn_blocking};

use crate::encoder::{Encoder, Plan};
use crate::error::EncodeError;
use crate::format::Format;
use crate::receipt::Receipt;

/// Handed over at once: rows come one by one, and a thread is not woken for each.
const CHUNK_BYTES: usize = 256 * 1024;
/// On their way between the two; when it is full the database waits.
const CHUNKS_MAX: usize = 4;

#[derive(Debug, thiserror::Error)]
pub enum PumpError {
    #[error(transparent)]
    Export(#[from] ExportError),
    #[error(transparent)]
    Encode(#[from] EncodeError),
    #[error("the encoder panicked")]
    Panicked(#[from] JoinError),
}

/// Writes all rows of a snapshot, or what changed, and gives back what was written to. The snapshot ends with it.
///
/// # Errors
/// When the rows do not come to their end, or `out` takes no more. What was written until then is no whole file.
pub async fn pump<W: Write + Send + 'static>(
    mut snapshot: Snapshot,
    data_set: DataSet,
    since: Option<i64>,
    format: Format,
    out: W,
) -> Result<(W, Receipt), PumpError> {
    let plan = Plan { data_set, since, format, head: snapshot.head.clone() };
    let (sender, receiver) = mpsc::channel(CHUNKS_MAX);
    let encoding = spawn_blocking(move || encode(plan, receiver, out));
    let read = send(&mut snapshot, since, &sender).await;
    drop((snapshot, sender));
    let encoded = encoding.await?;
    // Where reading failed, the encoder only knows that there is no end.
    read?;
    Ok(encoded?)
}

async fn send(
    snapshot: &mut Snapshot,
    since: Option<i64>,
    sender: &mpsc::Sender<Vec<u8>>,
) -> Result<(), ExportError> {
    let mut rows = snapshot.rows(since)?;
    let mut chunk = Vec::with_capacity(CHUNK_BYTES + CHUNK_BYTES / 8);
    while let Some(row) = rows.try_next().await? {
        let row: Bytes = row;
        chunk.extend_from_slice(&row);
        if chunk.len() >= CHUNK_BYTES {
            let full = std::mem::replace(&mut chunk, Vec::with_capacity(CHUNK_BYTES + CHUNK_BYTES / 8));
            if sender.send(full).await.is_err() {
                // The encoder has failed, and says why.
                return Ok(());
            }
        }
    }
    sender.send(chunk).await.ok();
    Ok(())
}

fn encode<W: Write + Send>(
    plan: Plan,
    mut chunks: mpsc::Receiver<Vec<u8>>,
    out: W,
) -> Result<(W, Receipt), EncodeError> {
    let mut encoder = Encoder::new(plan, out)?;
    while let Some(chunk) = chunks.blocking_recv() {
        encoder.push(&chunk)?;
    }
    encoder.finish()
}
