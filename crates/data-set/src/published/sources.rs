//! All fields of events on which a column or the rows of a view depend.

use std::collections::BTreeSet;

use super::column::Column;
use super::events::Field;
use super::lineage::{Influence, Transformation};
use super::view::View;

impl View {
    /// All that decides which rows it has.
    pub fn row_sources(&self) -> BTreeSet<(Field, Transformation)> {
        let mut sources: BTreeSet<_> =
            self.rows.influences.iter().copied().flatten().flat_map(Influence::sources).collect();
        for name in self.rows.of {
            // A test follows every name.
            sources.extend(super::view(name).into_iter().flat_map(View::row_sources));
        }
        sources
    }
}

impl Column {
    /// All that its values depend on, in rows that stay.
    pub fn sources(&self) -> BTreeSet<(Field, Transformation)> {
        let direct = self.lineage.iter().map(|field| (*field, self.made_by));
        let mut sources: BTreeSet<_> =
            direct.chain(self.influences.iter().copied().flatten().flat_map(Influence::sources)).collect();
        for name in self.counts {
            sources.extend(super::view(name).into_iter().flat_map(View::row_sources));
        }
        sources
    }
}
