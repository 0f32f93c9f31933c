//! A data set and the ways to its rows.

use api_types::catalog::{Catalog, CatalogDataSet, CatalogDistribution, CatalogDistributionKind};
use serde_json::{Value, json};

use super::{Names, contact, date_time, in_english, license, said, table, terms, typed};

pub(super) fn node(catalog: &Catalog, set: &CatalogDataSet, names: &Names<'_>) -> Value {
    let ways = (0..set.distributions.len()).map(|number| names.link(&name(set, number)));
    said(json!({
        "@id": names.node(set.name),
        "@type": "dcat:Dataset",
        "dct:identifier": format!("{}.{}", catalog.schema, set.name),
        "dct:title": in_english(set.title),
        "dct:description": in_english(set.description),
        "dct:publisher": names.link("owner"),
        "dcat:contactPoint": contact(catalog),
        "dcat:theme": names.link(&terms::domain(set.domain)),
        "dcat:keyword": set.domain,
        "dct:accessRights": names.link(set.classification),
        "dct:language": terms::english(),
        "dct:accrualPeriodicity": terms::continuous(),
        "dct:modified": modified(set).as_deref().map(date_time),
        "dcat:version": catalog.contract_version,
        "dcat:landingPage": typed(&set.documentation, "foaf:Document"),
        "dct:conformsTo": {
            "@id": catalog.contract,
            "@type": "dct:Standard",
            "dct:title": in_english("The data contract"),
        },
        "csvw:tableSchema": table::schema(set, names),
        "dqv:hasQualityMeasurement": measurements(set, names),
        "dcat:distribution": ways.collect::<Vec<_>>(),
    }))
}

/// When its position last moved, as the other document writes it.
pub(super) fn modified(set: &CatalogDataSet) -> Option<String> {
    let freshness = serde_json::to_value(set.freshness.as_ref()?).ok()?;
    freshness["foldedAt"].as_str().map(str::to_owned)
}

fn measurements(set: &CatalogDataSet, names: &Names<'_>) -> Vec<Value> {
    let rows = set.row_count;
    let metric = if rows.exact { terms::ROWS } else { terms::ESTIMATED_ROWS };
    let mut all = vec![terms::measured(names, metric, &rows.rows.to_string())];
    if let Some(freshness) = &set.freshness {
        all.push(terms::measured(names, terms::POSITION, &freshness.position));
        let events = freshness.lag_events.map(|events| events.to_string());
        let seconds = freshness.lag_seconds.map(|seconds| seconds.to_string());
        for (metric, value) in [(terms::LAG_EVENTS, events), (terms::LAG_SECONDS, seconds)] {
            all.extend(value.map(|value| terms::measured(names, metric, &value)));
        }
    }
    all
}

fn name(set: &CatalogDataSet, number: usize) -> String {
    format!("{}-{number}", set.name)
}

pub(super) fn distributions(catalog: &Catalog, set: &CatalogDataSet, names: &Names<'_>) -> Vec<Value> {
    let ways = set.distributions.iter().enumerate();
    ways.map(|(number, way)| distribution(catalog, way, &name(set, number), names)).collect()
}

fn distribution(catalog: &Catalog, way: &CatalogDistribution, name: &str, names: &Names<'_>) -> Value {
    let is_file = way.kind == CatalogDistributionKind::File;
    let resource = |address: &str| typed(address, "rdfs:Resource");
    let address = way.url.as_deref();
    said(json!({
        "@id": names.node(name),
        "@type": "dcat:Distribution",
        "dct:title": in_english(&title(way)),
        "dct:license": license(catalog),
        // What is in braces is no address, and the database's may not be known: then to where people read how.
        "dcat:accessURL": resource(address.filter(|url| !url.contains('{')).unwrap_or(&catalog.documentation)),
        "dcat:downloadURL": address.filter(|_| is_file).map(resource),
        "dcat:mediaType": way.media_type.map(media_type),
        "dcat:accessService": access_service(way, names),
    }))
}

fn title(way: &CatalogDistribution) -> String {
    let media_type = way.media_type.unwrap_or_default();
    match way.kind {
        CatalogDistributionKind::Sql => format!("The view {}", way.table.as_deref().unwrap_or_default()),
        CatalogDistributionKind::Http => {
            let path = way.url.as_deref().and_then(|url| url.split_once("/v1/")).map_or("", |(_, path)| path);
            format!("GET /v1/{path}")
        }
        CatalogDistributionKind::File => format!("A file: {media_type}"),
    }
}

fn access_service(way: &CatalogDistribution, names: &Names<'_>) -> Value {
    match (way.kind, &way.url) {
        (CatalogDistributionKind::Sql, None) => Value::Null,
        (CatalogDistributionKind::Sql, Some(_)) => names.link("sql"),
        (CatalogDistributionKind::Http | CatalogDistributionKind::File, _) => names.link("api"),
    }
}

/// As IANA names it, without parameters.
fn media_type(text: &str) -> Value {
    let essence = text.split(';').next().unwrap_or(text);
    typed(&format!("https://www.iana.org/assignments/media-types/{essence}"), "dct:MediaType")
}
