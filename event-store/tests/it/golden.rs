//! One file per event type and version holds its bytes for ever. Never edit one; a new meaning gets a new version.

use bytes::Bytes;
use domain::{
    AccountDeactivated, AccountEvent, AccountId, AccountRegistered, Bio, Blocked, Bookmarked, CommandId,
    DisplayName, DropReason, DroppedPositions, Event, EventId, EventsDropped, Followed, GraphEvent, Handle,
    HandleClaimed, HandleEvent, HandleReleased, InboxEvent, Liked, MessageDeleted, MessageEdited,
    MessageEvent, MessageId, MessagePosted, Moderated, ModerationAction, ModerationEvent, Muted, Note,
    NotificationsRead, Outcome, Position, ProfileChanged, ProjectionEvent, ReactionEvent, Reason,
    ReportEvent, ReportFiled, ReportResolved, Reposted, Restriction, RestrictionLevel, Role, RolesChanged,
    Shard, Tags, Text, Unblocked, Unbookmarked, Unfollowed, Unliked, Unmuted, Unreposted,
};
use event_store::{Decoded, Envelope, RecordedEvent, Subject, decode, encode};
use time::OffsetDateTime;
use uuid::Uuid;

fn account(number: i64) -> AccountId {
    AccountId::from_i64(number).expect("positive")
}

fn message() -> MessageId {
    "256".parse().expect("an id")
}

fn original_time() -> Option<OffsetDateTime> {
    OffsetDateTime::from_unix_timestamp(1_700_000_000).ok()
}

/// A golden file: the type, the bytes, and the event that they are.
macro_rules! golden {
    ($name:literal, $event:expr) => {
        golden!($name, concat!($name, ".json"), $event)
    };
    ($name:literal, $file:expr, $event:expr) => {
        ($name, include_str!(concat!("../golden/", $file)), Event::from($event))
    };
}

pub(crate) type Example = (&'static str, &'static str, Event);

fn messages() -> Vec<Example> {
    let text = |raw| Text::parse(raw).expect("a text");
    let tags = |raw: &[&str]| Tags::parse(raw.iter().copied()).expect("tags");
    let full = MessagePosted {
        author: account(7),
        text: text("Grüße, \"nightjar\" \u{1F426}"),
        tags: tags(&["birds", "at dusk"]),
        in_reply_to: Some(message()),
        original_time: original_time(),
    };
    let minimal = MessagePosted {
        author: account(7),
        text: text("plain"),
        tags: Tags::default(),
        in_reply_to: None,
        original_time: None,
    };
    let edited = MessageEdited {
        message: message(),
        author: account(7),
        edition: 2,
        text: text("second thoughts"),
        tags: tags(&["birds"]),
        original_time: None,
    };
    let deleted = MessageDeleted {
        message: message(),
        author: account(7),
        deleted_by: account(1),
        original_time: None,
    };
    vec![
        golden!("rookery.message.posted.v1", MessageEvent::Posted(full)),
        golden!(
            "rookery.message.posted.v1",
            "rookery.message.posted.v1.minimal.json",
            MessageEvent::Posted(minimal)
        ),
        golden!("rookery.message.edited.v1", MessageEvent::Edited(edited.clone())),
        golden!(
            "rookery.message.edited.v1",
            "rookery.message.edited.v1.imported.json",
            MessageEvent::Edited(MessageEdited { original_time: original_time(), ..edited })
        ),
        golden!("rookery.message.deleted.v1", MessageEvent::Deleted(deleted.clone())),
        golden!(
            "rookery.message.deleted.v1",
            "rookery.message.deleted.v1.imported.json",
            MessageEvent::Deleted(MessageDeleted { original_time: original_time(), ..deleted })
        ),
    ]
}

fn accounts() -> Vec<Example> {
    let handle = |raw| Handle::parse(raw).expect("a handle");
    let name = |raw| DisplayName::parse(raw).expect("a name");
    let bio = || Bio::parse("Dusk till dawn.\nMoths.").expect("a bio");
    let imported = AccountRegistered {
        account: account(7),
        handle: handle("night_jar"),
        display_name: name("Night Jar"),
        bio: bio(),
        original_time: original_time(),
    };
    let registered = AccountRegistered { bio: Bio::default(), original_time: None, ..imported.clone() };
    let changed = ProfileChanged {
        account: account(7),
        handle: handle("NightJar"),
        display_name: name("Caprimulgus \u{1F426}"),
        bio: bio(),
        registered_at: None,
    };
    let changed_import = ProfileChanged { registered_at: original_time(), ..changed.clone() };
    let claimed = HandleClaimed { handle: handle("night_jar"), account: account(7) };
    let released = HandleReleased { handle: handle("night_jar"), account: account(7) };
    vec![
        golden!("rookery.account.registered.v1", AccountEvent::Registered(registered)),
        golden!(
            "rookery.account.registered.v1",
            "rookery.account.registered.v1.imported.json",
            AccountEvent::Registered(imported)
        ),
        golden!("rookery.account.profile-changed.v1", AccountEvent::ProfileChanged(changed)),
        golden!(
            "rookery.account.profile-changed.v1",
            "rookery.account.profile-changed.v1.imported.json",
            AccountEvent::ProfileChanged(changed_import)
        ),
        golden!(
            "rookery.account.deactivated.v1",
            AccountEvent::Deactivated(AccountDeactivated { account: account(7), original_time: None })
        ),
        golden!(
            "rookery.account.deactivated.v1",
            "rookery.account.deactivated.v1.imported.json",
            AccountEvent::Deactivated(AccountDeactivated {
                account: account(7),
                original_time: original_time()
            })
        ),
        golden!("rookery.handle.claimed.v1", HandleEvent::Claimed(claimed)),
        golden!("rookery.handle.released.v1", HandleEvent::Released(released)),
    ]
}

