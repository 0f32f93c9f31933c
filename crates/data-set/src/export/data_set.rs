//! What can be exported.

mod views;

use views::VIEWS;

/// The column that says what became of a row, in an export of changes: `upsert` or `delete`.
pub const CHANGE_TYPE: &str = "_change_type";

/// A type of the column of a file.
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

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    pub name: &'static str,
    pub kind: Kind,
    pub is_nullable: bool,
}

/// A view whose rows are those of one position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataSet {
    pub name: &'static str,
    /// The projection whose rows it shows, and whose position they are at.
    pub projection: &'static str,
    /// They tell the rows apart and order them; never null.
    pub key: &'static [&'static str],
    pub columns: Vec<Column>,
    pub changes: Changes,
}

/// Whether it can be told what changed behind a position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changes {
    /// What is undone leaves no trace in the rows.
    NotKept,
    Kept {
        /// The columns with positions at which a row came or changed.
        changed: &'static [&'static str],
        /// Columns that change without one, so that they are in no export of changes.
        untracked: &'static [&'static str],
        /// Where the keys are of rows that went; `None`: none ever does.
        gone: Option<Gone>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gone {
    pub view: &'static str,
    /// Of the row that went, which is also the position at which it came.
    pub key: &'static str,
    /// The column with the position at which it went.
    pub position: &'static str,
}

/// All of them, in the order in which they are listed for people.
pub fn all() -> impl Iterator<Item = DataSet> {
    VIEWS.iter().map(views::data_set)
}

/// The data set of a name.
pub fn find(name: &str) -> Option<DataSet> {
    all().find(|data_set| data_set.name == name)
}

impl DataSet {
    /// The columns of a file: with `since`, they say first what became of each row, and only the key is always there.
    pub fn file_columns(&self, since: Option<i64>) -> Vec<Column> {
        if since.is_none() {
            return self.columns.clone();
        }
        let untracked = match self.changes {
            Changes::Kept { untracked, .. } => untracked,
            Changes::NotKept => &[],
        };
        let tracked = self.columns.iter().filter(|column| !untracked.contains(&column.name));
        let column = |column: &Column| Column {
            is_nullable: column.is_nullable || !self.key.contains(&column.name),
            ..*column
        };
        let change = Column { name: CHANGE_TYPE, kind: Kind::Text, is_nullable: false };
        std::iter::once(change).chain(tracked.map(column)).collect()
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
