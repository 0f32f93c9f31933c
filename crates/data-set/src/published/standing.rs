//! What decides whether something stands, where several views hang on it.

use super::events::{
    BLOCKED, DEACTIVATED, DELETED, EDITED, FOLLOWED, LIKED, POSTED, PROFILE_CHANGED, REGISTERED, REPOSTED,
    UNBLOCKED, UNFOLLOWED, UNLIKED, UNREPOSTED,
};
use super::lineage::{Influence, conditional, filter, join, sort};

/// An account registered once and was not given up.
pub(super) const ACCOUNT: &[Influence] = &[filter(&[
    REGISTERED.itself(),
    REGISTERED.field("account"),
    DEACTIVATED.itself(),
    DEACTIVATED.field("account"),
])];

/// The first registration of an account counts.
pub(super) const FIRST_REGISTRATION: &[Influence] =
    &[conditional(&[REGISTERED.itself(), REGISTERED.field("account")]), sort(&[REGISTERED.position()])];

/// And its last change.
pub(super) const LAST_PROFILE: &[Influence] = &[
    conditional(&[PROFILE_CHANGED.itself(), PROFILE_CHANGED.field("account")]),
    sort(&[PROFILE_CHANGED.position()]),
];

/// A message was posted by somebody who is there, and not deleted, nor its account given up.
pub(super) const MESSAGE: &[Influence] = &[
    filter(&[
        POSTED.itself(),
        POSTED.field("author"),
        DELETED.itself(),
        DELETED.field("message"),
        DEACTIVATED.itself(),
        DEACTIVATED.field("account"),
    ]),
    join(&[POSTED.position()]),
    sort(&[DELETED.position()]),
];

/// What is left of one that was: nothing where its author had been given up before.
pub(super) const TOMBSTONE: &[Influence] =
    &[filter(&[DELETED.field("author")]), sort(&[DEACTIVATED.position()])];

/// Other events name a message by where it was posted.
pub(super) const OF_MESSAGE: &[Influence] = &[join(&[POSTED.position()])];

/// The edit with the greatest number is shown.
pub(super) const LATEST_EDITION: &[Influence] = &[
    conditional(&[EDITED.itself(), EDITED.field("edition")]),
    join(&[EDITED.field("message")]),
    sort(&[EDITED.position()]),
];

/// How a message ended: the first end counts.
pub(super) const END_OF_MESSAGE: &[Influence] = &[
    conditional(&[
        DELETED.itself(),
        DELETED.field("message"),
        DEACTIVATED.itself(),
        DEACTIVATED.field("account"),
        POSTED.field("author"),
    ]),
    sort(&[DELETED.position(), DEACTIVATED.position()]),
];

/// Neither of two accounts blocks the other.
pub(super) const BLOCKS: &[Influence] = &[
    filter(&[
        BLOCKED.itself(),
        BLOCKED.field("blocker"),
        BLOCKED.field("blocked"),
        UNBLOCKED.itself(),
        UNBLOCKED.field("blocker"),
        UNBLOCKED.field("blocked"),
    ]),
    sort(&[BLOCKED.position(), UNBLOCKED.position()]),
];

/// An account is given up, and with it what it did.
pub(super) const GIVEN_UP: &[Influence] = &[filter(&[DEACTIVATED.itself(), DEACTIVATED.field("account")])];

pub(super) const FOLLOW: &[Influence] = &[
    filter(&[
        FOLLOWED.itself(),
        FOLLOWED.field("follower"),
        FOLLOWED.field("followee"),
        UNFOLLOWED.itself(),
        UNFOLLOWED.field("follower"),
        UNFOLLOWED.field("followee"),
    ]),
    sort(&[FOLLOWED.position(), UNFOLLOWED.position()]),
];

/// A like of a message, where that is there.
pub(super) const LIKE: &[Influence] = &[
    filter(&[
        LIKED.itself(),
        LIKED.field("account"),
        UNLIKED.itself(),
        UNLIKED.field("account"),
        UNLIKED.field("message"),
        POSTED.field("author"),
    ]),
    join(&[LIKED.field("message"), POSTED.position()]),
    sort(&[LIKED.position(), UNLIKED.position()]),
];

/// The same of a repost.
pub(super) const REPOST: &[Influence] = &[
    filter(&[
        REPOSTED.itself(),
        REPOSTED.field("account"),
        UNREPOSTED.itself(),
        UNREPOSTED.field("account"),
        UNREPOSTED.field("message"),
        POSTED.field("author"),
    ]),
    join(&[REPOSTED.field("message"), POSTED.position()]),
    sort(&[REPOSTED.position(), UNREPOSTED.position()]),
];
