//! Rows that are expected.

/// Rows of one projection, by table.
pub type Tables = std::collections::BTreeMap<&'static str, Vec<serde_json::Value>>;
/// Rows of one table, made while they are asked for: as JSON they take several times the memory of what they are made
/// of.
pub(crate) type Rows<'a> = Box<dyn Iterator<Item = serde_json::Value> + 'a>;
