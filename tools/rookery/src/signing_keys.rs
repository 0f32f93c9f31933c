//! The key that signs tokens, in a folder together with its public half.

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use tokens::{SigningKey, write_jwks};

/// Who issues the tokens of `rookery up`, and for whom.
pub(crate) const ISSUER: &str = "rookery";
pub(crate) const AUDIENCE: &str = "rookery";

const KEY_FILE: &str = "signing-key.pem";
const JWKS_FILE: &str = "jwks.json";
const LOCK_FILE: &str = "keys.lock";

#[derive(Debug)]
pub(crate) struct SigningKeys {
    pub(crate) key: SigningKey,
    /// PKCS#8 in PEM, readable by its owner only.
    pub(crate) key_file: PathBuf,
    /// The public half as a JSON Web Key Set.
    pub(crate) jwks_file: PathBuf,
}

pub(crate) fn is_there(dir: &Path) -> bool {
    dir.join(KEY_FILE).exists()
}

/// Reads the key in `dir`, or makes one. Several processes may do so at once: they get the same key.
pub(crate) fn read_or_create(dir: &Path) -> Result<SigningKeys> {
    std::fs::create_dir_all(dir).with_context(|| format!("create {}", dir.display()))?;
    let (key_file, jwks_file) = (dir.join(KEY_FILE), dir.join(JWKS_FILE));
    let lock = dir.join(LOCK_FILE);
    let lock = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&lock)
        .with_context(|| format!("open {}", lock.display()))?;
    lock.lock().with_context(|| format!("lock {}", dir.display()))?;
    if !key_file.exists() {
        create(&key_file)?;
    }
    let key = SigningKey::read_pem(&key_file)?;
    if !jwks_file.exists() {
        write_jwks(&jwks_file, [&key])?;
    }
    Ok(SigningKeys { key, key_file, jwks_file })
}

/// Written aside and renamed: a crash in between must not leave half a key.
fn create(key_file: &Path) -> Result<()> {
    let draft = key_file.with_extension("new");
    // Left behind by a crash. Nobody has read it, because it never had its name.
    if draft.exists() {
        std::fs::remove_file(&draft).with_context(|| format!("remove {}", draft.display()))?;
    }
    SigningKey::generate()?.write_pem(&draft)?;
    std::fs::rename(&draft, key_file).with_context(|| format!("create {}", key_file.display()))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn those_who_come_at_once_get_the_same_private_key() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let names: Vec<String> = std::thread::scope(|scope| {
            let read = || read_or_create(dir.path()).expect("the directory is writable").key.kid().to_owned();
            let readers: Vec<_> = (0..8).map(|_| scope.spawn(read)).collect();
            readers.into_iter().map(|reader| reader.join().expect("it does not panic")).collect()
        });
        assert!(names.windows(2).all(|pair| pair[0] == pair[1]), "{names:?}");
        let mode = dir.path().join(KEY_FILE).metadata().expect("it was written").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn half_a_key_left_by_a_crash_is_no_obstacle() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        std::fs::write(dir.path().join(KEY_FILE).with_extension("new"), "-----BEGIN").expect("writable");
        read_or_create(dir.path()).expect("it is made anew");
    }
}
