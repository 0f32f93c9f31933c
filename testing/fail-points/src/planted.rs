//! Bugs that the fault tests plant on purpose.

/// Names the one bug of a process.
pub const PLANTED_BUG: &str = "ROOKERY_PLANTED_BUG";

/// What a process prints when a bug is at work for the first time: a bug that nothing ran into was not tried.
pub const NOTICE: &str = "planted bug at work: ";

/// Whether this bug is planted in this process.
#[cfg(not(feature = "armed"))]
#[must_use]
#[inline(always)]
pub const fn planted(_bug: &str) -> bool {
    false
}

/// Whether this bug is planted in this process.
#[cfg(feature = "armed")]
#[must_use]
#[expect(clippy::print_stderr, reason = "the tests that started the process read it there")]
pub fn planted(bug: &str) -> bool {
    use std::sync::{LazyLock, Once};
    static CHOSEN: LazyLock<Option<std::ffi::OsString>> = LazyLock::new(|| std::env::var_os(PLANTED_BUG));
    static FIRST: Once = Once::new();
    let is_planted = CHOSEN.as_deref() == Some(std::ffi::OsStr::new(bug));
    if is_planted {
        FIRST.call_once(|| eprintln!("{NOTICE}{bug}"));
    }
    is_planted
}
