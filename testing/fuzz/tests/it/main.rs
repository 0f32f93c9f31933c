//! The corpus, and a short campaign of each target, with a seed that gives the same mutants everywhere.

use fuzz::{Bounds, TARGETS, campaign, corpus, run_once};

/// Some 2 s for all targets in an unoptimised build.
const MUTANTS: u64 = 4_000;
const SEED: u64 = 20_261_127;

#[test]
fn every_target_stands_its_corpus_and_mutants_of_it() {
    for target in TARGETS {
        let bounds = Bounds { mutants: MUTANTS, time: None };
        let (tried, found) = campaign(*target, SEED, bounds).expect("the corpus can be read");
        assert_eq!(found, None, "{}, input {tried} of seed {SEED}", target.0);
        assert_eq!(tried, MUTANTS);
    }
}

/// A campaign that could not find a thing would pass for ever.
#[test]
fn a_bug_is_found() {
    let buggy: fn(&[u8]) = |bytes| assert!(!bytes.windows(2).any(|pair| pair == b"%0"), "planted");
    let bounds = Bounds { mutants: 100_000, time: None };
    let (_, found) = campaign(("query", buggy), SEED, bounds).expect("the corpus can be read");
    let found = found.expect("the bug is found");
    assert_eq!(found.message, "planted");
    assert_eq!(run_once(buggy, &found.input), Some(found));
}

/// Inputs that no parser accepts reach nothing behind it.
#[test]
fn every_target_has_a_corpus() {
    for (name, _) in TARGETS {
        assert!(corpus(name).expect("it can be read").len() >= 3, "{name}");
    }
}
