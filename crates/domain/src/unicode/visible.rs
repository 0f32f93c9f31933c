//! What a reader sees of a text.

use icu_properties::props::{DefaultIgnorableCodePoint, GeneralCategory, GeneralCategoryGroup};
use icu_properties::{
    CodePointMapData, CodePointMapDataBorrowed, CodePointSetData, CodePointSetDataBorrowed,
};

const CATEGORIES: CodePointMapDataBorrowed<'static, GeneralCategory> = CodePointMapData::new();
const IGNORABLE: CodePointSetDataBorrowed<'static> = CodePointSetData::new::<DefaultIgnorableCodePoint>();

/// Separators, and control and format characters.
const EMPTY: GeneralCategoryGroup =
    GeneralCategoryGroup::Separator.union(GeneralCategoryGroup::Control).union(GeneralCategoryGroup::Format);

/// Symbols by their category that show nothing: the empty Braille pattern, and the note without a head.
const EMPTY_SYMBOLS: [char; 2] = ['\u{2800}', '\u{1d159}'];

/// Whether there is anything to see. Text that is only white space, joiners and fillers counts as empty;
/// between visible characters they have their uses, such as joining emoji.
pub(crate) fn has_visible(text: &str) -> bool {
    text.chars().any(|character| {
        character.is_ascii_graphic()
            || !(EMPTY.contains(CATEGORIES.get(character))
                || IGNORABLE.contains(character)
                || EMPTY_SYMBOLS.contains(&character))
    })
}

/// Embeddings, overrides and isolates, and what ends them. They turn the direction of whatever follows, also beyond the
/// text that holds them. The marks U+200E, U+200F and U+061C are not among them: they turn only themselves.
pub(crate) fn is_direction_control(character: char) -> bool {
    matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
