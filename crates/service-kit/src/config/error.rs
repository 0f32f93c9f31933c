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

/// Variables of ours that are set and that nothing reads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unread(pub(super) Vec<String>);

impl Unread {
    /// Says so in the log of a service that starts.
    pub fn warn(&self) {
        for name in &self.0 {
            tracing::warn!("{}", Line(name));
        }
    }
}

/// A line each, for somebody who checks a configuration.
impl fmt::Display for Unread {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|name| writeln!(formatter, "{}", Line(name)))
    }
}

struct Line<'a>(&'a str);

impl fmt::Display for Line<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} is set, but nothing reads it here; is the name right?", self.0)
    }
}

/// The environment cannot be used as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    faults: Vec<Fault>,
    unread: Unread,
}

impl ConfigError {
    pub(super) fn new(faults: Vec<Fault>, unread: Unread) -> Self {
        Self { faults, unread }
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
        for name in &self.unread.0 {
            write!(formatter, "\n  {}", Line(name))?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigError {}
