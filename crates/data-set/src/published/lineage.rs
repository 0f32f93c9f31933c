//! On which fields of events columns and rows depend, and how: the words are those of OpenLineage.
//!
//! A property test (`reducers/tests/it/lineage.rs`) changes one field of one event at a time and finds what is said here
//! changed, and nothing else. So whoever declares too little or too much is told.

use super::events::Field;

/// How something depends on a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Transformation {
    /// The value is the field's.
    Identity,
    /// The value is made of it.
    Transformation,
    /// The value is counted over it.
    Aggregation,
    /// It decides which of several values is shown.
    Conditional,
    /// It has to be the same as that of another event.
    Join,
    /// Rows are there once for each value.
    GroupBy,
    /// It decides whether a row is there.
    Filter,
    /// What comes first, or last, counts.
    Sort,
}

/// Fields on which something depends in the same way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Influence {
    pub by: Transformation,
    pub fields: &'static [Field],
}

/// What decides which rows a view has. Of views that say how the system runs, no event does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rows {
    pub influences: &'static [&'static [Influence]],
    /// Views whose rows decide it as well, with all that decides about these.
    pub of: &'static [&'static str],
}

impl Transformation {
    /// Whether values come from the field, or only hang on it.
    pub const fn is_direct(self) -> bool {
        matches!(self, Self::Identity | Self::Transformation | Self::Aggregation)
    }

    pub const fn kind(self) -> &'static str {
        if self.is_direct() { "DIRECT" } else { "INDIRECT" }
    }

    pub const fn subtype(self) -> &'static str {
        match self {
            Self::Identity => "IDENTITY",
            Self::Transformation => "TRANSFORMATION",
            Self::Aggregation => "AGGREGATION",
            Self::Conditional => "CONDITIONAL",
            Self::Join => "JOIN",
            Self::GroupBy => "GROUP_BY",
            Self::Filter => "FILTER",
            Self::Sort => "SORT",
        }
    }
}

impl Rows {
    pub(super) const LIVE: Self = Self { influences: &[], of: &[] };

    pub(super) const fn by(influences: &'static [&'static [Influence]]) -> Self {
        Self { influences, of: &[] }
    }

    pub(super) const fn and_of(mut self, views: &'static [&'static str]) -> Self {
        self.of = views;
        self
    }
}

impl Influence {
    pub(super) fn sources(&self) -> impl Iterator<Item = (Field, Transformation)> + '_ {
        self.fields.iter().map(|field| (*field, self.by))
    }
}

pub(super) const fn filter(fields: &'static [Field]) -> Influence {
    Influence { by: Transformation::Filter, fields }
}

pub(super) const fn join(fields: &'static [Field]) -> Influence {
    Influence { by: Transformation::Join, fields }
}

pub(super) const fn group_by(fields: &'static [Field]) -> Influence {
    Influence { by: Transformation::GroupBy, fields }
}

pub(super) const fn sort(fields: &'static [Field]) -> Influence {
    Influence { by: Transformation::Sort, fields }
}

pub(super) const fn conditional(fields: &'static [Field]) -> Influence {
    Influence { by: Transformation::Conditional, fields }
}
