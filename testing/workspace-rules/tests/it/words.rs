//! Words that were given up stay away. `docs/GLOSSARY.md` has the ones that are used instead.

use std::collections::BTreeSet;
use std::path::Path;

use crate::sources::{files, read, root, shown};

/// Where a word must not stand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Where {
    /// In no file's text, and in no name of Rust or of a file.
    Anywhere,
    /// In no name; in sentences it is plain English, and in SQL a column that analysts know.
    Names,
}

use Where::{Anywhere, Names};

/// The word as it would be found, what is said instead. In names a word is found as a part: `lane` in `run_lane` and
/// `LaneError`.
const GIVEN_UP: [(&str, Where, &str); 44] = [
    ("lane", Anywhere, "projection worker"),
    ("lanes", Anywhere, "projection workers"),
    ("claims", Names, "idempotency records, or conflict keys"),
    ("vault", Anywhere, "credential store"),
    ("twin", Anywhere, "concurrent duplicate"),
    ("twins", Anywhere, "concurrent duplicates"),
    ("piece", Names, "chunk"),
    ("pieces", Names, "chunks"),
    ("portion", Anywhere, "chunk"),
    ("portions", Anywhere, "chunks"),
    ("sight", Names, "classify"),
    ("Place", Names, "cursor, or what it is"),
    ("Seen", Names, "what it is"),
    ("Shown", Names, "what it is"),
    ("Turn", Names, "keyed lock"),
    ("Turns", Names, "keyed locks"),
    ("Run", Names, "segment"),
    ("Runs", Names, "segments"),
    ("FeedRun", Names, "segment"),
    ("wish", Names, "desired state"),
    ("Trace", Names, "recovery subject"),
    ("seal", Names, "envelope"),
    ("sealed", Names, "in its envelope"),
    ("stamp", Names, "command metadata"),
    ("Reach", Names, "audience"),
    ("clash", Anywhere, "conflict"),
    ("clashes", Anywhere, "conflicts"),
    ("quarantine", Names, "parking"),
    ("vaults", Anywhere, "credential stores"),
    ("wishes", Names, "desired states"),
    ("stamps", Names, "command metadata"),
    ("grain", Names, "granularity"),
    ("grains", Names, "granularities"),
    ("divide", Names, "split"),
    ("divided", Names, "split"),
    ("unite", Names, "merge"),
    ("moment", Names, "timestamp"),
    ("tally", Anywhere, "counter deltas"),
    ("bury", Anywhere, "tombstone"),
    ("mend", Names, "repair"),
    ("premises", Anywhere, "inputs"),
    ("represent", Names, "view"),
    ("house", Anywhere, "workspace"),
    ("walls", Anywhere, "dependency rules"),
];

/// Where a word means something else, or is somebody else's.
const OTHERS: [(&str, &str, &str); 15] = [
    ("lane", "docs/operations/monitor.md", "`/readyz` names the check so"),
    ("lane", "docs/GLOSSARY.md", "says what the word was"),
    ("lane", "reducers/src/run.rs", "`/readyz` names the check so"),
    ("claims", "crates/http-kit/", "of a token"),
    ("claims", "crates/tokens/", "of a token"),
    ("claims", "tools/rookery/tests/it/tokens.rs", "of a token"),
    ("portions", "tools/rookery/demo/SAMPLE.md", "of a licence"),
    ("sealed", "event-store/nats/src/open.rs", "JetStream's word for a stream that takes nothing more"),
    ("claims", "dispatcher/tests/it/tokens.rs", "of a token"),
    ("claims", "dispatcher/tests/it/sessions/log_in.rs", "of a token"),
    ("claims", "dispatcher/tests/it/sessions/personal_tokens.rs", "of a token"),
    ("claims", "tools/rookery/src/commands/token/revoke.rs", "of a token"),
    ("claims", "dispatcher/src/commands/register_account.rs", "of a handle"),
    ("lanes", "dispatcher/src/auth/passwords.rs", "of argon2id"),
    ("grain", "migrations/0002_granularity.sql", "analysts know the type and the column"),
];

/// What tells history, or the words themselves.
const EXEMPT: [&str; 3] = ["CHANGELOG.md", "docs/adr/", "testing/workspace-rules/tests/it/words.rs"];
const TEXTS: [&str; 8] = [".md", ".rs", ".sql", ".toml", ".yaml", ".yml", ".feature", "Makefile"];

