//! What an installation decides about commands.

use std::collections::BTreeSet;
use std::str::FromStr;

use domain::Handle;
use event_store::Quota;
use service_kit::config::Environment;

/// Settings of the commands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Of each account but admins', per day.
    pub quota: Quota,
    pub registration: Registration,
    pub reserved_handles: ReservedHandles,
}

/// Who may register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Registration {
    /// Everybody.
    #[default]
    Open,
    /// Who has an invitation.
    Invitation,
    /// Whom an operator approves.
    Approval,
    /// Nobody: operators import accounts.
    Closed,
}

impl FromStr for Registration {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Ok(match text {
            "open" => Self::Open,
            "invitation" => Self::Invitation,
            "approval" => Self::Approval,
            "closed" => Self::Closed,
            _ => return Err("open, invitation, approval or closed".to_owned()),
        })
    }
}

/// Names that people take for the installation's own.
const RESERVED: [&str; 26] = [
    "abuse",
    "admin",
    "administrator",
    "administration",
    "anonymous",
    "contact",
    "everyone",
    "help",
    "hostmaster",
    "info",
    "mod",
    "moderator",
    "moderators",
    "noreply",
    "official",
    "operator",
    "postmaster",
    "rookery",
    "root",
    "security",
    "staff",
    "support",
    "sysadmin",
    "system",
    "team",
    "webmaster",
];

/// Handles that only operators give away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReservedHandles(BTreeSet<Handle>);

impl Default for ReservedHandles {
    fn default() -> Self {
        Self(RESERVED.iter().filter_map(|name| Handle::parse(name).ok()).collect())
    }
}

impl ReservedHandles {
    pub fn contains(&self, handle: &Handle) -> bool {
        self.0.contains(handle)
    }

    /// With those of a list with commas. `None` where one of them can be no handle.
    #[must_use]
    pub fn with(mut self, list: &str) -> Option<Self> {
        for name in list.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            self.0.insert(Handle::parse(name).ok()?);
        }
        Some(self)
    }
}

/// Far more than a person writes in a day (a tenth of an event per second, hour after hour, is 8,640), and so little
/// that a thousand accounts need a day to fill a log of the default size.
const EVENTS_PER_DAY: u64 = 5_000;
const BYTES_PER_DAY: u64 = 8 << 20;
/// With fewer an account could not even be registered and set up.
const EVENTS_PER_DAY_MIN: u64 = 100;
const BYTES_PER_DAY_MIN: u64 = 1 << 20;

impl Default for Settings {
    fn default() -> Self {
        Self {
            quota: Quota { events_max: EVENTS_PER_DAY, bytes_max: BYTES_PER_DAY },
            registration: Registration::default(),
            reserved_handles: ReservedHandles::default(),
        }
    }
}

impl Settings {
    /// `registration`: where the environment does not say who may register.
    pub fn from_environment(env: &mut Environment, registration: Registration) -> Option<Self> {
        let events = bound(env, "ROOKERY_QUOTA_EVENTS_PER_DAY", EVENTS_PER_DAY, EVENTS_PER_DAY_MIN);
        let bytes = bound(env, "ROOKERY_QUOTA_BYTES_PER_DAY", BYTES_PER_DAY, BYTES_PER_DAY_MIN);
        let registration = env.or_default("ROOKERY_REGISTRATION", registration);
        let reserved = env.or_default("ROOKERY_RESERVED_HANDLES", String::new())?;
        let reserved_handles = ReservedHandles::default().with(&reserved);
        if reserved_handles.is_none() {
            env.reject("ROOKERY_RESERVED_HANDLES", "handles, separated by commas");
        }
        Some(Self {
            quota: Quota { events_max: events?, bytes_max: bytes? },
            registration: registration?,
            reserved_handles: reserved_handles?,
        })
    }
}

/// 0 is for none.
fn bound(env: &mut Environment, name: &str, default: u64, min: u64) -> Option<u64> {
    match env.or_default(name, default)? {
        0 => Some(u64::MAX),
        value if value >= min => Some(value),
        _ => {
            env.reject(name, format!("a number, at least {min}, or 0 for no quota"));
            None
        }
    }
}
