//! What happens in the golden log.

use domain::{
    AccountDeactivated, AccountEvent, AccountId, AccountRegistered, Bio, Blocked, Bookmarked, DisplayName,
    DropReason, DroppedPositions, Event, EventsDropped, Followed, GraphEvent, Handle, HandleClaimed,
    HandleEvent, HandleReleased, InboxEvent, Liked, MessageDeleted, MessageEdited, MessageEvent,
    MessagePosted, Moderated, ModerationAction, ModerationEvent, Muted, Note, NotificationsRead, Outcome,
    ProfileChanged, ProjectionEvent, ReactionEvent, Reason, ReportEvent, ReportFiled, ReportResolved,
    Reposted, Restriction, RestrictionLevel, Role, RolesChanged, Shard, Tags, Text, Unblocked, Unbookmarked,
    Unfollowed, Unliked, Unmuted, Unreposted,
};
use event_store::Boundary;
use time::{Duration, OffsetDateTime};

use super::write::{By, Writer, at, message};

/// The folder of what is written here.
pub(super) const VERSION: &str = "0.1";

/// Messages 71 and 508 have the same bucket of edits, and their paths fork at the first bit.
const FIRST_OF_BUCKET: u64 = 71;
const SECOND_OF_BUCKET: u64 = 508;
const POSTED: &str = "rookery.message.posted.v1";
const ODD_TAGS: [&str; 8] =
    ["ÄRGER", "Straße", "İstanbul", "ﬁne", "at dusk", "ΣΊΣΥΦΟΣ", "\u{1F426}", "ta\u{304}g"];
/// Of the frames' account: events about it wait for ever.
const POISONED: i64 = 1;
/// What no library would send; the broker takes them all.
const ODD: [&str; 13] = [
    "a value with 0xFF",
    "a bare CR in a value",
    "a line without a colon",
    "a status and its text",
    "duplicate names",
    "a lone LF in a value",
    "the broker's own headers",
    "what restoring adds",
    "no headers",
    "nothing at all",
    "data that is no text",
    "quotes in the subject",
    "a kind of subject that is not ours",
];

fn account(number: u16) -> AccountId {
    AccountId::from_parts(1_790_000_000 + i64::from(number), Shard(0), number).expect("in range")
}

fn handle(raw: &str) -> Handle {
    Handle::parse(raw).expect("a handle")
}

/// Seconds after 2019-12-31T23:59:30Z, so that a minute, an hour, a day, a month and a year end early.
fn long_ago(seconds: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(1_577_836_770).expect("a time") + Duration::seconds(seconds)
}

fn posted(author: AccountId, text: &str, tags: &[&str]) -> MessagePosted {
    let text = Text::parse(text).expect("a text");
    let tags = Tags::parse(tags.iter().copied()).expect("tags");
    MessagePosted { author, text, tags, in_reply_to: None, original_time: None }
}

fn reply(author: AccountId, text: &str, to: u64) -> MessageEvent {
    MessageEvent::Posted(MessagePosted { in_reply_to: Some(message(to)), ..posted(author, text, &["reply"]) })
}

fn edited(author: AccountId, of: u64, edition: u32, text: &str, tags: &[&str]) -> MessageEvent {
    let MessagePosted { text, tags, .. } = posted(author, text, tags);
    MessageEvent::Edited(MessageEdited {
        message: message(of),
        author,
        edition,
        text,
        tags,
        original_time: None,
    })
}

fn liked(account: AccountId, of: u64) -> ReactionEvent {
    ReactionEvent::Liked(Liked { account, message: message(of), original_time: None })
}

fn followed(follower: AccountId, followee: AccountId) -> GraphEvent {
    GraphEvent::Followed(Followed { follower, followee, original_time: None })
}

fn registered(account: AccountId, name: &str, original_time: Option<OffsetDateTime>) -> Vec<Event> {
    let bio = if original_time.is_some() { "Dusk till dawn.\nMoths \u{1F98B}" } else { "" };
    let event = AccountRegistered {
        account,
        handle: handle(name),
        display_name: DisplayName::parse(&format!("{name} \u{1F426}")).expect("a name"),
        bio: Bio::parse(bio).expect("a bio"),
        original_time,
    };
    let claimed = HandleClaimed { handle: handle(name), account };
    vec![HandleEvent::Claimed(claimed).into(), AccountEvent::Registered(event).into()]
}

