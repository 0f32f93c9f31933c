//! What SECURITY.md says is tested, is.

use std::path::Path;

use crate::sources::{read, root};

/// Of the OWASP API Security Top 10.
const RISKS: usize = 10;

/// The names and files of `` [`name`](file.rs) ``.
fn named_tests(text: &str) -> Vec<(&str, &str)> {
    let links = text.split("[`").skip(1).filter_map(|after| after.split_once("`]("));
    let links = links.filter_map(|(name, after)| Some((name, after.split_once(')')?.0)));
    links.filter(|(_, file)| file.ends_with(".rs")).collect()
}

/// Whether the file holds a test of that name.
fn holds_test(file: &Path, name: &str) -> bool {
    let text = read(file);
    let mut is_test = false;
    for line in text.lines().map(str::trim) {
        if line.starts_with("#[") {
            is_test |= line.starts_with("#[test]") || line.starts_with("#[tokio::test");
        } else if is_test && !line.starts_with("//") {
            let line = line.strip_prefix("async ").unwrap_or(line);
            if line.strip_prefix("fn ").is_some_and(|rest| rest.starts_with(&format!("{name}("))) {
                return true;
            }
            is_test = false;
        }
    }
    false
}

#[test]
fn every_risk_has_tests_and_every_test_that_is_named_is_there() {
    let text = read(&root().join("SECURITY.md"));
    let rows: Vec<&str> = text.lines().filter(|line| line.starts_with("| API")).collect();
    assert_eq!(rows.len(), RISKS, "a row for each risk");
    let mut missing = Vec::new();
    for (number, row) in rows.iter().enumerate() {
        assert!(row.starts_with(&format!("| API{} ", number + 1)), "{row}");
        let tests = named_tests(row);
        assert!(!tests.is_empty(), "no test: {row}");
        for (name, file) in tests {
            if !holds_test(&root().join(file), name) {
                missing.push(format!("{file} has no test {name}"));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}
