//! Only some of the rows.

use std::sync::Arc;

use domain::{AccountId, Position};
use verifier::{Report, Scope};

use super::{System, found};
use crate::history::Author;

fn keys(report: &Report) -> Vec<String> {
    let mut keys = Vec::new();
    for projection in &report.projections {
        for table in &projection.tables {
            for difference in &table.differences {
                keys.push(format!("{}.{} {}", projection.projection, table.table, difference.key));
            }
        }
    }
    keys.sort();
    keys
}

/// What events change is in their range: were it not, some of what a worker skipped would be overlooked.
#[tokio::test]
async fn a_range_holds_every_row_that_its_events_change() {
    for seed in 80..83 {
        let system = System::folded(seed, 150).await;
        let before = system.log.head().await.expect("a head");
        // Few enough that every difference is kept.
        let mut author = Author::new(Arc::clone(&system.log), seed + 100);
        author.write(8).await;
        let head = system.log.head().await.expect("a head");
        let position = |sequence| Position::new(sequence, system.log.shard());
        let sql = format!("update control.checkpoint set position = {}", position(head));
        system.run(&sql).await;
        let all = system.verify(Scope::All).await.expect("verified");
        let range = Scope::Range { from: position(before.next()), to: position(head) };
        let range = system.verify(range).await.expect("verified");
        assert_eq!((keys(&range), found(&range)), (keys(&all), found(&all)), "seed {seed}");
        assert!(!keys(&all).is_empty());
        let compared = |report: &Report| -> u64 {
            report.projections.iter().map(verifier::ProjectionReport::compared).sum()
        };
        assert!(compared(&range) < compared(&all), "seed {seed}");
    }
}

#[tokio::test]
async fn an_account_has_the_rows_that_it_made_and_those_about_it() {
    let system = System::folded(90, 300).await;
    let sql = "select author from social_v1.message where exists
        (select from social_v1.message_stat s where s.message = id) group by 1 order by count(*) desc limit 2";
    let accounts: Vec<i64> =
        sqlx::query_scalar(sql).fetch_all(&system.data_set.pool).await.expect("two accounts");
    for account in &accounts {
        system
            .run(&format!(
                "update social_v1.message_stat set likes = likes + 1
                 where message = (select max(m.id) from social_v1.message m
                    join social_v1.message_stat s on s.message = m.id where author = {account});
                 insert into social_v1.follow values (9999, {account}, 1, now())"
            ))
            .await;
    }
    assert_eq!(system.found().await, ["social.follow extra 2", "social.message_stat different 2"]);
    for account in accounts {
        let scope = Scope::Account(AccountId::from_i64(account).expect("positive"));
        let report = system.verify(scope).await.expect("verified");
        assert_eq!(found(&report), ["social.follow extra 1", "social.message_stat different 1"]);
    }
}
