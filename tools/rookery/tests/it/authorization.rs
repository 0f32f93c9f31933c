//! Who may do what: every operation of docs/openapi.json, tried against a running system by everybody.
//!
//! An operation without a case fails the first test, so nobody adds one without saying who may carry it out. The table
//! is in [`cases`]; what each kind of access means is here.

mod cases;
mod world;

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::Value;
use tokens::Role;

use crate::support::{Answer, System, data_dir};
use cases::{Access, CASES, Case, NEEDS_SESSION};
use world::{Document, Things, World};

/// Somebody who tries, and what has to come of it.
struct Attempt {
    who: String,
    token: Option<String>,
    expected: Expected,
}

enum Expected {
    Done,
    Refused(u16, &'static str),
}

#[test]
fn every_operation_has_a_case() {
    let document = Document::checked_in();
    let operations: BTreeSet<&str> = document.operations().collect();
    let tried: BTreeSet<&str> = CASES.iter().map(|case| case.operation).collect();
    let missing: Vec<_> = operations.difference(&tried).collect();
    assert!(missing.is_empty(), "who may carry these out? Say it in authorization/cases.rs: {missing:?}");
    let unknown: Vec<_> = tried.difference(&operations).collect();
    assert!(unknown.is_empty(), "docs/openapi.json has no such operations: {unknown:?}");
}

#[test]
fn the_document_asks_for_a_token_where_the_cases_do() {
    let document = Document::checked_in();
    for case in CASES {
        let asks =
            document.operation(case.operation)["security"].as_array().is_some_and(|all| !all.is_empty());
        assert_eq!(asks, case.access.asks_who(), "{}", case.operation);
    }
}

/// One system for all of them: its start takes longer than all the attempts.
#[tokio::test]
async fn each_operation_lets_in_whom_it_should_and_nobody_else() {
    let dir = data_dir();
    let more = [("ROOKERY_LIMITS", "off"), ("ROOKERY_WEBHOOKS_ALLOW_PRIVATE", "true")];
    let system = System::start_with(dir.path(), &more).await;
    let world = World::new(&system, dir.path()).await;
    let mut wrong = Vec::new();
    for case in CASES {
        let (method, _) = world.document.address(case.operation);
        let mut things = world.things(case.access.needs_session()).await;
        for attempt in attempts(&world, case, &method, &things).await {
            if method != Method::GET && matches!(attempt.expected, Expected::Done) {
                things = world.things(case.access.needs_session()).await;
            }
            let token = attempt.token.as_deref();
            let answer = world.ask(case.operation, case.query, (case.body)(&things), &things, token).await;
            if let Err(why) = attempt.expected.check(&world.document, case.operation, &answer) {
                wrong.push(format!("{} by {}: {why}", case.operation, attempt.who));
            }
        }
        if let Access::Own { shows } = case.access {
            wrong.extend(what_is_seen(&world, case, shows(&things), &things).await);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    system.stop().await;
}

async fn attempts(world: &World, case: &Case, method: &Method, things: &Things) -> Vec<Attempt> {
    let try_as =
        |who: &str, token: Option<String>, expected| Attempt { who: who.to_owned(), token, expected };
    if let Access::Everybody = case.access {
        return vec![try_as("nobody", None, Expected::Done)];
    }
    if let Access::WhoKnows { refused } = case.access {
        return vec![try_as(
            "nobody",
            None,
            refused.map_or(Expected::Done, |(status, code)| Expected::Refused(status, code)),
        )];
    }
    let nobody = if *method == Method::GET { (403, "identity-required") } else { (401, "unauthenticated") };
    let mut all = vec![try_as("nobody", None, Expected::Refused(nobody.0, nobody.1))];
    for (who, token, code) in world.bad_tokens() {
        all.push(try_as(who, Some(token), Expected::Refused(401, code)));
    }
    match case.access {
        Access::Everybody | Access::WhoKnows { .. } => {}
        Access::Identified | Access::Own { .. } => all.extend(by_role(world, &Role::ALL)),
        Access::Roles(roles) => all.extend(by_role(world, roles)),
        Access::RolesThen { roles, then } => {
            let attempts = by_role(world, roles).into_iter();
            all.extend(attempts.map(|attempt| match attempt.expected {
                Expected::Done => Attempt { expected: Expected::Refused(then.0, then.1), ..attempt },
                Expected::Refused(..) => attempt,
            }));
        }
        Access::Author { roles, admin_too } => {
            all.extend(by_role(world, roles));
            let another = Expected::Refused(403, "ActorMustBeAuthor");
            all.push(try_as("another", Some(world.token(&world.stranger, &[Role::User])), another));
            let admin = Some(world.token(&world.stranger, &[Role::User, Role::Admin]));
            let expected =
                if admin_too { Expected::Done } else { Expected::Refused(403, "ActorMustBeAuthor") };
            all.push(try_as("an admin who did not write it", admin, expected));
        }
        Access::Once(roles) => {
            // What can be done once is refused to everybody first, and then done by newcomers.
            all.extend(by_role(world, roles).into_iter().filter(|attempt| !attempt.expected.is_done()));
            for role in roles {
                let newcomer = world.newcomer().await;
                all.push(try_as(role.name(), Some(world.token(&newcomer, &[*role])), Expected::Done));
            }
        }
        Access::Session { refused, then } => {
            all.extend(without_session(world, things, refused));
            let expected = then.map_or(Expected::Done, |(status, code)| Expected::Refused(status, code));
            all.push(try_as("a session", Some(things.session.clone()), expected));
        }
        Access::OwnWithSession => {
            all.extend(without_session(world, things, NEEDS_SESSION));
            let another = world.session_of(&world.stranger).await;
            all.push(try_as("another's session", Some(another), Expected::Refused(404, "not-found")));
            all.push(try_as("a session", Some(things.session.clone()), Expected::Done));
        }
    }
    all
}

/// What stands for the author and was not got by logging in.
fn without_session(world: &World, things: &Things, refused: (u16, &'static str)) -> Vec<Attempt> {
    let tokens = [
        ("an operator's token", world.token(&world.author, &Role::ALL)),
        ("a personal token", things.personal_token.clone()),
    ];
    let refused = |(who, token): (&str, String)| Attempt {
        who: who.to_owned(),
        token: Some(token),
        expected: Expected::Refused(refused.0, refused.1),
    };
    tokens.map(refused).into()
}

/// The author with each role alone, and with none.
fn by_role(world: &World, allowed: &[Role]) -> Vec<Attempt> {
    let everybody = allowed == Role::ALL.as_slice();
    let with = |who: &str, roles: &[Role], is_allowed| Attempt {
        who: who.to_owned(),
        token: Some(world.token(&world.author, roles)),
        expected: if is_allowed { Expected::Done } else { Expected::Refused(403, "role-required") },
    };
    let each = Role::ALL.iter().map(|role| with(role.name(), &[*role], allowed.contains(role)));
    each.chain([with("an identity without roles", &[], everybody)]).collect()
}

/// What somebody else sees of what is the author's own.
async fn what_is_seen(world: &World, case: &Case, mark: String, things: &Things) -> Vec<String> {
    let mut wrong = Vec::new();
    let own = world.token(&world.author, &[Role::User]);
    let others = world.token(&world.stranger, &[Role::User, Role::Admin]);
    for (token, should_see) in [(own, true), (others, false)] {
        let answer = world.ask(case.operation, case.query, (case.body)(things), things, Some(&token)).await;
        let sees = answer.body.contains(&mark);
        if sees != should_see {
            wrong.push(format!("{}: {mark} seen by its owner? {should_see}: {answer:?}", case.operation));
        }
    }
    wrong
}

impl Expected {
    fn is_done(&self) -> bool {
        matches!(self, Self::Done)
    }

    fn check(&self, document: &Document, operation: &str, answer: &Answer) -> Result<(), String> {
        let body: Value = serde_json::from_str(&answer.body).unwrap_or_default();
        let status = answer.status.as_u16();
        let is_right = match self {
            Self::Done => status == document.success(operation),
            Self::Refused(refused, code) => status == *refused && body["code"] == *code,
        };
        let expected = match self {
            Self::Done => document.success(operation).to_string(),
            Self::Refused(refused, code) => format!("{refused} {code}"),
        };
        if is_right { Ok(()) } else { Err(format!("expected {expected}, got {status} {}", answer.body)) }
    }
}
