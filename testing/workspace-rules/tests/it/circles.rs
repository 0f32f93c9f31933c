//! No circles between modules.
//!
//! A module is a file. It uses another one if it names something that is *defined* there: through re-exports the
//! definition is followed, and neither `mod` nor `pub use` alone is a use. What stands under `#[cfg(test)]` does not
//! count. What `foo.rs` defines is the common ground of the modules in `foo/`: that they use it is no use either.
//! Modules that can be reached from each other by what is left are a circle: none can be read, tested or moved without
//! the others.

mod graph;
mod parse;

use std::path::Path;

use self::graph::Graph;
use crate::sources::{files, packages, read};

#[test]
fn modules_make_no_circles() {
    let mut found = Vec::new();
    for package in packages() {
        let name = package["name"].as_str().expect("it has a name");
        let manifest = package["manifest_path"].as_str().expect("it has a manifest");
        let source = Path::new(manifest).with_file_name("src");
        if !source.join("lib.rs").exists() && !source.join("main.rs").exists() {
            continue;
        }
        let modules = files(&source, &[".rs"]).into_iter().map(|file| {
            let path = parse::module_path(file.strip_prefix(&source).expect("it is below"));
            parse::module(path, &read(&file)).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
        });
        for circle in Graph::new(modules.collect()).circles() {
            found.push(format!("{name}\n  {}", circle.uses.join("\n  ")));
        }
    }
    assert!(found.is_empty(), "modules that use each other in a circle:\n{}", found.join("\n"));
}

/// The circles of a package with these files.
fn circles(files: &[(&str, &str)]) -> Vec<Vec<String>> {
    let module = |(file, text): &(&str, &str)| {
        parse::module(parse::module_path(Path::new(file)), text).expect("it can be parsed")
    };
    Graph::new(files.iter().map(module).collect())
        .circles()
        .into_iter()
        .map(|circle| circle.modules)
        .collect()
}

#[test]
fn circles_are_found_through_re_exports_and_imported_modules() {
    let root = ("lib.rs", "mod a; mod b; mod c; pub use a::A; use b as other;");
    let a = ("a.rs", "use super::other; pub struct A; fn f() { other::g(); }");
    let b = ("b.rs", "pub fn g() { crate::c::h() }");
    let c = ("c.rs", "use crate::A; pub fn h() -> A { A }");
    assert_eq!(circles(&[root, a, b, c]), [["a", "b", "c"]]);
    assert_eq!(circles(&[root, a, b]), [[""; 0]; 0]);
}

#[test]
fn parts_may_use_what_they_are_parts_of_and_tests_what_they_like() {
    let root = ("lib.rs", "mod a; pub struct Shared; fn f() { a::g() }");
    let a = ("a.rs", "use super::Shared; mod part; pub fn g() { part::h() }");
    let part =
        ("a/part.rs", "pub fn h() { super::g() } #[cfg(test)] mod tests { use super::super::super::b; }");
    let b = ("b.rs", "use crate::a::g;");
    assert_eq!(circles(&[root, a, part, b]), [[""; 0]; 0]);
}
