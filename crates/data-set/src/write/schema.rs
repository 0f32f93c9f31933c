//! The schemas of the versions of projections.

/// Where the tables of one version of a projection are.
pub fn schema(projection: &str, version: i32) -> String {
    format!("{projection}_v{version}")
}