fn edges() -> Vec<Example> {
    let (account, other, message) = (account(7), account(8), message());
    let followed = Followed { follower: account, followee: other, original_time: original_time() };
    let liked = Liked { account, message, original_time: original_time() };
    let reposted = Reposted { account, message, original_time: original_time() };
    let bookmarked = Bookmarked { account, message, original_time: original_time() };
    vec![
        golden!(
            "rookery.account.followed.v1",
            GraphEvent::Followed(Followed { original_time: None, ..followed })
        ),
        golden!(
            "rookery.account.followed.v1",
            "rookery.account.followed.v1.imported.json",
            GraphEvent::Followed(followed)
        ),
        golden!(
            "rookery.account.unfollowed.v1",
            GraphEvent::Unfollowed(Unfollowed { follower: account, followee: other, original_time: None })
        ),
        golden!(
            "rookery.account.unfollowed.v1",
            "rookery.account.unfollowed.v1.imported.json",
            GraphEvent::Unfollowed(Unfollowed {
                follower: account,
                followee: other,
                original_time: original_time()
            })
        ),
        golden!(
            "rookery.account.blocked.v1",
            GraphEvent::Blocked(Blocked { blocker: account, blocked: other })
        ),
        golden!(
            "rookery.account.unblocked.v1",
            GraphEvent::Unblocked(Unblocked { blocker: account, blocked: other })
        ),
        golden!("rookery.account.muted.v1", GraphEvent::Muted(Muted { muter: account, muted: other })),
        golden!("rookery.account.unmuted.v1", GraphEvent::Unmuted(Unmuted { muter: account, muted: other })),
        golden!("rookery.message.liked.v1", ReactionEvent::Liked(Liked { original_time: None, ..liked })),
        golden!(
            "rookery.message.liked.v1",
            "rookery.message.liked.v1.imported.json",
            ReactionEvent::Liked(liked)
        ),
        golden!(
            "rookery.message.unliked.v1",
            ReactionEvent::Unliked(Unliked { account, message, original_time: None })
        ),
        golden!(
            "rookery.message.unliked.v1",
            "rookery.message.unliked.v1.imported.json",
            ReactionEvent::Unliked(Unliked { account, message, original_time: original_time() })
        ),
        golden!(
            "rookery.message.reposted.v1",
            ReactionEvent::Reposted(Reposted { original_time: None, ..reposted })
        ),
        golden!(
            "rookery.message.reposted.v1",
            "rookery.message.reposted.v1.imported.json",
            ReactionEvent::Reposted(reposted)
        ),
        golden!(
            "rookery.message.unreposted.v1",
            ReactionEvent::Unreposted(Unreposted { account, message, original_time: None })
        ),
        golden!(
            "rookery.message.unreposted.v1",
            "rookery.message.unreposted.v1.imported.json",
            ReactionEvent::Unreposted(Unreposted { account, message, original_time: original_time() })
        ),
        golden!(
            "rookery.message.bookmarked.v1",
            ReactionEvent::Bookmarked(Bookmarked { original_time: None, ..bookmarked })
        ),
        golden!(
            "rookery.message.bookmarked.v1",
            "rookery.message.bookmarked.v1.imported.json",
            ReactionEvent::Bookmarked(bookmarked)
        ),
        golden!(
            "rookery.message.unbookmarked.v1",
            ReactionEvent::Unbookmarked(Unbookmarked { account, message, original_time: None })
        ),
        golden!(
            "rookery.message.unbookmarked.v1",
            "rookery.message.unbookmarked.v1.imported.json",
            ReactionEvent::Unbookmarked(Unbookmarked { account, message, original_time: original_time() })
        ),
        golden!(
            "rookery.notifications.read.v1",
            InboxEvent::NotificationsRead(NotificationsRead {
                account,
                until: Position::from_i64(512).expect("positive")
            })
        ),
    ]
}

