//! What a command that failed is answered. The status says who must act: the caller, or time, or us.

use crate::decision::ExecuteError;
use api_types::codes;
use domain::Rejection;
use domain::account::AccountRejection;
use event_store::{AppendError, BucketError};
use http_kit::ApiProblem;

/// Somebody has to make room first.
const FULL_RETRY_SECONDS: u32 = 10;

/// A broken rule, under its own name.
pub(crate) fn from_rejection(rejection: &impl Rejection) -> ApiProblem {
    match codes::find(rejection.code()) {
        Some(code) => ApiProblem::new(code).detail(sentence(rejection)),
        // A test compares the rejections with the table, so this is a defect that it missed.
        None => ApiProblem::internal(format!("the rejection {} has no error code", rejection.code())),
    }
}

pub(crate) fn from_execute<R: Rejection>(error: ExecuteError<R>) -> ApiProblem {
    match error {
        ExecuteError::Rejected(rejection) => from_rejection(&rejection),
        ExecuteError::ActorDeactivated => from_rejection(&AccountRejection::AccountMustBeActive),
        ExecuteError::KeyReused => ApiProblem::new(codes::IDEMPOTENCY_KEY_REUSED),
        ExecuteError::Contended => ApiProblem::new(codes::CONFLICT)
            .detail("Others keep changing the same thing. Nothing was done; try again."),
        ExecuteError::Append(error) => from_append(error),
        ExecuteError::Read(error) if error.is_of_wrong_log() => {
            ApiProblem::new(codes::LOG_REFUSED).detail(error.to_string())
        }
        ExecuteError::Read(error) => ApiProblem::unavailable(error),
        ExecuteError::Credential(error) => match error.downcast::<ApiProblem>() {
            Ok(problem) => *problem,
            Err(error) => ApiProblem::unavailable(error),
        },
        ExecuteError::Unexpected(error) => ApiProblem::internal(error),
    }
}

/// What the credential store could not do. Nothing of the request was done.
pub(crate) fn from_bucket(error: BucketError) -> ApiProblem {
    match error {
        BucketError::Full { .. } => full(error),
        error => ApiProblem::unavailable(error),
    }
}

fn full(error: impl std::error::Error + Send + Sync + 'static) -> ApiProblem {
    ApiProblem::new(codes::LOG_FULL).retry_after_seconds(FULL_RETRY_SECONDS).caused_by(error)
}

fn from_append(error: AppendError) -> ApiProblem {
    match error {
        AppendError::Conflict => ApiProblem::new(codes::CONFLICT),
        AppendError::Full(_) => full(error),
        AppendError::Unavailable(_) => ApiProblem::unavailable(error),
        AppendError::Refused(_) => ApiProblem::internal(error),
        AppendError::Unknown(_) => ApiProblem::new(codes::OUTCOME_UNKNOWN)
            .detail("The broker did not answer in time. Repeat the request with the same Idempotency-Key.")
            .caused_by(error),
    }
}

/// A rejection's words as a sentence.
fn sentence(rejection: &impl Rejection) -> String {
    let words = rejection.to_string();
    let mut characters = words.chars();
    match characters.next() {
        Some(first) => format!("{}{}.", first.to_uppercase(), characters.as_str()),
        None => words,
    }
}
