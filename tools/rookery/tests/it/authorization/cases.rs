//! A case for each operation: who may carry it out, and a request that is good but for who sends it.

use serde_json::{Value, json};
use tokens::Role;

use super::world::{PASSWORD, Things};

/// Who may carry an operation out. Whoever shows a bad token is refused by all but the first two.
#[derive(Clone, Copy)]
pub(super) enum Access {
    /// Nobody is asked who they are.
    Everybody,
    /// Nobody is asked who they are, but the body has to hold a secret. The code is what a wrong one is refused with.
    WhoKnows { refused: Option<(u16, &'static str)> },
    /// Whoever has an identity, with any role or none.
    Identified,
    /// As [`Self::Identified`]; and the answer shows this to its owner, and to no other, an admin included.
    Own { shows: fn(&Things) -> String },
    /// Whoever has one of these roles. What is changed is the caller's own: no request can name another account.
    Roles(&'static [Role]),
    /// As [`Self::Roles`], about something that is not there: in the system of the tests nobody waits to be registered,
    /// and the address names no report.
    RolesThen { roles: &'static [Role], then: (u16, &'static str) },
    /// The author, with one of these roles.
    Author { roles: &'static [Role], admin_too: bool },
    /// As [`Self::Roles`], for what an account can do once only.
    Once(&'static [Role]),
    /// Whoever logged in, with that session: neither an operator's token nor a personal one will do. The code is what
    /// they are refused with, and `then` what those who may are answered where the body cannot be right.
    Session { refused: (u16, &'static str), then: Option<(u16, &'static str)> },
    /// As [`Self::Session`], about a session or a token in the address that has to be the caller's own.
    OwnWithSession,
}

impl Access {
    pub(super) fn asks_who(self) -> bool {
        !matches!(self, Self::Everybody | Self::WhoKnows { .. })
    }

    pub(super) fn needs_session(self) -> bool {
        matches!(self, Self::Session { .. } | Self::OwnWithSession | Self::WhoKnows { .. })
    }
}

pub(super) enum Body {
    None,
    Json(Value),
    /// Lines of JSON.
    Lines(Value),
}

pub(super) struct Case {
    /// Its `operationId`; path, method and success are in the document.
    pub(super) operation: &'static str,
    pub(super) access: Access,
    /// With its question mark.
    pub(super) query: &'static str,
    pub(super) body: fn(&Things) -> Body,
}

const WRITERS: &[Role] = &[Role::User, Role::Admin];
const COUNTERS: &[Role] = &[Role::Analyst, Role::Admin];
const MODERATORS: &[Role] = &[Role::Moderator, Role::Admin];
const CONSUMERS: &[Role] = &[Role::Consumer, Role::Operator, Role::Admin];
const OPERATORS: &[Role] = &[Role::Operator, Role::Admin];

pub(super) const NEEDS_SESSION: (u16, &str) = (403, "session-required");
/// The address names no invitation.
const NOT_INVITED: Access = Access::RolesThen { roles: OPERATORS, then: (404, "not-found") };
/// The address names no webhook.
const NO_WEBHOOK: Access = Access::RolesThen { roles: OPERATORS, then: (404, "not-found") };
const NOBODY_WAITS: Access = Access::RolesThen { roles: OPERATORS, then: (404, "not-found") };
const SESSION: Access = Access::Session { refused: NEEDS_SESSION, then: None };

const fn read(operation: &'static str) -> Case {
    Case { operation, access: Access::Identified, query: "", body: |_| Body::None }
}

const fn own(operation: &'static str, query: &'static str, shows: fn(&Things) -> String) -> Case {
    Case { operation, access: Access::Own { shows }, query, body: |_| Body::None }
}

const fn edge(operation: &'static str) -> Case {
    Case { operation, access: Access::Roles(WRITERS), query: "", body: |_| Body::None }
}

const fn moderators(operation: &'static str) -> Case {
    Case { operation, access: Access::Roles(MODERATORS), query: "", body: |_| Body::None }
}

const fn write(operation: &'static str, access: Access, body: fn(&Things) -> Body) -> Case {
    Case { operation, access, query: "", body }
}

pub(super) const CASES: &[Case] = &[
    // Keys and sessions.
    write("get_jwks", Access::Everybody, |_| Body::None),
    // It holds no row.
    write("get_contract", Access::Everybody, |_| Body::None),
    write("create_session", Access::WhoKnows { refused: None }, |things| {
        Body::Json(json!({"handle": things.handle, "password": PASSWORD}))
    }),
    write("create_session", Access::WhoKnows { refused: Some((401, "credentials-invalid")) }, |things| {
        Body::Json(json!({"handle": things.handle, "password": "not the password"}))
    }),
    write("refresh_session", Access::WhoKnows { refused: None }, |things| {
        Body::Json(json!({"refreshToken": things.refresh}))
    }),
    write("refresh_session", Access::WhoKnows { refused: Some((401, "refresh-token-invalid")) }, |things| {
        Body::Json(json!({"refreshToken": things.session}))
    }),
    write("list_sessions", SESSION, |_| Body::None),
    write("end_session", Access::OwnWithSession, |_| Body::None),
    write("end_current_session", Access::Session { refused: (404, "not-found"), then: None }, |_| Body::None),
    write("end_all_sessions", SESSION, |_| Body::None),
    write("change_password", SESSION, |_| {
        Body::Json(json!({"currentPassword": PASSWORD, "newPassword": PASSWORD}))
    }),
    write("get_second_factor", SESSION, |_| Body::None),
    write("enrol_second_factor", SESSION, |_| Body::Json(json!({"password": PASSWORD}))),
    // Nobody knows the code of a secret that nobody was given.
    write(
        "confirm_second_factor",
        Access::Session { refused: NEEDS_SESSION, then: Some((401, "otp-invalid")) },
        |_| Body::Json(json!({"code": "000000"})),
    ),
    write("disable_second_factor", SESSION, |_| Body::Json(json!({"password": PASSWORD}))),
    // At OpenID providers, of which there are none here.
    write("list_oidc_providers", Access::Everybody, |_| Body::None),
    write(
        "begin_oidc_authorization",
        Access::WhoKnows { refused: Some((403, "oidc-not-configured")) },
        |_| Body::Json(json!({"provider": "keycloak", "redirectUri": "https://app.example/callback"})),
    ),
    write(
        "prove_oidc_login",
        Access::WhoKnows { refused: Some((422, "oidc-authorization-invalid")) },
        |things| {
            Body::Json(json!({
                "authorization": things.session, "redirectUri": "https://app.example/callback", "state": "x", "code": "x",
            }))
        },
    ),
    write("create_oidc_session", Access::WhoKnows { refused: Some((401, "oidc-proof-invalid")) }, |things| {
        Body::Json(json!({"proof": things.session}))
    }),
    write(
        "register_oidc_account",
        Access::WhoKnows { refused: Some((401, "oidc-proof-invalid")) },
        |things| {
            Body::Json(json!({"proof": things.session, "handle": things.new_handle, "displayName": "x"}))
        },
    ),
    write("list_oidc_links", SESSION, |_| Body::None),
    write(
        "link_oidc",
        Access::Session { refused: NEEDS_SESSION, then: Some((401, "oidc-proof-invalid")) },
        |things| Body::Json(json!({"proof": things.session, "password": PASSWORD})),
    ),
    write("unlink_oidc", SESSION, |_| Body::Json(json!({"password": PASSWORD}))),
    write("list_tokens", SESSION, |_| Body::None),
    write("create_token", SESSION, |_| Body::Json(json!({"name": "A script", "scopes": ["read"]}))),
    write("revoke_token", Access::OwnWithSession, |_| Body::None),
    write("revoke_all_tokens", SESSION, |_| Body::None),
    write("get_email", SESSION, |_| Body::None),
    write(
        "set_email",
        Access::Session { refused: NEEDS_SESSION, then: Some((403, "mail-not-configured")) },
        |_| Body::Json(json!({"email": "ada@example.org", "password": PASSWORD})),
    ),
    write("confirm_email", Access::WhoKnows { refused: Some((422, "mail-token-invalid")) }, |_| {
        Body::Json(json!({"token": "1.x"}))
    }),
    write(
        "request_password_reset",
        Access::WhoKnows { refused: Some((403, "mail-not-configured")) },
        |things| Body::Json(json!({"handle": things.handle})),
    ),
    write("reset_password", Access::WhoKnows { refused: Some((422, "mail-token-invalid")) }, |_| {
        Body::Json(json!({"token": "1.x", "newPassword": PASSWORD}))
    }),
    // Accounts.
    write("register_account", Access::Everybody, |things| {
        Body::Json(json!({"handle": things.new_handle, "password": PASSWORD, "displayName": "New"}))
    }),
    write("make_invitation", Access::Roles(OPERATORS), |_| Body::Json(json!({"uses": 1}))),
    write("list_invitations", Access::Roles(OPERATORS), |_| Body::None),
    write("withdraw_invitation", NOT_INVITED, |_| Body::None),
    write("list_registrations", Access::Roles(OPERATORS), |_| Body::None),
    write("approve_registration", NOBODY_WAITS, |_| Body::None),
    write("reject_registration", NOBODY_WAITS, |_| Body::None),
    own("get_own_account", "", |things| format!(r#""handle":"{}""#, things.handle)),
    write("change_profile", Access::Roles(WRITERS), |_| Body::Json(json!({"bio": "Birds."}))),
    write("deactivate_account", Access::Once(WRITERS), |_| Body::None),
    read("get_account"),
    read("get_account_by_handle"),
    read("list_followers"),
    read("list_following"),
    read("list_liked"),
    read("list_account_items"),
    read("list_account_replies"),
    edge("follow_account"),
    edge("unfollow_account"),
    edge("block_account"),
    edge("unblock_account"),
    edge("mute_account"),
    edge("unmute_account"),
    own("list_blocks", "", |things| format!(r#""id":"{}""#, things.avoided)),
    own("list_mutes", "", |things| format!(r#""id":"{}""#, things.avoided)),
    // Moderation.
    write("report_account", Access::Roles(WRITERS), |things| {
        Body::Json(json!({"account": things.avoided, "reason": "spam"}))
    }),
    write("moderate_account", Access::Roles(MODERATORS), |_| {
        Body::Json(json!({"action": "warn", "reason": "spam"}))
    }),
    // The address names no report.
    write("resolve_report", Access::RolesThen { roles: MODERATORS, then: (404, "ReportMustExist") }, |_| {
        Body::Json(json!({"outcome": "dismissed"}))
    }),
    moderators("list_reports"),
    moderators("list_actions"),
    read("list_own_actions"),
    // Messages.
    write("post_message", Access::Roles(WRITERS), |_| Body::Json(json!({"text": "Hello"}))),
    write("edit_message", Access::Author { roles: WRITERS, admin_too: false }, |_| {
        Body::Json(json!({"text": "Corrected"}))
    }),
    write("delete_message", Access::Author { roles: WRITERS, admin_too: true }, |_| Body::None),
    edge("like_message"),
    edge("unlike_message"),
    edge("repost_message"),
    edge("unrepost_message"),
    edge("bookmark_message"),
    edge("unbookmark_message"),
    read("list_messages"),
    Case {
        operation: "list_messages",
        access: Access::Roles(COUNTERS),
        query: "?count=1",
        body: |_| Body::None,
    },
    Case {
        operation: "get_counts",
        access: Access::Roles(COUNTERS),
        query: "?bucket=year&dateStart=2026-01-01&dateEnd=2026-12-31",
        body: |_| Body::None,
    },
    Case {
        operation: "search_messages",
        access: Access::Identified,
        query: "?q=hello",
        body: |_| Body::None,
    },
    read("list_top_tags"),
    read("get_message"),
    read("get_history"),
    read("get_thread"),
    read("list_likes"),
    read("list_replies"),
    read("list_reposts"),
    write("import_lines", Access::Roles(OPERATORS), |things| {
        Body::Lines(json!({
            "kind": "message", "account": things.account, "text": "Old", "time": "2020-01-01T00:00:00Z"
        }))
    }),
    // What is the caller's own.
    own("list_bookmarks", "", |things| format!(r#""id":"{}""#, things.bookmarked)),
    own("get_timeline", "", |things| format!(r#""id":"{}""#, things.message)),
    own("get_timeline_updates", "?since=0", |things| format!(r#""id":"{}""#, things.message)),
    own("list_notifications", "", |things| format!(r#""message":"{}""#, things.reply)),
    write("mark_notifications_read", Access::Roles(WRITERS), |things| {
        Body::Json(json!({"until": things.position}))
    }),
    // The data set.
    Case {
        operation: "export_data_set",
        access: Access::Roles(COUNTERS),
        query: "?format=csv",
        body: |_| Body::None,
    },
    // A stream that began would not end.
    Case {
        operation: "open_stream",
        access: Access::RolesThen { roles: &Role::ALL, then: (409, "other-log") },
        query: "?after=257",
        body: |_| Body::None,
    },
    Case { operation: "get_catalog", access: Access::Roles(COUNTERS), query: "", body: |_| Body::None },
    Case {
        operation: "get_catalog_jsonld",
        access: Access::Roles(COUNTERS),
        query: "",
        body: |_| Body::None,
    },
    // The events.
    write("list_events", Access::Roles(CONSUMERS), |_| Body::None),
    write("list_schemas", Access::Everybody, |_| Body::None),
    write("get_schema", Access::Everybody, |_| Body::None),
    // Nobody listens there.
    write("create_webhook", Access::Roles(OPERATORS), |_| {
        Body::Json(json!({"url": "https://127.0.0.1:1/hook", "types": ["rookery.account.deactivated.v1"]}))
    }),
    write("list_webhooks", Access::Roles(OPERATORS), |_| Body::None),
    write("get_webhook", NO_WEBHOOK, |_| Body::None),
    write("change_webhook", NO_WEBHOOK, |_| Body::Json(json!({"isPaused": true}))),
    write("remove_webhook", NO_WEBHOOK, |_| Body::None),
    write("rotate_webhook_secret", NO_WEBHOOK, |_| Body::None),
    write("replay_webhook", NO_WEBHOOK, |_| Body::Json(json!({"after": "0"}))),
    write("list_parked_deliveries", NO_WEBHOOK, |_| Body::None),
    write("retry_parked_deliveries", NO_WEBHOOK, |_| Body::None),
    // The system.
    read("list_projections"),
];
