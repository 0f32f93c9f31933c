//! A segment: written in one go, read line by line against everything that is known of it.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;

use event_store::StoredEvent;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::ArchiveError;
use crate::files::{self, hexadecimal};
use crate::line;
use crate::manifest::{Entry, FORMAT, Manifest, segment_name};

/// Zstandard's own default: a fifth of the size, faster than the log is read.
const LEVEL: i32 = 3;
/// No event comes near: the log takes 256 KiB, headers included.
const LINE_BYTES_MAX: u64 = 4 << 20;

/// The first line, in a Zstandard frame of its own: it holds a hash of what follows.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Header {
    format: String,
    shard: u8,
    lineage: String,
    first: u64,
    last: u64,
    bytes: u64,
    previous: String,
    sha256: String,
}

/// Events on their way into a segment, compressed as they come.
pub(crate) struct Draft {
    first: u64,
    next: u64,
    bytes: u64,
    previous: String,
    hash: Sha256,
    body: zstd::Encoder<'static, Vec<u8>>,
}

impl Draft {
    /// Goes on behind what the manifest holds.
    pub(crate) fn behind(manifest: &Manifest) -> Result<Self, ArchiveError> {
        let first = manifest.last() + 1;
        let previous = manifest.chain_end();
        let body = || {
            let mut body = zstd::Encoder::new(Vec::new(), LEVEL)?;
            body.include_checksum(true)?;
            Ok(body)
        };
        Ok(Self {
            first,
            next: first,
            bytes: 0,
            hash: Sha256::new_with_prefix(format!("{previous}\n")),
            previous,
            body: body().map_err(ArchiveError::io(Path::new(&segment_name(first))))?,
        })
    }

    pub(crate) fn events(&self) -> u64 {
        self.next - self.first
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    pub(crate) fn push(&mut self, event: &StoredEvent) -> Result<(), ArchiveError> {
        let name = segment_name(self.first);
        if event.sequence.get() != self.next {
            let why = format!("the log gave event {} in place of {}", event.sequence.get(), self.next);
            return Err(ArchiveError::damaged(&name, why));
        }
        let line = line::write(event).map_err(|error| ArchiveError::damaged(&name, error.to_string()))?;
        self.hash.update(&line);
        self.body.write_all(&line).map_err(ArchiveError::io(Path::new(&name)))?;
        self.bytes += line.len() as u64;
        self.next += 1;
        Ok(())
    }

    /// Gives the segment its name. The caller puts the entry into the manifest.
    pub(crate) fn finish(self, dir: &Path, manifest: &Manifest) -> Result<Entry, ArchiveError> {
        let file = segment_name(self.first);
        let io = |error| ArchiveError::io(&dir.join(&file))(error);
        let body = self.body.finish().map_err(io)?;
        let header = Header {
            format: FORMAT.to_owned(),
            shard: manifest.shard,
            lineage: manifest.lineage.clone(),
            first: self.first,
            last: self.next - 1,
            bytes: self.bytes,
            previous: self.previous,
            sha256: hexadecimal(self.hash),
        };
        let mut line = serde_json::to_vec(&header).map_err(|error| io(error.into()))?;
        line.push(b'\n');
        let head = zstd::encode_all(line.as_slice(), LEVEL).map_err(io)?;
        files::write_whole(dir, &file, &[&head, &body])?;
        let hash = Sha256::new_with_prefix(&head).chain_update(&body);
        Ok(Entry {
            file,
            first: header.first,
            last: header.last,
            bytes: header.bytes,
            previous: header.previous,
            sha256: header.sha256,
            file_bytes: (head.len() + body.len()) as u64,
            file_sha256: hexadecimal(hash),
        })
    }
}

/// Gives the events of a segment in order; the last `next` is an error unless all of it is as the entry says.
pub(crate) struct Reader<'a> {
    entry: &'a Entry,
    lines: BufReader<zstd::Decoder<'static, BufReader<File>>>,
    hash: Sha256,
    next: u64,
    bytes: u64,
    line: Vec<u8>,
}

