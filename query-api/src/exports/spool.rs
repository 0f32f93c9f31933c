//! A file between the database and the caller.
//!
//! The database is read as fast as rows can be encoded, and its snapshot ends; the caller reads behind at its own pace.
//! So a slow caller holds a file, and no snapshot. The file has no name: it goes with the last who has it open.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use export::Receipt;
use tokio::sync::watch;
use tokio::task::spawn_blocking;

/// Read at once.
const CHUNK_BYTES: usize = 128 * 1024;

/// How far it is written.
#[derive(Debug, Clone, Default)]
struct Progress {
    bytes: u64,
    end: Option<End>,
}

#[derive(Debug, Clone)]
enum End {
    Complete(Arc<Receipt>),
    Broken,
}

#[derive(Debug)]
pub(super) struct SpoolWriter {
    file: File,
    progress: Arc<watch::Sender<Progress>>,
    written: u64,
    max: u64,
}

/// Says how the file ended. Dropped without a word, it was broken off.
#[derive(Debug)]
pub(super) struct SpoolEnd(Arc<watch::Sender<Progress>>);

#[derive(Debug)]
pub(super) struct SpoolReader {
    file: Arc<File>,
    progress: watch::Receiver<Progress>,
    at: u64,
}

/// What comes next.
#[derive(Debug)]
pub(super) enum Next {
    Bytes(Bytes),
    Complete(Arc<Receipt>),
}

/// A new file in a folder, of at most so many bytes.
pub(super) fn spool(dir: &Path, max: u64) -> io::Result<(SpoolWriter, SpoolEnd, SpoolReader)> {
    let file = tempfile::tempfile_in(dir)?;
    let reading = Arc::new(file.try_clone()?);
    let (sender, progress) = watch::channel(Progress::default());
    let sender = Arc::new(sender);
    let writer = SpoolWriter { file, progress: Arc::clone(&sender), written: 0, max };
    Ok((writer, SpoolEnd(sender), SpoolReader { file: reading, progress, at: 0 }))
}

impl Write for SpoolWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.progress.is_closed() {
            return Err(io::Error::new(io::ErrorKind::BrokenPipe, "the caller has gone"));
        }
        if self.written + bytes.len() as u64 > self.max {
            let words = format!("the file is larger than the {} bytes of ROOKERY_EXPORT_BYTES_MAX", self.max);
            return Err(io::Error::new(io::ErrorKind::StorageFull, words));
        }
        let written = self.file.write(bytes)?;
        self.written += written as u64;
        self.progress.send_modify(|progress| progress.bytes = self.written);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl SpoolEnd {
    /// All is written.
    pub(super) fn complete(self, receipt: Receipt) {
        self.0.send_modify(|progress| progress.end = Some(End::Complete(Arc::new(receipt))));
    }
}

impl Drop for SpoolEnd {
    fn drop(&mut self) {
        self.0.send_if_modified(|progress| {
            let is_open = progress.end.is_none();
            progress.end.get_or_insert(End::Broken);
            is_open
        });
    }
}

impl SpoolReader {
    /// Waits for what is not written yet.
    pub(super) async fn next(&mut self) -> io::Result<Next> {
        let at = self.at;
        let broken = || io::Error::new(io::ErrorKind::UnexpectedEof, "the export was broken off");
        let progress = self.progress.wait_for(|progress| progress.bytes > at || progress.end.is_some()).await;
        let Progress { bytes, end } = progress.map_err(|_closed| broken())?.clone();
        if bytes <= at {
            return match end {
                Some(End::Complete(receipt)) => Ok(Next::Complete(receipt)),
                Some(End::Broken) | None => Err(broken()),
            };
        }
        let file = Arc::clone(&self.file);
        let length = usize::try_from(bytes - at).unwrap_or(CHUNK_BYTES).min(CHUNK_BYTES);
        let read = spawn_blocking(move || {
            let mut chunk = vec![0; length];
            file.read_exact_at(&mut chunk, at).map(|()| chunk)
        });
        let chunk = read.await.map_err(io::Error::other)??;
        self.at += chunk.len() as u64;
        Ok(Next::Bytes(chunk.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_written_is_read_behind_and_what_was_broken_off_is_no_end() {
        let (mut writer, end, mut reader) = spool(&std::env::temp_dir(), 8).expect("there is room");
        writer.write_all(b"rook").expect("there is room");
        let Next::Bytes(bytes) = reader.next().await.expect("it was written") else { panic!("it goes on") };
        assert_eq!(&bytes[..], b"rook");
        let error = writer.write_all(b"eries").expect_err("nine are more than eight");
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
        drop(end);
        assert_eq!(reader.next().await.expect_err("it is broken").kind(), io::ErrorKind::UnexpectedEof);
        drop(reader);
        assert_eq!(writer.write(b"x").expect_err("nobody reads").kind(), io::ErrorKind::BrokenPipe);
    }
}
