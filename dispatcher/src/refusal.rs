//! How a command that was not done leaves the service. The status says who must act: the caller, or time, or us.

use api_types::codes;
use axum::response::{IntoResponse, Response};
use domain::account::AccountRejection;
use domain::{
    HandleRejection, PasswordRejection, ProfileRejection, Rejection, TagRejection, TextRejection,
    TimeRejection,
};
use event_store::{AppendError, BucketError, QuotaExceeded, ReadError};
use http_kit::ApiProblem;

use crate::decision::ExecuteError;

/// Somebody has to make room first.
const FULL_RETRY_SECONDS: u32 = 10;

/// The answer to the caller. Nothing of the command was done, or its problem says that nobody knows.
#[derive(Debug)]
pub(crate) struct Refusal(ApiProblem);

impl Refusal {
    /// A broken rule, under its own name.
    pub(crate) fn rejected(rejection: &impl Rejection) -> Self {
        Self(match codes::find(rejection.code()) {
            Some(code) => ApiProblem::new(code).detail(sentence(rejection)),
            // A test compares the rejections with the table, so this is a defect that it missed.
            None => ApiProblem::internal(format!("the rejection {} has no error code", rejection.code())),
        })
    }

    /// A field of the request says nothing that a command could be made of.
    pub(crate) fn field(name: &str, detail: impl Into<String>) -> Self {
        Self(ApiProblem::new(codes::INVALID_FIELD).field(name, detail))
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        self.0.into_response()
    }
}

impl From<ApiProblem> for Refusal {
    fn from(problem: ApiProblem) -> Self {
        Self(problem)
    }
}

impl From<Refusal> for ApiProblem {
    fn from(refusal: Refusal) -> Self {
        refusal.0
    }
}

/// What parsing a request's words may reject, and decisions that are asked without a command.
macro_rules! from_rejections {
    ($($rejection:ty),+) => {
        $(impl From<$rejection> for Refusal {
            fn from(rejection: $rejection) -> Self {
                Self::rejected(&rejection)
            }
        })+
    };
}

from_rejections!(
    AccountRejection,
    HandleRejection,
    PasswordRejection,
    ProfileRejection,
    TagRejection,
    TextRejection,
    TimeRejection
);

impl<R: Rejection> From<ExecuteError<R>> for Refusal {
    fn from(error: ExecuteError<R>) -> Self {
        match error {
            ExecuteError::Rejected(rejection) => Self::rejected(&rejection),
            ExecuteError::ActorDeactivated => Self::rejected(&AccountRejection::AccountMustBeActive),
            ExecuteError::KeyReused => Self(ApiProblem::new(codes::IDEMPOTENCY_KEY_REUSED)),
            ExecuteError::Contended => Self(
                ApiProblem::new(codes::CONFLICT)
                    .detail("Others keep changing the same thing. Nothing was done; try again."),
            ),
            ExecuteError::DownToReserve => Self(
                ApiProblem::new(codes::LOG_FULL)
                    .detail("What is left is kept for deletions. An operator has to make room.")
                    .retry_after_seconds(FULL_RETRY_SECONDS),
            ),
            ExecuteError::QuotaExceeded(QuotaExceeded { wait }) => Self(
                ApiProblem::new(codes::QUOTA_EXCEEDED)
                    .detail("Deleting, and giving the account up, are always possible.")
                    .retry_after_seconds(u32::try_from(wait.as_secs()).unwrap_or(u32::MAX)),
            ),
            ExecuteError::Append(error) => error.into(),
            ExecuteError::Read(error) => error.into(),
            ExecuteError::Credential(error) => Self(match error.downcast::<ApiProblem>() {
                Ok(problem) => *problem,
                Err(error) => ApiProblem::unavailable(error),
            }),
            ExecuteError::Unexpected(error) => Self(ApiProblem::internal(error)),
        }
    }
}

impl From<ReadError> for Refusal {
    fn from(error: ReadError) -> Self {
        if error.is_of_wrong_log() {
            return Self(ApiProblem::new(codes::LOG_REFUSED).detail(error.to_string()));
        }
        Self(ApiProblem::unavailable(error))
    }
}

impl From<BucketError> for Refusal {
    fn from(error: BucketError) -> Self {
        match error {
            BucketError::Full { .. } => full(error),
            error => Self(ApiProblem::unavailable(error)),
        }
    }
}

impl From<AppendError> for Refusal {
    fn from(error: AppendError) -> Self {
        Self(match error {
            AppendError::Conflict => ApiProblem::new(codes::CONFLICT),
            AppendError::Full(_) => return full(error),
            AppendError::Unavailable(_) => ApiProblem::unavailable(error),
            AppendError::Refused(_) => ApiProblem::internal(error),
            AppendError::Unknown(_) => ApiProblem::new(codes::OUTCOME_UNKNOWN)
                .detail(
                    "The broker did not answer in time. Repeat the request with the same Idempotency-Key.",
                )
                .caused_by(error),
        })
    }
}

fn full(error: impl std::error::Error + Send + Sync + 'static) -> Refusal {
    Refusal(ApiProblem::new(codes::LOG_FULL).retry_after_seconds(FULL_RETRY_SECONDS).caused_by(error))
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
