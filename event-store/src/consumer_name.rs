//! How a consumer may be called: its name is a durable's, a user's, and a part of keys and subjects.

pub const NAME_CHARS_MAX: usize = 32;

pub fn is_consumer_name(name: &str) -> bool {
    name.len() <= NAME_CHARS_MAX
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}
