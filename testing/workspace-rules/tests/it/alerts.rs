//! Alerts ask for metrics that somebody tells, and what is told is described.

use std::collections::BTreeSet;
use std::path::Path;

use crate::sources::{files, read, root};

/// Told by Prometheus itself.
const OF_PROMETHEUS: [&str; 1] = ["up"];

/// `a_(b|c)_d` stands for `a_b_d` and `a_c_d`.
fn alternatives(name: &str) -> Vec<String> {
    let Some((before, rest)) = name.split_once('(') else { return vec![name.to_owned()] };
    let (each, after) = rest.split_once(')').expect("a bracket is closed");
    each.split('|').map(|one| format!("{before}{one}{after}")).collect()
}

/// The metrics of an expression. Words without an underscore are operators, functions and labels.
fn metrics(expression: &str) -> BTreeSet<String> {
    if let Some((_, pattern)) = expression.split_once("__name__=~\"") {
        let (pattern, _) = pattern.split_once('"').expect("a text is closed");
        return alternatives(pattern).into_iter().collect();
    }
    let outside = expression.split('{').next().unwrap_or_default();
    let words = outside.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words.filter(|word| word.contains('_') || OF_PROMETHEUS.contains(word)).map(str::to_owned).collect()
}

#[test]
fn every_metric_of_an_alert_is_told() {
    let rules = read(&root().join("deploy/prometheus/rules.yml"));
    let asked: BTreeSet<String> =
        rules.lines().filter_map(|line| line.trim().strip_prefix("expr: ")).flat_map(metrics).collect();
    assert!(asked.len() >= 8, "{asked:?}");
    let told: String = files(&root(), &[".rs"])
        .iter()
        .filter(|file| file.components().any(|part| part.as_os_str() == "src"))
        .map(|file| read(file))
        .collect();
    let is_told =
        |name: &String| OF_PROMETHEUS.contains(&name.as_str()) || told.contains(&format!("\"{name}\""));
    let untold: Vec<&String> = asked.iter().filter(|name| !is_told(name)).collect();
    assert!(untold.is_empty(), "nobody tells {untold:?}");
}

/// The names behind `counter!("`, `gauge!("` and `histogram!("`, however they are wrapped.
fn told_by(source: &str) -> BTreeSet<String> {
    let calls = ["counter!(", "gauge!(", "histogram!("];
    let behind = calls.iter().flat_map(|call| source.split(call).skip(1));
    let names = behind.filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next());
    names.map(str::to_owned).collect()
}

#[test]
fn every_metric_is_described_to_operators() {
    let sources = files(&root(), &[".rs"]);
    let is_product = |file: &Path| {
        let file = file.strip_prefix(root()).expect("it is below");
        !file.starts_with("testing") && file.components().any(|part| part.as_os_str() == "src")
    };
    let told: BTreeSet<String> =
        sources.iter().filter(|file| is_product(file)).flat_map(|file| told_by(&read(file))).collect();
    assert!(told.len() >= 50, "{told:?}");
    let pages = files(&root().join("docs/operations"), &[".md"]);
    let pages: String = pages.iter().map(|file| read(file)).collect();
    let is_in_a_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let described: BTreeSet<&str> = pages.split(|c: char| !is_in_a_name(c)).collect();
    let missing: Vec<&String> = told.iter().filter(|name| !described.contains(name.as_str())).collect();
    assert!(missing.is_empty(), "docs/operations says nothing of {missing:?}");
}
