//! A view.

use super::column::Column;
use super::lineage::Rows;
use super::why::Classification;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct View {
    pub name: &'static str,
    /// For people, in a list.
    pub title: &'static str,
    /// What a row is, and what is not among the rows.
    pub description: &'static str,
    pub domain: Domain,
    pub cadence: Cadence,
    /// The columns that tell its rows apart; never null.
    pub primary_key: &'static [&'static str],
    /// When what a row tells of happened: by this a reader takes the rows of a time.
    pub time_column: Option<&'static str>,
    /// What decides which rows there are.
    pub rows: Rows,
    /// In the order of the view.
    pub columns: &'static [Column],
}

/// What a view is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Domain {
    Messages,
    People,
    Reactions,
    Moderation,
    /// How the system itself runs.
    Running,
}

/// When rows change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cadence {
    /// As a projection is folded: within about a second of the event, all views of the projection in one transaction.
    Folded(&'static str),
    /// They say how things stand when they are read.
    Live,
}

impl View {
    pub fn column(&self, name: &str) -> Option<&'static Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// Of a column that says a number as text, for programs that read numbers as doubles: the number.
    pub fn number_of(&self, companion: &Column) -> Option<&'static Column> {
        let number = match companion.name {
            "id_text" => "id",
            name => name.strip_suffix("_id_text")?,
        };
        self.column(number)
    }

    /// The projection whose rows it shows.
    pub const fn projection(&self) -> Option<&'static str> {
        match self.cadence {
            Cadence::Folded(projection) => Some(projection),
            Cadence::Live => None,
        }
    }

    /// That of the column that asks for the most care.
    pub fn classification(&self) -> Classification {
        let columns = self.columns.iter().map(|column| column.why.classification);
        columns.max().unwrap_or(Classification::Internal)
    }
}

impl Domain {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Messages => "messages",
            Self::People => "people",
            Self::Reactions => "reactions",
            Self::Moderation => "moderation",
            Self::Running => "running",
        }
    }
}
