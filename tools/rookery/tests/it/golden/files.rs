//! The golden files: an archive whose segment is kept as the text that it unpacks to, because no compressor gives the
//! same bytes for ever.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use archive::{Archive, Manifest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tempfile::TempDir;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden");
const MANIFEST: &str = "manifest.json";
const SEGMENT: &str = "00000000000000000001.ndjson";
const ROWS: &str = "rows.txt";
/// Of the archive's own.
const LEVEL: i32 = 3;

/// What stands in a folder of `tests/golden`.
pub(super) struct Golden(PathBuf);

impl Golden {
    /// Of a version.
    pub(super) fn of(version: &str) -> Self {
        Self(Path::new(FOLDER).join(version))
    }

    /// Of every version that brought something new.
    pub(super) fn all() -> Vec<Self> {
        let found =
            fs::read_dir(FOLDER).expect("it is there").map(|entry| Self(entry.expect("readable").path()));
        let mut found: Vec<Self> = found.collect();
        found.sort_by(|one, other| one.0.cmp(&other.0));
        assert!(!found.is_empty());
        found
    }

    pub(super) fn rows(&self) -> String {
        fs::read_to_string(self.0.join(ROWS)).expect("the golden rows are there")
    }

    pub(super) fn write_rows(&self, rows: &str) {
        fs::write(self.0.join(ROWS), rows).expect("written");
    }

    pub(super) fn files(&self) -> Files {
        let read = |name| fs::read_to_string(self.0.join(name)).expect("the golden archive is there");
        Files { manifest: read(MANIFEST), segment: read(SEGMENT) }
    }

    pub(super) fn write_files(&self, files: &Files) {
        fs::create_dir_all(&self.0).expect("made");
        fs::write(self.0.join(MANIFEST), &files.manifest).expect("written");
        fs::write(self.0.join(SEGMENT), &files.segment).expect("written");
    }
}

/// The events' lines are as they were written, except for what told a broker how to take them in: another broker is
/// told otherwise. So their number of bytes and the hashes differ, too, and what a compressor makes of them.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Kept {
    pub(super) events: Vec<String>,
    header: Header,
    manifest: Manifest,
}

/// The first line of a segment.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Header {
    format: String,
    shard: u8,
    lineage: String,
    first: u64,
    last: u64,
    bytes: u64,
    previous: String,
    sha256: String,
}

/// As text: manifest and segment.
pub(super) struct Files {
    manifest: String,
    segment: String,
}

impl Files {
    /// Of an archive with one segment.
    pub(super) fn unpack(archive: &Path) -> Self {
        let mut names: Vec<_> =
            fs::read_dir(archive).expect("there").flatten().map(|file| file.file_name()).collect();
        names.sort();
        assert_eq!(names, [&format!("{SEGMENT}.zst"), "archive.lock", MANIFEST]);
        let packed = fs::read(archive.join(format!("{SEGMENT}.zst"))).expect("there");
        let segment = zstd::decode_all(packed.as_slice()).expect("it unpacks");
        Self {
            manifest: fs::read_to_string(archive.join(MANIFEST)).expect("there"),
            segment: String::from_utf8(segment).expect("lines of JSON"),
        }
    }

    /// The archive as `rookery archive` left it, but that the compressor is today's: it is opened like one whose last
    /// run ended before the manifest named the segment, and then has to be what the golden manifest says.
    pub(super) fn pack(&self) -> (TempDir, Archive) {
        let (header, body) = self.segment.split_at(self.segment.find('\n').expect("a first line") + 1);
        let mut packed = zstd::encode_all(header.as_bytes(), LEVEL).expect("packed");
        let mut encoder = zstd::Encoder::new(Vec::new(), LEVEL).expect("an encoder");
        encoder.include_checksum(true).expect("it may");
        encoder.write_all(body.as_bytes()).expect("packed");
        packed.extend(encoder.finish().expect("packed"));
        let dir = tempfile::tempdir().expect("a temporary directory");
        let golden = self.manifest();
        let unlisted = Manifest { segments: Vec::new(), ..golden.clone() };
        fs::write(dir.path().join(MANIFEST), serde_json::to_vec(&unlisted).expect("JSON")).expect("written");
        fs::write(dir.path().join(format!("{SEGMENT}.zst")), packed).expect("written");
        let archive = Archive::open(dir.path()).expect("the golden archive opens");
        assert_eq!(of_any_compressor(archive.manifest().clone()), of_any_compressor(golden));
        (dir, archive)
    }

    fn manifest(&self) -> Manifest {
        let manifest = serde_json::from_str(&self.manifest).expect("it is a manifest");
        let again = format!("{}\n", serde_json::to_string_pretty(&manifest).expect("JSON"));
        assert_eq!(again, self.manifest, "byte for byte");
        manifest
    }

    pub(super) fn lines(&self) -> Vec<Line<'_>> {
        self.segment.lines().skip(1).map(Line::read).collect()
    }

    pub(super) fn kept(&self) -> Kept {
        let first = self.segment.lines().next().expect("a first line");
        let header: Header = serde_json::from_str(first).expect("the first line of a segment");
        assert_eq!(serde_json::to_string(&header).expect("JSON"), first, "byte for byte");
        assert!(self.segment.ends_with('\n'));
        let mut manifest = of_any_compressor(self.manifest());
        for entry in &mut manifest.segments {
            assert_eq!((entry.bytes, &entry.sha256), (header.bytes, &header.sha256));
            (entry.bytes, entry.sha256) = (0, String::new());
        }
        Kept {
            events: self.lines().into_iter().map(Line::without_delivery).collect(),
            header: Header { bytes: 0, sha256: String::new(), ..header },
            manifest,
        }
    }
}

fn of_any_compressor(mut manifest: Manifest) -> Manifest {
    for entry in &mut manifest.segments {
        (entry.file_bytes, entry.file_sha256) = (0, String::new());
    }
    manifest
}

/// A line of a segment, with its values byte for byte.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Line<'a> {
    pub(super) sequence: i64,
    pub(super) subject: String,
    pub(super) recorded_at: String,
    #[serde(borrow)]
    headers: BTreeMap<String, &'a RawValue>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    header_block_base64: Option<&'a RawValue>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    data: Option<&'a RawValue>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    data_base64: Option<String>,
}

impl<'a> Line<'a> {
    fn read(text: &'a str) -> Self {
        let line: Self = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
        assert_eq!(line.text(), text, "byte for byte");
        line
    }

    fn text(&self) -> String {
        serde_json::to_string(self).expect("JSON")
    }

    fn without_delivery(mut self) -> String {
        self.headers.retain(|name, _| !is_about_delivery(name));
        self.text()
    }

    /// Those with one value, as the log on Postgres keeps them; empty where they are not an envelope.
    pub(super) fn envelope(&self) -> BTreeMap<String, String> {
        let own = self.headers.iter().filter(|(name, _)| !is_about_delivery(name));
        let own =
            own.filter_map(|(name, value)| Some((name.clone(), serde_json::from_str(value.get()).ok()?)));
        let own: BTreeMap<String, String> = own.collect();
        if own.contains_key("ce-type") { own } else { BTreeMap::new() }
    }

    pub(super) fn data(&self) -> Vec<u8> {
        match (&self.data, &self.data_base64) {
            (Some(json), _) => json.get().into(),
            (None, text) => STANDARD.decode(text.as_deref().expect("either of them")).expect("base64"),
        }
    }
}

fn is_about_delivery(header: &str) -> bool {
    header.to_ascii_lowercase().starts_with("nats-")
}
