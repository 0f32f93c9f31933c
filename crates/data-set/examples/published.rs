//! Prints what is made of the description: `docs/DATA_SET.md`; with an argument the data contract, the sources for dbt,
//! or the list of what was released.

use std::io::{self, Write};
use std::process::ExitCode;

use data_set::published::document;

fn main() -> ExitCode {
    let text = match std::env::args().nth(1).as_deref() {
        None => Ok(document::markdown()),
        Some("contract") => Ok(document::contract()),
        Some("dbt") => Ok(document::dbt()),
        Some("released") => document::release().map_err(str::to_owned),
        Some(other) => Err(format!("{other}: expected nothing, contract, dbt or released")),
    };
    // Where nobody listens any more, nothing is missed.
    match text {
        Ok(text) => {
            drop(io::stdout().write_all(text.as_bytes()));
            ExitCode::SUCCESS
        }
        Err(why) => {
            drop(writeln!(io::stderr(), "{why}"));
            ExitCode::FAILURE
        }
    }
}
