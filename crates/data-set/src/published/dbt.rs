//! The views as sources for dbt, with the same promises as tests of it: `docs/dbt/models/published.yml`.

use serde::Serialize;

use super::column::Column;
use super::view::View;
use super::{CONTRACT_VERSION, FRESH_WITHIN_MINUTES, SCHEMA, VIEWS};

/// The file of sources.
#[derive(Debug, Serialize)]
pub struct Sources {
    version: u32,
    sources: Vec<Source>,
}

#[derive(Debug, Serialize)]
struct Source {
    name: &'static str,
    description: String,
    schema: String,
    tables: Vec<Table>,
}

#[derive(Debug, Serialize)]
struct Table {
    name: &'static str,
    description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    config: Option<Config>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    data_tests: Vec<Test>,
    columns: Vec<Field>,
}

#[derive(Debug, Serialize)]
struct Config {
    freshness: Freshness,
    loaded_at_query: String,
}

#[derive(Debug, Serialize)]
struct Freshness {
    error_after: Span,
}

#[derive(Debug, Serialize)]
struct Span {
    count: u32,
    period: &'static str,
}

#[derive(Debug, Serialize)]
struct Field {
    name: &'static str,
    description: String,
    data_type: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    data_tests: Vec<Test>,
}

/// As dbt names them, but for `unique_together`, which the project brings along.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum Test {
    NotNull,
    Unique,
    UniqueTogether { arguments: Together },
    Relationships { arguments: Leads },
    AcceptedValues { arguments: Words },
}

#[derive(Debug, Serialize)]
struct Together {
    columns: &'static [&'static str],
}

#[derive(Debug, Serialize)]
struct Leads {
    to: String,
    field: &'static str,
}

#[derive(Debug, Serialize)]
struct Words {
    values: &'static [&'static str],
}

/// All of them.
pub fn sources() -> Sources {
    let source = Source {
        name: SCHEMA,
        description: format!("The data set of a Rookery, contract version {CONTRACT_VERSION}."),
        // Where somebody keeps a copy.
        schema: format!("{{{{ var('published_schema', '{SCHEMA}') }}}}"),
        tables: VIEWS.iter().map(table).collect(),
    };
    Sources { version: 2, sources: vec![source] }
}

fn table(view: &View) -> Table {
    let together = (view.primary_key.len() > 1)
        .then_some(Test::UniqueTogether { arguments: Together { columns: view.primary_key } });
    Table {
        name: view.name,
        description: view.comment(),
        config: view.projection().map(config),
        data_tests: together.into_iter().collect(),
        columns: view.columns.iter().map(|column| field(view, column)).collect(),
    }
}

/// Not the time of the newest row: where nothing happens, rows are fresh, too.
fn config(projection: &str) -> Config {
    Config {
        freshness: Freshness { error_after: Span { count: FRESH_WITHIN_MINUTES, period: "minute" } },
        loaded_at_query: format!(
            "select min(complete_until) from {{{{ source('{SCHEMA}', '{}') }}}} where projection = '{projection}' and state = 'published'",
            super::projections::VIEW.name,
        ),
    }
}

fn field(view: &View, column: &Column) -> Field {
    let mut tests = Vec::new();
    if !column.is_nullable {
        tests.push(Test::NotNull);
    }
    if view.primary_key == [column.name] {
        tests.push(Test::Unique);
    }
    if let Some(to) = column.total_reference() {
        let there = format!("source('{SCHEMA}', '{}')", to.view);
        tests.push(Test::Relationships { arguments: Leads { to: there, field: to.column } });
    }
    if let Some(values) = column.closed_words() {
        tests.push(Test::AcceptedValues { arguments: Words { values } });
    }
    Field {
        name: column.name,
        description: column.comment(),
        data_type: column.kind.sql(),
        data_tests: tests,
    }
}
