//! Links between documents lead somewhere.

use std::collections::BTreeSet;
use std::path::Path;

use crate::sources::{files, read, root, shown};

/// The targets of `[…](…)` outside of code.
fn targets(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for (number, outside) in text.split("```").enumerate() {
        if number % 2 == 1 {
            continue;
        }
        for after in outside.split("](").skip(1) {
            found.extend(after.split_once(')').map(|(target, _)| target));
        }
    }
    found
}

/// What can stand behind `#`: headings as they are spelled in addresses, and `id`s.
fn anchors(text: &str) -> BTreeSet<String> {
    let spelled = |heading: &str| {
        let kept = heading.chars().filter(|c| c.is_alphanumeric() || [' ', '-', '_'].contains(c));
        kept.map(|c| if c == ' ' { '-' } else { c.to_ascii_lowercase() }).collect::<String>()
    };
    let headings = text.lines().filter(|line| line.starts_with('#'));
    let headings = headings.map(|line| spelled(line.trim_start_matches('#').trim()));
    let ids = text.split("id=\"").skip(1).filter_map(|after| after.split_once('"'));
    headings.chain(ids.map(|(id, _)| id.to_owned())).collect()
}

#[test]
fn every_link_leads_somewhere() {
    let mut dead = Vec::new();
    for file in files(&root(), &[".md"]) {
        let text = read(&file);
        for target in targets(&text).into_iter().filter(|target| !target.contains("://")) {
            let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
            let path = if path.is_empty() { file.clone() } else { file.with_file_name(path) };
            let is_there = path.exists() && (anchor.is_empty() || has_anchor(&path, anchor));
            if !is_there {
                dead.push(format!("{}: {target}", shown(&file)));
            }
        }
    }
    assert!(dead.is_empty(), "links that lead nowhere:\n{}", dead.join("\n"));
}

fn has_anchor(path: &Path, anchor: &str) -> bool {
    anchors(&read(path)).contains(anchor)
}
