//! The columns of a file, as its receipt and this version say.

use data_set::export::{Column, DataSet};

use crate::error::FileError;
use crate::receipt::Receipt;

/// The columns that a receipt names, in their order.
///
/// # Errors
/// When it names one that the data set does not have, or has with another type.
pub fn from_receipt(receipt: &Receipt, data_set: &DataSet) -> Result<Vec<Column>, FileError> {
    let known = data_set.file_columns(receipt.since);
    let find = |named: &crate::ReceiptColumn| {
        let column = known.iter().find(|column| column.name == named.name && column.kind.sql() == named.kind);
        column.copied().ok_or_else(|| FileError::UnknownColumn(format!("{} {}", named.name, named.kind)))
    };
    receipt.columns.iter().map(find).collect()
}
