//! What docs/DEPLOYMENT.md says that services read is what compose.yaml hands on to them.

use std::collections::{BTreeMap, BTreeSet};

use crate::sources::{read, root};

const SERVICES: [&str; 4] = ["dispatcher", "reducers", "query-api", "relay"];

/// What Compose sets up in another way, so that an override has to say it.
const NOT_HANDED_ON: [&str; 5] = [
    // The gateway encrypts.
    "ROOKERY_TLS_CERTIFICATE_FILE",
    "ROOKERY_TLS_KEY_FILE",
    // The log is on NATS.
    "ROOKERY_EVENT_STORE_URL",
    // Services verify tokens themselves.
    "ROOKERY_GATEWAY_SECRET",
    // `migrate` sets it.
    "ROOKERY_SEARCH_LANGUAGE",
];

/// Names and values below a line of compose.yaml, as deep as its first one.
fn entries(compose: &str, header: &str) -> BTreeMap<String, String> {
    let depth = |line: &str| line.len() - line.trim_start().len();
    let inside = depth(header) + 2;
    let lines = compose.lines().skip_while(|line| *line != header).skip(1);
    let lines = lines.take_while(|line| depth(line) >= inside).filter(|line| depth(line) == inside);
    let pairs = lines.filter_map(|line| line.trim().split_once(':'));
    pairs.map(|(name, value)| (name.to_owned(), value.trim().trim_matches('"').to_owned())).collect()
}

/// The variables of a service, with what is merged into them.
fn environment(compose: &str, service: &str) -> BTreeMap<String, String> {
    let from = compose.find(&format!("\n  {service}:\n")).unwrap_or_else(|| panic!("there is no {service}"));
    let mut all = entries(&compose[from..], "    environment:");
    let merged = all.get("<<").cloned().unwrap_or_default();
    for anchor in merged.split('*').skip(1) {
        let name = anchor.trim_end_matches([',', ' ', ']']);
        all.extend(entries(compose, &format!("x-{name}: &{name}")));
    }
    all.into_iter().filter(|(name, _)| name.starts_with("ROOKERY_")).collect()
}

/// Names in the first column of a row, where the variables of actions stand for all of them.
fn names(cell: &str) -> Vec<String> {
    let quoted = cell.split('`').skip(1).step_by(2);
    quoted
        .flat_map(|name| if name.contains("<ACTION>") { of_actions(name) } else { vec![name.to_owned()] })
        .collect()
}

/// By the table of docs/operations/limits.md.
fn of_actions(name: &str) -> Vec<String> {
    let limits = read(&root().join("docs/operations/limits.md"));
    let rows = limits.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` | "));
    let rows = rows.filter_map(|(action, rest)| {
        let mut cells = rest.split('|').map(str::trim).skip(1);
        let (account, address) = (cells.next()?, cells.next()?);
        let has_rate = if name.ends_with("_ADDRESS") { address } else { account };
        let is_action = action.chars().all(|letter| letter.is_ascii_lowercase() || letter == '-');
        (is_action && has_rate.starts_with('`')).then(|| action.replace('-', "_").to_uppercase())
    });
    rows.map(|action| name.replace("<ACTION>", &action)).collect()
}

/// Of each service, what the table says that it reads.
fn documented() -> BTreeMap<&'static str, BTreeSet<String>> {
    let text = read(&root().join("docs/DEPLOYMENT.md"));
    let mut read_by: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for row in text.lines().filter(|line| line.starts_with("| `ROOKERY_")) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let [_, variables, dispatcher, reducers, query_api, relay, _default, _] = cells[..] else { continue };
        for (service, cell) in SERVICES.into_iter().zip([dispatcher, reducers, query_api, relay]) {
            if !cell.is_empty() {
                read_by.entry(service).or_default().extend(names(variables));
            }
        }
    }
    read_by
}

#[test]
fn compose_hands_on_all_that_services_read() {
    let (compose, documented) = (read(&root().join("compose.yaml")), documented());
    assert!(documented["dispatcher"].len() > 40, "{documented:?}");
    assert!(documented["dispatcher"].contains("ROOKERY_RATE_LOG_IN_ADDRESS"), "{documented:?}");
    assert!(!documented["dispatcher"].contains("ROOKERY_RATE_LOG_IN"), "{documented:?}");
    for service in SERVICES {
        let handed_on = environment(&compose, service);
        let has =
            |name: &str| handed_on.contains_key(name) || handed_on.contains_key(&format!("{name}_FILE"));
        for name in &documented[service] {
            // The dispatcher knows its own keys.
            let is_own = service == "dispatcher" && name == "ROOKERY_JWT_JWKS_URL";
            let is_set_up = is_own || NOT_HANDED_ON.contains(&name.as_str());
            assert!(
                has(name) != is_set_up,
                "compose.yaml, {service}: {name}, which docs/DEPLOYMENT.md names"
            );
        }
        for (name, value) in &handed_on {
            let own = name.strip_suffix("_FILE").filter(|own| documented[service].contains(*own));
            let is_known = own.is_some() || documented[service].contains(name);
            assert!(is_known, "docs/DEPLOYMENT.md, {service}: {name}, which compose.yaml sets");
            let is_its_own = !value.starts_with("${") || value.starts_with(&format!("${{{name}:-"));
            assert!(is_its_own, "compose.yaml, {service}: {name} is {value}");
        }
    }
}
