//! Commands on who follows whom.

mod change_follow;
mod follow_account;
mod unfollow_account;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::State;

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::default()
        .routes(routes!(follow_account::follow_account, unfollow_account::unfollow_account))
}
