//! Runs a target over its corpus and over mutants of it, until something is found or a bound is reached.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::mutate::mutate;
use crate::{Target, corpus};

/// How long mutants are made: the first bound that is reached ends it. Without a time a seed gives the same mutants
/// everywhere.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    pub mutants: u64,
    pub time: Option<Duration>,
}

/// An input that a target does not stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub input: Vec<u8>,
    pub message: String,
}

/// A mutant that looks interesting may become a parent; more would only slow it down.
const PARENTS_MAX: usize = 1_024;
/// One in so many mutants does: without a look at the code's coverage none is known to be better than another.
const KEPT_ONE_IN: u32 = 64;

/// The first input that the target does not stand, if one was found, and how many were tried.
///
/// # Errors
/// Where the corpus cannot be read.
pub fn campaign((name, target): Target, seed: u64, bounds: Bounds) -> anyhow::Result<(u64, Option<Found>)> {
    let mut parents: Vec<Vec<u8>> = corpus(name)?.into_iter().map(|(_, bytes)| bytes).collect();
    anyhow::ensure!(!parents.is_empty(), "{name} has no corpus");
    for (tried, input) in (1..).zip(&parents) {
        if let Some(found) = run_once(target, input) {
            return Ok((tried, Some(found)));
        }
    }
    let (mut random, started) = (StdRng::seed_from_u64(seed), Instant::now());
    for mutant in 1..=bounds.mutants {
        if bounds.time.is_some_and(|time| started.elapsed() >= time) {
            return Ok((mutant - 1, None));
        }
        let parent = &parents[random.random_range(0..parents.len())];
        let other = &parents[random.random_range(0..parents.len())];
        let input = mutate(&mut random, parent, other);
        if let Some(found) = run_once(target, &input) {
            return Ok((mutant, Some(found)));
        }
        if parents.len() < PARENTS_MAX && random.random_range(0..KEPT_ONE_IN) == 0 {
            parents.push(input);
        }
    }
    Ok((bounds.mutants, None))
}

/// What the target says against the input, if anything.
pub fn run_once(target: fn(&[u8]), input: &[u8]) -> Option<Found> {
    let panic = catch_unwind(AssertUnwindSafe(|| target(input))).err()?;
    let said = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let said = said.or_else(|| panic.downcast_ref::<String>().cloned());
    Some(Found { input: input.to_vec(), message: said.unwrap_or_default() })
}
