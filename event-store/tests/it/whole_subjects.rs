//! What a consumer of the broker itself can be given.

use domain::{AccountId, Shard};
use event_store::{Boundary, Subject, WholeSubjectsError, disclosed_types, kind_of_type, whole_subjects};

use crate::golden::examples;

fn types(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| format!("rookery.{name}.v1")).collect()
}

#[test]
fn each_type_is_where_its_events_are() {
    for (name, _, event) in examples() {
        let subject = Subject::of(Shard(0), &event);
        let (kind, is_of_account) = (subject.boundary().kind(), Subject::account_of(&subject.to_string()));
        assert_eq!(kind_of_type(name), Some(kind), "{name}");
        let account = AccountId::from_i64(7);
        let picked_out = whole_subjects(Shard(0), &[name.to_owned()], account, true);
        match picked_out {
            Err(WholeSubjectsError::Private { .. }) => {}
            Err(WholeSubjectsError::NotOfAnAccount(_)) => assert_eq!(is_of_account, None, "{name}"),
            Ok(subjects) => assert_eq!(subjects.subjects, [format!("ev.0.{kind}.7")], "{name}"),
            Err(other) => panic!("{name}: {other}"),
        }
    }
}

#[test]
fn nothing_private_is_in_it() {
    let public: Vec<String> = disclosed_types().collect();
    for (name, _, event) in examples() {
        for with_private_fields in [false, true] {
            let Ok(subjects) = whole_subjects(Shard(0), &[name.to_owned()], None, with_private_fields) else {
                continue;
            };
            assert!(subjects.types.contains(&name.to_owned()));
            assert!(subjects.types.iter().all(|other| public.contains(other)), "{subjects:?}");
            let private = matches!(
                Subject::of(Shard(0), &event).boundary(),
                Boundary::Blocks(_) | Boundary::Graph(_) | Boundary::Reactions(_) | Boundary::Reports(_)
            );
            assert!(!private, "{name}");
        }
    }
}

#[test]
fn it_says_why_a_type_cannot_be_had() {
    let refused = |names: &[&str], account, private| {
        whole_subjects(Shard(0), &types(names), AccountId::from_i64(account), private)
            .expect_err("refused")
            .to_string()
    };
    assert!(refused(&["message.liked"], 0, true).contains("rookery.message.bookmarked.v1, which is private"));
    assert!(refused(&["account.followed"], 0, true).contains("muted"));
    assert!(
        refused(&["message.edited"], 0, false).contains("author, deletedBy of rookery.message.deleted.v1")
    );
    assert!(refused(&["message.edited"], 7, true).contains("one account's"));
    assert!(
        refused(&["message.posted", "message.sung"], 0, false).contains("no type rookery.message.sung.v1")
    );
    assert_eq!(refused(&[], 0, false), "no types");
    let both =
        whole_subjects(Shard(0), &types(&["message.posted", "message.deleted"]), None, true).expect("had");
    assert_eq!(both.subjects, ["ev.0.outbox.*", "ev.0.edits.*"]);
    assert_eq!(both.types, types(&["message.posted", "message.edited", "message.deleted"]));
}
