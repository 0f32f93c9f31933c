//! Rows through every format and back.

use std::fs;
use std::path::PathBuf;

use data_set::export::{Changes, Column, DataSet, Head};
use data_set::published::Kind;
use proptest::prelude::*;

use crate::copy::{TRAILER, header};
use crate::digest::write_row;
use crate::{Digest, EncodeError, Encoder, Format, Plan, Receipt, Row, Value, read, sidecar, sort};

const COLUMNS: [(&str, Kind, bool); 10] = [
    ("id", Kind::BigInt, false),
    ("edition", Kind::Integer, false),
    ("depth", Kind::SmallInt, true),
    ("score", Kind::Double, true),
    ("is_imported", Kind::Boolean, false),
    ("text", Kind::Text, false),
    ("note", Kind::Text, true),
    ("tags", Kind::TextArray, false),
    ("edited_at", Kind::Timestamp, true),
    ("day", Kind::Date, true),
];

fn data_set() -> DataSet {
    let column = |(name, kind, is_nullable)| Column { name, kind, is_nullable, has_few_values: false };
    let columns = COLUMNS.map(column).to_vec();
    DataSet { name: "things", projection: "social", key: &["id"], columns, changes: Changes::NotKept }
}

fn plan(format: Format) -> Plan {
    let head = Head { lineage: "log/1".to_owned(), position: 512, left_out: vec![256] };
    Plan { data_set: data_set(), since: None, format, head }
}

fn copied(rows: &[Row]) -> Vec<u8> {
    let mut bytes = header();
    rows.iter().for_each(|row| write_row(&data_set().columns, row, &mut bytes));
    bytes.extend_from_slice(&TRAILER);
    bytes
}

fn encode(format: Format, rows: &[Row], chunk: usize) -> (Vec<u8>, Receipt) {
    let mut encoder = Encoder::new(plan(format), Vec::new()).expect("memory takes everything");
    for chunk in copied(rows).chunks(chunk) {
        encoder.push(chunk).expect("it is a copy");
    }
    encoder.finish().expect("it has an end")
}

fn row(id: i64, text: &str, note: Option<&str>) -> Row {
    vec![
        Value::Integer(id),
        Value::Integer(-3),
        Value::Null,
        Value::Double(0.1),
        Value::Boolean(id % 2 == 0),
        Value::Text(text.to_owned()),
        note.map_or(Value::Null, |note| Value::Text(note.to_owned())),
        Value::Texts(if id % 3 == 0 { vec![] } else { vec!["a\"b".to_owned(), "ü".to_owned()] }),
        Value::Timestamp(1_772_407_807_000_070),
        Value::Date(-1),
    ]
}

/// In a folder that goes with it.
fn file(format: Format, bytes: &[u8], receipt: Option<&Receipt>) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join(format!("things.{format}"));
    fs::write(&path, bytes).expect("there is room");
    if let Some(receipt) = receipt {
        fs::write(sidecar(&path), serde_json::to_string(receipt).expect("it is JSON"))
            .expect("there is room");
    }
    (folder, path)
}

fn back(format: Format, bytes: &[u8]) -> Vec<Row> {
    let (_folder, path) = file(format, bytes, None);
    read(&path, format).expect("it is whole").rows(&data_set().columns).expect("it is whole")
}

#[test]
fn every_format_gives_the_same_rows_and_the_same_digest() {
    let texts =
        ["", "'", "''", "=1+1", "'=1", "+", "-2", "@x", "\tx", "\rx", "a,b\n\"c\"", "\u{ff1d}1", "🦉"];
    let rows: Vec<Row> = texts
        .iter()
        .enumerate()
        .map(|(id, text)| row(id as i64, text, (id % 2 == 0).then_some(*text)))
        .collect();
    let mut digest = Digest::new(&data_set().columns);
    rows.iter().for_each(|row| digest.add(&data_set().columns, row));
    let expected = digest.finish();
    for format in Format::ALL {
        for chunk in [1, 7, usize::MAX] {
            let (bytes, receipt) = encode(format, &rows, chunk);
            assert_eq!(back(format, &bytes), rows, "{format}");
            assert_eq!((receipt.digest.as_str(), receipt.rows), (expected.as_str(), 13), "{format}");
        }
    }
}

