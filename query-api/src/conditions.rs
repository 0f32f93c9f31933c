//! What a caller asks of any answer: how new its data is at least, and that what the caller has is not sent again.

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use data_set::read::At;
use http::request::Parts;
use http_kit::ApiProblem;
use http_kit::etag::{Conditional, EntityTag};
use http_kit::position::{AwaitPosition, DataPosition};
use serde::Serialize;
use utoipa::IntoParams;

use crate::refusal::Refusal;

/// The headers that every query takes.
#[derive(Debug, Clone)]
pub(crate) struct Conditions {
    pub(crate) awaited: AwaitPosition,
    conditional: Conditional,
}

/// The same, for the documentation.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "it only describes")]
pub(crate) struct ReadHeaders {
    /// Answer from data that reflects at least this position.
    #[param(rename = "Await-Position", minimum = 1)]
    await_position: Option<i64>,
    /// `wait=<seconds>`, at most 30. Of a query: how long to wait for its position, 2 by default, and with `If-None-Match`
    /// for another answer. Of a command: how long its answer may wait until every query shows what was done.
    #[param(rename = "Prefer", example = "wait=5")]
    prefer: Option<String>,
    /// 304 where the answer would be the same, at once or at the end of the wait.
    #[param(rename = "If-None-Match")]
    if_none_match: Option<String>,
}

impl Conditions {
    /// The same, where the request itself names a position that the data must have reached.
    pub(crate) fn at_least(self, position: i64) -> Self {
        Self { awaited: self.awaited.at_least(position), ..self }
    }

    /// The answer to a query.
    pub(crate) fn answer(&self, body: &At<impl Serialize>) -> Result<Response, Refusal> {
        Ok(self.with_position(body.position, self.conditional.json(&body.value)?))
    }

    /// The same, for what has numbered editions: the tag names the edition, too.
    pub(crate) fn answer_of_edition(
        &self,
        edition: u64,
        body: &At<impl Serialize>,
    ) -> Result<Response, Refusal> {
        Ok(self.with_position(body.position, self.conditional.json_of_edition(edition, &body.value)?))
    }

    /// A file, under the tag of what makes it.
    pub(crate) fn answer_with_file(&self, position: i64, identity: &[u8], file: Response) -> Response {
        self.with_position(position, self.conditional.apply(&EntityTag::of_body(identity), file))
    }

    fn with_position(&self, position: i64, body: Response) -> Response {
        (DataPosition(position), self.awaited.preference_applied(), body).into_response()
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Conditions {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiProblem> {
        let awaited = AwaitPosition::from_request_parts(parts, state).await?;
        let Ok(conditional) = Conditional::from_request_parts(parts, state).await;
        Ok(Self { awaited, conditional })
    }
}
