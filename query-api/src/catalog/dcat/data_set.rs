//! A data set and the ways to its rows.

use api_types::catalog::{Catalog, CatalogDataSet, CatalogDistribution, CatalogDistributionKind};
use serde_json::{Value, json};

use super::{Names, contact, date_time, in_english, license, said, table, terms, typed};

pub(super) fn node(catalog: &Catalog, set: &CatalogDataSet, names: &Names<'_>) -> Value {
    let ways = set.distributions.iter().map(|way| names.link(&name(set, way, names)));
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

/// It stays the same when other ways come or go: `messages-sql`, `messages-csv`, `messages-messages-id`.
fn name(set: &CatalogDataSet, way: &CatalogDistribution, names: &Names<'_>) -> String {
    let url = way.url.as_deref().unwrap_or_default();
    let suffix = match way.kind {
        CatalogDistributionKind::Sql => "sql",
        CatalogDistributionKind::Http => operation(url, names),
        CatalogDistributionKind::File => url.rsplit('=').next().unwrap_or_default(),
    };
    let words = suffix.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    format!("{}-{}", set.name, words.collect::<Vec<_>>().join("-"))
}

/// Behind the version of the API.
fn operation<'way>(url: &'way str, names: &Names<'_>) -> &'way str {
    url.strip_prefix(names.base).and_then(|path| path.strip_prefix("/v1/")).unwrap_or_default()
}

pub(super) fn distributions(catalog: &Catalog, set: &CatalogDataSet, names: &Names<'_>) -> Vec<Value> {
    set.distributions.iter().map(|way| distribution(catalog, way, &name(set, way, names), names)).collect()
}

fn distribution(catalog: &Catalog, way: &CatalogDistribution, name: &str, names: &Names<'_>) -> Value {
    let is_file = way.kind == CatalogDistributionKind::File;
    let resource = |address: &str| typed(address, "rdfs:Resource");
    let address = way.url.as_deref();
    // What is in braces is no address, and the database's may not be known: then to where people read how.
    let explained = match way.kind {
        CatalogDistributionKind::Http => format!("{}/docs/", names.base),
        CatalogDistributionKind::Sql | CatalogDistributionKind::File => catalog.documentation.clone(),
    };
    said(json!({
        "@id": names.node(name),
        "@type": "dcat:Distribution",
        "dct:title": in_english(&title(way, names)),
        "dct:license": license(catalog),
        "dcat:accessURL": resource(address.filter(|url| !url.contains('{')).unwrap_or(&explained)),
        "dcat:downloadURL": address.filter(|_| is_file).map(resource),
        "dcat:mediaType": way.media_type.map(media_type),
        "dcat:accessService": access_service(way, names),
    }))
}

fn title(way: &CatalogDistribution, names: &Names<'_>) -> String {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    match way.kind {
        CatalogDistributionKind::Sql => format!("The view {}", text(&way.table)),
        CatalogDistributionKind::Http => format!("GET /v1/{}", operation(&text(&way.url), names)),
        CatalogDistributionKind::File => format!("A file: {}", way.media_type.unwrap_or_default()),
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
