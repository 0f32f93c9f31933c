//! What is void of the accounts of one part, and how that is kept small.
//!
//! An account that ends many sessions gets one moment before which all its tokens are void; those of sessions that go
//! on are replaced by a refresh. A part that is full does the same for all its accounts. So nobody can use up the room
//! that others need to be rid of a token.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::issuer::SESSION_TOKEN_LIFETIME;
use crate::subject::TokenSubject;

/// Single sessions of one account; with more, the oldest become a moment.
const SESSIONS_PER_ACCOUNT_MAX: usize = 32;
/// Single tokens of one account.
pub const TOKENS_REVOKED_PER_ACCOUNT_MAX: usize = 64;
/// Of sessions, and as many of other tokens. An entry takes about 60 bytes, so a part stays below 256 KiB.
const ENTRIES_MAX: usize = 2_000;
/// Clocks differ, and services grant some leeway.
const SLACK_SECONDS: u64 = 60;

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RevocationPart {
    /// Tokens of sessions of all accounts of this part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    before: Option<Before>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    accounts: BTreeMap<i64, OfAccount>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
struct OfAccount {
    /// Sessions that ended, in the order in which they did.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    sessions: Vec<Revoked>,
    /// Tokens without a session.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tokens: Vec<Revoked>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sessions_before: Option<Before>,
    /// Personal tokens; those of operators are revoked one by one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    personal_before: Option<Before>,
    /// Since when, in seconds since 1970, the account is about to be given up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    leaving: Option<u64>,
    /// The last decision about the account for which its sessions' tokens were made void.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    heeded: Option<Heeded>,
}

/// The sequence of an event, and the second since 1970 from which on nobody asks for it: no token is older than it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Heeded(u64, u64);

/// An id, and the second since 1970 from which on nobody need remember it: its tokens have expired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Revoked(Uuid, u64);

/// What was issued until then is void.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Before {
    /// Milliseconds since 1970.
    at: u64,
    /// Seconds since 1970, as above.
    until: u64,
    /// The session that goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    except: Option<Uuid>,
    /// What was issued until then is void in that session, too, in milliseconds since 1970: an earlier decision, which the
    /// exception takes nothing from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    all: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RevokeError {
    #[error("the account has too many revoked tokens that have not expired")]
    TooMany,
}

impl RevocationPart {
    pub(super) fn is_revoked(&self, subject: &TokenSubject) -> bool {
        let of_account = self.accounts.get(&subject.account);
        match subject.session {
            Some(session) => {
                let is_before = |before: &Before| before.covers(subject);
                self.before.as_ref().is_some_and(is_before)
                    || of_account.is_some_and(|account| {
                        account.sessions.iter().any(|ended| ended.0 == session)
                            || account.sessions_before.as_ref().is_some_and(is_before)
                    })
            }
            None => of_account.is_some_and(|account| {
                account.tokens.iter().any(|revoked| Some(revoked.0) == subject.token)
                    || (subject.scopes.is_some()
                        && account.personal_before.as_ref().is_some_and(|before| before.covers(subject)))
            }),
        }
    }

    /// Ends single sessions. `now`: milliseconds since 1970, here and below.
    pub fn end_sessions(&mut self, account: i64, sessions: &[Uuid], now: u64) {
        let until = session_tokens_until(now);
        let of_account = self.accounts.entry(account).or_default();
        for session in sessions {
            of_account.sessions.retain(|known| known.0 != *session);
            of_account.sessions.push(Revoked(*session, until));
        }
        let surplus = of_account.sessions.len().saturating_sub(SESSIONS_PER_ACCOUNT_MAX);
        if surplus > 0 {
            of_account.sessions.drain(..surplus);
            // An earlier exception is given up: that session's holder has to refresh.
            of_account.sessions_before = Some(Before { at: now, until, except: None, all: None });
        }
        self.tidy(now);
    }

    /// Ends all sessions of an account but one.
    pub fn end_sessions_before(&mut self, account: i64, except: Option<Uuid>, now: u64) {
        let of_account = self.accounts.entry(account).or_default();
        let earlier = of_account.sessions_before.filter(|_| except.is_some());
        let all = earlier.and_then(|it| if it.except == except { it.all } else { Some(it.at) });
        of_account.sessions_before = Some(Before { at: now, until: session_tokens_until(now), except, all });
        self.tidy(now);
    }

    /// Voids the tokens of an account's sessions for what was decided about it, an event with that sequence; once, however
    /// many dispatchers see it, so that the tokens which follow stay. `ended`: sessions that are over.
    pub fn heed_decision(&mut self, account: i64, sequence: u64, ended: &[Uuid], now: u64) {
        let heeded = self.accounts.get(&account).and_then(|of| of.heeded);
        if heeded.is_some_and(|heeded| heeded.0 >= sequence) {
            return;
        }
        self.accounts.entry(account).or_default().heeded = Some(Heeded(sequence, session_tokens_until(now)));
        self.end_sessions(account, ended, now);
        self.end_sessions_before(account, None, now);
    }

