//! That the source is sound in itself. `tests/it/published.rs` holds it against a database.

use std::collections::BTreeSet;

use super::document::{self, RELEASED, markdown, released};
use super::{Kind, NOT_SHOWN, VIEWS, view};

const CONTRACT: &str = include_str!("../../../../docs/contracts/published.odcs.yaml");
const DBT: &str = include_str!("../../../../docs/dbt/models/published.yml");
const DOCUMENT: &str = include_str!("../../../../docs/DATA_SET.md");
const LOG: &str = include_str!("../../../../docs/asyncapi.yaml");

/// See [`super::document`].
#[test]
fn what_was_released_is_still_there() {
    let now = released();
    let broken = broken(RELEASED, &now);
    assert!(
        broken.is_empty(),
        "released, and no longer so: {broken:#?}\nSomebody's queries stand on it. Leave `published` as it is and make a new \
         schema beside it (docs/CONTRACT.md, What may change)."
    );
    assert_eq!(
        now, RELEASED,
        "nothing is broken, and the list of what was released is not up to date. Raise the second number of CONTRACT_VERSION where \
         something was added, and make it again: \
         cargo run -p data-set --example published released > released.new && mv released.new crates/data-set/src/published/released.txt"
    );
}

/// Lines of what was promised that are kept neither as they are nor more strictly.
fn broken<'a>(released: &'a str, now: &str) -> Vec<&'a str> {
    let lines: BTreeSet<&str> = now.lines().collect();
    let is_kept = |line: &str| {
        // A column that ceases to be null breaks nobody.
        let stricter = line.strip_suffix(" null").map(|column| format!("{} not null", column.trim_end()));
        // Nor does a word that is not used any more. A new one does: who asked for all of them misses it.
        let fewer = line.split_once(" one of ").is_some_and(|(column, words)| {
            let of_column = |line: &&&str| line.starts_with(&format!("{column} one of "));
            let now = lines.iter().find(of_column).map(|line| &line[column.len() + " one of ".len()..]);
            let words: Vec<&str> = words.split(' ').collect();
            now.is_some_and(|now| now.split(' ').all(|word| words.contains(&word)))
        });
        line.starts_with("version ")
            || fewer
            || lines.contains(line)
            || stricter.is_some_and(|line| lines.contains(line.as_str()))
    };
    released.lines().filter(|line| !is_kept(line)).collect()
}

#[test]
fn what_breaks_a_query_is_told_from_what_does_not() {
    const BEFORE: &str = "version 1.0.0\nv key id\nv.id bigint not null\nv.id leads to w.id\nv.word text null\nv.word one of a b\n";
    let changed = |from: &str, to: &str| {
        let now = BEFORE.replace(from, to);
        assert_ne!(now, BEFORE, "{from}");
        broken(BEFORE, &now).len()
    };
    for (from, to) in [
        ("v.id bigint not null\n", ""),
        ("v.id bigint", "v.number bigint"),
        ("bigint", "integer"),
        ("bigint not null", "bigint null"),
        ("key id", "key id word"),
        ("v.id leads to w.id\n", ""),
        ("one of a b", "one of a b c"),
        ("v.word one of a b\n", ""),
    ] {
        assert!(changed(from, to) > 0, "{from} -> {to}");
    }
    for (from, to) in [
        ("1.0.0", "1.1.0"),
        ("text null", "text not null"),
        ("one of a b", "one of a"),
        ("v.word text", "v.new text null\nv.word text"),
    ] {
        assert_eq!(changed(from, to), 0, "{from} -> {to}");
    }
}

#[test]
fn nothing_is_promised_anew_under_the_version_that_promised_less() {
    let more = "version 1.0.0\nv key id\nw key id\n";
    assert!(document::is_more("version 1.0.0\nv key id\n", more));
    assert!(!document::is_more("version 0.9.0\nv key id\n", more));
    assert!(!document::is_more(more, more));
}

#[test]
fn the_contract_and_the_sources_for_dbt_are_up_to_date() {
    let again = "make it again: cargo run -p data-set --example published";
    assert_eq!(document::contract(), CONTRACT, "{again} contract > docs/contracts/published.odcs.yaml");
    assert_eq!(document::dbt(), DBT, "{again} dbt > docs/dbt/models/published.yml");
}

/// All of these are one promise, said in four ways; each test of a stranger's stands on one of them.
#[test]
fn the_contract_and_the_sources_promise_what_is_described() {
    let contract = serde_json::to_value(super::contract::contract()).expect("it is text and numbers");
    let dbt = serde_json::to_value(super::dbt::sources()).expect("it is text and numbers");
    let count = |of: fn(&super::Column) -> bool| {
        VIEWS.iter().flat_map(|view| view.columns).filter(|column| of(column)).count()
    };
    let required = count(|column| !column.is_nullable);
    let total = count(|column| column.total_reference().is_some());
    let closed = count(|column| column.closed_words().is_some());
    let (contract, dbt) = (contract.to_string(), dbt.to_string());
    let times = |text: &str, what: &str| text.matches(what).count();
    assert_eq!(times(&contract, "\"required\":true"), required);
    assert_eq!(times(&dbt, "\"not_null\""), required);
    assert_eq!(times(&contract, "\"foreignKey\""), total);
    assert_eq!(times(&dbt, "\"relationships\""), total);
    assert_eq!(times(&contract, "\"validValues\""), closed);
    assert_eq!(times(&dbt, "\"accepted_values\""), closed);
    let keys: usize = VIEWS.iter().map(|view| view.primary_key.len()).sum();
    assert_eq!(times(&contract, "\"primaryKey\":true"), keys);
    assert_eq!(times(&dbt, "\"unique\"") + times(&dbt, "\"unique_together\""), VIEWS.len());
    assert!(required > 100 && total > 10 && closed > 10, "{required} {total} {closed}");
}

