//! The columns of a data set, in the words of CSVW, and the fields of events that each is derived from.

use api_types::catalog::{CatalogColumn, CatalogDataSet, CatalogField};
use serde_json::{Value, json};

use super::{Names, in_english, said};

pub(super) fn schema(set: &CatalogDataSet, names: &Names<'_>) -> Value {
    let columns = set.columns.iter().map(|column| self::column(set, column, names)).collect::<Vec<_>>();
    let joins = set.columns.iter().filter_map(|column| foreign_key(column, names)).collect::<Vec<_>>();
    json!({
        "@id": names.node(&format!("{}-schema", set.name)),
        "@type": "csvw:Schema",
        "csvw:column": {"@list": columns},
        "csvw:primaryKey": set.primary_key.join(" "),
        "csvw:foreignKey": joins,
    })
}

fn column(set: &CatalogDataSet, column: &CatalogColumn, names: &Names<'_>) -> Value {
    said(json!({
        "@id": names.node(&format!("{}.{}", set.name, column.name)),
        "@type": "csvw:Column",
        "csvw:name": column.name,
        "csvw:datatype": {"@id": datatype(column.kind)},
        // An array's cell has many values.
        "csvw:separator": column.kind.ends_with("[]").then_some(","),
        "csvw:required": !column.nullable,
        "dct:description": in_english(column.description),
        "dct:accessRights": names.link(column.classification),
        "skos:example": column.example,
        "skos:notation": (!column.values.is_empty()).then_some(&column.values),
        "prov:wasDerivedFrom": column.lineage.iter().map(|field| source(field, names)).collect::<Vec<_>>(),
    }))
}

fn datatype(kind: &str) -> &'static str {
    match kind {
        "bigint" => "xsd:long",
        "integer" => "xsd:int",
        "smallint" => "xsd:short",
        "double precision" => "xsd:double",
        "boolean" => "xsd:boolean",
        "timestamp with time zone" => "xsd:dateTime",
        "date" => "xsd:date",
        _ => "xsd:string",
    }
}

/// In the description of the events.
fn source(field: &CatalogField, names: &Names<'_>) -> Value {
    json!({
        "@id": format!("{}/asyncapi.yaml#{}/{}", names.base, field.event, field.field),
        "@type": "prov:Entity",
        "rdfs:label": format!("{} {}", field.event, field.field),
    })
}

fn foreign_key(column: &CatalogColumn, names: &Names<'_>) -> Option<Value> {
    let joins = column.joins?;
    Some(said(json!({
        "@type": "csvw:ForeignKey",
        "csvw:columnReference": column.name,
        "csvw:reference": {
            "@type": "csvw:TableReference",
            "csvw:resource": names.link(joins.data_set),
            "csvw:columnReference": joins.column,
        },
        "rdfs:comment": joins.except.map(|except| in_english(&format!("Not there: {except}."))),
    })))
}
