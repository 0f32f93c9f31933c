//! What an answer says of the caller's budgets (draft-ietf-httpapi-ratelimit-headers-10).

use std::fmt::Write;

use http::{HeaderMap, HeaderName, HeaderValue};

use super::action::Action;
use super::rate::Rate;

/// The budgets that a request is counted in: `"post";q=300;w=3600`.
pub(crate) const RATELIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
/// What is left of the one that is nearest to its end: `"post";r=12;t=30`.
pub(crate) const RATELIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// The budgets of an account, of its address, and of that one's network.
const BUDGETS_MAX: usize = 3;

#[derive(Debug, Clone, Copy)]
pub(crate) struct Report {
    policies: [Option<Policy>; BUDGETS_MAX],
    nearest: Policy,
    left: u32,
    seconds: u32,
}

#[derive(Debug, Clone, Copy)]
struct Policy {
    name: (Action, &'static str),
    rate: Rate,
}

impl Report {
    /// Of several budgets the one with the fewest requests left is reported, and of these the first.
    pub(super) fn add(
        report: &mut Option<Self>,
        name: (Action, &'static str),
        rate: Rate,
        left: u32,
        seconds: u32,
    ) {
        let policy = Policy { name, rate };
        let fresh = Self { policies: [None; BUDGETS_MAX], nearest: policy, left, seconds };
        let report = report.get_or_insert(fresh);
        if let Some(free) = report.policies.iter_mut().find(|policy| policy.is_none()) {
            *free = Some(policy);
        }
        // A refusal comes last, and is what the caller waits for.
        if left < report.left || (left == 0 && seconds > report.seconds) {
            (report.nearest, report.left, report.seconds) = (policy, left, seconds);
        }
    }

    pub(super) fn policy(&self) -> String {
        let mut text = String::with_capacity(64);
        for Policy { name: (action, added), rate } in self.policies.iter().flatten() {
            let comma = if text.is_empty() { "" } else { ", " };
            let (name, quota, window) = (action.name(), rate.requests(), rate.window().as_secs());
            // Writing to a string cannot fail.
            write!(text, "{comma}\"{name}{added}\";q={quota};w={window}").ok();
        }
        text
    }

    pub(super) fn state(&self) -> String {
        let Self { nearest: Policy { name: (action, added), .. }, left, seconds, .. } = self;
        format!("\"{}{added}\";r={left};t={seconds}", action.name())
    }

    pub(crate) fn write(&self, headers: &mut HeaderMap) {
        for (name, value) in [(RATELIMIT_POLICY, self.policy()), (RATELIMIT, self.state())] {
            // Names and numbers.
            if let Ok(value) = HeaderValue::try_from(value) {
                headers.insert(name, value);
            }
        }
    }
}
