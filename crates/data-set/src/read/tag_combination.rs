//! Several tags of which a query asks different things.

use super::tag::TagFilter;

/// Which tags messages have to have, and which not: sets, in their stored spelling. There are few of each; how many a
/// caller may name is not known here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagCombination {
    any: Vec<String>,
    all: Vec<String>,
    none: Vec<String>,
}

impl TagCombination {
    /// Messages that have one of `any`, unless that is empty, each of `all`, and none of `none`; and `tag`, where it is
    /// one. What a single range of an index answers as well is no combination but a tag.
    pub fn of(
        tag: TagFilter,
        any: impl IntoIterator<Item = TagFilter>,
        all: impl IntoIterator<Item = TagFilter>,
        none: impl IntoIterator<Item = TagFilter>,
    ) -> (TagFilter, Option<Self>) {
        let (any, none) = (set(any), set(none));
        let all = set(all.into_iter().chain([tag]).filter(|tag| !tag.is_any()));
        match (&any[..], &all[..], &none[..]) {
            ([], [], []) => (TagFilter::any(), None),
            ([only], [], []) | ([], [only], []) => (TagFilter::stored(only.clone()), None),
            _ => (TagFilter::any(), Some(Self { any, all, none })),
        }
    }

    pub fn any(&self) -> &[String] {
        &self.any
    }

    pub fn all(&self) -> &[String] {
        &self.all
    }

    pub fn none(&self) -> &[String] {
        &self.none
    }
}

/// Sorted, so that no two lists stand for the same set.
fn set(tags: impl IntoIterator<Item = TagFilter>) -> Vec<String> {
    let mut set: Vec<String> = tags.into_iter().map(TagFilter::into_string).collect();
    set.sort_unstable();
    set.dedup();
    set
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(raw: &[&str]) -> Vec<TagFilter> {
        raw.iter().map(|raw| TagFilter::of(raw)).collect()
    }

    #[test]
    fn what_asks_for_one_tag_is_no_combination() {
        let birds = (TagFilter::of("birds"), None);
        let of = |tag, any: &[&str], all: &[&str]| TagCombination::of(tag, tags(any), tags(all), []);
        assert_eq!(of(TagFilter::any(), &["birds", "BIRDS"], &[]), birds);
        assert_eq!(of(TagFilter::any(), &[], &["birds"]), birds);
        assert_eq!(of(TagFilter::of("birds"), &[], &["birds"]), birds);
        assert_eq!(of(TagFilter::any(), &[], &[]), (TagFilter::any(), None));
    }

    #[test]
    fn the_order_in_which_tags_are_named_does_not_matter() {
        let of = |all: &[&str], none: &[&str]| {
            TagCombination::of(TagFilter::of("owls"), [], tags(all), tags(none)).1.expect("it is one")
        };
        let combination = of(&["night", "birds"], &["b", "a", "A"]);
        assert_eq!(combination, of(&["birds", "owls", "night"], &["a", "b"]));
        assert_eq!(combination.all(), ["birds", "night", "owls"]);
    }

    #[test]
    fn what_cannot_be_a_tag_finds_nothing_and_excludes_nothing() {
        let (tag, combination) = TagCombination::of(TagFilter::any(), tags(&[""]), [], []);
        assert!(combination.is_none() && !tag.is_any());
        let (_, combination) = TagCombination::of(TagFilter::any(), [], [], tags(&["a.b"]));
        assert!(combination.is_some_and(|combination| combination.none() == [tag.as_str()]));
    }
}
