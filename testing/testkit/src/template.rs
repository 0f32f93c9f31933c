//! One cluster made by `initdb` for all tests, which copy it: a copy takes a tenth of the time.
//!
//! It is kept below `target/testkit`, a folder per Postgres version and user. The first test process makes it
//! under a file lock, and it appears by a rename, so that a process that sees it sees all of it.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use local_servers::{Access, PostgresOptions, PostgresServer, reachable_data_dir};

use crate::place::{installed, workspace};

/// Raise it when the way in which the template is made changes.
const RECIPE: u32 = 1;

/// The options that template and copy share.
pub(crate) fn options(dir: &Path, database: &str) -> PostgresOptions {
    PostgresOptions {
        access: Access::Open,
        databases: vec![database.to_owned()],
        // The smallest segments: a new cluster is a third smaller and copies that much faster.
        initdb_args: vec!["--wal-segsize=1".to_owned(), "--no-sync".to_owned()],
        ..PostgresOptions::new(dir)
    }
}

/// Puts a cluster with an empty `database` into `dir`.
pub(crate) async fn copy_cluster(dir: &Path, database: &str) -> Result<()> {
    let template = template(database).await?;
    let dir = dir.to_path_buf();
    let copy = move || {
        copy_all(&template, &dir).with_context(|| format!("copy {}", template.display()))?;
        installed().1.own_all(&dir)
    };
    tokio::task::spawn_blocking(copy).await.context("the copying of a cluster failed")?
}

async fn template(database: &str) -> Result<PathBuf> {
    let (programs, run_as) = installed();
    let parent = reachable_data_dir(&workspace().join("target/testkit"), run_as)?.path;
    let user = run_as.user_name().unwrap_or("self");
    let template = parent.join(format!("postgres-{}-{user}-{database}-{RECIPE}", programs.postgres.major));
    if template.join("cluster").exists() {
        return Ok(template);
    }
    let lock_path = parent.join("template.lock");
    let _lock =
        tokio::task::spawn_blocking(move || lock(&lock_path)).await.context("the locking failed")??;
    // The holder of the lock before us has made it. The cluster appears by a rename inside `prepare`.
    PostgresServer::prepare(&options(&template, database), &programs.postgres, run_as).await?;
    Ok(template)
}

fn lock(path: &Path) -> Result<File> {
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
        .with_context(|| format!("open {}", path.display()))?;
    file.lock().with_context(|| format!("lock {}", path.display()))?;
    Ok(file)
}

/// A cluster without tablespaces holds directories and plain files only. Permissions are copied along.
pub(crate) fn copy_all(from: &Path, to: &Path) -> Result<()> {
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            std::fs::create_dir(&target)?;
            std::fs::set_permissions(&target, entry.metadata()?.permissions())?;
            copy_all(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}
