use super::*;
use crate::roles::Roles;
use crate::scopes::{Scope, Scopes};

const NOW: u64 = 1_800_000_000_000;

fn token(account: i64, issued: u64) -> TokenSubject {
    let roles = Roles::none();
    TokenSubject { account, roles, session: None, scopes: None, token: Some(Uuid::now_v7()), issued }
}

fn of_session(account: i64, session: Uuid, issued: u64) -> TokenSubject {
    TokenSubject { session: Some(session), ..token(account, issued) }
}

fn personal(account: i64, issued: u64) -> TokenSubject {
    TokenSubject { scopes: Some(Scopes::from_iter([Scope::Read])), ..token(account, issued) }
}

#[test]
fn sessions_end_one_by_one_and_at_once() {
    let mut part = RevocationPart::default();
    let (here, there) = (Uuid::now_v7(), Uuid::now_v7());
    part.end_sessions(7, &[there], NOW);
    assert!(part.is_revoked(&of_session(7, there, NOW + 1)), "whenever its token was issued");
    assert!(!part.is_revoked(&of_session(7, here, NOW)) && !part.is_revoked(&of_session(8, there, NOW)));
    part.end_sessions_before(7, Some(here), NOW);
    assert!(part.is_revoked(&of_session(7, Uuid::now_v7(), NOW)));
    assert!(!part.is_revoked(&of_session(7, here, NOW)), "this one goes on");
    assert!(!part.is_revoked(&of_session(7, Uuid::now_v7(), NOW + 1)), "one that was opened later");
    for other in [token(7, NOW), personal(7, NOW)] {
        assert!(!part.is_revoked(&other), "it belongs to no session");
    }
    part.end_sessions(8, &[], NOW + 3_700_000);
    assert_eq!(part, RevocationPart::default(), "nothing is remembered that has expired");
}

#[test]
fn a_decision_voids_what_was_issued_before_it_was_heeded_and_nothing_later() {
    let mut part = RevocationPart::default();
    let session = Uuid::now_v7();
    part.heed_decision(7, 100, &[], NOW);
    assert!(part.is_revoked(&of_session(7, session, NOW)));
    // Another dispatcher saw it a second later, when the session had been refreshed.
    part.heed_decision(7, 100, &[], NOW + 1_000);
    part.heed_decision(7, 99, &[], NOW + 1_000);
    assert!(!part.is_revoked(&of_session(7, session, NOW + 1)), "this is the second one's");
    part.heed_decision(7, 101, &[session], NOW + 2_000);
    assert!(part.is_revoked(&of_session(7, Uuid::now_v7(), NOW + 1_500)));
    assert!(part.is_revoked(&of_session(7, session, NOW + 9_000)), "that one is over");
    part.end_sessions(8, &[], NOW + 3_700_000);
    assert_eq!(part, RevocationPart::default());
}

#[test]
fn what_was_decided_stays_decided_for_the_session_that_goes_on() {
    let mut part = RevocationPart::default();
    let session = Uuid::now_v7();
    part.heed_decision(7, 100, &[], NOW);
    // A new password ends all sessions but this one, twice.
    part.end_sessions_before(7, Some(session), NOW + 5_000);
    part.end_sessions_before(7, Some(session), NOW + 6_000);
    assert!(part.is_revoked(&of_session(7, session, NOW)), "it has the roles that were taken");
    assert!(!part.is_revoked(&of_session(7, session, NOW + 1_000)));
    assert!(part.is_revoked(&of_session(7, Uuid::now_v7(), NOW + 1_000)));
}

#[test]
fn many_sessions_of_one_account_become_a_moment() {
    let mut part = RevocationPart::default();
    let ended: Vec<Uuid> = (0..1_000).map(|_| Uuid::now_v7()).collect();
    for session in &ended {
        part.end_sessions(7, &[*session], NOW);
    }
    assert!(part.entries() <= SESSIONS_PER_ACCOUNT_MAX + 1);
    assert!(ended.iter().all(|session| part.is_revoked(&of_session(7, *session, NOW))));
    assert!(!part.is_revoked(&of_session(8, ended[0], NOW)));
}

#[test]
fn many_accounts_cannot_fill_a_part_nor_bring_an_ended_session_back() {
    let mut part = RevocationPart::default();
    let session = Uuid::now_v7();
    for account in 1..=10_000 {
        part.end_sessions(account, &[session], NOW);
    }
    assert!(part.entries() <= ENTRIES_MAX);
    assert!((1..=10_000).all(|account| part.is_revoked(&of_session(account, session, NOW))));
    assert!(!part.is_revoked(&of_session(1, Uuid::now_v7(), NOW + 1)), "a refresh is enough");
    assert!(!part.is_revoked(&personal(1, NOW)));
    assert!(serde_json::to_vec(&part).expect("it is JSON").len() < 256 << 10);
}

#[test]
fn tokens_are_revoked_until_they_expire() {
    let mut part = RevocationPart::default();
    let (one, two) = (personal(7, NOW), personal(7, NOW));
    let expires = NOW / 1_000 + 86_400;
    part.revoke_token(7, one.token.expect("it has one"), expires, NOW).expect("there is room");
    assert!(part.is_revoked(&one) && !part.is_revoked(&two));
    part.revoke_personal_tokens(7, &[one.token.expect("it has one")], expires, NOW);
    assert_eq!(part.entries(), 1, "the moment covers the single one");
    assert!(part.is_revoked(&one) && part.is_revoked(&two));
    assert!(!part.is_revoked(&token(7, NOW)), "an operator's");
    assert!(!part.is_revoked(&personal(7, NOW + 1)));
    part.end_sessions(8, &[], NOW + 86_400_000);
    assert!(part.is_revoked(&two), "not yet");
    for _ in 0..TOKENS_REVOKED_PER_ACCOUNT_MAX {
        part.revoke_token(9, Uuid::now_v7(), expires, NOW).expect("there is room");
    }
    assert_eq!(part.revoke_token(9, Uuid::now_v7(), expires, NOW), Err(RevokeError::TooMany));
    part.end_sessions(8, &[], NOW + 86_500_000);
    assert_eq!(part.entries(), 0);
}
