//! One cell, as itself and as Postgres's binary copy has it.

use std::cmp::Ordering;

use data_set::published::Kind;
use serde_json::Value as Json;

use crate::text;

/// Microseconds, and days, from 1970-01-01 to Postgres's 2000-01-01.
pub(crate) const EPOCH_MICROS: i64 = 946_684_800_000_000;
pub(crate) const EPOCH_DAYS: i32 = 10_957;
/// The type of elements of `text[]`, in Postgres's catalog.
const TEXT_OID: u32 = 25;

#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Null,
    Boolean(bool),
    /// Of any of the integer types.
    Integer(i64),
    Double(f64),
    Text(String),
    Texts(Vec<String>),
    /// Microseconds since 1970-01-01 UTC.
    Timestamp(i64),
    /// Days since 1970-01-01.
    Date(i32),
}

impl Value {
    /// As a field of a binary copy. What does not fit into its kind is written as null, and so differs from the row that
    /// it was taken for.
    pub(crate) fn write(&self, kind: Kind, out: &mut Vec<u8>) {
        match (self, kind) {
            (Self::Boolean(value), Kind::Boolean) => field(out, &[u8::from(*value)]),
            (Self::Integer(value), Kind::BigInt) => field(out, &value.to_be_bytes()),
            (Self::Integer(value), Kind::Integer) if i32::try_from(*value).is_ok() => {
                field(out, &(*value as i32).to_be_bytes());
            }
            (Self::Integer(value), Kind::SmallInt) if i16::try_from(*value).is_ok() => {
                field(out, &(*value as i16).to_be_bytes());
            }
            (Self::Double(value), Kind::Double) => field(out, &value.to_be_bytes()),
            (Self::Text(value), Kind::Text) => field(out, value.as_bytes()),
            (Self::Texts(values), Kind::TextArray) => texts(out, values),
            (Self::Timestamp(micros), Kind::Timestamp) => {
                field(out, &micros.saturating_sub(EPOCH_MICROS).to_be_bytes());
            }
            (Self::Date(days), Kind::Date) => field(out, &days.saturating_sub(EPOCH_DAYS).to_be_bytes()),
            _ => out.extend_from_slice(&(-1_i32).to_be_bytes()),
        }
    }

    /// From JSON as Postgres and the files here write it. `None` where it is not of that kind.
    #[must_use]
    pub fn from_json(kind: Kind, json: &Json) -> Option<Self> {
        if json.is_null() {
            return Some(Self::Null);
        }
        Some(match kind {
            Kind::Boolean => Self::Boolean(json.as_bool()?),
            Kind::BigInt | Kind::Integer | Kind::SmallInt => Self::Integer(json.as_i64()?),
            Kind::Double => Self::Double(json.as_f64()?),
            Kind::Text => Self::Text(json.as_str()?.to_owned()),
            Kind::TextArray => {
                let texts = json.as_array()?.iter().map(|text| text.as_str().map(str::to_owned));
                Self::Texts(texts.collect::<Option<_>>()?)
            }
            Kind::Timestamp => Self::Timestamp(text::parse_timestamp(json.as_str()?)?),
            Kind::Date => Self::Date(text::parse_date(json.as_str()?)?),
        })
    }

    #[must_use]
    pub fn to_json(&self) -> Json {
        match self {
            Self::Null => Json::Null,
            Self::Boolean(value) => Json::from(*value),
            Self::Integer(value) => Json::from(*value),
            Self::Double(value) => Json::from(*value),
            Self::Text(value) => Json::from(value.as_str()),
            Self::Texts(values) => Json::from(values.as_slice()),
            Self::Timestamp(micros) => text::timestamp(*micros).map_or(Json::Null, Json::from),
            Self::Date(days) => text::date(*days).map_or(Json::Null, Json::from),
        }
    }

    /// In the order of keys: numbers and times by size, texts by their bytes, null first.
    #[must_use]
    pub fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Integer(one), Self::Integer(other)) => one.cmp(other),
            (Self::Timestamp(one), Self::Timestamp(other)) => one.cmp(other),
            (Self::Text(one), Self::Text(other)) => one.cmp(other),
            (Self::Date(one), Self::Date(other)) => one.cmp(other),
            (Self::Boolean(one), Self::Boolean(other)) => one.cmp(other),
            (Self::Null, Self::Null) => Ordering::Equal,
            (Self::Null, _) => Ordering::Less,
            (_, Self::Null) => Ordering::Greater,
            // No key has them.
            _ => Ordering::Equal,
        }
    }
}

fn length(out: &mut Vec<u8>, bytes: usize) {
    // A field is at most 1 GiB.
    out.extend_from_slice(&i32::try_from(bytes).unwrap_or(i32::MAX).to_be_bytes());
}

fn field(out: &mut Vec<u8>, bytes: &[u8]) {
    length(out, bytes.len());
    out.extend_from_slice(bytes);
}

/// Dimensions, whether one is null, the type of elements; then how many there are, the first index, and each.
fn texts(out: &mut Vec<u8>, values: &[String]) {
    let is_empty = values.is_empty();
    let bytes = 12 + if is_empty { 0 } else { 8 } + values.iter().map(|value| 4 + value.len()).sum::<usize>();
    length(out, bytes);
    out.extend_from_slice(&u32::from(!is_empty).to_be_bytes());
    out.extend_from_slice(&0_u32.to_be_bytes());
    out.extend_from_slice(&TEXT_OID.to_be_bytes());
    if !is_empty {
        length(out, values.len());
        out.extend_from_slice(&1_u32.to_be_bytes());
        values.iter().for_each(|value| field(out, value.as_bytes()));
    }
}

/// The elements of a field of type `text[]`; `None` where it is no list of texts.
pub(crate) fn elements(bytes: &[u8]) -> Option<impl Iterator<Item = Option<&str>>> {
    let number = |at: usize| bytes.get(at..at + 4)?.try_into().ok().map(i32::from_be_bytes);
    let (dimensions, element) = (number(0)?, number(8)?);
    if dimensions > 1 || u32::try_from(element) != Ok(TEXT_OID) {
        return None;
    }
    let count = if dimensions == 0 { 0 } else { number(12)? };
    let mut rest = if dimensions == 0 { &[][..] } else { bytes.get(20..)? };
    Some((0..count).map(move |_| {
        let length = usize::try_from(i32::from_be_bytes(*rest.first_chunk::<4>()?)).ok()?;
        let text = rest.get(4..4 + length)?;
        rest = &rest[4 + length..];
        std::str::from_utf8(text).ok()
    }))
}
