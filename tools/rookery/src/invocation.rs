//! How this program was called, for hints that can be pasted.

use std::path::Path;

use crate::data_dir::DATA_DIR_DEFAULT;

/// A command line for this program, called as it was called now, on the same data directory.
pub(crate) fn command_line(arguments: &str, data_dir: &Path) -> String {
    let program = std::env::args().next().unwrap_or_else(|| "rookery".to_owned());
    let mut line = format!("{} {arguments}", quoted(&program));
    if data_dir != Path::new(DATA_DIR_DEFAULT) {
        line.push_str(" --data-dir ");
        line.push_str(&quoted(&data_dir.to_string_lossy()));
    }
    line
}

/// As a word of a shell.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "/._-+,:@%=".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_survive_a_shell() {
        assert_eq!(quoted("target/release/rookery"), "target/release/rookery");
        assert_eq!(quoted("my data"), "'my data'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
    }

    #[test]
    fn the_default_directory_goes_without_saying() {
        assert!(!command_line("token", Path::new(DATA_DIR_DEFAULT)).contains("--data-dir"));
        assert!(command_line("token", Path::new("/elsewhere")).ends_with("token --data-dir /elsewhere"));
    }
}
