//! How large a disk is, and how much of it is free.

use std::path::Path;

use anyhow::{Context, Result};
use nix::sys::statvfs::{Statvfs, statvfs};

/// Of the disk that holds a directory, in bytes.
pub fn disk_size(path: &Path) -> Result<u64> {
    look(path).map(|disk| disk.blocks() * disk.fragment_size())
}

/// Bytes that users other than root may still write to it.
pub fn disk_free(path: &Path) -> Result<u64> {
    look(path).map(|disk| disk.blocks_available() * disk.fragment_size())
}

fn look(path: &Path) -> Result<Statvfs> {
    statvfs(path).with_context(|| format!("look at the disk of {}", path.display()))
}
