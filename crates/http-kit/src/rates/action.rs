//! What a request does, as far as its rate is concerned.

use std::time::Duration;

use service_kit::config::Environment;

use super::rate::{Rate, RateOrOff};

/// A kind of request that has a budget of its own.
///
/// An operation says its own at its handler: `x-rate` in its documentation. A GET that says none is a read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Action {
    /// To register an account.
    SignUp,
    /// To log in.
    LogIn,
    /// To keep or end sessions and tokens.
    Session,
    /// To post, edit or delete a message.
    Post,
    /// What is said by a click: follows, blocks, mutes, likes, reposts, bookmarks and what was read, and each taken back.
    Edge,
    /// To change, guard or give up the caller's own account.
    Profile,
    Read,
    /// To count messages.
    Count,
    Search,
    /// To take a data set away.
    Export,
    /// To open a stream.
    Stream,
    Import,
}

/// How often an action may be done; `None` is as often as one likes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActionRates {
    /// By one account, where it is known.
    pub account: Option<Rate>,
    /// From one address, whoever it is.
    pub address: Option<Rate>,
}

/// Of every action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RateTable([ActionRates; Action::ALL.len()]);

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;

impl Action {
    pub const ALL: [Self; 12] = [
        Self::SignUp,
        Self::LogIn,
        Self::Session,
        Self::Post,
        Self::Edge,
        Self::Profile,
        Self::Read,
        Self::Count,
        Self::Search,
        Self::Export,
        Self::Stream,
        Self::Import,
    ];

    /// As in `x-rate`, in `RateLimit-Policy` and, in capitals, in the names of variables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SignUp => "sign-up",
            Self::LogIn => "log-in",
            Self::Session => "session",
            Self::Post => "post",
            Self::Edge => "edge",
            Self::Profile => "profile",
            Self::Read => "read",
            Self::Count => "count",
            Self::Search => "search",
            Self::Export => "export",
            Self::Stream => "stream",
            Self::Import => "import",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.name() == name)
    }

    /// Whether it is done by those who have not shown yet who they are; then nobody's token is looked at.
    #[must_use]
    pub const fn is_anonymous(self) -> bool {
        matches!(self, Self::SignUp | Self::LogIn)
    }

    /// docs/operations/limits.md gives the reasons. An address has about ten times the budget of an account, because a
    /// school or a mobile network is one address.
    const fn default_rates(self) -> ActionRates {
        match self {
            Self::SignUp => by_address((10, HOUR, 10)),
            Self::LogIn => by_address((100, HOUR, 25)),
            Self::Session => rates((120, HOUR, 60), (3_000, HOUR, 300)),
            Self::Post => rates((300, HOUR, 60), (3_000, HOUR, 300)),
            Self::Edge => rates((1_200, HOUR, 120), (12_000, HOUR, 600)),
            Self::Profile => rates((60, HOUR, 20), (600, HOUR, 100)),
            Self::Read => rates((3_000, 5 * MINUTE, 600), (15_000, 5 * MINUTE, 3_000)),
            Self::Count => rates((600, 5 * MINUTE, 120), (3_000, 5 * MINUTE, 600)),
            Self::Search => rates((300, 5 * MINUTE, 60), (1_500, 5 * MINUTE, 300)),
            Self::Export => rates((60, HOUR, 10), (300, HOUR, 50)),
            Self::Stream => rates((60, 5 * MINUTE, 20), (600, 5 * MINUTE, 200)),
            Self::Import => rates((60, HOUR, 10), (60, HOUR, 10)),
        }
    }
}

/// Requests, seconds, burst.
type Written = (u32, u64, u32);

const fn rates(account: Written, address: Written) -> ActionRates {
    ActionRates { account: Some(rate(account)), ..by_address(address) }
}

const fn by_address(address: Written) -> ActionRates {
    ActionRates { account: None, address: Some(rate(address)) }
}

const fn rate((requests, seconds, burst): Written) -> Rate {
    Rate::of(requests, Duration::from_secs(seconds), burst)
}

impl Default for RateTable {
    fn default() -> Self {
        const DEFAULT: [ActionRates; Action::ALL.len()] = {
            let mut table = [by_address((1, 1, 1)); Action::ALL.len()];
            let mut at = 0;
            while at < table.len() {
                table[at] = Action::ALL[at].default_rates();
                at += 1;
            }
            table
        };
        Self(DEFAULT)
    }
}

impl RateTable {
    #[must_use]
    pub fn of(&self, action: Action) -> ActionRates {
        self.0[action as usize]
    }

    #[must_use]
    pub fn with(mut self, action: Action, rates: ActionRates) -> Self {
        self.0[action as usize] = rates;
        self
    }

    /// The defaults, with what `ROOKERY_RATE_<ACTION>` and `ROOKERY_RATE_<ACTION>_ADDRESS` change.
    pub(crate) fn from_environment(env: &mut Environment) -> Option<Self> {
        let mut all = Some(Self::default());
        for action in Action::ALL {
            let default = action.default_rates();
            let name = format!("ROOKERY_RATE_{}", action.name().replace('-', "_").to_uppercase());
            // All are read, also behind one that is wrong, so that all that is wrong is reported.
            let account = match action.is_anonymous() {
                true => Some(RateOrOff(None)),
                false => env.or_default(&name, RateOrOff(default.account)),
            };
            let address = env.or_default(&format!("{name}_ADDRESS"), RateOrOff(default.address));
            all = match (all, account, address) {
                (Some(table), Some(RateOrOff(account)), Some(RateOrOff(address))) => {
                    Some(table.with(action, ActionRates { account, address }))
                }
                _ => None,
            };
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_stand_in_the_table_by_their_number() {
        for (at, action) in Action::ALL.into_iter().enumerate() {
            assert_eq!(action as usize, at);
            assert_eq!(Action::from_name(action.name()), Some(action));
            assert_eq!(RateTable::default().of(action), action.default_rates());
        }
    }

    #[test]
    fn rates_come_from_the_environment() {
        let mut env = Environment::from_pairs([
            ("ROOKERY_RATE_POST", "2/1m,burst=1"),
            ("ROOKERY_RATE_SIGN_UP_ADDRESS", "off"),
        ]);
        let table = RateTable::from_environment(&mut env).expect("both are rates");
        let default = Action::Post.default_rates();
        let post = ActionRates { account: Rate::new(2, Duration::from_secs(60), 1), ..default };
        assert_eq!(table.of(Action::Post), post);
        assert_eq!(table.of(Action::SignUp), ActionRates { account: None, address: None });
        assert_eq!(table.of(Action::Read), Action::Read.default_rates());
        assert!(env.unknown_variables().is_empty());
    }

    #[test]
    fn all_that_is_wrong_is_reported() {
        let mut env = Environment::from_pairs([
            ("ROOKERY_RATE_POST", "often"),
            ("ROOKERY_RATE_IMPORT_ADDRESS", "0/1h"),
            ("ROOKERY_RATE_LOG_IN", "1/1s"),
        ]);
        assert_eq!(RateTable::from_environment(&mut env), None);
        let error = env.into_error();
        let names: Vec<&str> = error.faults().iter().map(|fault| fault.name.as_str()).collect();
        assert_eq!(names, ["ROOKERY_RATE_POST", "ROOKERY_RATE_IMPORT_ADDRESS"]);
        assert!(error.to_string().contains("ROOKERY_RATE_LOG_IN"), "nobody who logs in has an account yet");
    }
}
