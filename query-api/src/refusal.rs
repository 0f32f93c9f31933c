//! How a query that has no answer leaves the service.

use api_types::codes::{self, Code};
use axum::response::{IntoResponse, Response};
use data_set::read::{CountError, ReadError, SearchError};
use http_kit::ApiProblem;
use http_kit::position::DataPosition;

/// A problem, and where data was looked at, the position that this data had.
#[derive(Debug)]
pub(crate) struct Refusal {
    problem: ApiProblem,
    position: Option<i64>,
}

impl Refusal {
    /// A refusal that rests on what the data said, so that a caller who knows of newer data can tell.
    pub(crate) fn at(position: i64, problem: impl Into<ApiProblem>) -> Self {
        Self { problem: problem.into(), position: Some(position) }
    }

    /// Of the data that it rests on.
    pub(crate) fn position(&self) -> Option<i64> {
        self.position
    }

    pub(crate) fn is(&self, code: Code) -> bool {
        self.problem.code() == code.code
    }
}

impl From<ApiProblem> for Refusal {
    fn from(problem: ApiProblem) -> Self {
        Self { problem, position: None }
    }
}

impl From<ReadError> for Refusal {
    fn from(error: ReadError) -> Self {
        let problem =
            if error.retryable() { ApiProblem::unavailable(error) } else { ApiProblem::internal(error) };
        problem.into()
    }
}

impl From<CountError> for Refusal {
    fn from(error: CountError) -> Self {
        let too_large = |detail: &'static str| ApiProblem::new(codes::RANGE_TOO_LARGE).detail(detail).into();
        match error {
            CountError::Read(error) => error.into(),
            CountError::TooManyBuckets => too_large(
                "The range has more than 10,000 buckets. Ask for a shorter range or for wider buckets.",
            ),
            CountError::TooManyMessages => too_large(
                "More than 100,000 messages would have to be looked at. Ask for a shorter range, or name a rarer tag \
                 that has to be there.",
            ),
            CountError::TooManyOfThePast => too_large(
                "More than 2,000,000 messages of the past would have to be counted. Ask for a shorter range.",
            ),
        }
    }
}

impl From<SearchError> for Refusal {
    fn from(error: SearchError) -> Self {
        match error {
            SearchError::Read(error) => error.into(),
            SearchError::NothingToSearch => ApiProblem::new(codes::INVALID_PARAMETER)
                .field(
                    "q",
                    "expected a word that has to be there; punctuation, words with a minus and, in some languages, \
                     the most frequent words are none",
                )
                .into(),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self.position {
            Some(position) => (DataPosition(position), self.problem).into_response(),
            None => self.problem.into_response(),
        }
    }
}
