use super::*;

fn row(subject: &str, expected: Option<i64>) -> NewRow {
    NewRow {
        kind: "outbox",
        subject: subject.into(),
        expected,
        event_type: String::new(),
        event_version: String::new(),
        payload: "{}".to_owned(),
        raw: None,
        metadata: "{}".to_owned(),
    }
}

fn known(head: i64) -> Known {
    Known { head, bytes_max: i64::MAX, ..Known::default() }
}

const ONE: Uuid = Uuid::from_u128(1);
const TWO: Uuid = Uuid::from_u128(2);

#[test]
fn those_behind_see_what_those_before_appended() {
    let mut known = known(7);
    assert_eq!(known.judge(ONE, &[row("a", Some(0)), row("b", None)]), Verdict::Appended(vec![8, 9]));
    assert_eq!(known.judge(TWO, &[row("a", Some(0))]), Verdict::Conflict);
    assert_eq!(known.judge(TWO, &[row("b", Some(9))]), Verdict::Appended(vec![10]));
    assert_eq!(known.head, 10);
}

#[test]
fn one_broken_expectation_refuses_all_of_an_append_and_nothing_else() {
    let mut known = known(0);
    assert_eq!(known.judge(ONE, &[row("a", None), row("b", Some(3))]), Verdict::Conflict);
    assert_eq!(known.judge(TWO, &[row("a", Some(0))]), Verdict::Appended(vec![1]));
}

#[test]
fn a_duplicate_in_the_same_group_is_a_repetition() {
    let mut known = known(0);
    let rows = [row("a", Some(0)), row("b", None)];
    assert_eq!(known.judge(ONE, &rows), Verdict::Appended(vec![1, 2]));
    assert_eq!(known.judge(ONE, &rows), Verdict::Repeated(vec![1, 2]));
}

#[test]
fn a_command_is_in_the_log_once() {
    let mut known = known(9);
    known.last.insert("a".into(), 5);
    known.own.insert(ONE, vec![Own { subject: "a".into(), sequence: 5 }]);
    for expected in [None, Some(4), Some(6)] {
        assert_eq!(known.judge(ONE, &[row("a", expected)]), Verdict::Repeated(vec![5]));
    }
    assert_eq!(known.judge(ONE, &[row("b", None)]), Verdict::Conflict, "something else under its id");
    assert_eq!(known.judge(ONE, &[row("a", None), row("b", None)]), Verdict::Conflict);
}

#[test]
fn what_would_not_fit_is_refused_and_smaller_ones_still_fit() {
    let mut known = known(0);
    known.bytes_max = 2 * row("a", None).bytes();
    assert_eq!(known.judge(ONE, &[row("a", None), row("a", None), row("a", None)]), Verdict::Full);
    assert_eq!(known.judge(TWO, &[row("a", None)]), Verdict::Appended(vec![1]));
}
