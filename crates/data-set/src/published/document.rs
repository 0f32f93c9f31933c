//! The documents: `docs/DATA_SET.md`, the data contract, the sources for dbt, and the list of what was released. All are made by
//! `cargo run -p data-set --example published`, and tests hold them against the source.
//!
//! **What was released stays.** Queries of people whom nobody knows stand on it. A view or column may be added, and what is
//! promised may become stricter: one that could be null ceases to be, a reference has no exceptions any more, a word goes. Whatever else
//! is needed (a column gone or renamed, another type, nulls where there were none, another key, a new word, a reference without its
//! row) is made in a new schema beside `published`, and both are kept until nobody reads the old one.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::Serialize;

use super::column::Column;
use super::events::Field;
use super::lineage::Transformation;
use super::view::View;
use super::{CONTRACT_VERSION, SCHEMA, VIEWS};

/// The list as it stands in the repository.
pub(super) const RELEASED: &str = include_str!("released.txt");

/// The version, a line for each view with its key, and for each column with its type, its words and where it leads: what a query can
/// break on, and what the contract promises.
pub fn released() -> String {
    let mut text = format!("version {CONTRACT_VERSION}\n");
    for view in VIEWS {
        // Writing to a string does not fail; so below.
        _ = writeln!(text, "{} key {}", view.name, view.primary_key.join(" "));
        for column in view.columns {
            let null = if column.is_nullable { "null" } else { "not null" };
            _ = writeln!(text, "{}.{} {} {null}", view.name, column.name, column.kind.sql());
            if let Some(words) = column.closed_words() {
                _ = writeln!(text, "{}.{} one of {}", view.name, column.name, words.join(" "));
            }
            if let Some(to) = column.total_reference() {
                _ = writeln!(text, "{}.{} leads to {}.{}", view.name, column.name, to.view, to.column);
            }
        }
    }
    text
}

/// The list for the repository.
///
/// # Errors
/// When something is promised anew under the version that promised less.
pub fn release() -> Result<String, &'static str> {
    let now = released();
    if is_more(RELEASED, &now) {
        return Err(
            "something was added: raise the second number of CONTRACT_VERSION (crates/data-set/src/published.rs)",
        );
    }
    Ok(now)
}

/// Whether two lists differ under one version.
pub(super) fn is_more(before: &str, now: &str) -> bool {
    let version = |list: &str| list.lines().next().map(str::to_owned);
    version(before) == version(now) && before != now
}

/// The data contract, in YAML.
pub fn contract() -> String {
    written(include_str!("document/contract.txt"), &super::contract::contract())
}

/// The sources for dbt, in YAML.
pub fn dbt() -> String {
    written(include_str!("document/dbt.txt"), &super::dbt::sources())
}

fn written(head: &str, document: &impl Serialize) -> String {
    // Structs of text and numbers, which YAML always can say.
    head.to_owned() + &serde_saphyr::to_string(document).unwrap_or_default()
}

/// The documentation, in Markdown.
pub fn markdown() -> String {
    let mut text = include_str!("document/head.txt").to_owned();
    text.push_str(
        "\n## The views\n\n| view | what it holds | kept by | classification |\n|---|---|---|---|\n",
    );
    for view in VIEWS {
        let View { name, title, .. } = view;
        let (kept_by, class) = (view.projection().unwrap_or("live"), view.classification().word());
        _ = writeln!(text, "| [`{name}`](#{name}) | {title} | {kept_by} | {class} |");
    }
    VIEWS.iter().for_each(|view| describe(&mut text, view));
    text
}

fn describe(text: &mut String, view: &View) {
    let key = view.primary_key.iter().map(|column| format!("`{column}`")).collect::<Vec<_>>().join(", ");
    _ = writeln!(text, "\n## {}\n\n{}\n\nKey: {key}.", view.name, view.description);
    if let Some(column) = view.time_column {
        _ = writeln!(text, "Time: `{column}`.");
    }
    _ = writeln!(text, "Domain: {}.", view.domain.word());
    text.push_str("\n| column | type | null | what it says | joins | care | made from |\n|---|---|---|---|---|---|---|\n");
    for column in view.columns {
        _ = writeln!(
            text,
            "| `{}` | {} | {} | {}{} | {} | {} | {} |",
            column.name,
            column.kind.sql(),
            if column.is_nullable { "yes" } else { "" },
            column.description,
            values(column),
            joins(column),
            column.why.classification.word(),
            made_from(column),
        );
    }
    hangs_on(text, view);
    let mut reasons: Vec<_> = view.columns.iter().map(|column| column.why).collect();
    reasons.sort_unstable_by_key(|why| (why.classification, why.reason));
    reasons.dedup();
    text.push_str("\nWhy an analyst may see it:\n\n");
    for why in reasons {
        _ = writeln!(text, "- {}: {}", why.classification.word(), why.reason);
    }
}

fn values(column: &Column) -> String {
    let words: Vec<String> = column.values.iter().map(|word| format!("`{word}`")).collect();
    match words.is_empty() {
        true if column.example.is_empty() => String::new(),
        true => format!(" E.g. `{}`.", column.example),
        false => format!(" One of {}.", words.join(", ")),
    }
}

fn joins(column: &Column) -> String {
    let Some(reference) = column.reference else { return String::new() };
    let except = reference.except.map(|except| format!("; not there: {except}")).unwrap_or_default();
    format!("`{SCHEMA}.{}.{}`{except}", reference.view, reference.column)
}

fn made_from(column: &Column) -> String {
    let fields = by_event(column.lineage.iter().copied().collect());
    match column.made_by {
        _ if fields.is_empty() => fields,
        Transformation::Transformation => format!("derived: {fields}"),
        Transformation::Aggregation => format!("counted: {fields}"),
        _ => fields,
    }
}

/// What decides besides: about rows, and about values of rows that are there in any case.
fn hangs_on(text: &mut String, view: &View) {
    let of_rows: BTreeSet<Field> = view.row_sources().into_iter().map(|(field, _)| field).collect();
    let of_column = |column: &Column| {
        let indirect = column.sources().into_iter().filter(|(_, by)| !by.is_direct());
        indirect.map(|(field, _)| field).collect::<Vec<_>>()
    };
    let of_values: BTreeSet<Field> = view.columns.iter().flat_map(of_column).collect();
    for (what, fields) in
        [("Which rows there are", &of_rows), ("Which value is shown", &(&of_values - &of_rows))]
    {
        if !fields.is_empty() {
            _ = writeln!(text, "\n{what} hangs on: {}.", by_event(fields.clone()));
        }
    }
}

/// Types without the prefix that all have, each with its fields.
fn by_event(fields: BTreeSet<Field>) -> String {
    let mut events: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for Field { event, field } in fields {
        events.entry(event.trim_start_matches("rookery.")).or_default().push(format!("`{field}`"));
    }
    let events: Vec<String> =
        events.into_iter().map(|(event, fields)| format!("{event} {}", fields.join(" "))).collect();
    events.join(", ")
}
