use crate::support::App;
use crate::support::rows::{execute, fold, row};

const EDIT: &str = "
    insert into social_v1.message_edition (message, edition, text, tags, made_at)
        select id, edition, text, tags, created_at from social_v1.message;
    update social_v1.message
        set edition = 2, text = 'better', tags = '{owls}', edited_at = '2026-01-02T00:00:00Z'";

#[tokio::test]
async fn every_edition_is_there_from_the_first_to_the_latest() {
    let app = App::start().await;
    fold(&app.writer, &[row(256, 1, &["birds"], "2026-01-01T00:00:00Z")]).await;
    execute(&app.writer, EDIT).await;
    let answer = app.get("/v1/messages/256/history").await;
    let expected = serde_json::json!([
        {"edition": 1, "text": "message 256", "tag": "birds", "tags": ["birds"], "madeAt": "2026-01-01T00:00:00.000000Z"},
        {"edition": 2, "text": "better", "tag": "owls", "tags": ["owls"], "madeAt": "2026-01-02T00:00:00.000000Z"},
    ]);
    assert_eq!(answer.ok(), expected);
    assert_eq!(answer.header("data-position"), "256");
    let tag = answer.header("etag").to_owned();
    let same = app.get_with("/v1/messages/256/history", &[("If-None-Match", &tag)]).await;
    assert_eq!(same.status.as_u16(), 304);
}
