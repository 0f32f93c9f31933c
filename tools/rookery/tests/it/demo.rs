//! `rookery demo`, against a running system and without one.

use crate::questions;
use crate::support::{System, data_dir, rookery, stderr, stdout};

#[tokio::test]
async fn demo_fills_the_system_once_and_the_questions_of_analysts_have_their_answers() {
    let dir = data_dir();
    let system = System::start(dir.path()).await;
    let demo = || {
        let (dir, url) = (dir.path().to_owned(), system.url.clone());
        tokio::task::spawn_blocking(move || stdout(&rookery(&dir, &["demo", "--url", &url])))
    };

    let first = demo().await.expect("it does not panic");
    assert!(first.contains("2051 messages imported, 0 were there already"), "{first}");
    assert!(first.contains("A society imported: 120 accounts"), "{first}");
    assert!(first.contains("curl") && first.contains("token --account 1"), "{first}");
    let messages = system.read("/v1/messages?count=1", "1").await.expect("it answers");
    assert!(messages.parse::<u64>().expect("it is a number") > 2_800, "{messages}");
    let fixed_in_2025 = "/v1/messages?tag=fixed&dateStart=2025-01-01&dateEnd=2025-12-31&count=1";
    let fixed_in_2025 = system.read(fixed_in_2025, "1").await.expect("it answers");
    assert!(fixed_in_2025.parse::<u64>().expect("it is a number") > 10, "{fixed_in_2025}");
    questions::assert_answers(dir.path()).await;

    let again = demo().await.expect("it does not panic");
    assert!(again.contains("All 2051 messages are there already"), "{again}");
    assert!(again.contains("The society is there already"), "{again}");
    assert_eq!(system.read("/v1/messages?count=1", "1").await, Ok(messages));
    system.stop().await;
}

#[test]
fn without_a_system_it_says_how_to_start_one() {
    let dir = data_dir();
    let url = format!("http://127.0.0.1:{}", testkit::free_port());
    let refusal = stderr(&rookery(dir.path(), &["demo", "--url", &url]));
    assert!(refusal.contains("make run") && refusal.contains(&url), "{refusal}");
}
