//! What `data_set::published` says of the views, held against a real database.

mod one_moment;

use std::collections::BTreeSet;

use data_set::published::{SCHEMA, VIEWS, View};
use sqlx::AssertSqlSafe;

use crate::versions::DataSet;

/// Name, type and place of every column. Why this order: the views' own.
const COLUMNS: &str = "
    select v.relname || '.' || a.attname || ' ' || format_type(a.atttypid, null)
    from pg_class v join pg_attribute a on a.attrelid = v.oid and a.attnum > 0
    where v.relnamespace = 'published'::regnamespace and v.relkind in ('v', 'm', 'r')
    order by v.relname, a.attnum";

fn described() -> Vec<&'static View> {
    let mut views: Vec<_> = VIEWS.iter().collect();
    views.sort_unstable_by_key(|view| view.name);
    views
}

#[tokio::test]
async fn the_schema_holds_what_is_described_and_nothing_else() {
    let data_set = DataSet::start().await;
    let found = data_set.texts(COLUMNS).await;
    let said: Vec<String> = described()
        .iter()
        .flat_map(|view| {
            view.columns.iter().map(|column| format!("{}.{} {}", view.name, column.name, column.kind.sql()))
        })
        .collect();
    let (there, known): (BTreeSet<&str>, BTreeSet<&str>) =
        (found.iter().map(String::as_str).collect(), said.iter().map(String::as_str).collect());
    assert_eq!(
        there.difference(&known).collect::<Vec<_>>(),
        [] as [&&str; 0],
        "in the database and not in data_set::published; what analysts are not to see must not be in the schema"
    );
    assert_eq!(known.difference(&there).collect::<Vec<_>>(), [] as [&&str; 0], "described and not there");
    assert_eq!(found, said, "the order of columns is another one");
}

/// All that a member of the group may read, wherever it is, except for the catalogs.
const READABLE: &str = "
    select n.nspname || '.' || c.relname || '.' || a.attname
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace and n.nspname not in ('pg_catalog', 'information_schema')
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relkind in ('r', 'v', 'm', 'p', 'f') and has_schema_privilege('rookery_analyst', n.oid, 'usage')
        and has_column_privilege('rookery_analyst', c.oid, a.attnum, 'select')
    order by 1";

/// Why each of them may be seen stands beside it in `data_set::published`.
#[tokio::test]
async fn analysts_see_the_columns_that_are_described_and_no_others() {
    let data_set = DataSet::start().await;
    let columns = |view: &View| {
        let name = view.name;
        view.columns.iter().map(move |column| {
            assert!(column.why.reason.ends_with('.'), "{name}.{}: why may it be seen?", column.name);
            format!("{SCHEMA}.{name}.{}", column.name)
        })
    };
    let described: BTreeSet<String> = VIEWS.iter().flat_map(columns).collect();
    let found: BTreeSet<String> = data_set.texts(READABLE).await.into_iter().collect();
    assert_eq!(
        found.difference(&described).collect::<Vec<_>>(),
        [] as [&String; 0],
        "seen, and nobody says why"
    );
    assert_eq!(
        described.difference(&found).collect::<Vec<_>>(),
        [] as [&String; 0],
        "described, and not to be seen"
    );
}

/// Every table gets a row with all that can be null being so, one without nulls, and one that no other table knows; so
/// whatever a view can show as null it shows.
#[tokio::test]
async fn what_can_be_null_is_said_to_be() {
    let data_set = DataSet::start().await;
    data_set.execute(include_str!("published/fill.sql")).await;
    let mut wrong = Vec::new();
    for view in VIEWS {
        let counts = view.columns.iter().map(|column| format!("count({})", column.name));
        let counts = counts.collect::<Vec<_>>().join(", ");
        let sql = format!("select array[count(*), {counts}] from {SCHEMA}.{}", view.name);
        let counts: Vec<i64> =
            sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&data_set.pool).await.expect("readable");
        assert!(counts[0] > 0, "{} has no row: fill.sql must give it some", view.name);
        for (column, not_null) in view.columns.iter().zip(&counts[1..]) {
            let is_null = *not_null < counts[0];
            if is_null != column.is_nullable {
                wrong.push(format!("{}.{} shows nulls: {is_null}", view.name, column.name));
            }
        }
    }
    assert_eq!(wrong, [] as [String; 0]);
}

