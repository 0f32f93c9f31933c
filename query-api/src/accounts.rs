//! Accounts: one of them, whom they follow, block and mute, who follows them, and what they like and reply.

mod get_account;
mod get_account_by_handle;
mod get_own_account;
mod list_account_replies;
mod list_blocks;
mod list_followers;
mod list_following;
mod list_liked;
mod list_mutes;
mod show;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .routes(routes!(get_account::get_account))
        .routes(routes!(get_account_by_handle::get_account_by_handle))
        .routes(routes!(get_own_account::get_own_account))
        .routes(routes!(list_followers::list_followers))
        .routes(routes!(list_following::list_following))
        .routes(routes!(list_liked::list_liked))
        .routes(routes!(list_account_replies::list_account_replies))
        .routes(routes!(list_blocks::list_blocks))
        .routes(routes!(list_mutes::list_mutes))
}
