//! `rookery accounts show`: what was decided about one account.

use std::io::Write;
use std::sync::Arc;

use anyhow::Result;
use dispatcher::executor::Executor;
use domain::moderation::Moderation;
use domain::{AccountId, Sequence};
use event_store::{Boundary, Decoded, Subject, decode};

use super::{WhomArguments, account_of};
use crate::connections;

pub(super) async fn run(whom: &WhomArguments) -> Result<()> {
    let log = connections::open_log(&whom.data).await?;
    let executor = Executor::new(Arc::clone(&log));
    let account = account_of(&executor, &whom.account).await?;
    let subject = Subject::new(log.shard(), Boundary::Moderation(account));
    let mut out = std::io::stdout().lock();
    for recorded in log.read_subject(subject, Sequence::ZERO.next()).await? {
        let Ok(Decoded::Known(event)) = decode(&recorded) else { continue };
        let data = String::from_utf8_lossy(&recorded.data);
        writeln!(out, "{}\t{}\t{}\t{data}", recorded.position, recorded.recorded_at, event.type_name())?;
    }
    writeln!(out, "{}", line(account, &executor.moderation(account).await?))?;
    Ok(())
}

pub(super) fn line(account: AccountId, now: &Moderation) -> String {
    let restriction = now.restriction.map_or("none", |restriction| restriction.level.word());
    let roles: Vec<&str> = now.roles.iter().map(|role| role.word()).collect();
    format!("{account}\trestriction: {restriction}\troles: {}", roles.join(","))
}
