//! Counts what the API asks the database, by what the driver says of its statements.

use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;

use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};

#[derive(Debug, Default)]
pub(crate) struct Statements {
    /// For the position alone.
    pub(crate) polls: AtomicUsize,
    /// For a message.
    pub(crate) queries: AtomicUsize,
    /// For messages of a tag.
    pub(crate) lists: AtomicUsize,
    /// For what happened to messages.
    pub(crate) changes: AtomicUsize,
    /// For what is shown of that.
    pub(crate) shown: AtomicUsize,
}

impl Statements {
    /// Of all threads of this process from now on, so only one test of a process may call it.
    pub(crate) fn count() -> Arc<Self> {
        let statements = Arc::new(Self::default());
        let counting = tracing_subscriber::registry().with(Counting(Arc::clone(&statements)));
        tracing::subscriber::set_global_default(counting).expect("nothing else listens");
        statements
    }
}

struct Counting(Arc<Statements>);

impl<S: Subscriber> Layer<S> for Counting {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        if event.metadata().target() == "sqlx::query" {
            event.record(&mut Text(&self.0));
        }
    }
}

struct Text<'a>(&'a Statements);

impl Visit for Text<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.record_str(field, &format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() != "db.statement" {
            return;
        }
        if value.contains("Purpose: one page of the messages of a tag") {
            self.0.lists.fetch_add(1, Relaxed);
        } else if value.contains("Purpose: what happened to messages") {
            self.0.changes.fetch_add(1, Relaxed);
        } else if value.contains("Purpose: the messages $2 that are there") {
            self.0.shown.fetch_add(1, Relaxed);
        } else if value.contains("select coalesce(max(position), 0) as position") {
            self.0.polls.fetch_add(1, Relaxed);
        } else if value.contains("Purpose: a message, or whose") {
            self.0.queries.fetch_add(1, Relaxed);
        }
    }
}
