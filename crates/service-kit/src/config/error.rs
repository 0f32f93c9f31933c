//! The one error that lists every variable to fix.

use std::fmt;

/// One variable that is missing or malformed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub name: String,
    pub kind: FaultKind,
    /// What the operator should set. It never repeats what was set: that may be a secret.
    pub expected: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    Missing,
    Malformed,
}

impl Fault {
    pub(super) fn missing(name: &str, expected: impl Into<String>) -> Self {
        Self { name: name.to_owned(), kind: FaultKind::Missing, expected: expected.into() }
    }

    pub(super) fn malformed(name: &str, expected: impl Into<String>) -> Self {
        Self { name: name.to_owned(), kind: FaultKind::Malformed, expected: expected.into() }
    }
}

/// The environment cannot be used as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    faults: Vec<Fault>,
    unknown: Vec<String>,
}

impl ConfigError {
    pub(super) fn new(faults: Vec<Fault>, unknown: Vec<String>) -> Self {
        Self { faults, unknown }
    }

    #[must_use]
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the configuration cannot be used:")?;
        for fault in &self.faults {
            let what = match fault.kind {
                FaultKind::Missing => "is missing",
                FaultKind::Malformed => "is not acceptable",
            };
            write!(formatter, "\n  {} {what}; expected: {}", fault.name, fault.expected)?;
        }
        // A typing error shows as one missing and one unknown variable; seeing both side by side explains it.
        for name in &self.unknown {
            write!(formatter, "\n  {name} is set, but nothing reads it; is the name right?")?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigError {}
