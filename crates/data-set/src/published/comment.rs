//! What the database says of views and columns to whoever asks it (`\d+` in psql, any catalogue tool).

use std::fmt::Write as _;

use super::column::Column;
use super::view::View;

impl View {
    /// In one paragraph.
    pub fn comment(&self) -> String {
        let mut text = format!("{}. {} Key: {}.", self.title, self.description, self.primary_key.join(", "));
        match self.projection() {
            // Writing to a string does not fail; so below.
            Some(projection) => _ = write!(text, " Folded by {projection}: its position is in data_sets."),
            None => text.push_str(" As things stand when it is read."),
        }
        _ = write!(text, " [{}]", self.classification().word());
        text
    }
}

impl Column {
    /// In one paragraph.
    pub fn comment(&self) -> String {
        let mut text = self.description.to_owned();
        if !self.values.is_empty() {
            _ = write!(text, " One of {}.", self.values.join(", "));
        }
        if let Some(reference) = self.reference {
            _ = write!(text, " Joins {}.{}", reference.view, reference.column);
            match reference.except {
                Some(except) => _ = write!(text, "; not there: {except}."),
                None => text.push('.'),
            }
        }
        _ = write!(text, " [{}]", self.why.classification.word());
        text
    }
}