fn decisions() -> Vec<Example> {
    let dropped = |projection: &str, positions: &[i64], reason: Option<&str>| {
        let positions: Option<Vec<Position>> = positions.iter().map(|at| Position::from_i64(*at)).collect();
        ProjectionEvent::EventsDropped(EventsDropped {
            projection: projection.to_owned(),
            positions: DroppedPositions::try_from(positions.expect("positive")).expect("few"),
            reason: reason.map(|text| DropReason::try_from(text.to_owned()).expect("a reason")),
        })
    };
    vec![
        golden!(
            "rookery.event.dropped.v1",
            dropped("social", &[256, 1280], Some("written by a test, never a message"))
        ),
        golden!(
            "rookery.event.dropped.v1",
            "rookery.event.dropped.v1.minimal.json",
            dropped("feeds", &[256], None)
        ),
    ]
}

fn care() -> Vec<Example> {
    let note = |words: &str| Some(Note::try_from(words.to_owned()).expect("a note"));
    let restricted = |level, reason| Some(Restriction { level, reason });
    let suspended = Moderated {
        account: account(7),
        action: ModerationAction::Suspend,
        reason: Reason::Spam,
        restriction: restricted(RestrictionLevel::Suspended, Reason::Spam),
        roles: vec![Role::Analyst],
        by: account(8),
        operator: note("ann"),
        note: note("200 replies"),
    };
    let lifted = Moderated {
        action: ModerationAction::Lift,
        reason: Reason::Other,
        restriction: None,
        roles: Vec::new(),
        operator: None,
        note: None,
        ..suspended
    };
    let granted = RolesChanged {
        account: account(7),
        roles: vec![Role::Moderator],
        restriction: restricted(RestrictionLevel::Silenced, Reason::Other),
        by: AccountId::OPERATOR,
        operator: note("ann"),
        note: note("joined the team"),
    };
    let taken = RolesChanged {
        account: account(7),
        roles: Vec::new(),
        restriction: None,
        by: account(8),
        operator: None,
        note: None,
    };
    let filed = ReportFiled {
        reporter: account(7),
        account: account(8),
        message: Some(message()),
        reason: Reason::Harassment,
        comment: note("again and again"),
        day: 20_784,
        of_day: 2,
    };
    let short = ReportFiled { message: None, reason: Reason::Other, comment: None, of_day: 1, ..filed };
    let report = Position::from_i64(512).expect("positive");
    let dismissed = ReportResolved {
        report,
        by: account(7),
        outcome: Outcome::Dismissed,
        note: note("a joke among friends"),
    };
    let acted = ReportResolved { outcome: Outcome::Acted, note: None, ..dismissed };
    vec![
        golden!("rookery.account.moderated.v1", ModerationEvent::Moderated(suspended)),
        golden!(
            "rookery.account.moderated.v1",
            "rookery.account.moderated.v1.minimal.json",
            ModerationEvent::Moderated(lifted)
        ),
        golden!("rookery.account.roles-changed.v1", ModerationEvent::RolesChanged(granted)),
        golden!(
            "rookery.account.roles-changed.v1",
            "rookery.account.roles-changed.v1.minimal.json",
            ModerationEvent::RolesChanged(taken)
        ),
        golden!("rookery.report.filed.v1", ReportEvent::Filed(filed)),
        golden!("rookery.report.filed.v1", "rookery.report.filed.v1.minimal.json", ReportEvent::Filed(short)),
        golden!("rookery.report.resolved.v1", ReportEvent::Resolved(dismissed)),
        golden!(
            "rookery.report.resolved.v1",
            "rookery.report.resolved.v1.minimal.json",
            ReportEvent::Resolved(acted)
        ),
    ]
}

pub(crate) fn examples() -> Vec<Example> {
    [messages(), accounts(), edges(), decisions(), care()].concat()
}

#[test]
fn every_event_type_is_written_as_its_golden_file_says() {
    for (event_type, golden, event) in examples() {
        let (found_type, data) = encode(&event).expect("encodes");
        assert_eq!(found_type, event_type);
        assert_eq!(std::str::from_utf8(&data).expect("text"), golden.trim_end());
    }
}

#[test]
fn every_golden_file_is_read_as_the_event_it_was() {
    for (event_type, golden, event) in examples() {
        let recorded = RecordedEvent {
            position: Position::from_i64(256).expect("positive"),
            subject: Subject::of(Shard(0), &event).to_string(),
            recorded_at: OffsetDateTime::UNIX_EPOCH,
            envelope: Some(Envelope {
                event: EventId(Uuid::nil()),
                event_type: event_type.to_owned(),
                time: OffsetDateTime::UNIX_EPOCH,
                command: CommandId(Uuid::nil()),
                fingerprint: None,
                actor: account(7),
                correlation: String::new(),
                causation: String::new(),
                trace_parent: None,
                edit_index: None,
            }),
            unreadable: None,
            data: Bytes::from_static(golden.as_bytes()),
        };
        assert_eq!(decode(&recorded).expect("decodes"), Decoded::Known(event));
    }
}
