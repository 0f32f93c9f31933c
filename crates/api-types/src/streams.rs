//! What streams send.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A message that is there no more: what `message.deleted` sends.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeletedChange {
    #[schema(example = "256")]
    pub id: String,
    /// Of the event that deleted it.
    #[schema(example = "512")]
    pub position: String,
}
