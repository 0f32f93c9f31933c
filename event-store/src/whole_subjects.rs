//! The subjects that a consumer of the broker itself is given.
//!
//! A broker filters by subject and hands a message on as it is stored, headers and all; it can leave out no field and no
//! type. So only subjects without private types can be had there, and those whose types have private fields only where an
//! operator says so. Everything else goes through [`disclose`](fn@crate::disclose).

use domain::{AccountId, Shard};

use crate::codec;
use crate::disclosure::Disclosure;

/// Each kind of subject, whether it is an account's, and the types in it without their versions. Tests hold it against
/// the events.
const KINDS: &[(&str, bool, &[&str])] = &[
    (
        "account",
        true,
        &["rookery.account.registered", "rookery.account.profile-changed", "rookery.account.deactivated"],
    ),
    ("handle", false, &["rookery.handle.claimed", "rookery.handle.released"]),
    ("outbox", true, &["rookery.message.posted"]),
    ("edits", false, &["rookery.message.edited", "rookery.message.deleted"]),
    (
        "graph",
        true,
        &[
            "rookery.account.followed",
            "rookery.account.unfollowed",
            "rookery.account.muted",
            "rookery.account.unmuted",
        ],
    ),
    ("blocks", true, &["rookery.account.blocked", "rookery.account.unblocked"]),
    (
        "reactions",
        true,
        &[
            "rookery.message.liked",
            "rookery.message.unliked",
            "rookery.message.reposted",
            "rookery.message.unreposted",
            "rookery.message.bookmarked",
            "rookery.message.unbookmarked",
        ],
    ),
    ("inbox", true, &["rookery.notifications.read"]),
    ("moderation", true, &["rookery.account.moderated", "rookery.account.roles-changed"]),
    ("reports", true, &["rookery.report.filed"]),
    ("resolutions", true, &["rookery.report.resolved"]),
    ("dropped", false, &["rookery.event.dropped"]),
];

/// What a consumer of the broker gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WholeSubjects {
    /// Patterns; no two overlap.
    pub subjects: Vec<String>,
    /// All types that are in them, those that were not asked for, too.
    pub types: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WholeSubjectsError {
    #[error("no types")]
    NoTypes,
    #[error("there is no type {0}; GET /v1/schemas lists them")]
    UnknownType(String),
    #[error("{event_type} shares its subjects with {private}, which is private")]
    Private { event_type: String, private: String },
    #[error("{event_type} has subjects in which {fields} of {with} can be read, which are private")]
    PrivateFields { event_type: String, with: String, fields: String },
    #[error("{0} is in subjects of all accounts: the broker cannot pick out one account's")]
    NotOfAnAccount(String),
}

/// The subjects of types, given with their versions. `with_private_fields`: also where the messages have some.
///
/// # Errors
/// Where the broker cannot hand on these types without others, or not of that account alone.
pub fn whole_subjects(
    shard: Shard,
    types: &[String],
    account: Option<AccountId>,
    with_private_fields: bool,
) -> Result<WholeSubjects, WholeSubjectsError> {
    let disclosures: Vec<(String, Disclosure)> = codec::disclosures().collect();
    let mut found = WholeSubjects { subjects: Vec::new(), types: Vec::new() };
    for (kind, is_of_account, bases) in KINDS {
        let inside: Vec<&(String, Disclosure)> =
            disclosures.iter().filter(|(name, _)| bases.contains(&base(name))).collect();
        let Some(asked) = types.iter().find(|asked| inside.iter().any(|(name, _)| name == *asked)) else {
            continue;
        };
        for (name, disclosure) in &inside {
            match disclosure {
                Disclosure::Private => {
                    return Err(WholeSubjectsError::Private {
                        event_type: asked.clone(),
                        private: name.clone(),
                    });
                }
                Disclosure::Without(fields) if !fields.is_empty() && !with_private_fields => {
                    return Err(WholeSubjectsError::PrivateFields {
                        event_type: asked.clone(),
                        with: name.clone(),
                        fields: fields.join(", "),
                    });
                }
                Disclosure::Without(_) => {}
            }
        }
        let last = match account {
            None => "*".to_owned(),
            Some(account) if *is_of_account => account.to_string(),
            Some(_) => return Err(WholeSubjectsError::NotOfAnAccount(asked.clone())),
        };
        found.subjects.push(format!("ev.{}.{kind}.{last}", shard.0));
        found.types.extend(inside.into_iter().map(|(name, _)| name.clone()));
    }
    if let Some(unknown) = types.iter().find(|asked| !found.types.contains(asked)) {
        return Err(WholeSubjectsError::UnknownType(unknown.clone()));
    }
    if found.types.is_empty() { Err(WholeSubjectsError::NoTypes) } else { Ok(found) }
}

fn base(event_type: &str) -> &str {
    event_type.rsplit_once('.').map_or(event_type, |(base, _)| base)
}

/// The kind of subject that a type is in.
#[cfg(feature = "conformance")]
pub fn kind_of_type(event_type: &str) -> Option<&'static str> {
    KINDS.iter().find(|(_, _, bases)| bases.contains(&base(event_type))).map(|(kind, ..)| *kind)
}
