//! The shapes of Open Data Contract Standard 3.1, as far as the contract has something to say.
//! See <https://bitol-io.github.io/open-data-contract-standard/v3.1.0/>.

use serde::Serialize;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Contract {
    pub(super) api_version: &'static str,
    pub(super) kind: &'static str,
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) version: &'static str,
    pub(super) status: &'static str,
    pub(super) domain: &'static str,
    pub(super) data_product: &'static str,
    pub(super) description: Terms,
    pub(super) authoritative_definitions: Vec<Definition>,
    pub(super) servers: Vec<Server>,
    pub(super) roles: Vec<Role>,
    pub(super) sla_properties: Vec<Level>,
    pub(super) schema: Vec<SchemaObject>,
}

#[derive(Debug, Serialize)]
pub(super) struct Terms {
    pub(super) purpose: &'static str,
    pub(super) limitations: &'static str,
    pub(super) usage: &'static str,
}

#[derive(Debug, Serialize)]
pub(super) struct Definition {
    pub(super) url: String,
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) description: &'static str,
}

#[derive(Debug, Serialize)]
pub(super) struct Server {
    pub(super) server: &'static str,
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) description: &'static str,
    pub(super) host: &'static str,
    pub(super) port: u16,
    pub(super) database: &'static str,
    pub(super) schema: &'static str,
}

#[derive(Debug, Serialize)]
pub(super) struct Role {
    pub(super) role: &'static str,
    pub(super) access: &'static str,
    pub(super) description: &'static str,
}

/// Of service.
#[derive(Debug, Serialize)]
pub(super) struct Level {
    pub(super) id: &'static str,
    pub(super) property: &'static str,
    pub(super) value: u32,
    pub(super) unit: &'static str,
    pub(super) element: &'static str,
    pub(super) driver: &'static str,
    pub(super) description: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SchemaObject {
    pub(super) name: &'static str,
    pub(super) physical_name: &'static str,
    pub(super) physical_type: &'static str,
    pub(super) logical_type: &'static str,
    pub(super) business_name: &'static str,
    pub(super) description: &'static str,
    pub(super) tags: Vec<&'static str>,
    pub(super) custom_properties: Vec<Custom>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) quality: Vec<Quality>,
    pub(super) properties: Vec<Property>,
}

/// A column.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Property {
    pub(super) name: &'static str,
    pub(super) physical_type: &'static str,
    pub(super) logical_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) logical_type_options: Option<TimeOptions>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) items: Option<Item>,
    pub(super) required: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) primary_key: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) primary_key_position: Option<usize>,
    pub(super) classification: &'static str,
    pub(super) description: &'static str,
    pub(super) examples: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) transform_source_objects: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) relationships: Vec<Relationship>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) quality: Vec<Quality>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) custom_properties: Vec<Custom>,
}

#[derive(Debug, Serialize)]
pub(super) struct TimeOptions {
    pub(super) timezone: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Item {
    pub(super) logical_type: &'static str,
    pub(super) physical_type: &'static str,
}

#[derive(Debug, Serialize)]
pub(super) struct Relationship {
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) to: String,
}

/// A rule, of a library or in SQL.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Quality {
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) description: String,
    pub(super) dimension: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) metric: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) arguments: Option<Words>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) query: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) must_be: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) must_be_less_than: Option<u32>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Words {
    pub(super) valid_values: &'static [&'static str],
}

/// What the standard has no field for.
#[derive(Debug, Serialize)]
pub(super) struct Custom {
    pub(super) property: &'static str,
    pub(super) value: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) description: Option<String>,
}

impl Custom {
    pub(super) fn of(property: &'static str, value: &str) -> Self {
        Self { property, value: value.to_owned(), description: None }
    }
}
