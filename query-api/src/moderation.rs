//! What moderators look after: reports, and what was decided.

mod list_actions;
mod list_own_actions;
mod list_reports;

use api_types::moderation::ModerationEntry;
use data_set::read::DecisionRow;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::AppState;

/// Who decides with an operator's tool (docs/LOG.md): nobody's account.
const OPERATOR: i64 = 9_007_199_254_740_991;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .routes(routes!(list_reports::list_reports))
        .routes(routes!(list_actions::list_actions))
        .routes(routes!(list_own_actions::list_own_actions))
}

fn decisions(rows: Vec<DecisionRow>) -> Vec<ModerationEntry> {
    rows.into_iter().map(decision).collect()
}

fn decision(row: DecisionRow) -> ModerationEntry {
    ModerationEntry {
        id: row.position.to_string(),
        account: row.account.to_string(),
        action: row.action,
        reason: row.reason,
        roles: row.roles,
        decided_by: row.decided_by.filter(|by| *by != OPERATOR).map(|by| by.to_string()),
        operator: row.operator,
        note: row.note,
        decided_at: row.decided_at,
    }
}
