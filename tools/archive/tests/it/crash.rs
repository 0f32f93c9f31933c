//! Every state of the folder in which a killed run can leave it.

use std::path::Path;

use archive::{Archive, ArchiveError, Archived};

use crate::support::{BOUNDS, archive, problems, world, write};

/// The names in a folder and what they hold.
fn contents(dir: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = std::fs::read_dir(dir)
        .expect("a folder")
        .map(|entry| {
            let path = entry.expect("an entry").path();
            let name = path.file_name().expect("named").to_string_lossy().into_owned();
            (name, std::fs::read(&path).expect("readable"))
        })
        .collect();
    files.sort();
    files
}

fn put_back(dir: &Path, files: &[(String, Vec<u8>)]) {
    for (name, _) in contents(dir) {
        std::fs::remove_file(dir.join(name)).expect("removed");
    }
    for (name, bytes) in files {
        std::fs::write(dir.join(name), bytes).expect("written");
    }
}

/// One segment is written in five steps: draft, its content, its name, draft of the manifest, its name. A kill between
/// any two of them, or within one, leaves one of these states; from each of them the next run makes the same archive.
#[tokio::test]
async fn from_wherever_a_run_was_killed_the_next_one_comes_to_the_same_files() {
    let (_nats, log, dir) = world().await;
    let dir = dir.path();
    archive(&log, dir).await;
    let before = contents(dir);
    write(&log, 5).await;
    assert_eq!(archive(&log, dir).await, Archived { before: 40, after: 45, segments: 1 });
    let after = contents(dir);
    let segment = "00000000000000000041.ndjson.zst";
    let of = |name: &str| after.iter().find(|(found, _)| found == name).expect("it is there").1.clone();
    let (body, manifest) = (of(segment), of("manifest.json"));
    let draft = |name: &str, bytes: &[u8]| (format!("{name}.new"), bytes.to_vec());
    let named = (segment.to_owned(), body.clone());
    let states = [
        vec![],
        vec![draft(segment, b"")],
        vec![draft(segment, &body[..body.len() / 2])],
        vec![draft(segment, &body)],
        vec![named.clone()],
        vec![named.clone(), draft("manifest.json", b"")],
        vec![named.clone(), draft("manifest.json", &manifest[..manifest.len() - 4])],
        vec![named, draft("manifest.json", &manifest)],
    ];
    for (index, left) in states.into_iter().enumerate() {
        put_back(dir, &before);
        for (name, bytes) in left {
            std::fs::write(dir.join(name), bytes).expect("written");
        }
        assert_eq!(problems(dir), [], "state {index} is sound as it is");
        archive(&log, dir).await;
        assert_eq!(contents(dir), after, "state {index}");
    }
}

#[tokio::test]
async fn a_first_run_that_was_killed_before_its_manifest_had_a_name_begins_anew() {
    let (_nats, log, dir) = world().await;
    std::fs::write(dir.path().join("manifest.json.new"), b"{\"form").expect("written");
    assert!(matches!(Archive::open(dir.path()), Err(ArchiveError::Missing(_))));
    assert_eq!(archive(&log, dir.path()).await.after, 40);
    assert_eq!(problems(dir.path()), []);
}

#[tokio::test]
async fn two_runs_at_once_do_not_write_one_archive() {
    let (_nats, log, dir) = world().await;
    let lock = std::fs::File::create(dir.path().join("archive.lock")).expect("made");
    lock.lock().expect("locked");
    let refused = archive::archive(&log, dir.path(), BOUNDS, &mut |_| {}).await;
    assert!(matches!(refused, Err(ArchiveError::Locked(_))), "{refused:?}");
    drop(lock);
    archive(&log, dir.path()).await;
}
