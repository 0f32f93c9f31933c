//! Tokens that are void before they expire.
//!
//! A token is verified by its signature alone, so every service has to know which ones are void: those of sessions that
//! ended, those of an account that were issued before a moment, and single ones by their ids. What is known is kept in
//! a fixed number of parts, by account; each is small and is replaced as a whole, at a higher revision than before.

mod part;
mod url;

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use serde::{Deserialize, Serialize};

pub use part::{RevocationPart, RevokeError, TOKENS_REVOKED_PER_ACCOUNT_MAX};
pub use url::{NoRevocationsUrl, RevocationsUnavailable, RevocationsUrl, UrlRevocations};

use crate::subject::TokenSubject;

/// How many parts there are. So an account's change rewrites a sixteenth of what is known.
pub const REVOCATION_PARTS: usize = 16;

/// What a process knows. It begins with nothing, so that no token is void.
pub struct Revocations {
    known: RwLock<Arc<Known>>,
}

#[derive(Clone, Default)]
struct Known {
    /// Of the log that they lie beside: another one begins its revisions anew.
    lineage: String,
    parts: [Arc<Revised>; REVOCATION_PARTS],
}

#[derive(Debug, Default)]
struct Revised {
    revision: u64,
    part: RevocationPart,
}

/// What changed since the revisions that somebody knew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RevocationsDocument {
    pub lineage: String,
    pub parts: Vec<RevisedPart>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RevisedPart {
    pub number: usize,
    pub revision: u64,
    pub part: RevocationPart,
}

impl Revocations {
    #[must_use]
    pub fn new() -> Self {
        Self { known: RwLock::default() }
    }

    /// The number of the part that is about an account. Ids of one second lie next to each other, so they are spread.
    #[must_use]
    pub fn part_of(account: i64) -> usize {
        // 2^64 divided by the golden ratio; the upper bits of the product depend on all of the id's.
        let spread = account.cast_unsigned().wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 60;
        usize::try_from(spread).unwrap_or(0)
    }

    #[must_use]
    pub fn is_revoked(&self, subject: &TokenSubject) -> bool {
        self.known().parts[Self::part_of(subject.account)].part.is_revoked(subject)
    }

    /// Takes over a part, unless a newer one is known.
    pub fn replace(&self, lineage: &str, number: usize, revision: u64, part: RevocationPart) {
        let parts = vec![RevisedPart { number, revision, part }];
        self.take(RevocationsDocument { lineage: lineage.to_owned(), parts });
    }

    /// Takes over what is newer than what is known. Of several dispatchers one may be behind the others, so an answer
    /// may also be older.
    pub fn take(&self, document: RevocationsDocument) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let is_other_log = known.lineage != document.lineage;
        if !is_other_log && document.parts.is_empty() {
            return;
        }
        let mut next = if is_other_log { Known::default() } else { Known::clone(&known) };
        next.lineage = document.lineage;
        for RevisedPart { number, revision, part } in document.parts {
            if let Some(place) = next.parts.get_mut(number)
                && place.revision < revision
            {
                *place = Arc::new(Revised { revision, part });
            }
        }
        *known = Arc::new(next);
    }

    /// The log that the parts lie beside, and their revisions.
    #[must_use]
    pub fn revisions(&self) -> (String, Vec<u64>) {
        let known = self.known();
        (known.lineage.clone(), known.parts.iter().map(|revised| revised.revision).collect())
    }

    /// What somebody who knows these revisions has to learn.
    #[must_use]
    pub fn changed_since(&self, lineage: &str, revisions: &[u64]) -> RevocationsDocument {
        let known = self.known();
        let is_same_log = known.lineage == lineage;
        let parts = known.parts.iter().enumerate().filter(|(number, revised)| {
            let theirs = revisions.get(*number).copied().filter(|_| is_same_log);
            revised.revision > theirs.unwrap_or(0)
        });
        let parts = parts.map(|(number, revised)| RevisedPart {
            number,
            revision: revised.revision,
            part: revised.part.clone(),
        });
        RevocationsDocument { lineage: known.lineage.clone(), parts: parts.collect() }
    }

    /// Accounts that were about to be given up at that second since 1970, or before.
    #[must_use]
    pub fn leaving_since(&self, second: u64) -> Vec<i64> {
        let known = self.known();
        let of = |revised: &Arc<Revised>| revised.part.leaving_since(second).collect::<Vec<_>>();
        known.parts.iter().flat_map(of).collect()
    }

    /// How many sessions, tokens and moments are known.
    #[must_use]
    pub fn entries(&self) -> usize {
        self.known().parts.iter().map(|revised| revised.part.entries()).sum()
    }

    fn known(&self) -> Arc<Known> {
        Arc::clone(&self.known.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Default for Revocations {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Revocations {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Revocations").field("entries", &self.entries()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roles::Roles;
    use uuid::Uuid;

    fn of_session(account: i64, session: Uuid) -> TokenSubject {
        TokenSubject {
            account,
            roles: Roles::none(),
            session: Some(session),
            scopes: None,
            token: None,
            issued: 1_000,
        }
    }

    #[test]
    fn neighbours_are_spread_over_all_parts() {
        let mut counts = [0; REVOCATION_PARTS];
        for account in 1..=1_600 {
            counts[Revocations::part_of(account)] += 1;
        }
        assert!(counts.iter().all(|count| (80..120).contains(count)), "{counts:?}");
    }

    #[test]
    fn only_what_is_newer_is_taken_and_only_what_changed_is_told() {
        let (source, copy) = (Revocations::new(), Revocations::new());
        let (account, session) = (7, Uuid::now_v7());
        let number = Revocations::part_of(account);
        let mut part = RevocationPart::default();
        part.end_sessions(account, &[session], 2_000);
        source.replace("log", number, 3, part);
        assert!(source.is_revoked(&of_session(account, session)));

        let told = source.changed_since("log", &[0; REVOCATION_PARTS]);
        assert_eq!(told.parts.len(), 1);
        copy.take(told);
        assert!(copy.is_revoked(&of_session(account, session)));
        let (lineage, revisions) = copy.revisions();
        assert!(source.changed_since(&lineage, &revisions).parts.is_empty());
        assert_eq!(source.changed_since("another", &revisions).parts.len(), 1, "its revisions mean nothing");

        copy.replace("log", number, 2, RevocationPart::default());
        assert!(copy.is_revoked(&of_session(account, session)), "a dispatcher is behind");
        copy.replace("another", number, 2, RevocationPart::default());
        assert!(!copy.is_revoked(&of_session(account, session)), "another log begins anew");
    }
}
