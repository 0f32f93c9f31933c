//! What an operator says who gives events up.

use serde::{Deserialize, Serialize};

use crate::{Position, Rejection};

const REASON_CODE_POINTS_MAX: usize = 500;

/// Positions of 1 to 500 events: more would not fit into one message of a broker together with later fields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Position>", into = "Vec<Position>")]
pub struct DroppedPositions(Vec<Position>);

/// Why they are given up, for people: 1 to 500 code points without control characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DropReason(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DropRejection {
    #[error("one event gives up 1 to 500 others")]
    PositionsMustBeFew,
    #[error("a reason has 1 to 500 code points and no control characters")]
    ReasonMustBeOneShortLine,
}

impl Rejection for DropRejection {
    fn code(&self) -> &'static str {
        match self {
            Self::PositionsMustBeFew => "PositionsMustBeFew",
            Self::ReasonMustBeOneShortLine => "ReasonMustBeOneShortLine",
        }
    }
}

impl DroppedPositions {
    pub const MAX: usize = 500;

    pub fn as_slice(&self) -> &[Position] {
        &self.0
    }
}

impl TryFrom<Vec<Position>> for DroppedPositions {
    type Error = DropRejection;

    fn try_from(positions: Vec<Position>) -> Result<Self, DropRejection> {
        let is_few = (1..=Self::MAX).contains(&positions.len());
        if is_few { Ok(Self(positions)) } else { Err(DropRejection::PositionsMustBeFew) }
    }
}

impl From<DroppedPositions> for Vec<Position> {
    fn from(positions: DroppedPositions) -> Self {
        positions.0
    }
}

impl DropReason {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for DropReason {
    type Error = DropRejection;

    fn try_from(text: String) -> Result<Self, DropRejection> {
        let is_short = (1..=REASON_CODE_POINTS_MAX).contains(&text.chars().count());
        let is_fine = is_short && !text.chars().any(char::is_control);
        if is_fine { Ok(Self(text)) } else { Err(DropRejection::ReasonMustBeOneShortLine) }
    }
}

impl From<DropReason> for String {
    fn from(reason: DropReason) -> Self {
        reason.0
    }
}
