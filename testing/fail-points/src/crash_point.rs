//! Steps at which a test ends the process.

use std::fmt::Display;

/// Names the step at which a process ends, and how often it passes there before: `after-receive`, or `after-receive:2`.
/// Empty is none.
pub const CRASH_POINT: &str = "ROOKERY_CRASH_POINT";

/// Ends the process at this step, if its environment says so.
#[cfg(not(feature = "armed"))]
#[inline(always)]
pub fn crash_point(_step: impl Display) {}

/// Ends the process at this step, if its environment says so.
#[cfg(feature = "armed")]
pub fn crash_point(step: impl Display) {
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicU32, Ordering};
    static CHOSEN: LazyLock<Option<(String, AtomicU32)>> =
        LazyLock::new(|| chosen(std::env::var_os(CRASH_POINT)?.to_str()?));
    let Some((chosen, passes)) = &*CHOSEN else { return };
    let may_pass = |left: u32| left.checked_sub(1);
    if step.to_string() == *chosen
        && passes.fetch_update(Ordering::Relaxed, Ordering::Relaxed, may_pass).is_err()
    {
        std::process::abort();
    }
}

#[cfg(feature = "armed")]
fn chosen(text: &str) -> Option<(String, std::sync::atomic::AtomicU32)> {
    let (step, passes) = text.split_once(':').unwrap_or((text, "0"));
    // A process that took a wrong number for none would crash at another step than the test means.
    let passes: u32 = passes.parse().unwrap_or_else(|error| panic!("{CRASH_POINT}={text}: {error}"));
    (!step.is_empty()).then(|| (step.to_owned(), passes.into()))
}
