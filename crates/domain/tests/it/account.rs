//! The rules of an account, each rejection in the order of the contract.

use cqrs_es::Aggregate;
use cqrs_es::test::TestFramework;
use domain::account::handle_events;
use domain::account::{
    Account, AccountCommand, AccountRejection, ChangeProfile, Deactivate, Register, WantedHandle,
};
use domain::handle_claim::HandleClaim;
use domain::{
    AccountDeactivated, AccountEvent, AccountId, AccountRegistered, Bio, DisplayName, Handle, HandleClaimed,
    HandleEvent, HandleReleased, OriginalTime, ProfileChanged,
};
use time::macros::datetime;

const ME: i64 = 42;
const OTHER: i64 = 43;

fn account(id: i64) -> AccountId {
    AccountId::from_i64(id).expect("the tests use positive ids")
}

fn handle(handle: &str) -> Handle {
    Handle::parse(handle).expect("the tests use good handles")
}

fn name(name: &str) -> DisplayName {
    DisplayName::parse(name).expect("the tests use good names")
}

fn bio(bio: &str) -> Bio {
    Bio::parse(bio).expect("the tests use good bios")
}

fn registered() -> AccountEvent {
    let (handle, display_name, bio) = (handle("nightjar"), name("Night Jar"), Bio::default());
    let account = account(ME);
    AccountEvent::Registered(AccountRegistered { account, handle, display_name, bio, original_time: None })
}

fn changed(to_handle: &str, to_name: &str, to_bio: &str) -> AccountEvent {
    let (handle, display_name, bio) = (handle(to_handle), name(to_name), bio(to_bio));
    let account = account(ME);
    AccountEvent::ProfileChanged(ProfileChanged { account, handle, display_name, bio, registered_at: None })
}

fn deactivated() -> AccountEvent {
    AccountEvent::Deactivated(AccountDeactivated { account: account(ME), original_time: None })
}

fn wanted(to_handle: &str, claim: HandleClaim) -> WantedHandle {
    WantedHandle { handle: handle(to_handle), claim }
}

fn register(claim: HandleClaim) -> AccountCommand {
    let (handle, display_name, bio) = (wanted("nightjar", claim), name("Night Jar"), Bio::default());
    AccountCommand::Register(Register {
        account: account(ME),
        handle,
        display_name,
        bio,
        original_time: None,
    })
}

fn no_change() -> ChangeProfile {
    ChangeProfile { account: account(ME), handle: None, display_name: None, bio: None }
}

fn change(change: ChangeProfile) -> AccountCommand {
    AccountCommand::ChangeProfile(change)
}

fn deactivate() -> AccountCommand {
    AccountCommand::Deactivate(Deactivate { account: account(ME), original_time: None })
}

async fn accepted(given: &[AccountEvent], when: AccountCommand, then: &[AccountEvent]) {
    let framework = TestFramework::<Account>::with(()).given(given.to_vec());
    framework.when_async(when).await.then_expect_events(then.to_vec());
}

async fn rejected(given: &[AccountEvent], when: AccountCommand, then: AccountRejection) {
    let framework = TestFramework::<Account>::with(()).given(given.to_vec());
    framework.when_async(when).await.then_expect_error(then);
}

/// So that the last event of an account tells when it was registered.
#[tokio::test]
async fn every_profile_of_an_imported_account_holds_when_it_was_registered() {
    let time = datetime!(2019-01-01 0:00 UTC);
    let original_time = OriginalTime::parse(time, datetime!(2026-01-01 0:00 UTC), []).expect("it is past");
    let (account, display_name, bio) = (account(ME), name("Night Jar"), bio("Moths."));
    let registered = AccountEvent::Registered(AccountRegistered {
        account,
        handle: handle("nightjar"),
        display_name: display_name.clone(),
        bio: bio.clone(),
        original_time: Some(time),
    });
    let import = AccountCommand::Register(Register {
        account,
        handle: wanted("nightjar", HandleClaim::Free),
        display_name: display_name.clone(),
        bio: bio.clone(),
        original_time: Some(original_time),
    });
    accepted(&[], import, std::slice::from_ref(&registered)).await;
    let change_to = |handle: &str| {
        change(ChangeProfile { handle: Some(wanted(handle, HandleClaim::Free)), ..no_change() })
    };
    let changed = |to: &str| {
        AccountEvent::ProfileChanged(ProfileChanged {
            account,
            handle: handle(to),
            display_name: display_name.clone(),
            bio: bio.clone(),
            registered_at: Some(time),
        })
    };
    accepted(std::slice::from_ref(&registered), change_to("jar"), &[changed("jar")]).await;
    accepted(&[changed("jar")], change_to("owl"), &[changed("owl")]).await;
}

#[tokio::test]
async fn a_free_handle_can_be_registered() {
    accepted(&[], register(HandleClaim::Free), &[registered()]).await;
}

#[tokio::test]
async fn a_handle_that_is_held_cannot_be_registered() {
    for holder in [ME, OTHER] {
        let held = HandleClaim::HeldBy(account(holder));
        rejected(&[], register(held), AccountRejection::HandleMustBeFree).await;
    }
}

