//! Words that people leave for those who look after the place.

use serde::{Deserialize, Serialize};

use crate::Rejection;

const CODE_POINTS_MAX: usize = 500;

/// 1 to 500 code points without control characters other than line breaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Note(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoteRejection {
    #[error("such words have 1 to 500 code points and no control characters other than line breaks")]
    NoteMustBeShort,
}

impl Rejection for NoteRejection {
    fn code(&self) -> &'static str {
        match self {
            Self::NoteMustBeShort => "NoteMustBeShort",
        }
    }
}

impl Note {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Note {
    type Error = NoteRejection;

    fn try_from(text: String) -> Result<Self, NoteRejection> {
        let is_short = (1..=CODE_POINTS_MAX).contains(&text.chars().count());
        let is_fine = is_short && !text.chars().any(|it| it.is_control() && it != '\n');
        if is_fine { Ok(Self(text)) } else { Err(NoteRejection::NoteMustBeShort) }
    }
}

impl From<Note> for String {
    fn from(note: Note) -> Self {
        note.0
    }
}
