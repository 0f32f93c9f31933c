//! An archive as it lies in a folder.

use std::path::{Path, PathBuf};

use event_store::{Lineage, StoredEvent};

use crate::error::ArchiveError;
use crate::files;
use crate::manifest::{self, Entry, Manifest, SEGMENT_END, segment_name};
use crate::segment::{self, Reader};

#[derive(Debug)]
pub struct Archive {
    pub(crate) dir: PathBuf,
    pub(crate) manifest: Manifest,
    /// Segments at the end of `manifest` that the file does not name yet.
    pub(crate) unlisted: usize,
}

impl Archive {
    /// A run that ended between naming its last segment and writing the manifest leaves a segment that is whole and not
    /// in the manifest. It belongs to the archive if it goes on where the manifest ends; it is read through to make
    /// sure.
    pub fn open(dir: &Path) -> Result<Self, ArchiveError> {
        let manifest = Manifest::read(dir)?.ok_or_else(|| ArchiveError::Missing(dir.to_owned()))?;
        let mut archive = Self { dir: dir.to_owned(), manifest, unlisted: 0 };
        loop {
            let file = segment_name(archive.manifest.last() + 1);
            if !dir.join(&file).exists() {
                return Ok(archive);
            }
            let entry = segment::describe(dir, &archive.manifest, &file)?;
            let mut reader = Reader::open(dir, &archive.manifest, &entry)?;
            while reader.next()?.is_some() {}
            archive.manifest.segments.push(entry);
            archive.unlisted += 1;
        }
    }

    /// An archive with nothing in it, unless there is one already.
    pub(crate) fn open_or_create(dir: &Path, shard: u8, lineage: &Lineage) -> Result<Self, ArchiveError> {
        match Self::open(dir) {
            Err(ArchiveError::Missing(_)) => {}
            opened => return opened,
        }
        if let Some(segment) = files::names(dir, SEGMENT_END)?.first() {
            return Err(ArchiveError::damaged(
                manifest::FILE,
                format!("it is missing, but {segment} is there"),
            ));
        }
        let manifest = Manifest::new(shard, lineage.to_string());
        manifest.write(dir)?;
        Ok(Self { dir: dir.to_owned(), manifest, unlisted: 0 })
    }

    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    pub fn lineage(&self) -> Lineage {
        Lineage(self.manifest.lineage.as_str().into())
    }

    /// The last archived sequence; 0 where there is none.
    pub fn last(&self) -> u64 {
        self.manifest.last()
    }

    /// Stands for everything in it: written down elsewhere, it tells whether the archive is still the same.
    pub fn last_hash(&self) -> String {
        self.manifest.chain_end()
    }

    /// Events from a sequence on.
    pub(crate) fn events(&self, from: u64) -> Events<'_> {
        let skipped = self.manifest.segments.iter().take_while(|segment| segment.last < from).count();
        Events { archive: self, from, segments: self.manifest.segments[skipped..].iter(), reader: None }
    }
}

/// Each segment is verified as it is read.
pub(crate) struct Events<'a> {
    archive: &'a Archive,
    from: u64,
    segments: std::slice::Iter<'a, Entry>,
    reader: Option<Reader<'a>>,
}

impl Events<'_> {
    pub(crate) fn next(&mut self) -> Result<Option<StoredEvent>, ArchiveError> {
        loop {
            if let Some(reader) = &mut self.reader {
                match reader.next()? {
                    Some(event) if event.sequence.get() < self.from => continue,
                    Some(event) => return Ok(Some(event)),
                    None => self.reader = None,
                }
            }
            let Some(entry) = self.segments.next() else { return Ok(None) };
            self.reader = Some(Reader::open(&self.archive.dir, &self.archive.manifest, entry)?);
        }
    }
}
