//! Both documents are made of this: what `data_set::published` describes, and how its rows stand.

use api_types::catalog::{
    Catalog, CatalogCadence, CatalogColumn, CatalogDataSet, CatalogDistribution, CatalogDistributionKind,
    CatalogField, CatalogFreshness, CatalogReference, CatalogRowCount,
};
use data_set::published::{CONTRACT_VERSION, Column, SCHEMA, View};
use data_set::read::{DataSetRow, RowCount};
use export::Format;

use super::apis;
use super::public_url::PublicUrl;
use super::settings::CatalogSettings;

const TITLE: &str = "Rookery: the data set";
const DESCRIPTION: &str = "What is folded from the log of a microblog: messages, people, reactions, moderation and how the system runs, \
    each view of one schema with all of its columns and the fields of events that they are made of.";
/// Without a worker's report for so long nobody knows whether something is missing.
const PATIENCE_SECONDS: f64 = 10.0;

pub(super) fn catalog(settings: &CatalogSettings, url: &PublicUrl, rows: &[DataSetRow]) -> Catalog {
    let PublicUrl(base) = url;
    Catalog {
        title: TITLE.to_owned(),
        description: DESCRIPTION,
        schema: SCHEMA,
        contract_version: CONTRACT_VERSION,
        contract: format!("{base}/v1/contracts/{SCHEMA}"),
        documentation: documentation(base),
        owner: settings.owner.clone(),
        contact: settings.contact.clone(),
        license: settings.license.clone(),
        data_sets: rows.iter().map(|row| data_set(settings, base, row)).collect(),
    }
}

fn documentation(base: &str) -> String {
    format!("{base}/docs/data-set")
}

fn data_set(settings: &CatalogSettings, base: &str, row: &DataSetRow) -> CatalogDataSet {
    let view = row.view;
    CatalogDataSet {
        name: view.name,
        title: view.title,
        description: view.description,
        domain: view.domain.word(),
        classification: view.classification().word(),
        cadence: if view.projection().is_some() { CatalogCadence::Folded } else { CatalogCadence::Live },
        projection: view.projection(),
        primary_key: view.primary_key.to_vec(),
        time_column: view.time_column,
        row_count: match row.rows {
            RowCount::Counted(rows) => CatalogRowCount { rows, exact: true },
            RowCount::Estimated(rows) => CatalogRowCount { rows, exact: false },
        },
        freshness: row.position.zip(row.folded_at).map(|(position, folded_at)| CatalogFreshness {
            position: position.to_string(),
            folded_at,
            lag_events: row.lag_events,
            lag_seconds: lag_seconds(row),
        }),
        columns: view.columns.iter().map(column).collect(),
        distributions: distributions(settings, base, view),
        documentation: format!("{}#{}", documentation(base), view.name),
    }
}

/// As `/v1/projections` tells it: workers look once a second, and what they found complete is not older for that. So an
/// answer changes only with what it is about.
fn lag_seconds(row: &DataSetRow) -> Option<f64> {
    row.lag_seconds.map(|seconds| match row.lag_events {
        Some(0) if seconds < PATIENCE_SECONDS => 0.0,
        _ => seconds,
    })
}

fn column(column: &Column) -> CatalogColumn {
    let field = |field: &data_set::published::Field| CatalogField { event: field.event, field: field.field };
    CatalogColumn {
        name: column.name,
        kind: column.kind.sql(),
        nullable: column.is_nullable,
        description: column.description,
        classification: column.why.classification.word(),
        reason: column.why.reason,
        joins: column.reference.map(|to| CatalogReference {
            data_set: to.view,
            column: to.column,
            except: to.except,
        }),
        values: column.values.to_vec(),
        example: column.example,
        lineage: column.lineage.iter().map(field).collect(),
    }
}

fn distributions(settings: &CatalogSettings, base: &str, view: &View) -> Vec<CatalogDistribution> {
    let mut all = vec![CatalogDistribution {
        kind: CatalogDistributionKind::Sql,
        url: settings.sql_url.clone(),
        table: Some(format!("{SCHEMA}.{}", view.name)),
        media_type: None,
    }];
    let reached = |kind, path: String, media_type| CatalogDistribution {
        kind,
        url: Some(format!("{base}{path}")),
        table: None,
        media_type: Some(media_type),
    };
    let http = |path: &&str| reached(CatalogDistributionKind::Http, (*path).to_owned(), "application/json");
    all.extend(apis::of(view.name).iter().map(http));
    if data_set::export::find(view.name).is_some() {
        all.extend(Format::ALL.map(|format| {
            let path = format!("/v1/exports/{}?format={format}", view.name);
            reached(CatalogDistributionKind::File, path, format.media_type())
        }));
    }
    all
}