fn dropped(projection: &str, sequences: &[u64], reason: Option<&str>) -> ProjectionEvent {
    let positions: Vec<_> = sequences.iter().map(|sequence| at(*sequence)).collect();
    ProjectionEvent::EventsDropped(EventsDropped {
        projection: projection.to_owned(),
        positions: DroppedPositions::try_from(positions).expect("few"),
        reason: reason.map(|words| DropReason::try_from(words.to_owned()).expect("a reason")),
    })
}

/// Ada, Bob, Cyd, Dan, Eve, and Fay, who came from elsewhere.
struct People([AccountId; 6]);

pub(super) async fn write(w: &mut Writer<'_>) {
    let people = people(w).await;
    messages(w, &people).await;
    edits(w, &people).await;
    edges(w, &people).await;
    departures(w, &people).await;
    given_up(w, &people).await;
    stays_parked(w, &people).await;
    avoidance(w, &people).await;
    care(w, &people).await;
    for number in 0..4 {
        let text = format!("afterwards {number}");
        w.put(people.0[1], MessageEvent::Posted(posted(people.0[1], &text, &["afterwards"]))).await;
    }
}

async fn people(w: &mut Writer<'_>) -> People {
    let people = [1, 2, 3, 4, 5, 6].map(account);
    for (who, name) in people.iter().zip(["ada", "bob", "cyd_", "dan", "eve", "fay"]) {
        let is_imported = name == "fay";
        let key = (name == "ada").then_some("register");
        let actor = if is_imported { AccountId::OPERATOR } else { *who };
        w.all(By { actor, key }, registered(*who, name, is_imported.then(|| long_ago(-5)))).await;
    }
    let [ada, bob, cyd, dan, eve, fay] = people;
    for follower in [bob, cyd, dan] {
        w.put(follower, followed(follower, ada)).await;
    }
    let imported = Followed { follower: fay, followee: bob, original_time: Some(long_ago(7)) };
    w.put(AccountId::OPERATOR, GraphEvent::Followed(imported)).await;
    w.put(eve, followed(eve, dan)).await;
    People(people)
}

