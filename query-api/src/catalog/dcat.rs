//! The catalogue in the words of the Web: DCAT 3 for what there is, CSVW for columns, PROV for where they come from, DQV
//! for what was measured of the rows.
//!
//! Every node that another one names has its type here, also where its address leads elsewhere: shapes ask for it, and
//! whoever reads the document fetches nothing.

mod data_set;
mod table;
mod terms;

use api_types::catalog::Catalog;
use serde_json::{Value, json};

use super::public_url::PublicUrl;

/// The address of the document, by which its nodes are named.
struct Names<'url> {
    base: &'url str,
}

impl Names<'_> {
    fn node(&self, name: &str) -> String {
        format!("{}/v1/catalog.jsonld#{name}", self.base)
    }

    fn link(&self, name: &str) -> Value {
        link(&self.node(name))
    }
}

fn link(address: &str) -> Value {
    json!({"@id": address})
}

/// Something elsewhere, of which no more is said than what it is.
fn typed(address: &str, kind: &str) -> Value {
    json!({"@id": address, "@type": kind})
}

fn in_english(text: &str) -> Value {
    json!({"@language": "en", "@value": text})
}

pub(super) fn document(catalog: &Catalog, url: &PublicUrl) -> Value {
    let names = Names { base: &url.0 };
    let mut graph = vec![root(catalog, &names), owner(catalog, &names)];
    graph.extend(services(catalog, &names));
    graph.extend(terms::nodes(&names));
    for set in &catalog.data_sets {
        graph.push(data_set::node(catalog, set, &names));
        graph.extend(data_set::distributions(catalog, set, &names));
    }
    json!({"@context": context(), "@graph": graph})
}

fn context() -> Value {
    json!({
        "csvw": "http://www.w3.org/ns/csvw#",
        "dcat": "http://www.w3.org/ns/dcat#",
        "dct": "http://purl.org/dc/terms/",
        "dqv": "http://www.w3.org/ns/dqv#",
        "foaf": "http://xmlns.com/foaf/0.1/",
        "prov": "http://www.w3.org/ns/prov#",
        "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
        "skos": "http://www.w3.org/2004/02/skos/core#",
        "vcard": "http://www.w3.org/2006/vcard/ns#",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
    })
}

/// What is not known is not said: null is no value of a property.
fn said(mut node: Value) -> Value {
    if let Value::Object(properties) = &mut node {
        properties.retain(|_, value| !value.is_null());
    }
    node
}

fn root(catalog: &Catalog, names: &Names<'_>) -> Value {
    let sets = catalog.data_sets.iter();
    // The times are written in one form, so that they sort.
    let modified = sets.clone().filter_map(data_set::modified).max();
    said(json!({
        "@id": names.node("catalog"),
        "@type": "dcat:Catalog",
        "dct:title": in_english(&catalog.title),
        "dct:description": in_english(catalog.description),
        "dct:publisher": names.link("owner"),
        "dct:language": terms::english(),
        "dct:license": license(catalog),
        "dct:modified": modified.as_deref().map(date_time),
        "foaf:homepage": typed(&catalog.documentation, "foaf:Document"),
        "dcat:themeTaxonomy": names.link("domains"),
        "dcat:dataset": sets.map(|set| names.link(set.name)).collect::<Vec<_>>(),
        "dcat:service": services(catalog, names).iter().map(|service| link(service["@id"].as_str().unwrap_or_default())).collect::<Vec<_>>(),
    }))
}

fn owner(catalog: &Catalog, names: &Names<'_>) -> Value {
    json!({"@id": names.node("owner"), "@type": "foaf:Agent", "foaf:name": catalog.owner})
}

fn license(catalog: &Catalog) -> Value {
    catalog.license.as_deref().map_or(Value::Null, |license| typed(license, "dct:LicenseDocument"))
}

fn contact(catalog: &Catalog) -> Value {
    let Some(contact) = &catalog.contact else { return Value::Null };
    let by = if contact.starts_with("mailto:") { "vcard:hasEmail" } else { "vcard:hasURL" };
    json!({"@type": "vcard:Kind", "vcard:fn": catalog.owner, by: link(contact)})
}

fn date_time(text: &str) -> Value {
    json!({"@type": "xsd:dateTime", "@value": text})
}

/// The API, and the database where it is known where that is.
fn services(catalog: &Catalog, names: &Names<'_>) -> Vec<Value> {
    let base = names.base;
    let service = |name: &str, title: &str, endpoint: &str, description: &str| {
        said(json!({
            "@id": names.node(name),
            "@type": "dcat:DataService",
            "dct:title": in_english(title),
            "dct:publisher": names.link("owner"),
            "dct:license": license(catalog),
            "dct:accessRights": names.link("restricted"),
            "dcat:endpointURL": typed(endpoint, "rdfs:Resource"),
            "dcat:endpointDescription": typed(description, "rdfs:Resource"),
            "dcat:servesDataset": catalog.data_sets.iter().map(|set| names.link(set.name)).collect::<Vec<_>>(),
        }))
    };
    let api = service("api", "The API", &format!("{base}/v1"), &format!("{base}/openapi.json"));
    let database = catalog.data_sets.iter().flat_map(|set| &set.distributions).find_map(|way| {
        let url = way.url.as_deref().filter(|_| way.table.is_some())?;
        Some(service("sql", "The database, for queries in SQL", url, &catalog.documentation))
    });
    std::iter::once(api).chain(database).collect()
}
