//! Fuzzing: the parsers of what strangers send, fed with mutated input.
//!
//! A target takes any bytes and panics where a parser does, or where a promise of it is broken. Two engines run the same
//! targets over the same corpus: the [`campaign()`] here, which needs no more than a stable compiler and runs with the
//! tests, and libFuzzer by cargo-fuzz (`testing/fuzz/libfuzzer`), which looks at the code's coverage and needs a nightly
//! one.

mod campaign;
mod mutate;
mod targets;

use std::path::PathBuf;

pub use campaign::{Bounds, Found, campaign, run_once};
#[cfg(feature = "internals")]
pub use targets::{cursor, import_lines, query};
pub use targets::{envelope, tag, token};

/// A name, and what is done with any bytes.
pub type Target = (&'static str, fn(&[u8]));

/// All of them. Those of the APIs' own parsers are there with the feature `internals`.
pub const TARGETS: &[Target] = &[
    #[cfg(feature = "internals")]
    ("cursor", targets::cursor),
    ("envelope", targets::envelope),
    #[cfg(feature = "internals")]
    ("import-line", targets::import_lines),
    #[cfg(feature = "internals")]
    ("query", targets::query),
    ("tag", targets::tag),
    ("token", targets::token),
];

/// The seeds of a target, and what was once found, sorted by name.
///
/// # Errors
/// Where the folder cannot be read.
pub fn corpus(target: &str) -> anyhow::Result<Vec<(PathBuf, Vec<u8>)>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
    let mut inputs = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let bytes = std::fs::read(&path)?;
        inputs.push((path, bytes));
    }
    inputs.sort();
    Ok(inputs)
}
