//! A bar on standard error for work that takes long; nothing where that is no terminal.

use indicatif::{ProgressBar, ProgressStyle};

/// Counts events up to a number that may be corrected later.
pub(crate) fn of_events(what: &'static str, total: u64) -> ProgressBar {
    let style =
        ProgressStyle::with_template("{msg} {bar:30} {human_pos}/{human_len} events, {per_sec}, {eta} left");
    let style = style.unwrap_or_else(|_malformed| ProgressStyle::default_bar());
    ProgressBar::new(total).with_style(style).with_message(what)
}
