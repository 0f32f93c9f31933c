//! docs/ANALYSTS.md, held against the society of `rookery demo`: every statement is run as an analyst runs it, and has the
//! answer, and the picture, that stand below it.

mod answer;
mod document;
mod picture;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, PgConnection};

use self::answer::Answer;
use self::document::Block;
use crate::support::{System, data_dir, rookery, stdout};

/// An answer must not depend on where an analyst's clock is: not on a zone with half hours, nor on one that changes.
const ZONES: [&str; 2] = ["UTC", "Pacific/Chatham"];

fn documents() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs")
}

/// Where each text stands below `docs`, and what it would have to be.
async fn written_anew(dir: &Path) -> BTreeMap<String, String> {
    let url = std::fs::read_to_string(dir.join("analyst-url")).expect("it was written");
    let options: PgConnectOptions = url.trim_end().parse().expect("it is an address");
    let mut connection = options.connect().await.expect("an analyst is let in");
    let old = std::fs::read_to_string(documents().join("ANALYSTS.md")).expect("it is there");
    let mut new = BTreeMap::new();
    let mut text = String::new();
    for block in document::blocks(&old) {
        match block {
            Block::Text(words) => text.push_str(words),
            Block::Statement { sql, has_answer, picture } => {
                let answer = ask(&mut connection, sql, has_answer).await;
                if has_answer {
                    text.push_str(&answer.markdown());
                }
                if let Some(name) = picture {
                    new.insert(name.to_owned(), picture::draw(name, &answer));
                }
            }
        }
    }
    new.insert("ANALYSTS.md".to_owned(), text);
    new
}

async fn ask(connection: &mut PgConnection, sql: &str, is_told: bool) -> Answer {
    let mut answers = Vec::new();
    for zone in ZONES {
        answer::ask(connection, &format!("set time zone '{zone}'")).await;
        answers.push(answer::ask(connection, sql).await);
    }
    let last = answers.pop().expect("there are zones");
    let differs = is_told && answers.iter().any(|answer| *answer != last);
    assert!(!differs, "the answer depends on the session's zone:\n{sql}");
    last
}

/// In a system that holds the society and nothing else.
pub(crate) async fn assert_answers(dir: &Path) {
    for (name, new) in written_anew(dir).await {
        let old = std::fs::read_to_string(documents().join(&name)).unwrap_or_default();
        let differs = old.lines().zip(new.lines()).find(|(old, new)| old != new);
        assert!(
            old == new,
            "docs/{name} is not what comes out, first in {differs:?}; `cargo nextest run -p rookery --run-ignored only \
             -E 'test(writes_the_answers)'` writes it anew"
        );
    }
}

#[tokio::test]
#[ignore = "changes docs/ANALYSTS.md and the pictures of it"]
async fn writes_the_answers() {
    let dir = data_dir();
    let system = System::start(dir.path()).await;
    let (path, url) = (dir.path().to_owned(), system.url.clone());
    let filled = tokio::task::spawn_blocking(move || stdout(&rookery(&path, &["demo", "--url", &url])));
    filled.await.expect("it does not panic");
    for (name, text) in written_anew(dir.path()).await {
        std::fs::write(documents().join(name), text).expect("docs can be written");
    }
    system.stop().await;
}