#[test]
fn the_document_is_up_to_date() {
    assert_eq!(
        markdown(),
        DOCUMENT,
        "make it again: cargo run -p data-set --example published > docs/DATA_SET.md"
    );
}

#[test]
fn names_are_used_once_and_keys_and_references_lead_somewhere() {
    let names: BTreeSet<&str> = VIEWS.iter().map(|view| view.name).collect();
    assert_eq!(names.len(), VIEWS.len());
    for view in VIEWS {
        let columns: BTreeSet<&str> = view.columns.iter().map(|column| column.name).collect();
        assert_eq!(columns.len(), view.columns.len(), "{}", view.name);
        assert!(!view.primary_key.is_empty(), "{}", view.name);
        for key in view.primary_key {
            assert!(!view.column(key).expect("a key is a column").is_nullable, "{}.{key}", view.name);
        }
        let time = view.time_column.map(|time| view.column(time).expect("it is a column").kind);
        assert!(matches!(time, None | Some(Kind::Timestamp | Kind::Date)), "{}", view.name);
        for column in view.columns {
            let Some(reference) = column.reference else { continue };
            let place = format!("{}.{}", view.name, column.name);
            let there = super::view(reference.view).unwrap_or_else(|| panic!("{place}"));
            assert_eq!(there.primary_key, [reference.column], "{place} must lead to one row");
            let kind = there.column(reference.column).expect("see above").kind;
            assert_eq!(kind, column.kind, "{place}");
        }
    }
}

/// Columns that are the same whatever happens: the view gives them.
const OF_VIEWS: [&str; 1] = ["tag_counts.grain"];

#[test]
fn everything_is_said() {
    for view in VIEWS {
        assert!(!view.title.is_empty() && view.description.ends_with('.'), "{}", view.name);
        for column in view.columns {
            let place = format!("{}.{}", view.name, column.name);
            assert!(column.description.ends_with(['.', '`']), "{place}");
            assert!(!column.example.is_empty(), "{place} has no example");
            assert!(column.values.is_empty() || column.values.contains(&column.example), "{place}");
            let says_null = column.description.contains("Null") || column.name.ends_with("_id_text");
            assert!(says_null || !column.is_nullable, "{place}: what does null say?");
            let is_made_of_nothing = view.projection().is_none() || OF_VIEWS.contains(&place.as_str());
            assert_eq!(column.lineage.is_empty(), is_made_of_nothing, "{place}");
        }
    }
}

#[test]
fn lineage_names_events_and_fields_that_there_are() {
    let of_columns = VIEWS.iter().flat_map(|view| view.columns).flat_map(|column| column.sources());
    let sources = of_columns.chain(VIEWS.iter().flat_map(|view| view.row_sources()));
    let shown: BTreeSet<_> = sources.map(|(field, _)| field).collect();
    let hidden: BTreeSet<_> = NOT_SHOWN.iter().flat_map(|hidden| hidden.fields).copied().collect();
    assert!(shown.is_disjoint(&hidden), "shown, and said not to be");
    for field in shown.union(&hidden) {
        assert!(LOG.contains(&format!("name: {}\n", field.event)), "{}", field.event);
        assert!(field.field.starts_with('@') || LOG.contains(&format!(" {}:\n", field.field)), "{field:?}");
    }
}

#[test]
fn what_counts_rows_names_views_that_there_are() {
    for view in VIEWS {
        let counted = view.columns.iter().flat_map(|column| column.counts).chain(view.rows.of);
        for name in counted {
            let there = super::view(name).unwrap_or_else(|| panic!("{}: {name}", view.name));
            // So none is found by way of itself.
            assert!(there.rows.of.is_empty(), "{name}");
        }
    }
}

#[test]
fn ids_of_messages_have_a_companion_as_text() {
    let is_of_message = |column: &&super::Column| {
        let leads = column.reference.is_some_and(|to| matches!(to.view, "messages" | "message_ids"));
        column.kind == Kind::BigInt
            && (leads
                || column.name == "id"
                    && column.lineage.iter().any(|field| {
                        field.event == super::events::POSTED.0 && field.field == super::events::POSITION
                    }))
    };
    for view in VIEWS {
        for column in view.columns.iter().filter(is_of_message) {
            let name = match column.name {
                "id" => "id_text".to_owned(),
                name => format!("{name}_id_text"),
            };
            let companion = view.column(&name).unwrap_or_else(|| panic!("{}.{name} is missing", view.name));
            assert_eq!((companion.kind, companion.is_nullable), (Kind::Text, column.is_nullable), "{name}");
        }
    }
    assert!(view("messages").is_some_and(|view| view.column("in_reply_to_id_text").is_some()));
}
