//! Prints `docs/DATA_SET.md`; with the argument `released`, the list of what was released.

fn main() {
    let text = match std::env::args().nth(1).as_deref() {
        Some("released") => data_set::published::document::released(),
        _ => data_set::published::document::markdown(),
    };
    // Where nobody listens any more, nothing is missed.
    drop(std::io::Write::write_all(&mut std::io::stdout(), text.as_bytes()));
}