/// The comments of all columns and views.
const COMMENTS: &str = "
    select v.relname || coalesce('.' || a.attname, '') || ': ' || d.description
    from pg_description d
    join pg_class v on v.oid = d.objoid and v.relnamespace = 'published'::regnamespace
    left join pg_attribute a on a.attrelid = v.oid and a.attnum = d.objsubid and d.objsubid > 0
    where d.classoid = 'pg_class'::regclass
    order by 1";

async fn comments(data_set: &DataSet) -> Vec<String> {
    data_set.texts(COMMENTS).await
}

#[tokio::test]
async fn every_view_and_column_has_its_comment_also_after_a_switch() {
    let data_set = DataSet::start().await;
    let mut said: Vec<String> = VIEWS
        .iter()
        .flat_map(|view| {
            let columns = view
                .columns
                .iter()
                .map(|column| format!("{}.{}: {}", view.name, column.name, column.comment()));
            columns.chain([format!("{}: {}", view.name, view.comment())])
        })
        .collect();
    let sorted = |mut lines: Vec<String>| {
        lines.sort_unstable();
        lines
    };
    said.sort_unstable();
    assert_eq!(sorted(comments(&data_set).await), said);

    let mut hold = data_set.hold().await;
    let next = hold.make_next(1).await.expect("made");
    for version in [1, next] {
        data_set.resume(version).await.expect("a checkpoint");
    }
    hold.begin_switch(1).await.expect("begun").publish(next).await.expect("published");
    assert_eq!(sorted(comments(&data_set).await), said);
}

#[tokio::test]
async fn a_description_that_differs_is_written_again_and_only_that() {
    let data_set = DataSet::start().await;
    let before = comments(&data_set).await;
    let rows = "select view || coalesce(' ' || projection, '') || xmin from control.data_set order by view";
    let listed = data_set.texts(rows).await;
    data_set
        .execute(
            "comment on view published.messages is 'wrong'; comment on column published.messages.id is null;
             insert into control.data_set values ('gone', 'social')",
        )
        .await;
    let (one, other) = (data_set.postgres.url(), data_set.postgres.url());
    let (one, other) = tokio::join!(data_set::migrate::migrate(&one), data_set::migrate::migrate(&other));
    one.expect("described");
    other.expect("described, too");
    assert_eq!(comments(&data_set).await, before);
    assert_eq!(data_set.texts(rows).await, listed, "what is right is left alone");
    let described = described().iter().map(|view| view.name.to_owned()).collect::<Vec<_>>();
    assert_eq!(data_set.texts("select view from published.data_sets order by view").await, described);
}

#[tokio::test]
async fn data_sets_tell_position_and_lag() {
    let data_set = DataSet::start().await;
    data_set.execute("set timezone = 'UTC'").await;
    let messages =
        "select concat_ws(' ', projection, coalesce(position::text, '-'), coalesce(lag_events::text, '-'),
            case when lag_seconds is null then '-' when lag_seconds between 59 and 90 then 'a minute'
                else lag_seconds::text end)
        from published.data_sets where view = 'messages'";
    assert_eq!(data_set.texts(messages).await, ["social - - -"], "nothing was folded yet");
    data_set.resume(1).await.expect("a checkpoint");
    data_set.execute("update control.checkpoint set position = 5 << 8").await;
    assert_eq!(data_set.texts(messages).await, ["social 1280 - -"], "no worker has seen the log yet");
    data_set
        .execute(
            "insert into control.worker_heartbeat values ('social', 1, 0, 12 << 8, now(), now() - interval '1 minute')",
        )
        .await;
    assert_eq!(data_set.texts(messages).await, ["social 1280 7 a minute"]);
    // The checkpoint moved on since the worker last told.
    data_set
        .execute("update control.checkpoint set position = 13 << 8; update control.worker_heartbeat set complete_until = now() + interval '1 hour'")
        .await;
    assert_eq!(data_set.texts(messages).await, ["social 3328 0 0"]);
    let live =
        "select view from published.data_sets where projection is null and position is null order by view";
    assert_eq!(data_set.texts(live).await, ["data_sets", "parked_events", "projections"]);
}