    /// Revokes a token without a session, which expires at that second.
    ///
    /// # Errors
    /// Where the account has too many of them.
    pub fn revoke_token(
        &mut self,
        account: i64,
        token: Uuid,
        expires: u64,
        now: u64,
    ) -> Result<(), RevokeError> {
        self.tidy(now);
        let tokens = &mut self.accounts.entry(account).or_default().tokens;
        tokens.retain(|known| known.0 != token);
        if tokens.len() >= TOKENS_REVOKED_PER_ACCOUNT_MAX {
            return Err(RevokeError::TooMany);
        }
        tokens.push(Revoked(token, expires.saturating_add(SLACK_SECONDS)));
        Ok(())
    }

    /// Revokes all personal tokens that an account has by now; the last of them expires at that second.
    pub fn revoke_personal_tokens(&mut self, account: i64, tokens: &[Uuid], expires: u64, now: u64) {
        let of_account = self.accounts.entry(account).or_default();
        // The moment covers them.
        of_account.tokens.retain(|known| !tokens.contains(&known.0));
        let until = expires.saturating_add(SLACK_SECONDS);
        let until = of_account.personal_before.map_or(until, |before| before.until.max(until));
        of_account.personal_before = Some(Before { at: now, until, except: None, all: None });
        self.tidy(now);
    }

    /// Notes that an account is about to be given up, so that what it leaves is cleared away whatever happens.
    pub fn note_leaving(&mut self, account: i64, now: u64) {
        self.accounts.entry(account).or_default().leaving.get_or_insert(now / 1_000);
        self.tidy(now);
    }

    pub fn forget_leaving(&mut self, account: i64, now: u64) {
        if let Some(of_account) = self.accounts.get_mut(&account) {
            of_account.leaving = None;
        }
        self.tidy(now);
    }

    /// The accounts that were about to be given up at that second, or before.
    pub(super) fn leaving_since(&self, second: u64) -> impl Iterator<Item = i64> + '_ {
        let leaving = move |of: &OfAccount| of.leaving.is_some_and(|since| since <= second);
        self.accounts.iter().filter(move |(_, of)| leaving(of)).map(|(account, _)| *account)
    }

    /// Whether a new personal token could also be revoked again.
    #[must_use]
    pub fn has_room_for_tokens(&self) -> bool {
        self.accounts.values().map(OfAccount::lasting).sum::<usize>() < ENTRIES_MAX
    }

    pub(super) fn entries(&self) -> usize {
        self.accounts.values().map(|of| of.passing() + of.lasting()).sum()
    }

    /// Forgets what has expired, and makes one moment out of too many sessions.
    fn tidy(&mut self, now: u64) {
        let second = now / 1_000;
        self.before = self.before.filter(|before| before.until > second);
        for of in self.accounts.values_mut() {
            of.sessions.retain(|ended| ended.1 > second);
            of.tokens.retain(|revoked| revoked.1 > second);
            of.sessions_before = of.sessions_before.filter(|before| before.until > second);
            of.personal_before = of.personal_before.filter(|before| before.until > second);
            of.heeded = of.heeded.filter(|heeded| heeded.1 > second);
        }
        if self.accounts.values().map(OfAccount::passing).sum::<usize>() > ENTRIES_MAX {
            self.before = Some(Before { at: now, until: session_tokens_until(now), except: None, all: None });
            for of in self.accounts.values_mut() {
                of.sessions.clear();
                of.sessions_before = None;
                // Who starts within the hour heeds it once more, which costs a refresh.
                of.heeded = None;
            }
        }
        self.accounts.retain(|_, of| *of != OfAccount::default());
    }
}

impl OfAccount {
    /// What an hour forgets.
    fn passing(&self) -> usize {
        self.sessions.len() + usize::from(self.sessions_before.is_some()) + usize::from(self.heeded.is_some())
    }

    fn lasting(&self) -> usize {
        self.tokens.len() + usize::from(self.personal_before.is_some()) + usize::from(self.leaving.is_some())
    }
}

impl Before {
    fn covers(&self, subject: &TokenSubject) -> bool {
        let is_excepted = self.except.is_some() && self.except == subject.session;
        if is_excepted {
            self.all.is_some_and(|all| subject.issued <= all)
        } else {
            subject.issued <= self.at
        }
    }
}

/// When the last access token that was issued by now has expired, in seconds since 1970.
fn session_tokens_until(now: u64) -> u64 {
    now / 1_000 + SESSION_TOKEN_LIFETIME.as_secs() + SLACK_SECONDS
}

#[cfg(test)]
mod tests;
