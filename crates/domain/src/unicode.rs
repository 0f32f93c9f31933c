//! What Unicode says about characters, in one place and from one version of its tables.

mod fold;
mod visible;

pub use fold::fold;
pub(crate) use visible::{has_visible, is_direction_control};

use icu_normalizer::ComposingNormalizerBorrowed;
use icu_properties::CodePointMapData;
use icu_properties::props::GeneralCategory;

const NFC: ComposingNormalizerBorrowed<'static> = ComposingNormalizerBorrowed::new_nfc();

/// In NFC: the one spelling of text that looks and means the same however it was composed.
pub(crate) fn nfc(text: &str) -> String {
    NFC.normalize(text).into_owned()
}

/// In NFC, or `None` for more than `max` code points of that. One more than allowed is enough to know, however long the
/// input is.
pub(crate) fn nfc_of_at_most(text: &str, max: usize) -> Option<String> {
    let mut normal = String::new();
    for (index, character) in NFC.normalize_iter(text.chars()).enumerate() {
        if index == max {
            return None;
        }
        normal.push(character);
    }
    Some(normal)
}

/// With U+0020 for every character of the category Zs.
pub(crate) fn plain_spaces(text: &str) -> String {
    let categories = CodePointMapData::<GeneralCategory>::new();
    let plain = |character| match categories.get(character) {
        GeneralCategory::SpaceSeparator => ' ',
        _ => character,
    };
    text.chars().map(plain).collect()
}