#[test]
fn no_cell_of_a_csv_begins_like_a_formula() {
    let texts = ["=cmd()", "+1", "-1", "@sum", "\tx", "\rx", "\nx", "＝1"];
    let rows: Vec<Row> = texts.iter().map(|text| row(1, text, Some(text))).collect();
    let (bytes, _) = encode(Format::Csv, &rows, usize::MAX);
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(&*bytes);
    let texts = reader.records().flat_map(|record| {
        let record = record.expect("it is CSV");
        [5, 6].map(|place| record[place].to_owned())
    });
    assert!(texts.skip(2).all(|text| text.starts_with('\'')));
}

#[test]
fn a_file_that_was_cut_off_is_no_whole_one() {
    let rows: Vec<Row> = (0..100).map(|id| row(id, "x", None)).collect();
    let (bytes, _) = encode(Format::Parquet, &rows, usize::MAX);
    let (_folder, path) = file(Format::Parquet, &bytes[..bytes.len() - 9], None);
    assert!(read(&path, Format::Parquet).is_err());
    let (bytes, _) = encode(Format::Ndjson, &rows, usize::MAX);
    let (_folder, path) = file(Format::Ndjson, &bytes[..bytes.len() - 9], None);
    let rows = read(&path, Format::Ndjson).expect("it has no receipt").rows(&data_set().columns);
    assert!(rows.is_err());
}

#[test]
fn rows_without_an_end_make_no_file() {
    for format in Format::ALL {
        let mut encoder = Encoder::new(plan(format), Vec::new()).expect("memory takes everything");
        let copy = copied(&[row(1, "x", None)]);
        encoder.push(&copy[..copy.len() - 2]).expect("it is a copy so far");
        assert!(matches!(encoder.finish(), Err(EncodeError::Truncated)));
    }
}

#[test]
fn a_receipt_comes_back_from_the_file_or_from_beside_it() {
    for format in Format::ALL {
        let (bytes, receipt) = encode(format, &[row(1, "x", None)], usize::MAX);
        let beside = (format != Format::Parquet).then_some(&receipt);
        let (_folder, path) = file(format, &bytes, beside);
        let found = read(&path, format).expect("it is whole").receipt.expect("it has one");
        assert_eq!((&found, found.position, &*found.left_out), (&receipt, 512, &[256][..]));
    }
}

#[test]
fn rows_are_sorted_as_the_database_sorts_them() {
    let columns = vec![
        Column { name: "tag", kind: Kind::Text, is_nullable: false, has_few_values: false },
        Column { name: "id", kind: Kind::BigInt, is_nullable: false, has_few_values: false },
    ];
    let set = DataSet { key: &["tag", "id"], columns: columns.clone(), ..data_set() };
    let row = |tag: &str, id| vec![Value::Text(tag.to_owned()), Value::Integer(id)];
    let mut rows = vec![row("ä", 1), row("b", 10), row("b", 9), row("", 2)];
    sort(&mut rows, &columns, &set);
    assert_eq!(rows, [row("", 2), row("b", 9), row("b", 10), row("ä", 1)]);
}

proptest! {
    #[test]
    fn any_text_comes_back(text in "\\PC{0,20}", note in proptest::option::of("[=+@'\\-\\t\\r\\n,\"a ]{0,6}")) {
        let rows = vec![row(1, &text, note.as_deref())];
        for format in Format::ALL {
            let (bytes, _) = encode(format, &rows, 11);
            prop_assert_eq!(&back(format, &bytes), &rows);
        }
    }

    #[test]
    fn whatever_arrives_is_no_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let mut encoder = Encoder::new(plan(Format::Ndjson), Vec::new()).expect("memory takes everything");
        let mut copy = header();
        copy.extend_from_slice(&bytes);
        encoder.push(&copy).ok();
    }
}
