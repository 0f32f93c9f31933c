//! Rows as COPY takes them.

use time::OffsetDateTime;

/// 2000-01-01, from which Postgres counts, in Unix seconds.
const EPOCH: i128 = 946_684_800;
/// `text` in `pg_type`.
const TEXT_OID: i32 = 25;

/// Rows in the binary format of COPY: each field with its length in front, numbers with the highest byte first.
pub(super) struct CopyRows(Vec<u8>);

impl CopyRows {
    pub(super) fn with_capacity(bytes: usize) -> Self {
        let mut buffer = Vec::with_capacity(bytes);
        buffer.extend_from_slice(b"PGCOPY\n\xff\r\n\0");
        // No flags, no extension of the header.
        buffer.extend_from_slice(&[0; 8]);
        Self(buffer)
    }

    pub(super) fn finish(mut self) -> Vec<u8> {
        self.0.extend_from_slice(&(-1_i16).to_be_bytes());
        self.0
    }

    pub(super) fn begin(&mut self, fields: i16) {
        self.0.extend_from_slice(&fields.to_be_bytes());
    }

    fn number(&mut self, number: i32) {
        self.0.extend_from_slice(&number.to_be_bytes());
    }

    fn length(&mut self, length: usize) {
        // A message has at most some thousand bytes.
        self.number(i32::try_from(length).unwrap_or(i32::MAX));
    }

    pub(super) fn integer(&mut self, value: i32) {
        self.number(4);
        self.number(value);
    }

    pub(super) fn bigint(&mut self, value: i64) {
        self.number(8);
        self.0.extend_from_slice(&value.to_be_bytes());
    }

    pub(super) fn text(&mut self, value: &str) {
        self.length(value.len());
        self.0.extend_from_slice(value.as_bytes());
    }

    pub(super) fn time(&mut self, value: OffsetDateTime) {
        let micros = value.unix_timestamp_nanos().div_euclid(1_000) - EPOCH * 1_000_000;
        // The years that a time can have fit thirty times.
        self.bigint(i64::try_from(micros).unwrap_or(i64::MAX));
    }

    pub(super) fn nullable<T>(&mut self, value: Option<T>, write: impl Fn(&mut Self, T)) {
        match value {
            Some(value) => write(self, value),
            None => self.number(-1),
        }
    }

    /// An array of one dimension, or of none where it is empty.
    pub(super) fn texts(&mut self, values: &[String]) {
        let header = if values.is_empty() { 12 } else { 20 };
        self.length(header + values.iter().map(|value| 4 + value.len()).sum::<usize>());
        self.number(i32::from(!values.is_empty()));
        // No element is null.
        self.number(0);
        self.number(TEXT_OID);
        if !values.is_empty() {
            self.length(values.len());
            // The index of the first element.
            self.number(1);
        }
        values.iter().for_each(|value| self.text(value));
    }
}
