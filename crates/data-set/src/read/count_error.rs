//! Why messages are not counted.

use super::error::ReadError;

#[derive(Debug, thiserror::Error)]
pub enum CountError {
    #[error("the range has more than 10,000 buckets")]
    TooManyBuckets,
    #[error("more than 100,000 messages would have to be looked at")]
    TooManyMessages,
    #[error("more than 2,000,000 messages of the past would have to be counted")]
    TooManyOfThePast,
    #[error(transparent)]
    Read(#[from] ReadError),
}
