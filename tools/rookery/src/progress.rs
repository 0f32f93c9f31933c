//! A bar on standard error for work that takes long; nothing where that is not a terminal.

use std::fmt::Write;

use indicatif::{ProgressBar, ProgressState, ProgressStyle};

/// Counts events up to a number that may be corrected later.
pub(crate) fn of_events(what: &'static str, total: u64) -> ProgressBar {
    let template = "{msg} {bar:30} {human_pos}/{human_len} events, {rate} per second, {eta} left";
    let style =
        ProgressStyle::with_template(template).unwrap_or_else(|_malformed| ProgressStyle::default_bar());
    let style = style.with_key("rate", |state: &ProgressState, out: &mut dyn Write| {
        // A bar that cannot be drawn is not worth an error.
        let _ = write!(out, "{:.0}", state.per_sec());
    });
    ProgressBar::new(total).with_style(style).with_message(what)
}