/// Up to the first message of the bucket.
async fn messages(w: &mut Writer<'_>, People([ada, bob, cyd, _, eve, fay]): &People) {
    let (ada, bob, cyd, eve, fay) = (*ada, *bob, *cyd, *eve, *fay);
    w.put(ada, MessageEvent::Posted(posted(ada, &"\u{1F426}".repeat(280), &ODD_TAGS))).await;
    w.put(ada, MessageEvent::Posted(posted(ada, "no tag", &[]))).await;
    // As an older rule left it: not folded; and with a field that a later writer may add.
    let unfolded = format!(r#"{{"author":"{bob}","text":"old","tags":["ÄRGER","BIRDS"],"later":{{"a":1}}}}"#);
    w.raw(bob, Boundary::Outbox(bob), POSTED, &unfolded).await;
    let root =
        w.put(By { actor: bob, key: Some("root") }, MessageEvent::Posted(posted(bob, "a root", &["birds"])));
    let root = root.await;
    let answer = w.put(ada, reply(ada, "an answer", root)).await;
    let deeper = w.put(cyd, reply(cyd, "an answer to it", answer)).await;
    w.put(bob, reply(bob, "and to that", deeper)).await;
    w.put(eve, reply(eve, "another branch", root)).await;
    // More in a minute, an hour and so on than the counts keep unsplit, and some far away.
    for (number, seconds) in
        [0, 1, 2, 3, 4, 29, 30, 31, 90, 3_600, 3_601, 86_400, 2_678_400].iter().enumerate()
    {
        let text = format!("imported {number}");
        let event =
            MessagePosted { original_time: Some(long_ago(*seconds)), ..posted(fay, &text, &["birds"]) };
        let key = format!("{number} import");
        w.put(By { actor: fay, key: Some(&key) }, MessageEvent::Posted(event)).await;
    }
    let mut number = 0;
    while w.next() < FIRST_OF_BUCKET {
        let author = [ada, bob][number % 2];
        let tags: &[&str] = [&["birds"] as &[&str], &["birds", "At Dusk"], &[]][number % 3];
        w.put(author, MessageEvent::Posted(posted(author, &format!("number {number}"), tags))).await;
        number += 1;
    }
    let first = MessageEvent::Posted(posted(ada, "the first of its bucket", &["birds"]));
    assert_eq!(w.put(ada, first).await, FIRST_OF_BUCKET);
}

/// Behind one another, so that some are within one second.
async fn edits(w: &mut Writer<'_>, People([ada, bob, cyd, ..]): &People) {
    let (ada, bob, cyd) = (*ada, *bob, *cyd);
    let first = w.edit(ada, edited(ada, FIRST_OF_BUCKET, 2, "second thoughts", &["birds"]), "").await;
    // Of a message that is not there yet: it leaves nothing, but the bucket has it.
    let strange = edited(cyd, SECOND_OF_BUCKET, 2, "of nothing", &["ghost"]);
    let second = w.edit(cyd, strange, &first.to_string()).await;
    let third = edited(ada, FIRST_OF_BUCKET, 3, "third thoughts", &["birds", "moths"]);
    w.edit(ada, third, &second.to_string()).await;
    let target = w.put(ada, MessageEvent::Posted(posted(ada, "to be edited", &["birds"]))).await;
    for edition in 2..=6 {
        let tags: &[&str] = if edition % 2 == 0 { &["moths"] } else { &ODD_TAGS };
        w.edit(ada, edited(ada, target, edition, &format!("edition {edition}"), tags), "").await;
    }
    let gone = w.put(ada, MessageEvent::Posted(posted(ada, "to be deleted", &["birds"]))).await;
    w.put(bob, reply(bob, "before it went", gone)).await;
    w.put(cyd, liked(cyd, gone)).await;
    w.edit(ada, edited(ada, gone, 2, "to be deleted still", &["moths"]), "").await;
    let deleted =
        MessageDeleted { message: message(gone), author: ada, deleted_by: ada, original_time: None };
    w.edit(ada, MessageEvent::Deleted(deleted), "").await;
    w.edit(ada, edited(ada, gone, 3, "behind it", &["birds"]), "").await;
    w.put(cyd, reply(cyd, "after it went", gone)).await;
    let other = w.put(bob, MessageEvent::Posted(posted(bob, "an admin deletes this", &["birds"]))).await;
    let deleted =
        MessageDeleted { message: message(other), author: bob, deleted_by: ada, original_time: None };
    w.edit(ada, MessageEvent::Deleted(deleted), "").await;
}

async fn edges(w: &mut Writer<'_>, People([ada, bob, cyd, _, eve, fay]): &People) {
    let (ada, bob, cyd, eve, fay) = (*ada, *bob, *cyd, *eve, *fay);
    let target = w.put(ada, MessageEvent::Posted(posted(ada, "what all react to", &["birds"]))).await;
    let target = message(target);
    for account in [bob, cyd, eve, bob] {
        w.put(account, ReactionEvent::Liked(Liked { account, message: target, original_time: None })).await;
        w.put(account, ReactionEvent::Reposted(Reposted { account, message: target, original_time: None }))
            .await;
        let bookmarked = Bookmarked { account, message: target, original_time: None };
        w.put(account, ReactionEvent::Bookmarked(bookmarked)).await;
    }
    let time = Some(long_ago(40));
    let imported = Liked { account: fay, message: target, original_time: time };
    w.put(AccountId::OPERATOR, ReactionEvent::Liked(imported)).await;
    let imported = Reposted { account: fay, message: target, original_time: time };
    w.put(AccountId::OPERATOR, ReactionEvent::Reposted(imported)).await;
    let imported = Bookmarked { account: fay, message: target, original_time: time };
    w.put(AccountId::OPERATOR, ReactionEvent::Bookmarked(imported)).await;
    w.put(
        cyd,
        ReactionEvent::Unbookmarked(Unbookmarked { account: cyd, message: target, original_time: None }),
    )
    .await;
    w.put(cyd, ReactionEvent::Unliked(Unliked { account: cyd, message: target, original_time: None })).await;
    w.put(cyd, ReactionEvent::Unreposted(Unreposted { account: cyd, message: target, original_time: None }))
        .await;
    // Of what was never liked.
    w.put(ada, ReactionEvent::Unliked(Unliked { account: ada, message: target, original_time: None })).await;
    w.put(cyd, GraphEvent::Unfollowed(Unfollowed { follower: cyd, followee: ada, original_time: None }))
        .await;
    w.put(eve, followed(eve, bob)).await;
    w.put(eve, GraphEvent::Unfollowed(Unfollowed { follower: eve, followee: bob, original_time: None }))
        .await;
    w.put(eve, followed(eve, bob)).await;
    let until = at(w.next() - 5);
    w.put(ada, InboxEvent::NotificationsRead(NotificationsRead { account: ada, until })).await;
    let earlier = at(20);
    w.put(ada, InboxEvent::NotificationsRead(NotificationsRead { account: ada, until: earlier })).await;
    w.put(bob, followed(bob, eve)).await;
    w.put(eve, MessageEvent::Posted(posted(eve, "for those who follow", &["birds"]))).await;
}

async fn departures(w: &mut Writer<'_>, People([ada, _, cyd, dan, eve, fay]): &People) {
    let (ada, cyd, dan, eve, fay) = (*ada, *cyd, *dan, *eve, *fay);
    let profile = |account, name: &str, registered_at| ProfileChanged {
        account,
        handle: handle(name),
        display_name: DisplayName::parse("Caprimulgus").expect("a name"),
        bio: Bio::parse("By night.").expect("a bio"),
        registered_at,
    };
    let renamed = vec![
        HandleEvent::Claimed(HandleClaimed { handle: handle("Cyd_2"), account: cyd }).into(),
        HandleEvent::Released(HandleReleased { handle: handle("cyd_"), account: cyd }).into(),
        AccountEvent::ProfileChanged(profile(cyd, "Cyd_2", None)).into(),
    ];
    w.all(By { actor: cyd, key: Some("new name") }, renamed).await;
    w.put(fay, AccountEvent::ProfileChanged(profile(fay, "fay", Some(long_ago(-5))))).await;
    let gus = account(7);
    w.all(gus, registered(gus, "cyd_", None)).await;
    let farewell = w.put(dan, MessageEvent::Posted(posted(dan, "farewell", &["birds", "farewell"]))).await;
    w.put(eve, liked(eve, farewell)).await;
    w.put(ada, reply(ada, "do stay", farewell)).await;
    w.put(dan, liked(dan, FIRST_OF_BUCKET)).await;
    w.put(dan, AccountEvent::Deactivated(AccountDeactivated { account: dan, original_time: None })).await;
    // What raced with it.
    w.put(dan, MessageEvent::Posted(posted(dan, "too late", &["birds"]))).await;
    w.put(eve, liked(eve, farewell)).await;
    w.put(gus, followed(gus, dan)).await;
    w.put(gus, followed(gus, cyd)).await;
}

async fn given_up(w: &mut Writer<'_>, People([ada, bob, cyd, ..]): &People) {
    let (ada, bob, cyd, operator) = (*ada, *bob, *cyd, AccountId::OPERATOR);
    // What waits for it is folded once it is given up.
    let bad = w.raw(bob, Boundary::Outbox(bob), POSTED, &format!(r#"{{"author":"{bob}","text":7}}"#)).await;
    w.put(ada, reply(ada, "to what nobody can read", bad)).await;
    w.put(cyd, liked(cyd, bad)).await;
    // Here it is given up as well.
    let other = w.raw(bob, Boundary::Outbox(bob), POSTED, "{\"author\":").await;
    let waiting = w.put(ada, reply(ada, "given up with it", other)).await;
    for projection in ["social", "feeds"] {
        w.put(operator, dropped(projection, &[bad], Some("a test wrote it, and nobody can read it"))).await;
        w.put(operator, dropped(projection, &[other, waiting], None)).await;
    }
    // A decision that was given up itself.
    let fine = w.put(ada, MessageEvent::Posted(posted(ada, "given up by mistake", &["birds"]))).await;
    for projection in ["social", "feeds"] {
        let mistake = w.put(operator, dropped(projection, &[fine], None)).await;
        w.put(operator, dropped(projection, &[mistake], Some("a mistake"))).await;
    }
    w.put(operator, dropped("somebody-elses", &[fine], None)).await;
}

async fn avoidance(w: &mut Writer<'_>, People([.., eve, fay]): &People) {
    let (eve, fay, gus) = (*eve, *fay, account(7));
    w.put(fay, followed(fay, eve)).await;
    w.put(eve, followed(eve, fay)).await;
    let theirs = w.put(fay, MessageEvent::Posted(posted(fay, "not for everybody", &["birds"]))).await;
    let first = w.edit(eve, GraphEvent::Blocked(Blocked { blocker: eve, blocked: fay }), "").await;
    // What raced with it.
    w.put(fay, followed(fay, eve)).await;
    w.put(eve, liked(eve, theirs)).await;
    w.put(eve, reply(eve, "let in a moment too late", theirs)).await;
    // The paths of the two fork at the first bit.
    let other =
        w.edit(eve, GraphEvent::Blocked(Blocked { blocker: eve, blocked: gus }), &first.to_string()).await;
    let index = other.to_string();
    w.edit(eve, GraphEvent::Unblocked(Unblocked { blocker: eve, blocked: fay }), &index).await;
    w.put(fay, followed(fay, eve)).await;
    w.put(fay, GraphEvent::Muted(Muted { muter: fay, muted: gus })).await;
    w.put(fay, GraphEvent::Muted(Muted { muter: fay, muted: eve })).await;
    w.put(fay, GraphEvent::Unmuted(Unmuted { muter: fay, muted: eve })).await;
}

async fn care(w: &mut Writer<'_>, People([.., eve, fay]): &People) {
    let (eve, fay, gus, operator) = (*eve, *fay, account(7), AccountId::OPERATOR);
    let note = |words: &str| Some(Note::try_from(words.to_owned()).expect("a note"));
    let roles = RolesChanged {
        account: eve,
        roles: vec![Role::Moderator],
        restriction: None,
        by: operator,
        operator: note("ann"),
        note: note("joined the team"),
    };
    w.put(operator, ModerationEvent::RolesChanged(roles.clone())).await;
    let report = ReportFiled {
        reporter: fay,
        account: gus,
        message: None,
        reason: Reason::Spam,
        comment: note("again\nand again"),
        day: 20_758,
        of_day: 1,
    };
    let report_at = w.put(fay, ReportEvent::Filed(report.clone())).await;
    w.put(fay, ReportEvent::Filed(ReportFiled { reason: Reason::Other, of_day: 2, ..report })).await;
    let restricted = |level| Some(Restriction { level, reason: Reason::Spam });
    let moderated = |account, action, restriction| Moderated {
        account,
        action,
        reason: Reason::Spam,
        restriction,
        roles: Vec::new(),
        by: eve,
        operator: None,
        note: note("200 replies"),
    };
    let suspended = restricted(RestrictionLevel::Suspended);
    let silenced = restricted(RestrictionLevel::Silenced);
    for (account, action, restriction) in [
        (gus, ModerationAction::Warn, None),
        (gus, ModerationAction::Suspend, suspended),
        (fay, ModerationAction::Silence, silenced),
        (gus, ModerationAction::Lift, None),
        (gus, ModerationAction::Suspend, suspended),
    ] {
        w.put(eve, ModerationEvent::Moderated(moderated(account, action, restriction))).await;
    }
    for outcome in [Outcome::Acted, Outcome::Dismissed] {
        let resolved = ReportResolved { report: at(report_at), by: eve, outcome, note: note("gone") };
        w.put(eve, ReportEvent::Resolved(resolved)).await;
    }
    w.put(operator, ModerationEvent::RolesChanged(RolesChanged { roles: Vec::new(), note: None, ..roles }))
        .await;
}

async fn stays_parked(w: &mut Writer<'_>, People([ada, bob, cyd, ..]): &People) {
    let (ada, bob, cyd) = (*ada, *bob, *cyd);
    let outbox = || Boundary::Outbox(bob);
    let newer = w.raw(bob, outbox(), "rookery.message.posted.v9", &format!(r#"{{"author":"{bob}"}}"#)).await;
    let waiting = w.put(cyd, reply(cyd, "to what a later version wrote", newer)).await;
    w.put(ada, liked(ada, waiting)).await;
    w.raw(bob, outbox(), POSTED, &format!(r#"{{"author":"{bob}","text":"a\u0000b","tags":[]}}"#)).await;
    w.raw(ada, outbox(), "org.example.weather.changed.v1", r#"{"wind" : 1.0}"#).await;
    w.raw(ada, outbox(), "org.example.pretty.v1", "{\n  \"a\": [1e2, 10000000000000000000000]\n}").await;
    w.raw(ada, outbox(), "org.example.bytes.v1", "").await;
    let misplaced = r#"{"projection":"social","positions":["256"]}"#;
    let elsewhere = Boundary::Dropped("else where".to_owned());
    w.raw(AccountId::OPERATOR, elsewhere, "rookery.event.dropped.v1", misplaced).await;
    for name in ODD {
        w.frame(name).await;
    }
    let poisoned = AccountId::from_i64(POISONED).expect("positive");
    w.put(ada, followed(ada, poisoned)).await;
    let late = w.put(poisoned, MessageEvent::Posted(posted(poisoned, "it waits", &["birds"]))).await;
    w.put(
        cyd,
        ReactionEvent::Reposted(Reposted { account: cyd, message: message(late), original_time: None }),
    )
    .await;
}
