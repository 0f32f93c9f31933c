//! Whatever happens to the files is found, and the file is named.

use std::path::Path;

use archive::{Archive, ArchiveError};

use crate::support::{archive, problems, world};

const THIRD: &str = "00000000000000000015.ndjson.zst";
const FOURTH: &str = "00000000000000000022.ndjson.zst";
const LAST: &str = "00000000000000000036.ndjson.zst";

fn files_with_problems(dir: &Path) -> Vec<String> {
    problems(dir).into_iter().map(|problem| problem.file).collect()
}

/// What opening says, where the segments are not even read.
fn refusal(dir: &Path) -> (String, String) {
    match Archive::open(dir) {
        Err(ArchiveError::Damaged { file, why }) => (file, why),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn every_flipped_byte_of_a_segment_is_found_and_named() {
    let (_nats, log, dir) = world().await;
    archive(&log, dir.path()).await;
    let path = dir.path().join(THIRD);
    let whole = std::fs::read(&path).expect("readable");
    for at in 0..whole.len() {
        let mut flipped = whole.clone();
        flipped[at] ^= 0x10;
        std::fs::write(&path, &flipped).expect("writable");
        assert_eq!(files_with_problems(dir.path()), [THIRD], "byte {at}");
    }
    std::fs::write(&path, &whole).expect("writable");
    assert_eq!(problems(dir.path()), []);
}

/// Somebody who adapts the file's hash in the manifest is still found by the chain.
#[tokio::test]
async fn an_event_that_was_changed_with_care_does_not_fit_the_chain() {
    let (_nats, log, dir) = world().await;
    archive(&log, dir.path()).await;
    let path = dir.path().join(THIRD);
    let text = zstd::decode_all(std::fs::File::open(&path).expect("there")).expect("unpacked");
    let text = String::from_utf8(text).expect("lines of text");
    let forged = zstd::encode_all(text.replace("elsewhere", "elsewhxre").as_bytes(), 3).expect("packed");
    std::fs::write(&path, &forged).expect("writable");
    let manifest = dir.path().join("manifest.json");
    let mut json: serde_json::Value =
        serde_json::from_slice(&std::fs::read(&manifest).expect("there")).expect("JSON");
    use sha2::Digest;
    let hash: String = sha2::Sha256::digest(&forged).iter().map(|byte| format!("{byte:02x}")).collect();
    json["segments"][2]["fileSha256"] = hash.into();
    json["segments"][2]["fileBytes"] = forged.len().into();
    std::fs::write(&manifest, json.to_string()).expect("writable");
    let problems = problems(dir.path());
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].file == THIRD && problems[0].why.contains("events have the SHA-256"), "{problems:?}");
}

#[tokio::test]
async fn a_missing_a_swapped_and_a_truncated_segment_are_named() {
    let (_nats, log, dir) = world().await;
    archive(&log, dir.path()).await;
    let path = |name| dir.path().join(name);
    let (third, fourth) =
        (std::fs::read(path(THIRD)).expect("there"), std::fs::read(path(FOURTH)).expect("there"));

    std::fs::remove_file(path(THIRD)).expect("removed");
    assert_eq!(files_with_problems(dir.path()), [THIRD]);
    std::fs::write(path(THIRD), &fourth).expect("written");
    std::fs::write(path(FOURTH), &third).expect("written");
    assert_eq!(files_with_problems(dir.path()), [THIRD, FOURTH]);
    std::fs::write(path(FOURTH), &fourth).expect("written");
    for length in [0, 1, third.len() / 2, third.len() - 1] {
        std::fs::write(path(THIRD), &third[..length]).expect("written");
        assert_eq!(files_with_problems(dir.path()), [THIRD], "{length} bytes");
    }
    std::fs::write(path(THIRD), &third).expect("written");
    // One that belongs nowhere.
    std::fs::write(path("00000000000000000017.ndjson.zst"), &third).expect("written");
    assert_eq!(files_with_problems(dir.path()), ["00000000000000000017.ndjson.zst"]);
}

#[tokio::test]
async fn a_manifest_that_lacks_a_segment_is_damaged_and_one_that_lacks_the_last_is_completed() {
    let (_nats, log, dir) = world().await;
    archive(&log, dir.path()).await;
    let manifest = dir.path().join("manifest.json");
    let whole = std::fs::read(&manifest).expect("there");
    let json: serde_json::Value = serde_json::from_slice(&whole).expect("JSON");

    let mut hole = json.clone();
    hole["segments"].as_array_mut().expect("a list").remove(2);
    std::fs::write(&manifest, hole.to_string()).expect("written");
    let (file, why) = refusal(dir.path());
    assert!(file == "manifest.json" && why.contains("15 should come next"), "{file}: {why}");

    let mut chain = json.clone();
    chain["segments"][2]["sha256"] = "0".repeat(64).into();
    std::fs::write(&manifest, chain.to_string()).expect("written");
    let (file, why) = refusal(dir.path());
    assert!(file == "manifest.json" && why.contains(FOURTH), "{file}: {why}");

    std::fs::write(&manifest, &whole[..whole.len() / 2]).expect("written");
    assert_eq!(refusal(dir.path()).0, "manifest.json");

    let mut short = json;
    short["segments"].as_array_mut().expect("a list").pop();
    std::fs::write(&manifest, short.to_string()).expect("written");
    assert_eq!(Archive::open(dir.path()).expect("it opens").last(), 40);
    // Unless the segment that it does not name is not whole either.
    let last = std::fs::read(dir.path().join(LAST)).expect("there");
    std::fs::write(dir.path().join(LAST), &last[..last.len() - 3]).expect("written");
    assert_eq!(refusal(dir.path()).0, LAST);

    std::fs::remove_file(&manifest).expect("removed");
    assert!(matches!(Archive::open(dir.path()), Err(ArchiveError::Missing(_))));
    let run = archive::archive(&log, dir.path(), crate::support::BOUNDS, &mut |_| {}).await;
    assert!(matches!(&run, Err(ArchiveError::Damaged { file, .. }) if file == "manifest.json"), "{run:?}");
}
