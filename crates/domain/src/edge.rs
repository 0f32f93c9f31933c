//! What is known about an edge (a follow, a block, a mute, a reaction) before it is set or removed.

/// The last event on an edge wins, so setting one twice is one, and a decision may be made without knowing it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edge {
    Set,
    Unset,
    /// It would cost more to find out than an event that changes nothing.
    Unknown,
}

/// What the actor wants of an edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DesiredState {
    Set,
    Unset,
}

impl Edge {
    /// Whether the desired state is known to be there.
    pub fn is_as(self, desired: DesiredState) -> bool {
        matches!((self, desired), (Self::Set, DesiredState::Set) | (Self::Unset, DesiredState::Unset))
    }

    /// Of an edge whose last event is known.
    pub fn of(is_set: bool) -> Self {
        if is_set { Self::Set } else { Self::Unset }
    }
}
