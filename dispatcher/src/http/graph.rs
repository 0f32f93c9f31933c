//! Commands on who follows, blocks and mutes whom.

mod block_account;
mod change_block;
mod change_follow;
mod change_mute;
mod follow_account;
mod mute_account;
mod unblock_account;
mod unfollow_account;
mod unmute_account;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::State;

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::default()
        .routes(routes!(follow_account::follow_account, unfollow_account::unfollow_account))
        .routes(routes!(block_account::block_account, unblock_account::unblock_account))
        .routes(routes!(mute_account::mute_account, unmute_account::unmute_account))
}
