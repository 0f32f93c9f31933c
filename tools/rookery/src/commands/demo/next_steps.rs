//! What a newcomer sees at the end: commands that work when pasted.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};

use crate::invocation;

pub(super) fn say(line: &str) -> Result<()> {
    writeln!(std::io::stdout(), "{line}").context("write to standard output")
}

pub(super) fn print(url: &str, data_dir: &Path) -> Result<()> {
    let token = invocation::command_line("token --account 1 --roles user,analyst", data_dir);
    let sql = invocation::command_line("sql", data_dir);
    say(&format!(
        r#"
Try next:

  TOKEN=$({token})

  # The latest on tokio's module sync
  curl -s -H "Authorization: Bearer $TOKEN" '{url}/v1/messages?tag=sync&limit=3'

  # How many fixes all of them released in 2025
  curl -s -H "Authorization: Bearer $TOKEN" '{url}/v1/messages?tag=fixed&dateStart=2025-01-01&dateEnd=2025-12-31&count=1'

  # What h2 changed, by year
  curl -s -H "Authorization: Bearer $TOKEN" '{url}/v1/messages/counts?tag=h2&bucket=year'

  # Say something yourself, and find it
  curl -s -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \
    -d '{{"text":"The nightjars are back","tag":"birds"}}' {url}/v1/messages
  curl -s -H "Authorization: Bearer $TOKEN" '{url}/v1/messages?tag=birds'

  # Ask in SQL, as an analyst; docs/ANALYSTS.md has ten questions with their answers
  {sql} -c 'select handle, followers, s.messages from account_stats s join accounts on id = account order by 2 desc limit 5'

The whole API: {url}/docs"#
    ))
}
