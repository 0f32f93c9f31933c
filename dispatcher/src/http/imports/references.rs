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
    /// A follow, a reaction or a change, which nothing refers to.
    Edge,
}

/// What later lines may call a line.
#[derive(Debug, Default)]
pub(super) struct Names {
    pub(super) key: Option<String>,
    pub(super) handle: Option<Handle>,
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
    /// The newest line that changes what others may have brought, and the lines behind it. A change waits for all
    /// lines before it, and all behind it wait for it: what it is about may have several names.
    last_change: Option<Promise>,
    since_change: Vec<Promise>,
    may_be_incomplete: bool,
}

/// A line behind those before it that have its key, claim its handle or have to be done before it. Dropped, it tells
/// those that wait for it.
#[derive(Debug)]
pub(super) struct QueuedLine {
    own: Promise,
    made: Option<Made>,
    same_key: Option<Promise>,
    same_handle: Option<Promise>,
    before: Vec<Promise>,
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
    pub(super) fn enqueue(&mut self, line: u64, names: &Names, is_change: bool) -> QueuedLine {
        let Names { key, handle } = names;
        let own = Promise { line, made: Arc::default() };
        let same_key = key.as_ref().and_then(|key| self.by_key.insert(key.clone(), own.clone()));
        let same_handle =
            handle.as_ref().and_then(|handle| self.by_handle.insert(handle.clone(), own.clone()));
        let before = if is_change {
            let mut before = std::mem::take(&mut self.since_change);
            before.extend(self.last_change.replace(own.clone()));
            before
        } else {
            self.since_change.push(own.clone());
            self.last_change.iter().cloned().collect()
        };
        QueuedLine { own, made: None, same_key, same_handle, before }
    }
}

impl QueuedLine {
    /// Waits until all lines that come first were carried out: of a key or a handle, the first one that can has it.
    pub(super) async fn reached(&self) {
        for earlier in self.same_key.iter().chain(&self.same_handle).chain(&self.before) {
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
