//! What `data_set::published` says of columns and the fields of events that they come from is proven: one field of one
//! event at a time says something else, the reducers' own folds make all rows anew in a real database, and what differs in
//! the views is what is declared for this field. Everything that is declared is seen to change at least once.

mod change;
mod dependencies;
mod story;
mod told;
mod views;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex};

use data_set::published::{NOT_SHOWN, VIEWS};
use event_store::event_fields;
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use reducers::KnownEvent;

use self::change::{Change, ENVELOPE, all, enveloped};
use self::dependencies::{Cause, Declared, Dependency, Observations, Strength, declared};
use self::story::Story;
use self::told::story;
use self::views::{Bench, Views, differences};

/// So many data sets are folded at the same time.
const BENCHES: usize = 2;
/// So often a field is changed at least; more often, until all that is declared for it was seen.
const TRIES_MIN: usize = 2;
const SEEDS: [u64; 2] = [1, 2];

/// Which changes are tried, and what they showed.
struct Trial {
    story: Story,
    before: Views,
    known: Vec<KnownEvent>,
    declared: Declared,
    progress: Mutex<Progress>,
}

struct Progress {
    left: Vec<Change>,
    tries: BTreeMap<Cause, usize>,
    tries_wanted: RangeInclusive<usize>,
    observations: Observations,
    undeclared: Vec<String>,
}

impl Trial {
    fn next(&self) -> Option<Change> {
        let mut progress = self.progress.lock().expect("no panic");
        while let Some(change) = progress.left.pop() {
            let Progress { tries, observations, tries_wanted, .. } = &mut *progress;
            let is_open = |dependency: &Dependency, strength: Strength| {
                dependency.cause == change.cause && observations.is_open(dependency, strength)
            };
            let tries = tries.entry(change.cause.clone()).or_default();
            if &*tries < tries_wanted.start()
                || (&*tries < tries_wanted.end()
                    && self.declared.iter().any(|(dependency, strength)| is_open(dependency, *strength)))
            {
                *tries += 1;
                return Some(change);
            }
        }
        None
    }

    async fn run(self: Arc<Self>, bench: Bench) {
        while let Some(change) = self.next() {
            let after = bench.show(change.made(&self.story, &self.known)).await;
            let found = differences(&self.before, &after);
            let mut progress = self.progress.lock().expect("no panic");
            let undeclared = progress.observations.add(&self.declared, &change.cause, found);
            progress
                .undeclared
                .extend(undeclared.into_iter().map(|dependency| format!("{change}: {dependency}")));
        }
    }
}

/// Tries changes of a history, at random, and gives what they showed and what of it nobody declared.
async fn sweep(story: Story, seed: u64, tries_wanted: RangeInclusive<usize>) -> (Observations, Vec<String>) {
    let bench = Bench::start().await;
    let known = story.known();
    let before = bench.show(known.clone()).await;
    let mut left = all(&story);
    left.shuffle(&mut StdRng::seed_from_u64(seed));
    let progress = Progress {
        left,
        tries: BTreeMap::new(),
        tries_wanted,
        observations: Observations::default(),
        undeclared: Vec::new(),
    };
    let trial =
        Arc::new(Trial { story, known, before, declared: declared(), progress: Mutex::new(progress) });
    let mut tasks = vec![tokio::spawn(Arc::clone(&trial).run(bench))];
    for _ in 1..BENCHES {
        tasks.push(tokio::spawn(Arc::clone(&trial).run(Bench::start().await)));
    }
    for task in tasks {
        task.await.expect("no panic");
    }
    let trial = Arc::into_inner(trial).expect("the tasks are over");
    let progress = trial.progress.into_inner().expect("no panic");
    (progress.observations, progress.undeclared)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_column_changes_with_the_fields_that_are_declared_and_with_no_others() {
    let (observations, undeclared) = sweep(story(), 1, TRIES_MIN..=usize::MAX).await;
    assert!(undeclared.is_empty(), "changed, and not declared: {undeclared:#?}");
    let declared = declared();
    let wrong = observations.judge(&declared);
    assert!(wrong.is_empty(), "{wrong:#?}");

    // A mistake in what is declared is found, whichever of these it is.
    let of = |view, column, event: &str, field| Dependency { view, column, cause: (event.to_owned(), field) };
    let text = of("messages", Some("text"), "rookery.message.edited.v1", "text");
    let likes = of("daily_activity", Some("likes"), "rookery.message.unliked.v1", "account");
    let rows = of("accounts", None, "rookery.account.deactivated.v1", "account");
    for lacking in [text, likes, rows] {
        let mut mistaken = declared.clone();
        mistaken.remove(&lacking).expect("it is declared");
        let wrong = observations.judge(&mistaken);
        assert!(wrong.iter().all(|wrong| wrong.contains("not declared")) && !wrong.is_empty(), "{wrong:?}");
    }
    for (strength, field) in [(Strength::Direct, "text"), (Strength::Indirect, "text")] {
        let extra = of("follows", Some("follower"), "rookery.message.posted.v1", field);
        let mistaken = declared.iter().map(|(dependency, strength)| (dependency.clone(), *strength));
        let wrong = observations.judge(&mistaken.chain([(extra, strength)]).collect());
        assert!(wrong.len() == 1 && wrong[0].contains("never changed"), "{wrong:?}");
    }
}

/// What somebody did by which command, when by the dispatcher's clock, and all else of the kind, is in no view.
#[tokio::test]
async fn nothing_depends_on_what_else_the_envelope_says() {
    let (story, bench) = (story(), Bench::start().await);
    let before = bench.show(story.known()).await;
    for fact in ENVELOPE {
        let after = bench.show(enveloped(&story, fact)).await;
        assert!(differences(&before, &after).is_empty(), "{fact}");
    }
}

/// Histories that nobody thought of: what is declared need not be seen in them, but nothing else may be.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_else_changes_in_random_histories() {
    for seed in SEEDS {
        let (_, undeclared) = sweep(Story::of_crowd(seed), seed, 1..=1).await;
        assert!(undeclared.is_empty(), "seed {seed}: changed, and not declared: {undeclared:#?}");
    }
}

/// A new type, or a new field of one, fails here until somebody has said where it shows.
#[test]
fn every_field_of_every_event_is_declared_or_said_to_be_in_no_view() {
    let of_columns = VIEWS.iter().flat_map(|view| view.columns).flat_map(|column| column.sources());
    let sources = VIEWS.iter().flat_map(|view| view.row_sources()).chain(of_columns);
    let hidden = NOT_SHOWN.iter().flat_map(|hidden| hidden.fields);
    let said: BTreeSet<(&str, &str)> = sources
        .map(|(field, _)| (field.event, field.field))
        .chain(hidden.map(|field| (field.event, field.field)))
        .filter(|(_, field)| !field.starts_with('@'))
        .collect();
    let known = event_fields();
    let there: BTreeSet<(&str, &str)> = known
        .iter()
        .flat_map(|(event, fields)| fields.iter().map(|field| (event.as_str(), *field)))
        .collect();
    let unsaid: Vec<_> = there.difference(&said).collect();
    assert!(unsaid.is_empty(), "source of no column, and not in NOT_SHOWN: {unsaid:?}");
    let gone: Vec<_> = said.difference(&there).collect();
    assert!(gone.is_empty(), "no event has it: {gone:?}");
    let story = story();
    for (event, _) in &known {
        assert!(
            story.events.iter().any(|happened| happened.name == *event),
            "{event} never happens in the story"
        );
    }
}
