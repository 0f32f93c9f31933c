//! A column.

use super::events::Field;
use super::lineage::{Influence, Transformation};
use super::why::Why;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    pub name: &'static str,
    pub kind: Kind,
    pub is_nullable: bool,
    /// What a value says; where it can be null, what that says.
    pub description: &'static str,
    /// How it is classified, and why an analyst may see it.
    pub why: Why,
    /// What it joins with.
    pub reference: Option<Reference>,
    /// The fields of events that the values are made of. Empty: they say how the system runs, which no event does, or the
    /// view itself gives them.
    pub lineage: &'static [Field],
    /// How they are made of these.
    pub made_by: Transformation,
    /// On which fields a value hangs besides, in a row that is there in any case.
    pub influences: &'static [&'static [Influence]],
    /// Views whose rows it counts: it hangs on all that decides about these.
    pub counts: &'static [&'static str],
    /// All values that there are, if they are words.
    pub values: &'static [&'static str],
    pub example: &'static str,
}

/// A type, as the database and others know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    BigInt,
    Integer,
    SmallInt,
    Double,
    Boolean,
    Text,
    TextArray,
    Timestamp,
    Date,
}

/// A join path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reference {
    pub view: &'static str,
    pub column: &'static str,
    /// Which values have no row there. `None`: every one that is not null has exactly one, which tests may hold it to.
    pub except: Option<&'static str>,
}

impl Column {
    pub(super) const fn new(name: &'static str, kind: Kind, why: Why, description: &'static str) -> Self {
        Self {
            name,
            kind,
            is_nullable: false,
            description,
            why,
            reference: None,
            lineage: &[],
            made_by: Transformation::Identity,
            influences: &[],
            counts: &[],
            values: &[],
            example: "",
        }
    }

    pub(super) const fn nullable(mut self) -> Self {
        self.is_nullable = true;
        self
    }

    /// Every value is there.
    pub(super) const fn to(mut self, view: &'static str, column: &'static str) -> Self {
        self.reference = Some(Reference { view, column, except: None });
        self
    }

    /// Some values are not there: which, in words.
    pub(super) const fn to_most(
        mut self,
        view: &'static str,
        column: &'static str,
        except: &'static str,
    ) -> Self {
        self.reference = Some(Reference { view, column, except: Some(except) });
        self
    }

    /// Its values are those of fields.
    pub(super) const fn from(mut self, lineage: &'static [Field]) -> Self {
        self.lineage = lineage;
        self
    }

    /// Its values are made of fields, and are others than theirs.
    pub(super) const fn made_of(mut self, lineage: &'static [Field]) -> Self {
        self.made_by = Transformation::Transformation;
        self.from(lineage)
    }

    /// Its values are counted over fields.
    pub(super) const fn counted_over(mut self, lineage: &'static [Field]) -> Self {
        self.made_by = Transformation::Aggregation;
        self.from(lineage)
    }

    /// What else decides about a value.
    pub(super) const fn hangs_on(mut self, influences: &'static [&'static [Influence]]) -> Self {
        self.influences = influences;
        self
    }

    pub(super) const fn counts(mut self, views: &'static [&'static str]) -> Self {
        self.counts = views;
        self
    }

    pub(super) const fn one_of(mut self, values: &'static [&'static str]) -> Self {
        self.values = values;
        self
    }

    pub(super) const fn like(mut self, example: &'static str) -> Self {
        self.example = example;
        self
    }

    /// Where every value that is not null has its row.
    pub(super) fn total_reference(&self) -> Option<Reference> {
        self.reference.filter(|reference| reference.except.is_none())
    }

    /// The words that every value is one of.
    pub(super) fn closed_words(&self) -> Option<&'static [&'static str]> {
        (!self.values.is_empty() && self.kind == Kind::Text).then_some(self.values)
    }
}

impl Kind {
    /// As Postgres writes it.
    pub const fn sql(self) -> &'static str {
        match self {
            Self::BigInt => "bigint",
            Self::Integer => "integer",
            Self::SmallInt => "smallint",
            Self::Double => "double precision",
            Self::Boolean => "boolean",
            Self::Text => "text",
            Self::TextArray => "text[]",
            Self::Timestamp => "timestamp with time zone",
            Self::Date => "date",
        }
    }
}
