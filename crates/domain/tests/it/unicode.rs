//! Folding: what is one word, and that nothing is folded twice into something else.

use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};
use proptest::prelude::*;

const NFD: DecomposingNormalizerBorrowed<'static> = DecomposingNormalizerBorrowed::new_nfd();
const NFKD: DecomposingNormalizerBorrowed<'static> = DecomposingNormalizerBorrowed::new_nfkd();

/// Characters that show nothing, one of each kind.
pub(crate) const INVISIBLE: [char; 18] = [
    '\u{200b}',
    '\u{2060}',
    '\u{feff}',
    '\u{ad}',
    '\u{3164}',
    '\u{2800}',
    '\u{115f}',
    '\u{1160}',
    '\u{ffa0}',
    '\u{180e}',
    '\u{34f}',
    '\u{61c}',
    '\u{fe0f}',
    '\u{202e}',
    '\u{2028}',
    '\u{3000}',
    '\u{1d159}',
    '\u{e0020}',
];

pub(crate) fn nfc(raw: &str) -> String {
    ComposingNormalizerBorrowed::new_nfc().normalize(raw).into_owned()
}

/// The same by ranges instead of properties.
pub(crate) fn is_invisible(character: char) -> bool {
    character.is_whitespace()
        || character.is_control()
        || matches!(u32::from(character),
            0xad | 0x34f | 0x600..=0x605 | 0x61c | 0x6dd | 0x70f | 0x890..=0x891 | 0x8e2 | 0x115f..=0x1160
            | 0x17b4..=0x17b5 | 0x180b..=0x180f | 0x200b..=0x200f | 0x202a..=0x202e | 0x2060..=0x206f | 0x2800
            | 0x3164 | 0xfe00..=0xfe0f | 0xfeff | 0xffa0 | 0xfff0..=0xfffb | 0x110bd | 0x110cd
            | 0x13430..=0x1343f | 0x1bca0..=0x1bca3 | 0x1d159 | 0x1d173..=0x1d17a | 0xe0000..=0xe0fff)
}

/// Characters whose case mappings, compositions and classes are special, and common ones.
pub(crate) fn tricky() -> impl Strategy<Value = String> {
    let special = [
        "\u{130}",
        "\u{131}",
        "\u{1e9e}",
        "\u{df}",
        "\u{3a3}",
        "\u{3c2}",
        "\u{345}",
        "\u{1c5}",
        "\u{212a}",
        "\u{212b}",
        "A\u{30a}",
        "i\u{307}",
        "\u{307}",
        "\u{301}",
        "\u{1f71}",
        "\u{1fb3}",
        "\u{958}",
        "\u{fb01}",
        "\u{1d400}",
        "\u{13a0}",
        "\u{ab70}",
        "\u{10d0}",
        "\u{1c90}",
        "\u{2764}\u{fe0f}",
        "\u{200d}",
        "\u{1100}",
        "\u{1161}",
        "\u{ffa0}",
        "\u{ff21}",
        " ",
        "-",
        "\t",
        ".",
        "*",
        ">",
        "\u{338}",
        "\0",
        "\u{85}",
        "\u{a8}",
        "\u{2028}",
        "\u{ad}",
        "\u{feff}",
    ];
    let sample = prop_oneof![
        3 => any::<char>().prop_map(String::from),
        3 => "[a-zA-Z0-9 äÖéß-]".prop_map(String::from),
        2 => prop::sample::select(special.to_vec()).prop_map(str::to_owned),
    ];
    prop::collection::vec(sample, 0..20).prop_map(|samples| samples.concat())
}

fn fold(raw: &str) -> String {
    domain::unicode::fold(raw).into_owned()
}

