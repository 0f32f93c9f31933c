//! What a process that dies between two entries leaves, and what gives way to what.

use dispatcher::credential_store::{CredentialStore, OidcLink, OidcLinks, OidcSubject, Unlinked};
use domain::AccountId;
use event_store::Buckets;
use time::OffsetDateTime;
use uuid::Uuid;

fn links() -> OidcLinks {
    CredentialStore::new(Buckets::in_memory()).oidc_links
}

fn account(number: i64) -> AccountId {
    AccountId::from_i64(number).expect("it is positive")
}

fn subject(name: &str) -> OidcSubject {
    OidcSubject::new("https://id.example", name)
}

fn link(name: &str) -> OidcLink {
    OidcLink { subject: subject(name), provider: "one".to_owned(), linked_at: OffsetDateTime::now_utc() }
}

/// As a link that was finished leaves it.
async fn linked(links: &OidcLinks, number: i64, name: &str) {
    assert!(links.add(account(number), &link(name)).await.expect("there is room"));
    let now = OffsetDateTime::now_utc();
    let owner = links.own(&subject(name), None, account(number), now).await;
    assert_eq!(owner.expect("the store takes it"), account(number));
}

#[test]
fn issuer_and_subject_cannot_be_told_apart_wrongly() {
    let spelled = [("https://a", "bc"), ("https://ab", "c"), ("https://abc", ""), ("https://a", "BC")];
    let all: Vec<OidcSubject> =
        spelled.iter().map(|(issuer, subject)| OidcSubject::new(issuer, subject)).collect();
    for (at, one) in all.iter().enumerate() {
        assert!(!all[..at].contains(one), "{:?}", spelled[at]);
        assert_eq!(one.as_str().len(), 43);
    }
}

#[tokio::test]
async fn a_subject_opens_an_account_only_where_both_entries_say_so() {
    let (links, now, opened) = (links(), OffsetDateTime::now_utc(), subject("x"));
    assert!(links.add(account(1), &link("x")).await.expect("there is room"));
    assert_eq!(links.account_of(&opened).await.expect("it reads"), None, "the owner is missing");
    assert_eq!(links.own(&opened, None, account(1), now).await.expect("it is free"), account(1));
    assert_eq!(links.account_of(&opened).await.expect("it reads"), Some(account(1)));

    assert_eq!(links.own(&opened, None, account(2), now).await.expect("it reads"), account(1), "it is taken");
    let known = links.owner(&opened).await.expect("it reads");
    let another = links.own(&opened, known, account(2), now).await;
    assert_eq!(another.expect("what was seen gives way"), account(2));
    assert_eq!(links.account_of(&opened).await.expect("it reads"), None, "the list decides");
    let late = links.own(&opened, known, account(3), now).await;
    assert_eq!(late.expect("it reads"), account(2), "what was seen is not there any more");
}

#[tokio::test]
async fn what_does_not_open_the_account_is_no_way_in() {
    let links = links();
    linked(&links, 1, "x").await;
    // A process died before it had the second entry.
    assert!(links.add(account(1), &link("half")).await.expect("there is room"));
    let remove = async |name: &str, has_password| {
        links.remove(account(1), subject(name).as_str(), has_password).await.expect("the store answers")
    };
    assert_eq!(remove("x", false).await, Unlinked::LastWayIn);
    assert_eq!(remove("half", false).await, Unlinked::Done);
    assert_eq!(remove("half", false).await, Unlinked::NotThere);
    assert_eq!(remove("x", true).await, Unlinked::Done);
    assert_eq!(links.owner(&subject("x")).await.expect("it reads"), None, "nothing is left");
}

#[tokio::test]
async fn an_account_that_goes_takes_its_links_along_and_no_others() {
    let links = links();
    linked(&links, 1, "x").await;
    linked(&links, 2, "y").await;
    // It has the list's entry alone: the subject is another account's.
    assert!(links.add(account(1), &link("y")).await.expect("there is room"));
    links.forget(account(1)).await.expect("the store answers");
    links.forget(account(1)).await.expect("once more");
    assert_eq!(links.account_of(&subject("x")).await.expect("it reads"), None);
    assert_eq!(links.account_of(&subject("y")).await.expect("it reads"), Some(account(2)));
}

#[tokio::test]
async fn an_authorization_is_used_up_once() {
    let (links, now, id) = (links(), OffsetDateTime::now_utc(), Uuid::now_v7());
    assert!(!links.is_used(id, now).await.expect("it reads"));
    let all = futures::future::join_all((0..8).map(|_| links.use_up(id, now))).await;
    assert_eq!(all.into_iter().filter(|used| matches!(used, Ok(true))).count(), 1);
    assert!(links.is_used(id, now).await.expect("it reads"));
    assert!(links.use_up(Uuid::now_v7(), now).await.expect("it is another one"));
}
