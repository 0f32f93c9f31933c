//! Old versions of events, read as the newest one.
//!
//! ```text
//!   stored .v1 ──step 1──▶ as .v2 ──step 2──▶ as .v3 ──▶ the event's Rust type
//! ```
//!
//! A stored body is never touched. A step is a pure function from the JSON of one version to the JSON that the next
//! version would have stored for the same fact; it never looks elsewhere, so that a replay in ten years gives the same
//! rows. A new version of a type costs: its struct in `domain`, a step here, its line in the table of `codec.rs`, a
//! golden file, and a golden log that has it (`tools/rookery/tests/golden`). Code that writes the new version is
//! deployed after all readers know it: older ones cannot fold it, and say so ([`Stored::Newer`]).

use serde_json::{Map, Value};

/// The fields of one version's body.
pub(crate) type Fields = Map<String, Value>;

/// From a version to the next one; `Err` says what is wrong with the body.
pub(crate) type Step = fn(Fields) -> Result<Fields, String>;

/// A type, without its version, and the steps from version 1 to the newest.
#[derive(Debug, Clone, Copy)]
pub(crate) struct History {
    pub(crate) base: &'static str,
    pub(crate) steps: &'static [Step],
}

/// What the name of a stored type means to this code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stored {
    Newest,
    /// As many steps of its history are behind it.
    Older {
        steps_done: usize,
    },
    /// A type that is known, in a version that is not.
    Newer,
    /// Another type.
    Other,
}

impl History {
    /// Versions count from 1, and each step leads to the next.
    pub(crate) fn newest(&self) -> usize {
        self.steps.len() + 1
    }

    pub(crate) fn sort(&self, event_type: &str) -> Stored {
        let Some(version) = event_type.strip_prefix(self.base).and_then(|rest| rest.strip_prefix(".v"))
        else {
            return Stored::Other;
        };
        // What is no canonical number is nothing that this code wrote, but it means to be of this type.
        let number = version.parse().ok().filter(|number: &usize| number.to_string() == version);
        match number {
            Some(number) if number == self.newest() => Stored::Newest,
            Some(number) if (1..self.newest()).contains(&number) => Stored::Older { steps_done: number - 1 },
            Some(_) | None => Stored::Newer,
        }
    }

    /// The body as the newest version would have stored it.
    pub(crate) fn upcast(&self, steps_done: usize, body: Fields) -> Result<Fields, String> {
        self.steps.iter().skip(steps_done).try_fold(body, |fields, step| step(fields))
    }
}
