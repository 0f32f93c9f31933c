//! How far it is, for somebody who watches.

use indicatif::{ProgressBar, ProgressStyle};
use verifier::{Progress, Stage};

/// On standard error, and only on a terminal.
pub(super) struct Bar(ProgressBar);

impl Bar {
    pub(super) fn new() -> Self {
        let style = ProgressStyle::with_template("{msg:36} {bar:30} {human_pos} {per_sec} {eta} left");
        Self(ProgressBar::new(0).with_style(style.unwrap_or_else(|_malformed| ProgressStyle::default_bar())))
    }

    pub(super) fn show(&self, progress: Progress<'_>) {
        let (words, done, total) = match progress.stage {
            Stage::Folding { done, total } => (format!("{}: folding", progress.projection), done, total),
            // How many rows there are is only known at the end.
            Stage::Comparing { table, done } => (format!("{}: {table}", progress.projection), done, done),
        };
        if self.0.message() != words {
            self.0.reset();
            self.0.set_message(words);
        }
        self.0.set_length(total);
        self.0.set_position(done);
    }

    pub(super) fn clear(&self) {
        self.0.finish_and_clear();
    }
}
