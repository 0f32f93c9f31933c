//! Reports, and what moderators decide.

mod moderate_account;
mod report_account;
mod resolve_report;

use domain::message::Actor;
use domain::moderation::Moderator;
use domain::{Note, NoteRejection};
use http_kit::Caller;
use tokens::Role;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::State;
use crate::http::command;
use crate::refusal::Refusal;

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::default()
        .routes(routes!(report_account::report_account))
        .routes(routes!(resolve_report::resolve_report))
        .routes(routes!(moderate_account::moderate_account))
}

fn moderator(caller: &Caller) -> Result<(Actor, Moderator), Refusal> {
    caller.require_any(&[Role::Moderator, Role::Admin])?;
    let actor = command::actor(caller)?;
    Ok((actor, Moderator { account: actor.account, operator: None, is_admin: actor.is_admin }))
}

fn note(words: Option<&str>) -> Result<Option<Note>, NoteRejection> {
    words.map(|words| Note::try_from(words.to_owned())).transpose()
}
