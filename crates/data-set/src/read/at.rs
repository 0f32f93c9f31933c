//! Answers with their position.

/// An answer and the position that it reflects: every event up to it is folded into the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct At<T> {
    pub position: i64,
    pub value: T,
}

impl<T> At<T> {
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> At<U> {
        At { position: self.position, value: f(self.value) }
    }
}