impl<'a> Reader<'a> {
    /// Compares the whole file with its hash before a byte of it is unpacked.
    pub(crate) fn open(dir: &Path, manifest: &Manifest, entry: &'a Entry) -> Result<Self, ArchiveError> {
        let damaged = |why: String| ArchiveError::damaged(&entry.file, why);
        let path = dir.join(&entry.file);
        let (bytes, sha256) = files::measure(&path).map_err(|error| damaged(error.to_string()))?;
        if bytes != entry.file_bytes {
            return Err(damaged(format!("it has {bytes} bytes, and the manifest says {}", entry.file_bytes)));
        }
        if sha256 != entry.file_sha256 {
            return Err(damaged(format!(
                "its SHA-256 is {sha256}, and the manifest says {}",
                entry.file_sha256
            )));
        }
        let (lines, header) = open(&path).map_err(damaged)?;
        let expected = Header {
            format: manifest.format.clone(),
            shard: manifest.shard,
            lineage: manifest.lineage.clone(),
            first: entry.first,
            last: entry.last,
            bytes: entry.bytes,
            previous: entry.previous.clone(),
            sha256: entry.sha256.clone(),
        };
        if header != expected {
            return Err(damaged("its first line is not what the manifest says".to_owned()));
        }
        Ok(Self {
            entry,
            lines,
            hash: Sha256::new_with_prefix(format!("{}\n", entry.previous)),
            next: entry.first,
            bytes: 0,
            line: Vec::new(),
        })
    }

    /// `None` behind the last event, when everything has been found right.
    pub(crate) fn next(&mut self) -> Result<Option<StoredEvent>, ArchiveError> {
        let damaged = |why: String| ArchiveError::damaged(&self.entry.file, why);
        read_line(&mut self.lines, &mut self.line).map_err(damaged)?;
        if self.line.is_empty() {
            return self.end().map(|()| None);
        }
        self.hash.update(&self.line);
        self.bytes += self.line.len() as u64;
        let event = line::read(&self.line).map_err(|why| damaged(format!("event {}: {why}", self.next)))?;
        if event.sequence.get() != self.next {
            return Err(damaged(format!("it has event {} in place of {}", event.sequence.get(), self.next)));
        }
        self.next += 1;
        Ok(Some(event))
    }

    fn end(&mut self) -> Result<(), ArchiveError> {
        let damaged = |why: String| Err(ArchiveError::damaged(&self.entry.file, why));
        if self.next != self.entry.last + 1 || self.bytes != self.entry.bytes {
            return damaged(format!(
                "it ends before event {}, and should hold {}",
                self.next, self.entry.last
            ));
        }
        let sha256 = hexadecimal(std::mem::take(&mut self.hash));
        if sha256 != self.entry.sha256 {
            return damaged(format!(
                "its events have the SHA-256 {sha256} in place of {}",
                self.entry.sha256
            ));
        }
        Ok(())
    }
}

/// What a segment says of itself that stands in no manifest yet. Its content is still to be read against it.
pub(crate) fn describe(dir: &Path, manifest: &Manifest, file: &str) -> Result<Entry, ArchiveError> {
    let damaged = |why: String| ArchiveError::damaged(file, why);
    let path = dir.join(file);
    let (file_bytes, file_sha256) = files::measure(&path).map_err(|error| damaged(error.to_string()))?;
    let (_, header) = open(&path).map_err(damaged)?;
    let builds_on = (&header.format, header.shard, &header.lineage, header.first, &header.previous);
    let end = manifest.chain_end();
    if builds_on != (&manifest.format, manifest.shard, &manifest.lineage, manifest.last() + 1, &end) {
        return Err(damaged("it does not go on where the manifest ends".to_owned()));
    }
    let Header { first, last, bytes, previous, sha256, .. } = header;
    Ok(Entry { file: file.to_owned(), first, last, bytes, previous, sha256, file_bytes, file_sha256 })
}

type Lines = BufReader<zstd::Decoder<'static, BufReader<File>>>;

fn open(path: &Path) -> Result<(Lines, Header), String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    let mut lines = BufReader::new(zstd::Decoder::new(file).map_err(|error| error.to_string())?);
    let mut line = Vec::new();
    read_line(&mut lines, &mut line)?;
    let header = serde_json::from_slice(&line).map_err(|error| format!("its first line: {error}"))?;
    Ok((lines, header))
}

/// Empty at the end.
fn read_line(lines: &mut impl BufRead, line: &mut Vec<u8>) -> Result<(), String> {
    line.clear();
    let mut bounded = lines.take(LINE_BYTES_MAX);
    bounded.read_until(b'\n', line).map_err(|error| error.to_string())?;
    if line.is_empty() || line.ends_with(b"\n") { Ok(()) } else { Err("a line does not end".to_owned()) }
}
