//! What lines make, for the later ones that refer to it. Bounded by the lines of a request.

use std::collections::HashMap;
use std::sync::Arc;

use domain::{AccountId, Handle, MessageId};
use tokio::sync::SetOnce;

/// What a line made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Made {
    Account(AccountId),
    Message(MessageId),
    /// A follow or reaction, which nothing refers to.
    Edge,
}

/// What a line is going to make.
#[derive(Debug, Clone)]
pub(super) struct Promise {
    pub(super) line: u64,
    /// `None`: it was refused, and so were all lines of its name before it.
    made: Arc<SetOnce<Option<Made>>>,
}

/// The newest line of each name. It waits for those before it, so it knows what they made.
#[derive(Debug, Default)]
pub(super) struct References {
    by_key: HashMap<String, Promise>,
    by_handle: HashMap<Handle, Promise>,
    may_be_incomplete: bool,
}

/// A line behind those before it that have its key, or claim its handle. Dropped, it tells those that wait for it.
#[derive(Debug)]
pub(super) struct QueuedLine {
    own: Promise,
    made: Option<Made>,
    same_key: Option<Promise>,
    same_handle: Option<Promise>,
}

impl Promise {
    /// Waits until the line was carried out.
    pub(super) async fn made(&self) -> Option<Made> {
        *self.made.wait().await
    }
}

impl References {
    /// The line of a key.
    pub(super) fn of_key(&self, key: &str) -> Option<&Promise> {
        self.by_key.get(key)
    }

    /// The line that claims a handle.
    pub(super) fn of_handle(&self, handle: &Handle) -> Option<&Promise> {
        self.by_handle.get(handle)
    }

    /// A line could not be read so far that its names are known.
    pub(super) fn names_were_lost(&mut self) {
        self.may_be_incomplete = true;
    }

    pub(super) fn may_be_incomplete(&self) -> bool {
        self.may_be_incomplete
    }

    /// Called for the lines in their order.
    pub(super) fn enqueue(&mut self, line: u64, key: Option<&str>, handle: Option<&Handle>) -> QueuedLine {
        let own = Promise { line, made: Arc::default() };
        let same_key = key.and_then(|key| self.by_key.insert(key.to_owned(), own.clone()));
        let same_handle = handle.and_then(|handle| self.by_handle.insert(handle.clone(), own.clone()));
        QueuedLine { own, made: None, same_key, same_handle }
    }
}

impl QueuedLine {
    /// Waits until all lines before it were carried out: of a key or a handle, the first one that can has it.
    pub(super) async fn reached(&self) {
        for earlier in [&self.same_key, &self.same_handle].into_iter().flatten() {
            earlier.made().await;
        }
    }

    pub(super) fn make(&mut self, made: Made) {
        self.made = Some(made);
    }
}

impl Drop for QueuedLine {
    fn drop(&mut self) {
        let of = |earlier: &Option<Promise>| earlier.as_ref().and_then(|it| it.made.get().copied().flatten());
        let made = self.made.or_else(|| of(&self.same_handle)).or_else(|| of(&self.same_key));
        // Nobody else sets it.
        drop(self.own.made.set(made));
    }
}
