//! What can be exported: the views of [`crate::published`] whose rows are those of one position.

use crate::published::{Cadence, Kind, VIEWS, View};

/// The column that says what became of a row, in an export of changes: `upsert` or `delete`.
pub const CHANGE_TYPE: &str = "_change_type";

/// A column of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    pub name: &'static str,
    pub kind: Kind,
    pub is_nullable: bool,
    /// Whether its values are words of which there are few.
    pub has_few_values: bool,
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
    VIEWS.iter().filter_map(DataSet::of)
}

/// The data set of a name.
pub fn find(name: &str) -> Option<DataSet> {
    all().find(|data_set| data_set.name == name)
}

impl Changes {
    /// A view that is not named here keeps nothing of what went.
    fn of(view: &str) -> Self {
        let gone = Gone { view: "deleted_messages", key: "id", position: "changed_position" };
        match view {
            "messages" => Self::Kept {
                changed: &["changed_position"],
                untracked: &["likes", "reposts", "replies"],
                gone: Some(gone),
            },
            "deleted_messages" => {
                Self::Kept { changed: &["changed_position"], untracked: &["nearest_living"], gone: None }
            }
            "moderation_actions" => Self::Kept { changed: &["position"], untracked: &[], gone: None },
            _ => Self::NotKept,
        }
    }
}

impl DataSet {
    /// `None` where rows say how things stand when they are read: there is no position that they are of.
    fn of(view: &View) -> Option<Self> {
        let View { name, cadence: Cadence::Folded(projection), primary_key: key, columns, .. } = *view else {
            return None;
        };
        let columns = columns.iter().map(|column| Column {
            name: column.name,
            kind: column.kind,
            is_nullable: column.is_nullable,
            has_few_values: !column.values.is_empty(),
        });
        Some(Self { name, projection, key, columns: columns.collect(), changes: Changes::of(name) })
    }

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
        let change = Column { name: CHANGE_TYPE, kind: Kind::Text, is_nullable: false, has_few_values: true };
        std::iter::once(change).chain(tracked.map(column)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_changes_is_there() {
        for data_set in all() {
            assert!(data_set.key.iter().all(|key| data_set.columns.iter().any(|column| column.name == *key)));
            let Changes::Kept { changed, untracked, gone } = data_set.changes else { continue };
            let has = |name: &&str| data_set.columns.iter().any(|column| column.name == *name);
            assert!(changed.iter().chain(untracked).all(has), "{}", data_set.name);
            if let Some(Gone { view, key, position }) = gone {
                let gone = find(view).expect("it is published");
                let has = |name: &str| gone.columns.iter().any(|column| column.name == name);
                assert!(has(key) && has(position) && data_set.key == [key], "{}", data_set.name);
            }
        }
    }
}
