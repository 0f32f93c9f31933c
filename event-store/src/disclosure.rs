//! What of an event is handed on to consumers: everybody who takes events without being a part of Rookery.
//!
//! The rule stands in the table of `codec.rs`, a word at each type, so an event about which nothing was decided does not
//! compile; a new field fails a test (`tests/it/disclosure.rs`) until somebody decides. What accounts keep to themselves
//! (blocks, mutes, bookmarks, what they read, reports) is private as a whole; of the rest some fields are, as the data
//! set tells them to nobody either. Handed on is the event as this code knows it, in its newest version: a field that it
//! does not know could be private.

/// What of a type is handed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Disclosure {
    Private,
    /// All but these fields.
    Without(&'static [&'static str]),
}

pub(crate) const PUBLIC: Disclosure = without(&[]);
pub(crate) const PRIVATE: Disclosure = Disclosure::Private;

pub(crate) const fn without(fields: &'static [&'static str]) -> Disclosure {
    Disclosure::Without(fields)
}