/// Words of a text: letters alone count, and `_` and digits hold a word together.
fn words(text: &str) -> BTreeSet<&str> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty()).collect()
}

/// A name, and the words it is made of, in small letters: `LaneError` is also `lane` and `error`.
fn parts(name: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    for c in name.chars() {
        let starts = c == '_' || c == '-' || c.is_uppercase();
        if starts
            && parts.last().is_some_and(|part| {
                !part.is_empty() && (c == '_' || c == '-' || !part.ends_with(char::is_uppercase))
            })
        {
            parts.push(String::new());
        }
        if c != '_' && c != '-' {
            parts.last_mut().expect("there is always one").push(c);
        }
    }
    parts.into_iter().map(|part| part.to_lowercase()).collect()
}

/// A test's name is a sentence, where a word that is only no name may stand.
const SENTENCE_FROM: usize = 5;

/// Whether a name has the word: a word with a capital letter stands for the type of just that name.
fn is_named(name: &str, word: &str, place: Where) -> bool {
    if place == Names && name.split('_').count() >= SENTENCE_FROM {
        return false;
    }
    if word.starts_with(char::is_uppercase) {
        name == word
    } else {
        parts(name).iter().any(|part| part == word)
    }
}

/// The code of a Rust file without comments and what stands in quotes.
fn names_of(text: &str) -> BTreeSet<String> {
    fn collect(stream: proc_macro2::TokenStream, names: &mut BTreeSet<String>) {
        for token in stream {
            match token {
                proc_macro2::TokenTree::Ident(name) => drop(names.insert(name.to_string())),
                proc_macro2::TokenTree::Group(group) => collect(group.stream(), names),
                _ => {}
            }
        }
    }
    let mut names = BTreeSet::new();
    collect(text.parse().expect("it is Rust"), &mut names);
    names
}

/// Where a word is used, as `file: name`.
fn uses(path: &Path, text: &str) -> Vec<(&'static str, String)> {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let names =
        if path.extension().is_some_and(|ending| ending == "rs") { names_of(text) } else { BTreeSet::new() };
    let lower = text.to_lowercase();
    let words = words(&lower);
    let mut found = Vec::new();
    let is_others =
        |word| OTHERS.iter().any(|(other, file, _)| *other == word && shown(path).starts_with(file));
    for (word, place, _) in GIVEN_UP.into_iter().filter(|(word, ..)| !is_others(*word)) {
        let in_names = names.iter().find(|name| is_named(name, word, place)).cloned();
        let in_path = is_named(&stem, word, place).then(|| "its name".to_owned());
        let in_text = (place == Anywhere && words.contains(word)).then(|| "its text".to_owned());
        found.extend(in_names.or(in_path).or(in_text).map(|what| (word, format!("{}: {what}", shown(path)))));
    }
    found
}

#[test]
fn words_that_were_given_up_are_not_used() {
    let mut found: Vec<(&str, String)> = Vec::new();
    for file in files(&root(), &TEXTS) {
        let name = shown(&file);
        if !EXEMPT.iter().any(|exempt| name.starts_with(exempt)) {
            found.extend(uses(&file, &read(&file)));
        }
    }
    let found: Vec<String> =
        found.into_iter().map(|(word, file)| format!("{word} in {file}: say {}", instead(word))).collect();
    assert!(found.is_empty(), "words that were given up are used:\n{}", found.join("\n"));
}

fn instead(word: &str) -> &'static str {
    GIVEN_UP.iter().find(|(given_up, ..)| *given_up == word).map_or("something else", |(.., instead)| instead)
}

#[test]
fn names_are_taken_apart() {
    assert_eq!(parts("LaneError"), ["lane", "error"]);
    assert_eq!(parts("run_lane"), ["run", "lane"]);
    assert_eq!(parts("LANES_MAX"), ["lanes", "max"]);
    assert!(is_named("in-lane", "lane", Anywhere));
    assert!(!is_named("all_of_them_at_one_moment", "moment", Names));
    assert!(is_named("Turn", "Turn", Names) && !is_named("take_turn", "Turn", Names));
}
