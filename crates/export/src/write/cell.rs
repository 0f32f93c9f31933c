//! Fields of a binary copy.

use data_set::export::Column;
use data_set::published::Kind;

use crate::error::EncodeError;
use crate::value::{EPOCH_DAYS, EPOCH_MICROS};

fn fixed<const N: usize>(column: &Column, field: &[u8]) -> Result<[u8; N], EncodeError> {
    field.try_into().map_err(|_| wrong(column, "it has another length"))
}

pub(super) fn wrong(column: &Column, what: &'static str) -> EncodeError {
    EncodeError::Cell { column: column.name, what }
}

/// Of any of the integer types.
pub(super) fn integer(column: &Column, field: &[u8]) -> Result<i64, EncodeError> {
    Ok(match column.kind {
        Kind::SmallInt => i16::from_be_bytes(fixed(column, field)?).into(),
        Kind::Integer => i32::from_be_bytes(fixed(column, field)?).into(),
        _ => i64::from_be_bytes(fixed(column, field)?),
    })
}

pub(super) fn double(column: &Column, field: &[u8]) -> Result<f64, EncodeError> {
    Ok(f64::from_be_bytes(fixed(column, field)?))
}

pub(super) fn boolean(column: &Column, field: &[u8]) -> Result<bool, EncodeError> {
    let [value] = fixed(column, field)?;
    Ok(value != 0)
}

pub(super) fn text<'a>(column: &Column, field: &'a [u8]) -> Result<&'a str, EncodeError> {
    std::str::from_utf8(field).map_err(|_| wrong(column, "it is no UTF-8"))
}

pub(super) fn texts<'a>(
    column: &Column,
    field: &'a [u8],
) -> Result<impl Iterator<Item = Result<&'a str, EncodeError>>, EncodeError> {
    let column = *column;
    let elements = crate::value::elements(field).ok_or_else(|| wrong(&column, "it is no list of texts"))?;
    Ok(elements.map(move |text| text.ok_or_else(|| wrong(&column, "a text of its list is null"))))
}

/// Microseconds since 1970.
pub(super) fn timestamp(column: &Column, field: &[u8]) -> Result<i64, EncodeError> {
    let micros = i64::from_be_bytes(fixed(column, field)?);
    // Postgres has infinity at either end.
    let micros = micros.checked_add(EPOCH_MICROS).filter(|_| micros != i64::MIN);
    micros.ok_or_else(|| wrong(column, "it is no moment"))
}

/// Days since 1970.
pub(super) fn date(column: &Column, field: &[u8]) -> Result<i32, EncodeError> {
    let days = i32::from_be_bytes(fixed(column, field)?);
    let days = days.checked_add(EPOCH_DAYS).filter(|_| days != i32::MIN);
    days.ok_or_else(|| wrong(column, "it is no day"))
}
