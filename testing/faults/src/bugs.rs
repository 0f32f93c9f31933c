//! Bugs that are planted, each with the fault that must turn red with it.

use fail_points::{NOTICE, PLANTED_BUG};

use crate::fault;
use crate::run::{self, Report};

/// A mistake that somebody could make, built into the code behind a switch.
#[derive(Debug, Clone, Copy)]
pub struct Bug {
    pub name: &'static str,
    pub about: &'static str,
    /// Which fault has to show it.
    pub fault: &'static str,
    /// As which broken promise.
    pub promise: &'static str,
}

const LOST: &str = "no acked write is lost";
const INVENTED: &str = "nothing is invented";
const TWICE: &str = "no event is there twice";
const ORDER: &str = "each event is decided on its predecessor";
const FOLD: &str = "the data set is what the oracle folds";
const TRAIL: &str = "checkpoints go forward, step by step, never ahead";
const PAGES: &str = "pages have no gap and no row twice";
const AWAITED: &str = "a reader that awaits a position sees it";
const PARKED: &str = "what cannot be decoded is parked";
const LAG: &str = "lag returns to 0 unaided";
const FORBIDDEN: &str = "what was forbidden is not done";
const DOORS: &str = "what was ended opens nothing";
const RESERVE: &str = "only deletions reach into the reserve";
const QUOTA: &str = "an account's quota holds";
const SENT: &str = "a consumer is sent each event once and in order";
const PRIVATE: &str = "nothing private is handed on";
const STREAM: &str = "a stream has no gap and nothing twice";
const ONCE: &str = "each window succeeds once";
const ADJOIN: &str = "windows adjoin without gap or overlap";
const ONE_BY_ONE: &str = "windows of a job run one after the other";
const DONE: &str = "each event is done at least once, or parked";
const IN_ORDER: &str = "events of an account are done in order";
const ONE_HOLDER: &str = "a position is one process's at a time";

const fn bug(name: &'static str, fault: &'static str, promise: &'static str, about: &'static str) -> Bug {
    Bug { name, about, fault, promise }
}

pub const ALL: [Bug; 35] = [
    bug(
        "ack-before-commit",
        "kill-dispatcher",
        LOST,
        "a command is answered before the broker acked its event",
    ),
    bug(
        "position-is-head",
        "kill-dispatcher",
        LOST,
        "the answer names the log's head, not the command's own event",
    ),
    bug(
        "fingerprint-unchecked",
        "kill-dispatcher",
        LOST,
        "a key that was used is not compared with what it was used for",
    ),
    bug("new-id-on-retry", "crowd", TWICE, "a retry gets a new command id, so that nothing recognises it"),
    bug(
        "missing-expected-zero",
        "crowd",
        ORDER,
        "the first event of a subject does not expect to be the first",
    ),
    bug("edit-without-expected", "crowd", ORDER, "edits and deletes do not expect what they were decided on"),
    bug("silence-is-refusal", "freeze-broker", INVENTED, "an append without an answer is called not done"),
    bug(
        "tail-drops-on-reconnect",
        "kill-broker",
        FOLD,
        "the tail loses an event when it reconnects, and nobody counts",
    ),
    bug(
        "resume-from-head",
        "kill-reducers",
        FOLD,
        "the fold goes on at the log's head, not at its checkpoint",
    ),
    bug(
        "checkpoint-outside",
        "kill-reducers-between-steps",
        FOLD,
        "the checkpoint is committed before the rows",
    ),
    bug("no-fence", "two-reducers", TRAIL, "a batch moves the checkpoint from wherever it is"),
    bug("blind-plus-one", "kill-reducers", FOLD, "a like that was there already is counted again"),
    bug("blind-minus-one", "kill-reducers", FOLD, "taking back a like that is not there is counted"),
    bug("history-without-ends", "kill-reducers", FOLD, "what was taken back still stands in the history"),
    bug("undecodable-skipped", "poison", PARKED, "an event that cannot be decoded is passed over silently"),
    bug("given-up-ignored", "poison", PARKED, "an event that gives others up is passed over"),
    bug("undecodable-stops", "poison", LAG, "an event that cannot be decoded stops the worker"),
    bug(
        "position-of-another-snapshot",
        "kill-query-api",
        PAGES,
        "a page tells a position newer than its rows",
    ),
    bug("cursor-off-by-one", "kill-query-api", PAGES, "a page goes on one row too late"),
    bug("await-ignored", "kill-reducers", AWAITED, "a reader who awaits a position is answered at once"),
    bug(
        "block-unnoticed",
        "blocks",
        FORBIDDEN,
        "a dispatcher goes on believing that an account blocks nobody",
    ),
    bug("hidden-shown", "blocks", PAGES, "a page shows what is hidden from its reader"),
    bug(
        "suspension-unnoticed",
        "suspensions",
        FORBIDDEN,
        "a dispatcher goes on believing that an account may act",
    ),
    bug(
        "revocations-unread",
        "doors",
        DOORS,
        "a dispatcher does not read what was ended elsewhere, or before",
    ),
    bug("reserve-open", "reserve", RESERVE, "the log's reserve is open to everybody"),
    bug("quota-forgotten", "quota", QUOTA, "a new process does not count what was used before"),
    bug("resume-from-memory", "followers", SENT, "a relay that was just started hands on what came since"),
    bug("private-handed-on", "followers", PRIVATE, "what is private is handed on like everything else"),
    bug("last-id-ignored", "followers", STREAM, "a stream that comes again goes on with what happens now"),
    bug("window-runs-again", "jobs", ONCE, "a runner that was just started runs what succeeded before"),
    bug(
        "window-by-time",
        "jobs",
        ADJOIN,
        "a window begins where the clock says, not where the last one ended",
    ),
    bug("lease-ignored", "jobs", ONE_BY_ONE, "a window is taken over from a runner that is alive"),
    bug(
        "open-forgotten",
        "deliveries",
        DONE,
        "a position is written down as if everything before it were done",
    ),
    bug(
        "failing-overtaken",
        "deliveries",
        IN_ORDER,
        "an event that failed is tried again behind the next one",
    ),
    bug("claim-unasked", "deliveries", ONE_HOLDER, "who was taken over writes down its own position"),
];

/// The bug of that name.
pub fn find(name: &str) -> Option<Bug> {
    ALL.into_iter().find(|bug| bug.name == name)
}

/// What became of a planted bug.
#[derive(Debug)]
pub struct Verdict {
    pub report: Report,
    /// The promise that the bug breaks was found broken.
    pub is_seen: bool,
    /// A process ran into the bug at all.
    pub was_at_work: bool,
}

/// Runs the bug's fault in a system where it is planted.
pub async fn plant(bug: &Bug, seed: u64) -> anyhow::Result<Verdict> {
    let fault = fault::find(bug.fault).ok_or_else(|| anyhow::anyhow!("there is no fault {}", bug.fault))?;
    let mut setup = (fault.setup)();
    setup.env.push((PLANTED_BUG, bug.name.to_owned()));
    let report = run::run(&fault, setup, seed).await?;
    Ok(Verdict {
        is_seen: report.broken.iter().any(|broken| broken.promise == bug.promise),
        was_at_work: report.output.contains(&format!("{NOTICE}{}", bug.name)),
        report,
    })
}
