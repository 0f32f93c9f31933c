//! From the words of a request to values that cannot be wrong.

use domain::{Bio, DisplayName, Handle, Password};
use http_kit::ApiProblem;

use crate::problems::from_rejection;

pub(crate) fn handle(raw: &str) -> Result<Handle, ApiProblem> {
    Handle::parse(raw).map_err(|rejection| from_rejection(&rejection))
}

pub(crate) fn display_name(raw: &str) -> Result<DisplayName, ApiProblem> {
    DisplayName::parse(raw).map_err(|rejection| from_rejection(&rejection))
}

pub(crate) fn bio(raw: &str) -> Result<Bio, ApiProblem> {
    Bio::parse(raw).map_err(|rejection| from_rejection(&rejection))
}

pub(crate) fn password(raw: &str) -> Result<Password, ApiProblem> {
    Password::parse(raw).map_err(|rejection| from_rejection(&rejection))
}
