//! What commands wrote down: each a line when it begins, and one when it ends, if it does.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A try of an event, as its command was told of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Note {
    pub position: i64,
    pub id: String,
    /// 1 and up.
    pub number: u32,
    /// The process that does it, and the one that started that.
    pub process: u32,
    pub runner: u32,
    pub event: Value,
    /// `None`: it begins.
    pub is_done: Option<bool>,
}

/// In one write, so that lines of others do not come between.
pub fn append(path: &Path, note: &impl Serialize) -> Result<()> {
    let line = format!("{}\n", serde_json::to_string(note)?);
    let mut notes = File::options().append(true).create(true).open(path)?;
    notes.write_all(line.as_bytes()).context("a note")
}

/// Each try, in the order in which they ended, behind those that have not.
pub(super) fn read(path: &Path) -> Result<Vec<Note>> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let (mut open, mut ended): (Vec<Note>, Vec<Note>) = Default::default();
    // The last line may be on its way.
    for line in text.split_inclusive('\n').filter(|line| line.ends_with('\n')) {
        let note: Note = serde_json::from_str(line).with_context(|| format!("a note: {line}"))?;
        if note.is_done.is_none() {
            open.push(note);
            continue;
        }
        open.retain(|known| (known.process, known.position) != (note.process, note.position));
        ended.push(note);
    }
    open.extend(ended);
    Ok(open)
}
