//! No library is compiled twice in one profile, in any order of builds.
//!
//! Cargo compiles a library again when it, or what it stands on, has other features than before. The commands that
//! build are read where they stand, and their plans are compared. What build scripts and
//! macros stand on is apart: cargo never unites its features with those of the programs.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::process::Command;

use serde_json::Value;

use crate::sources::{read, root};

/// Where commands that build stand.
const FILES: [&str; 3] = ["Makefile", "Dockerfile", "scripts/run-tests"];
/// What testing/bench/src/programs.rs builds.
const BENCH: &str =
    "cargo build --release --bin dispatcher --bin reducers --bin query-api --bin relay --bin plain-insert";

/// How a library is compiled: equal for two plans if the second one finds what the first one made.
type Identity = u64;

/// `cargo …` commands of a shell script, to where the command ends.
fn commands(text: &str) -> Vec<Vec<String>> {
    let text = text.replace("\\\n", " ");
    let lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
    let in_line = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let starts = words.iter().enumerate().filter(|(_, word)| word.trim_start_matches('@') == "cargo");
        let goes_on =
            |word: &&&str| !["&&", "||", "|", ";", "--", "\"$@\""].contains(*word) && !word.starts_with('>');
        starts
            .map(|(at, _)| {
                words[at + 1..].iter().take_while(goes_on).map(|word| (*word).to_owned()).collect()
            })
            .collect()
    };
    lines.flat_map(|line| -> Vec<Vec<String>> { in_line(line) }).collect()
}

/// What `cargo build` has to be told to plan the same; none if the command builds nothing to be run.
fn as_build(command: &[String]) -> Option<Vec<String>> {
    let (arguments, targets) = match command.first()?.as_str() {
        "build" | "run" => (&command[1..], None),
        "nextest" => (&command[2..], Some("--tests")),
        // Of the documentation's examples cargo compiles the libraries alone.
        "test" => (&command[1..], Some("--examples")),
        _ => return None,
    };
    let mut arguments = arguments.to_vec();
    if let Some(jobs) = arguments.iter().position(|word| word == "--jobs") {
        arguments.drain(jobs..=jobs + 1);
    }
    arguments.retain(|word| !["--quiet", "--locked", "--doc"].contains(&word.as_str()));
    arguments.extend(targets.map(str::to_owned));
    Some(arguments)
}

fn profile(arguments: &[String]) -> String {
    if arguments.iter().any(|word| word == "--release") {
        return "release".to_owned();
    }
    let named = arguments.iter().position(|word| word == "--profile");
    named.map_or_else(|| "dev".to_owned(), |at| arguments[at + 1].clone())
}

/// The libraries of others that a build needs, and how each is compiled.
fn plan(arguments: &[String]) -> Vec<(String, Identity)> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.arg("build").args(arguments).args(["--offline", "--unit-graph", "-Z", "unstable-options"]);
    // The plan is not stable in cargo; nothing is compiled by this.
    let output = cargo.current_dir(root()).env("RUSTC_BOOTSTRAP", "1").output().expect("cargo runs");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    let graph: Value = serde_json::from_slice(&output.stdout).expect("cargo prints JSON");
    let units = graph["units"].as_array().expect("it lists units");
    let roots = graph["roots"].as_array().expect("it lists roots").iter();
    let mut waiting: Vec<(usize, bool)> = roots.map(|root| (index(root), false)).collect();
    let mut seen = BTreeSet::new();
    let mut identities = vec![None; units.len()];
    let mut libraries = Vec::new();
    while let Some((at, is_for_build)) = waiting.pop() {
        let unit = &units[at];
        let kind = unit["target"]["kind"][0].as_str().expect("it has a kind");
        let is_for_build = is_for_build || kind == "proc-macro";
        if !seen.insert((at, is_for_build)) {
            continue;
        }
        let used = unit["dependencies"].as_array().expect("it lists dependencies");
        // A library's build script belongs to its side; what the script stands on is for the build.
        let are_for_build = is_for_build || (kind == "custom-build" && unit["mode"] == "build");
        waiting.extend(used.iter().map(|used| (index(&used["index"]), are_for_build)));
        let package = unit["pkg_id"].as_str().expect("it has a package");
        if !package.starts_with("path+") && unit["mode"] == "build" {
            let side = if is_for_build { "for the build" } else { "for the program" };
            let name = format!("{package} {kind} {side}");
            libraries.push((name, identity(units, at, &mut identities)));
        }
    }
    libraries
}

fn index(value: &Value) -> usize {
    value.as_u64().and_then(|index| usize::try_from(index).ok()).expect("it is an index")
}

fn identity(units: &[Value], at: usize, known: &mut [Option<Identity>]) -> Identity {
    if let Some(known) = known[at] {
        return known;
    }
    let unit = &units[at];
    let mut hasher = DefaultHasher::new();
    for field in ["pkg_id", "target", "profile", "platform", "mode", "features"] {
        unit[field].to_string().hash(&mut hasher);
    }
    for used in unit["dependencies"].as_array().expect("it lists dependencies") {
        let index =
            used["index"].as_u64().and_then(|index| usize::try_from(index).ok()).expect("it is an index");
        identity(units, index, known).hash(&mut hasher);
    }
    *known[at].insert(hasher.finish())
}

#[test]
fn no_library_is_compiled_twice() {
    let texts = FILES.map(|file| read(&root().join(file)));
    let found = texts.iter().map(String::as_str).chain([BENCH]).flat_map(commands);
    let builds: Vec<Vec<String>> = found.filter_map(|command| as_build(&command)).collect();
    assert!(builds.len() >= 8, "the commands are not where this test looks for them: {builds:?}");
    let mut compiled: BTreeMap<(String, String), Vec<Identity>> = BTreeMap::new();
    let mut twice = Vec::new();
    for build in builds {
        let mut new: BTreeMap<(String, String), Vec<Identity>> = BTreeMap::new();
        for (library, identity) in plan(&build) {
            new.entry((profile(&build), library)).or_default().push(identity);
        }
        for (library, identities) in new {
            match compiled.entry(library) {
                Entry::Vacant(entry) => {
                    entry.insert(identities);
                }
                Entry::Occupied(mut entry) => {
                    if identities.iter().any(|identity| !entry.get().contains(identity)) {
                        twice.push(format!("{} by cargo build {}", entry.key().1, build.join(" ")));
                        entry.get_mut().extend(identities);
                    }
                }
            }
        }
    }
    assert!(twice.is_empty(), "{} libraries are compiled again:\n{}", twice.len(), twice.join("\n"));
}
