//! Files that are whole or absent after a crash, and private: they hold what people wrote.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::error::ArchiveError;

const LOCK: &str = "archive.lock";
/// Behind the name of a file that is being written. A file that still has it was left by a crash.
pub(crate) const DRAFT: &str = ".new";
const BLOCK_BYTES: usize = 1 << 16;

pub(crate) fn make_dir(dir: &Path) -> Result<(), ArchiveError> {
    DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(ArchiveError::io(dir))
}

/// Held while the archive grows; the kernel releases it when the process ends.
pub(crate) fn lock(dir: &Path) -> Result<File, ArchiveError> {
    let path = dir.join(LOCK);
    let open = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&path);
    let file = open.map_err(ArchiveError::io(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(ArchiveError::Locked(dir.to_owned())),
        Err(TryLockError::Error(error)) => Err(ArchiveError::io(&path)(error)),
    }
}

/// Aside, synced, renamed, and the name synced as well.
pub(crate) fn write_whole(dir: &Path, name: &str, parts: &[&[u8]]) -> Result<(), ArchiveError> {
    let draft = dir.join(format!("{name}{DRAFT}"));
    let write = || {
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
        for part in parts {
            file.write_all(part)?;
        }
        file.sync_all()?;
        std::fs::rename(&draft, dir.join(name))?;
        File::open(dir)?.sync_all()
    };
    write().map_err(ArchiveError::io(&dir.join(name)))
}

/// `None` where there is no such file.
pub(crate) fn read_if_there(path: &Path) -> Result<Option<Vec<u8>>, ArchiveError> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(ArchiveError::io(path)(error)),
    }
}

/// The names in a folder that end so, sorted.
pub(crate) fn names(dir: &Path, end: &str) -> Result<Vec<String>, ArchiveError> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(ArchiveError::io(dir))? {
        let name = entry.map_err(ArchiveError::io(dir))?.file_name();
        names.extend(name.to_str().filter(|name| name.ends_with(end)).map(str::to_owned));
    }
    names.sort();
    Ok(names)
}

/// Length and hash of a file.
pub(crate) fn measure(path: &Path) -> std::io::Result<(u64, String)> {
    let mut file = File::open(path)?;
    let mut block = vec![0; BLOCK_BYTES];
    let (mut bytes, mut hash) = (0, Sha256::new());
    loop {
        match file.read(&mut block)? {
            0 => return Ok((bytes, hexadecimal(hash))),
            read => {
                hash.update(&block[..read]);
                bytes += read as u64;
            }
        }
    }
}

pub(crate) fn hexadecimal(hash: Sha256) -> String {
    use std::fmt::Write;
    hash.finalize().iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
