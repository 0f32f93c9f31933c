use domain::Tag;

/// A tag as somebody spells it.
///
/// # Panics
/// Where the rules of tags do not hold for what was accepted.
pub fn tag(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(tag) = Tag::parse(text) else { return };
    let kept = tag.as_str();
    assert!((1..=64).contains(&kept.chars().count()), "{text:?} became {kept:?}");
    assert!(!kept.contains(['.', '*', '>', ' ', '\0', '\r', '\n']), "{text:?} became {kept:?}");
    assert_eq!(Tag::parse(kept).ok().as_ref(), Some(&tag), "{kept:?} is not what it was folded to");
}
