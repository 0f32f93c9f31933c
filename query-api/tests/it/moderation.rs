use http::Method;
use serde_json::{Value, json};

use crate::support::people::{account, follow, like, notify, repost};
use crate::support::rows::{execute, fold, row};
use crate::support::{ADMIN, App, Caller, READER};

/// 1 wrote 256 and 768, 2 wrote 512.
async fn app() -> App {
    let app = App::start().await;
    for (id, handle) in [(1, "heron"), (2, "wren"), (READER.account, "reader")] {
        account(&app.writer, id, handle).await;
    }
    let posted = [(256, 1), (512, 2), (768, 1)];
    let posted = posted.map(|(id, author)| row(id, author, &["birds"], "2026-01-01T00:00:00Z"));
    fold(&app.writer, &posted).await;
    app
}

#[tokio::test]
async fn nobody_sees_what_a_suspended_account_made_until_that_is_lifted() {
    let app = app().await;
    like(&app.writer, 1, 512, 5).await;
    repost(&app.writer, 1, 512, 6).await;
    follow(&app.writer, 1, 2, 7).await;
    notify(&app.writer, READER.account, 8, "followed", 1, None).await;
    execute(&app.writer, "update social_v1.account set restriction = 'suspended' where id = 1").await;
    for caller in [READER, ADMIN] {
        let looks_after = caller.account == ADMIN.account;
        assert_eq!(app.get_as(caller, "/v1/messages").await.ids(), [512]);
        assert_eq!(app.get_as(caller, "/v1/messages?tag=birds").await.ids(), [512]);
        for nothing in ["/v1/messages?author=1", "/v1/messages/512/likes", "/v1/accounts/2/followers"] {
            assert_eq!(app.get_as(caller, nothing).await.ok(), json!([]), "{nothing}");
        }
        for gone in ["/followers", "/following"] {
            app.get_as(caller, &format!("/v1/accounts/1{gone}")).await.is_problem(404, "not-found");
        }
        for gone in ["/history", "/likes", "/replies", "/reposts", "/thread"] {
            app.get_as(caller, &format!("/v1/messages/256{gone}")).await.is_problem(404, "not-found");
        }
        for single in ["/v1/accounts/1", "/v1/accounts/by-handle/heron", "/v1/messages/256"] {
            let answer = app.get_as(caller, single).await;
            if looks_after {
                answer.ok();
            } else {
                answer.is_problem(404, "not-found");
            }
        }
    }
    let inbox = app.get("/v1/notifications").await.ok();
    assert_eq!(inbox, json!({"items": [], "unread": 0}));
    execute(&app.writer, "update social_v1.account set restriction = null where id = 1").await;
    assert_eq!(app.get("/v1/messages").await.ids(), [768, 512, 256]);
    app.get("/v1/accounts/1").await.ok();
    assert_eq!(app.get("/v1/notifications").await.ok()["unread"], 1);
}

#[tokio::test]
async fn only_its_followers_see_a_silenced_account_in_the_lists_of_everybody() {
    let app = app().await;
    notify(&app.writer, READER.account, 8, "followed", 1, None).await;
    execute(&app.writer, "update social_v1.account set restriction = 'silenced' where id = 1").await;
    for list in ["/v1/messages", "/v1/messages?tag=birds"] {
        assert_eq!(app.get(list).await.ids(), [512]);
    }
    // It can still be found.
    assert_eq!(app.get("/v1/messages?author=1").await.ids(), [768, 256]);
    app.get("/v1/messages/256").await.ok();
    assert_eq!(app.get("/v1/notifications").await.ok()["unread"], 0);
    follow(&app.writer, READER.account, 1, 9).await;
    assert_eq!(app.get("/v1/messages").await.ids(), [768, 512, 256]);
    assert_eq!(app.get("/v1/notifications").await.ok()["unread"], 1);
}

