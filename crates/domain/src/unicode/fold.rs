//! When two spellings are one word.

use std::borrow::Cow;

use icu_casemap::{CaseMapper, CaseMapperBorrowed};
use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};
use icu_properties::props::DefaultIgnorableCodePoint;
use icu_properties::{CodePointSetData, CodePointSetDataBorrowed};

const NFD: DecomposingNormalizerBorrowed<'static> = DecomposingNormalizerBorrowed::new_nfd();
const NFKD: DecomposingNormalizerBorrowed<'static> = DecomposingNormalizerBorrowed::new_nfkd();
const NFKC: ComposingNormalizerBorrowed<'static> = ComposingNormalizerBorrowed::new_nfkc();
const CASES: CaseMapperBorrowed<'static> = CaseMapper::new();
const IGNORABLE: CodePointSetDataBorrowed<'static> = CodePointSetData::new::<DefaultIgnorableCodePoint>();

/// The spelling under which a tag, a handle or a word of a search is kept and found: Unicode's `NFKC_Casefold`, that is
/// full case folding of no language, compatible characters made alike, and without what is not shown by default, such
/// as variation selectors and joiners.
///
/// Folding twice gives the same. ADR 15 says what it makes one, and what it keeps apart.
pub fn fold(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        let has_capitals = text.bytes().any(|byte| byte.is_ascii_uppercase());
        return if has_capitals { Cow::Owned(text.to_ascii_lowercase()) } else { Cow::Borrowed(text) };
    }
    // Unicode's definition of a compatibility caseless match (D146). The first decomposition is there because folding
    // U+0345 before marks are ordered would give it another place; the second folding because decomposing gives
    // capitals.
    let folded = CASES.fold_string(&NFD.normalize(text)).into_owned();
    let folded = CASES.fold_string(&NFKD.normalize(&folded)).into_owned();
    let shown: String = folded.chars().filter(|&character| !IGNORABLE.contains(character)).collect();
    Cow::Owned(NFKC.normalize(&shown).into_owned())
}
