//! Named steps at which a test can end the process.

/// Ends the process at a named step when a test asked for it; nothing in other builds.
pub fn crash_point(_name: &str) {
    #[cfg(feature = "fail-points")]
    fail::fail_point!(_name, |_| std::process::abort());
}