/// Who judges a report has to see what it is about, and whether something was done about it.
#[tokio::test]
async fn moderators_see_what_is_hidden_from_others() {
    let app = app().await;
    let moderator = Caller { account: 8, roles: "user,moderator" };
    execute(&app.writer, "insert into social_v1.blocked values (1, 8, 5, now())").await;
    let message = app.get_as(moderator, "/v1/messages/256").await.ok();
    assert_eq!(
        (&message["id"], &message["author"]["handle"]),
        (&json!("256"), &json!("heron")),
        "it blocks them"
    );
    for restriction in ["silenced", "suspended"] {
        let sql = format!("update social_v1.account set restriction = '{restriction}' where id = 1");
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&app.writer).await.expect("it is changed");
        for path in ["/v1/accounts/1", "/v1/accounts/by-handle/heron"] {
            assert_eq!(app.get_as(moderator, path).await.ok()["restriction"], restriction);
        }
        assert_eq!(app.get_as(moderator, "/v1/messages/256").await.ok()["id"], "256");
    }
    execute(&app.writer, "update social_v1.account set restriction = 'silenced' where id = 1").await;
    for caller in [READER, Caller { account: 1, ..READER }] {
        assert_eq!(app.get_as(caller, "/v1/accounts/1").await.ok().get("restriction"), None);
    }
}

async fn decided(app: &App) {
    execute(
        &app.writer,
        "insert into social_v1.moderation_action
             (position, account, action, reason, roles, decided_by, operator, note, decided_at)
         values (256, 7, 'warn', 'spam', '{}', 9, null, 'ads', '2026-01-01T00:00:00Z'),
                (512, 1, 'roles', null, '{moderator}', 9007199254740991, 'ann', 'joined', '2026-01-02T00:00:00Z')",
    )
    .await;
}

#[tokio::test]
async fn what_was_decided_stays_for_moderators_to_read() {
    let app = app().await;
    decided(&app).await;
    app.get("/v1/moderation/actions").await.is_problem(403, "role-required");
    let actions = app.get_as(ADMIN, "/v1/moderation/actions").await.ok();
    assert_eq!(
        actions,
        json!([
            {
                "id": "512", "account": "1", "action": "roles", "reason": null, "roles": ["moderator"],
                "decidedBy": null, "operator": "ann", "note": "joined", "decidedAt": "2026-01-02T00:00:00.000000Z",
            },
            {
                "id": "256", "account": "7", "action": "warn", "reason": "spam", "roles": [],
                "decidedBy": "9", "operator": null, "note": "ads", "decidedAt": "2026-01-01T00:00:00.000000Z",
            },
        ])
    );
    // The account is told what and why, and nothing more.
    let own = app.get("/v1/accounts/me/moderation").await.ok();
    assert_eq!(
        (own.as_array().map(Vec::len), &own[0]["action"], &own[0]["reason"]),
        (Some(1), &json!("warn"), &json!("spam"))
    );
    assert_eq!((&own[0]["decidedBy"], &own[0]["note"]), (&Value::Null, &Value::Null));
    app.send(Method::GET, "/v1/accounts/me/moderation", None, &[]).await.is_problem(403, "identity-required");
}

#[tokio::test]
async fn reports_wait_in_a_queue_until_they_are_resolved() {
    let app = app().await;
    execute(
        &app.writer,
        "insert into social_v1.report (position, reporter, account, message, reason, comment, reported_at, outcome, resolved_by)
         values (1024, 7, 1, 256, 'spam', 'see', '2026-01-01T00:00:00Z', null, null),
                (1280, 7, 2, null, 'other', null, '2026-01-01T00:00:00Z', 'dismissed', 9),
                (1536, 2, 1, 99, 'other', null, '2026-01-01T00:00:00Z', null, null)",
    )
    .await;
    app.get("/v1/reports").await.is_problem(403, "role-required");
    app.get_as(ADMIN, "/v1/reports?state=lost").await.is_problem(400, "invalid-parameter");
    // What is hidden from others is not from those who look after it.
    execute(&app.writer, "update social_v1.account set restriction = 'suspended' where id = 1").await;
    let open = app.get_as(ADMIN, "/v1/reports").await.ok();
    assert_eq!((&open[0]["id"], &open[0]["text"]), (&json!("1536"), &Value::Null));
    assert_eq!(
        (&open[1]["id"], &open[1]["reporter"], &open[1]["comment"]),
        (&json!("1024"), &json!("7"), &json!("see"))
    );
    assert!(open[1]["text"].is_string() && open[2].is_null());
    let resolved = app.get_as(ADMIN, "/v1/reports?state=resolved").await.ok();
    assert_eq!((&resolved[0]["id"], &resolved[0]["outcome"]), (&json!("1280"), &json!("dismissed")));
    let next = app.get_as(ADMIN, "/v1/reports?limit=1").await.next().expect("there is more");
    assert_eq!(app.get_as(ADMIN, &next).await.ok()[0]["id"], "1024");
    app.get_as(ADMIN, &next.replace("?", "?state=resolved&")).await.is_problem(400, "invalid-cursor");
}
