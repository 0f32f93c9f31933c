//! The preview: what two versions differ in.

use data_set::versions::{ROWS_SHOWN, Snapshot, TableDiff, compare};

use super::{DataSet, SOCIAL};

async fn diffs(data_set: &DataSet, right: i32) -> Vec<TableDiff> {
    let url = data_set.postgres.url();
    let mut left = Snapshot::open(&url, SOCIAL, 1).await.expect("opened");
    let mut right = Snapshot::open(&url, SOCIAL, right).await.expect("opened");
    let mut diffs = Vec::new();
    for table in left.tables().await.expect("readable") {
        diffs.push(compare(&mut left, &mut right, &table, || ()).await.expect("compared"));
    }
    diffs
}

/// Rows of every type of key, whose order as text is not that of the key.
fn fill(schema: &str) -> String {
    format!(
        "insert into {schema}.message select n, n % 7, 'text ' || n, '{{}}', null, now(), null, 1 from generate_series(1, 300) n;
        insert into {schema}.message_tag select t, timestamptz '2026-01-01' + n * interval '1 hour', n, 7
            from unnest('{{a,B,Z,ä,_,-,\"a b\",\"\"}}'::text[]) t, generate_series(1, 30) n;
        insert into {schema}.message_count select n - 20, t, g, '1970-01-01Z'::timestamptz + n * interval '1 second', n
            from unnest('{{a,B,_,\"\"}}'::text[]) t, unnest(enum_range(null::control.granularity)) g, generate_series(1, 40) n;"
    )
}

#[tokio::test]
async fn every_difference_is_found_counted_and_the_first_of_them_shown() {
    let data_set = DataSet::start().await;
    let next = data_set.hold().await.make_next(1).await.expect("made");
    data_set
        .execute("begin; ".to_owned() + &fill("social_v1") + &fill(&format!("social_v{next}")) + "commit")
        .await;
    let equal = diffs(&data_set, next).await;
    assert!(equal.iter().all(|table| !table.differs() && table.left_rows == table.right_rows), "{equal:#?}");
    assert_eq!(equal.iter().map(|table| table.left_rows).sum::<u64>(), 300 + 8 * 30 + 4 * 5 * 40);

    data_set
        .execute(format!(
            "delete from social_v{next}.message where id % 10 = 0;
            delete from social_v1.message where id in (3, 299);
            insert into social_v{next}.message values (1000, 7, 'new', '{{}}', null, now(), null, 1);
            update social_v{next}.message set text = 'other' where id = 9;
            update social_v{next}.message_count set messages = messages + 1 where granularity = 'day' and tag = '_' and author = -3;
            delete from social_v1.message_tag where tag = 'ä'"
        ))
        .await;
    let found = diffs(&data_set, next).await;
    let table = |name: &str| found.iter().find(|diff| diff.table == name).expect("it is there");
    let counts = |name: &str| {
        let diff = table(name);
        (diff.left_rows, diff.right_rows, diff.only_left, diff.only_right, diff.changed)
    };
    assert_eq!(counts("message"), (298, 271, 30, 3, 1));
    assert_eq!(counts("message_tag"), (210, 240, 0, 30, 0));
    assert_eq!(counts("message_count"), (800, 800, 0, 0, 1));
    assert_eq!(found.iter().filter(|diff| diff.differs()).count(), 3);

    let messages = table("message");
    assert_eq!(
        (messages.only_left_rows.len(), messages.only_left_rows[19].key["id"].as_i64()),
        (ROWS_SHOWN, Some(200))
    );
    let ids: Vec<_> = messages.only_right_rows.iter().map(|row| row.key["id"].as_i64()).collect();
    assert_eq!(ids, [Some(3), Some(299), Some(1000)]);
    let changed = &messages.changed_rows[0];
    let text = |row: &Option<serde_json::Value>| row.as_ref().map(|row| row["text"].clone());
    assert_eq!((text(&changed.left), text(&changed.right)), (Some("text 9".into()), Some("other".into())));
    assert_eq!(table("message_count").changed_rows[0].key["granularity"], "day");
}