#[tokio::test]
async fn an_id_that_is_taken_cannot_be_registered() {
    for given in
        [&[registered()][..], &[registered(), changed("a", "b", "c")], &[registered(), deactivated()]]
    {
        for claim in [HandleClaim::Free, HandleClaim::HeldBy(account(OTHER))] {
            rejected(given, register(claim), AccountRejection::AccountMustBeNew).await;
        }
    }
}

#[tokio::test]
async fn a_change_holds_the_whole_profile() {
    let given = [registered()];
    let named = ChangeProfile { display_name: Some(name("Jar")), ..no_change() };
    accepted(&given, change(named), &[changed("nightjar", "Jar", "")]).await;
    let described = ChangeProfile { bio: Some(bio("By night.")), ..no_change() };
    accepted(&given, change(described), &[changed("nightjar", "Night Jar", "By night.")]).await;
    let moved = ChangeProfile { handle: Some(wanted("jar", HandleClaim::Free)), ..no_change() };
    accepted(&given, change(moved), &[changed("jar", "Night Jar", "")]).await;
    let given = [registered(), changed("a", "b", "c")];
    let emptied = ChangeProfile { bio: Some(bio("")), ..no_change() };
    accepted(&given, change(emptied), &[changed("a", "b", "")]).await;
}

#[tokio::test]
async fn a_change_that_changes_nothing_is_no_event() {
    let own = HandleClaim::HeldBy(account(ME));
    let same = ChangeProfile {
        account: account(ME),
        handle: Some(wanted("NightJar", own)),
        display_name: Some(name(" Night Jar ")),
        bio: Some(bio("")),
    };
    accepted(&[registered()], change(same), &[]).await;
    accepted(&[registered()], change(no_change()), &[]).await;
}

#[tokio::test]
async fn somebody_elses_handle_cannot_be_taken() {
    let held = HandleClaim::HeldBy(account(OTHER));
    let steal = ChangeProfile { handle: Some(wanted("owl", held)), ..no_change() };
    rejected(&[registered()], change(steal), AccountRejection::HandleMustBeFree).await;
}

#[tokio::test]
async fn only_an_account_that_is_there_changes_its_profile() {
    let renamed = ChangeProfile {
        handle: Some(wanted("owl", HandleClaim::HeldBy(account(OTHER)))),
        display_name: Some(name("x")),
        ..no_change()
    };
    rejected(&[], change(renamed.clone()), AccountRejection::AccountMustExist).await;
    rejected(&[registered(), deactivated()], change(renamed), AccountRejection::AccountMustBeActive).await;
    rejected(&[registered(), deactivated()], change(no_change()), AccountRejection::AccountMustBeActive)
        .await;
}

#[tokio::test]
async fn an_account_is_given_up_once() {
    accepted(&[registered()], deactivate(), &[deactivated()]).await;
    accepted(&[registered(), changed("a", "b", "c")], deactivate(), &[deactivated()]).await;
    rejected(&[], deactivate(), AccountRejection::AccountMustExist).await;
    rejected(&[registered(), deactivated()], deactivate(), AccountRejection::AccountMustBeActive).await;
}

/// What stores rely on: they read the last event alone.
#[test]
fn the_last_event_tells_the_whole_account() {
    for history in [
        vec![registered()],
        vec![registered(), changed("a", "b", "c")],
        vec![registered(), changed("a", "b", "c"), changed("d", "e", "")],
        vec![registered(), changed("a", "b", "c"), deactivated()],
    ] {
        let (mut whole, mut last) = (Account::default(), Account::default());
        last.apply(history[history.len() - 1].clone());
        history.into_iter().for_each(|event| whole.apply(event));
        assert_eq!(whole, last);
    }
}

fn claimed(of: &str) -> HandleEvent {
    HandleEvent::Claimed(HandleClaimed { handle: handle(of), account: account(ME) })
}

fn released(of: &str) -> HandleEvent {
    HandleEvent::Released(HandleReleased { handle: handle(of), account: account(ME) })
}

#[test]
fn an_accounts_events_claim_and_release_handles() {
    let mut known = Account::default();
    assert_eq!(handle_events(&known, &registered()), [claimed("nightjar")]);
    known.apply(registered());
    assert_eq!(handle_events(&known, &changed("nightjar", "x", "y")), []);
    assert_eq!(handle_events(&known, &changed("jar", "x", "y")), [released("nightjar"), claimed("jar")]);
    assert_eq!(handle_events(&known, &deactivated()), [], "nobody can pose as an account that was given up");
}

#[test]
fn a_handle_is_free_until_claimed_and_after_its_release() {
    let mut claim = HandleClaim::default();
    assert_eq!(claim, HandleClaim::Free);
    claim.apply(&claimed("jar"));
    assert_eq!(claim, HandleClaim::HeldBy(account(ME)));
    claim.apply(&released("jar"));
    assert_eq!(claim, HandleClaim::Free);
}
