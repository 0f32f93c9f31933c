//! Passwords that are made once.

use std::path::Path;

use anyhow::Result;
use uuid::Uuid;

use crate::files;

/// The password of a user of the broker or a database, in a file of that name.
pub(super) fn read_or_create(dir: &Path, user: &str) -> Result<String> {
    let file = dir.join(user);
    if let Some(password) = files::read_if_there(&file)? {
        return Ok(password);
    }
    // 122 random bits in hexadecimal digits, which need no escapes in an address.
    let password = Uuid::new_v4().simple().to_string();
    files::write_private(&file, &password)?;
    Ok(password)
}
