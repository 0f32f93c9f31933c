//! The dependency rules: which package may use which, as docs/ARCHITECTURE.md has it.
//!
//! Where a rule proves wrong, change it in one commit: the table there, this test, and deny.toml where a
//! library changes its owner. Only what is linked into the services counts; tests may use what helps them.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

use crate::sources::{packages, root};

/// Which packages of the workspace each one may use. As every edge is listed, what is reached through others is bounded
/// too.
const MAY_USE: [(&str, &[&str]); 25] = [
    ("api-types", &[]),
    ("archive", &["domain", "event-store", "event-store-nats"]),
    ("consumers", &["domain", "event-store", "fail-points"]),
    ("data-set", &["domain", "fail-points", "postgres-kit"]),
    (
        "dispatcher",
        &[
            "api-types",
            "domain",
            "event-store",
            "event-store-open",
            "fail-points",
            "http-kit",
            "service-kit",
            "tokens",
        ],
    ),
    ("domain", &[]),
    ("export", &["data-set"]),
    ("event-store", &["domain"]),
    ("event-store-nats", &["domain", "event-store", "fail-points"]),
    ("event-store-postgres", &["domain", "event-store", "postgres-kit"]),
    (
        "event-store-open",
        &["domain", "event-store", "event-store-nats", "event-store-postgres", "service-kit"],
    ),
    ("jobs", &["domain", "event-store", "fail-points"]),
    ("http-kit", &["api-types", "service-kit", "tokens"]),
    ("local-servers", &[]),
    ("verifier", &["data-set", "domain", "event-store"]),
    ("fail-points", &[]),
    ("postgres-kit", &[]),
    ("query-api", &["api-types", "data-set", "export", "http-kit", "fail-points", "service-kit", "tokens"]),
    ("reducers", &["data-set", "domain", "event-store", "event-store-open", "fail-points", "service-kit"]),
    (
        "relay",
        &[
            "api-types",
            "consumers",
            "domain",
            "event-store",
            "event-store-open",
            "fail-points",
            "http-kit",
            "service-kit",
            "tokens",
        ],
    ),
    (
        "rookery",
        &[
            "api-types",
            "archive",
            "consumers",
            "data-set",
            "dispatcher",
            "domain",
            "event-store",
            "event-store-nats",
            "event-store-postgres",
            "event-store-open",
            "export",
            "http-kit",
            "jobs",
            "local-servers",
            "verifier",
            "query-api",
            "reducers",
            "relay",
            "service-kit",
            "tokens",
        ],
    ),
    ("service-kit", &[]),
    ("testkit", &["local-servers"]),
    ("tokens", &["api-types", "service-kit"]),
    ("workspace-rules", &[]),
];

/// They measure and break everything, and are linked into nothing.
const OUTSIDE: [&str; 3] = ["bench", "faults", "fuzz"];

/// Libraries that enter through their owners alone.
const OWNERS: [(&str, &[&str]); 7] = [
    ("async-nats", &["event-store-nats"]),
    ("axum", &["dispatcher", "http-kit", "query-api", "relay", "testkit"]),
    ("cqrs-es", &["dispatcher", "domain"]),
    ("hyper", &["http-kit", "service-kit"]),
    ("jsonwebtoken", &["tokens"]),
    ("parquet", &["export"]),
    ("sqlx", &["data-set", "event-store-postgres", "postgres-kit"]),
];

/// What a crate that has to be pure must not even be able to do.
const IMPURE: [&str; 6] = ["tokio", "rand", "reqwest", "axum", "async-nats", "sqlx"];

/// The names of all normal and build dependencies of each package of the workspace.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    packages().iter().map(|package| (name(package), used_by(package))).collect()
}

fn used_by(package: &Value) -> BTreeSet<String> {
    let dependencies = package["dependencies"].as_array().expect("it lists dependencies");
    dependencies.iter().filter(|dependency| dependency["kind"] != "dev").map(name).collect()
}

fn name(value: &Value) -> String {
    value["name"].as_str().expect("it has a name").to_owned()
}

#[test]
fn crates_use_only_what_the_table_allows() {
    let dependencies = dependencies();
    let workspace: BTreeSet<&str> = dependencies.keys().map(String::as_str).collect();
    for (user, used) in dependencies.iter().filter(|(user, _)| !OUTSIDE.contains(&user.as_str())) {
        let allowed = MAY_USE.iter().find(|(name, _)| name == user).map(|(_, allowed)| *allowed);
        let allowed = allowed.unwrap_or_else(|| panic!("{user} is not in the table"));
        for crate_used in used.iter().filter(|name| workspace.contains(name.as_str())) {
            assert!(allowed.contains(&crate_used.as_str()), "{user} must not use {crate_used}");
        }
    }
}

#[test]
fn table_names_crates_that_exist() {
    let dependencies = dependencies();
    for (name, allowed) in MAY_USE {
        for name in allowed.iter().chain([&name]) {
            assert!(dependencies.contains_key(*name), "there is no {name}");
        }
    }
}

#[test]
fn libraries_enter_through_their_owners() {
    let dependencies = dependencies();
    for (library, owners) in OWNERS {
        let is_inside = |user: &String| !OUTSIDE.contains(&user.as_str());
        for (user, _) in dependencies.iter().filter(|(user, used)| is_inside(user) && used.contains(library))
        {
            assert!(
                owners.contains(&user.as_str()),
                "{user} must not use {library}: its owners are {owners:?}"
            );
        }
    }
}

#[test]
fn domain_is_pure() {
    for name in ["domain", "api-types"] {
        let used = &dependencies()[name];
        for library in IMPURE {
            assert!(!used.contains(library), "{name} must not use {library}");
        }
    }
}

#[test]
fn only_the_command_tests_and_benchmarks_start_servers() {
    for (user, used) in dependencies() {
        let is_outside = OUTSIDE.contains(&user.as_str());
        let may = is_outside || ["rookery", "testkit"].contains(&user.as_str());
        assert!(may || !used.contains("local-servers"), "{user} must not start servers");
        assert!(is_outside || !used.contains("testkit"), "{user} must not link what is for tests");
    }
}

/// Libraries that a package links when it is built with one store alone.
fn linked(package: &str, store: &str) -> String {
    let arguments =
        ["tree", "--offline", "--locked", "--edges", "normal", "--prefix", "none", "--package", package];
    let store = ["--no-default-features", "--features", store];
    let output = Command::new(env!("CARGO")).current_dir(root()).args(arguments).args(store).output();
    let output = output.expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn a_log_on_one_store_links_no_other() {
    for (package, store, library) in [
        ("dispatcher", "postgres", "async-nats "),
        ("dispatcher", "nats", "sqlx "),
        ("reducers", "postgres", "async-nats "),
        ("reducers", "nats", "event-store-postgres "),
        ("relay", "postgres", "async-nats "),
        ("relay", "nats", "sqlx "),
    ] {
        let linked = linked(package, store);
        assert!(linked.contains("event-store "), "{package} links the log: {linked}");
        assert!(!linked.contains(library), "{package} with the store {store} must not link {library}");
    }
}