#[test]
fn spellings_of_one_word_fold_alike() {
    for (spellings, folded) in [
        (&["ΔΡΟΜΟΣ", "δρομος", "δρομοσ"][..], "δρομοσ"),
        (&["straße", "STRASSE", "STRA\u{1e9e}E"], "strasse"),
        (&["ＢＩＲＤＳ", "birds", "𝐁𝐢𝐫𝐝𝐬", "ⓑⓘⓡⓓⓢ", "bi\u{ad}rds"], "birds"),
        (&["İ", "i\u{307}"], "i\u{307}"),
        (&["\u{2764}", "\u{2764}\u{fe0f}", "\u{2764}\u{fe0e}"], "\u{2764}"),
        (&["CAFE\u{301}", "café"], "café"),
        (&["ﬁsh", "FISH", "fi\u{17f}h"], "fish"),
        (&["\u{212a}elvin", "KELVIN"], "kelvin"),
        (&["\u{212b}", "\u{c5}", "a\u{30a}"], "\u{e5}"),
        // Small Cherokee letters are younger than the capital ones, and fold to them.
        (&["\u{ab70}\u{ab71}", "\u{13a0}\u{13a1}"], "\u{13a0}\u{13a1}"),
        (&["\u{1c90}\u{1c91}", "\u{10d0}\u{10d1}"], "\u{10d0}\u{10d1}"),
        (&["ガ", "ｶﾞ", "カ\u{3099}"], "ガ"),
        // The iota below is ordered after the accent before it is folded to one that is not a mark.
        (&["\u{1fb4}", "α\u{345}\u{301}", "α\u{301}\u{345}", "ΆΙ"], "άι"),
        (&["\u{1f468}\u{200d}\u{1f469}", "\u{1f468}\u{1f469}"], "\u{1f468}\u{1f469}"),
    ] {
        for spelling in spellings {
            assert_eq!(fold(spelling), folded, "{spelling:?}");
        }
    }
}

#[test]
fn other_words_stay_apart() {
    // Turkish asks for other pairs than all other languages; accents, kana and digits of other scripts mean something.
    for (one, other) in
        [("ı", "i"), ("İ", "i"), ("é", "e"), ("ガ", "カ"), ("あ", "ア"), ("١", "1"), ("α", "a")]
    {
        assert_ne!(fold(one), fold(other));
    }
}

/// Rows are keyed by what was folded when they were written. If the hash changes, because of the rule or of newer
/// tables, the projection `social` has to be rebuilt with the release, and its notes have to say so (ADR 15).
#[test]
fn what_every_character_folds_to_is_stable_and_written_down() {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    // The planes from 4 on are empty or private, except for what is not shown.
    for raw in ('\0'..'\u{40000}').chain('\u{e0000}'..'\u{e1000}').map(String::from) {
        let folded = fold(&raw);
        assert_eq!(fold(&folded), folded, "{raw:?}");
        let bytes = folded.bytes().chain([0]);
        hash = bytes.fold(hash, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    }
    assert_eq!(format!("{hash:016x}"), "768dd15a31d3821e");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn folding_twice_is_folding_once(raw in tricky()) {
        let folded = fold(&raw);
        prop_assert_eq!(fold(&folded), folded);
    }

    #[test]
    fn neither_case_nor_composition_makes_another_word(raw in tricky()) {
        // The small letter without a dot has a capital that folds to another one; and the capital of the iota below is
        // a letter, before which other marks lose their place.
        let raw: String = NFD.normalize(&raw).chars().filter(|c| !matches!(c, 'ı' | '\u{345}')).collect();
        let raw = nfc(&raw);
        let folded = fold(&raw);
        for other in [raw.to_uppercase(), raw.to_lowercase(), NFD.normalize(&raw).into(), NFKD.normalize(&raw).into()] {
            prop_assert_eq!(&fold(&other), &folded, "{:?} and {:?}", raw, other);
        }
    }

    #[test]
    fn what_is_not_shown_makes_no_other_word(raw in "\\PC{1,20}", at in 0_usize..20) {
        let split = raw.char_indices().nth(at).map_or(raw.len(), |(index, _)| index);
        for hidden in ['\u{ad}', '\u{200b}', '\u{200d}', '\u{2060}', '\u{fe0f}', '\u{feff}'] {
            let with = format!("{}{hidden}{}", &raw[..split], &raw[split..]);
            prop_assert_eq!(fold(&with), fold(&raw), "{:?}", with);
        }
    }

    /// How tags were folded before, and how they stand in old events.
    #[test]
    fn what_the_old_rule_made_folds_to_the_same(raw in tricky()) {
        let lowered: String = raw.chars().flat_map(char::to_lowercase).collect();
        prop_assert_eq!(fold(&nfc(&lowered)), fold(&raw));
    }
}
