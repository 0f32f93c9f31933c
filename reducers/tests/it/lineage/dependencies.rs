//! What is declared, what was seen, and where the two differ.

use std::collections::{BTreeMap, BTreeSet};

use data_set::published::{self, Field, Transformation, View};

use super::views::{Difference, folded, is_of_key};

/// That something depends on a field.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Dependency {
    pub(super) view: &'static str,
    /// `None`: which rows there are.
    pub(super) column: Option<&'static str>,
    pub(super) cause: Cause,
}

/// A type of events, and a field.
pub(super) type Cause = (String, &'static str);

/// Of what a place is made, on what it hangs, and what only decides about rows of another view that it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Strength {
    /// To be seen there.
    Direct,
    /// To be seen somewhere in the view.
    Indirect,
    /// Seen in the other view.
    Inherited,
}

pub(super) type Declared = BTreeMap<Dependency, Strength>;

pub(super) fn declared() -> Declared {
    let mut dependencies = Declared::new();
    for view in folded() {
        let of_rows = view.rows.influences.iter().copied().flatten().flat_map(|influence| influence.fields);
        add(&mut dependencies, (view, None), view.row_sources(), &[], of_rows);
        for column in view.columns {
            let hangs_on = column.influences.iter().copied().flatten().flat_map(|influence| influence.fields);
            add(&mut dependencies, (view, Some(column.name)), column.sources(), column.lineage, hangs_on);
        }
    }
    dependencies
}

fn add<'a>(
    dependencies: &mut Declared,
    (view, column): (&View, Option<&'static str>),
    sources: BTreeSet<(Field, Transformation)>,
    direct: &[Field],
    indirect: impl Iterator<Item = &'a Field>,
) {
    let indirect: BTreeSet<&Field> = indirect.collect();
    for (field, _) in sources {
        let strength = match (direct.contains(&field), indirect.contains(&field)) {
            (true, _) => Strength::Direct,
            (false, true) => Strength::Indirect,
            (false, false) => Strength::Inherited,
        };
        let cause = (field.event.to_owned(), field.field);
        dependencies.insert(Dependency { view: view.name, column, cause }, strength);
    }
}

/// What changes of a field changed.
#[derive(Debug, Default)]
pub(super) struct Observations {
    differences: BTreeSet<(Cause, Difference)>,
    seen: BTreeSet<Dependency>,
    seen_in: BTreeSet<(&'static str, Cause)>,
}

impl Observations {
    /// Takes down what a change changed. What nobody declared comes back in words.
    pub(super) fn add(
        &mut self,
        declared: &Declared,
        cause: &Cause,
        differences: BTreeSet<Difference>,
    ) -> Vec<String> {
        let mut undeclared = Vec::new();
        for difference in differences {
            match explain(declared, cause, &difference) {
                Ok(dependencies) => {
                    self.seen_in
                        .extend(dependencies.first().map(|dependency| (dependency.view, cause.clone())));
                    self.seen.extend(dependencies);
                }
                Err(dependency) => undeclared.push(format!("{dependency:?}")),
            }
            self.differences.insert((cause.clone(), difference));
        }
        undeclared
    }

    /// Whether a dependency is still to be seen.
    pub(super) fn is_open(&self, dependency: &Dependency, strength: Strength) -> bool {
        match strength {
            Strength::Direct => !self.seen.contains(dependency),
            Strength::Indirect => !self.seen_in.contains(&(dependency.view, dependency.cause.clone())),
            Strength::Inherited => false,
        }
    }

    /// The same differences under other declarations: what is wrong with these.
    pub(super) fn judge(&self, declared: &Declared) -> Vec<String> {
        let mut again = Self::default();
        let mut wrong = Vec::new();
        for (cause, difference) in &self.differences {
            let found = again.add(declared, cause, [difference.clone()].into());
            wrong.extend(
                found.into_iter().map(|dependency| format!("changed, and not declared: {dependency}")),
            );
        }
        let open = declared.iter().filter(|(dependency, strength)| again.is_open(dependency, **strength));
        wrong.extend(open.map(|(dependency, _)| format!("declared, and never changed: {dependency:?}")));
        wrong
    }
}

/// The dependencies by which a difference was to be expected, or one that is missing.
fn explain(
    declared: &Declared,
    cause: &Cause,
    difference: &Difference,
) -> Result<Vec<Dependency>, Dependency> {
    let dependency = |view, column| Dependency { view, column, cause: cause.clone() };
    let known = |dependency: Dependency| {
        if declared.contains_key(&dependency) { Ok(vec![dependency]) } else { Err(dependency) }
    };
    match difference {
        Difference::Column(view, column) => known(dependency(*view, Some(*column))),
        Difference::Rows(view, keys) => {
            let mut dependencies = known(dependency(*view, None))?;
            // A new value of a key comes from what brought its row.
            let of_keys = keys.iter().map(|key| dependency(*view, Some(*key)));
            dependencies.extend(of_keys.filter(|dependency| declared.contains_key(dependency)));
            Ok(dependencies)
        }
        Difference::Exchanged(view, columns) => {
            let dependencies: Vec<Dependency> =
                columns.iter().map(|column| dependency(*view, Some(*column))).collect();
            if !dependencies.is_empty()
                && dependencies.iter().all(|dependency| declared.contains_key(dependency))
            {
                return Ok(dependencies);
            }
            let view = published::view(view).expect("it is one of them");
            let keys = columns.iter().copied().filter(|column| is_of_key(view, column)).collect();
            explain(declared, cause, &Difference::Rows(view.name, keys))
        }
    }
}
