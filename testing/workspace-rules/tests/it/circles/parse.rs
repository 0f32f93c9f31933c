//! What a file defines, imports and names.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use syn::visit::{self, Visit};
use syn::{Attribute, Item, ItemMod, ItemUse, UseTree, Visibility};

/// Names from the crate's root on.
pub(super) type Names = Vec<String>;

#[derive(Debug, Default)]
pub(super) struct Module {
    pub(super) path: Names,
    /// What `use` brings into scope here, by the name that it has here.
    pub(super) imports: BTreeMap<String, Names>,
    /// Modules all of whose names are brought into scope.
    pub(super) globs: Vec<Names>,
    /// Items of its own.
    pub(super) defined: BTreeSet<String>,
    /// Paths in its code, and what private `use` names: the first name is of this module, or `crate`.
    pub(super) named: BTreeSet<Names>,
    inline: Names,
}

/// `social/fold.rs` is `social::fold`; `lib.rs` and `main.rs` are the root.
pub(super) fn module_path(file: &Path) -> Names {
    let file = file.with_extension("");
    let names: Names = file.iter().map(|name| name.to_string_lossy().into_owned()).collect();
    if names == ["lib"] || names == ["main"] { Vec::new() } else { names }
}

pub(super) fn module(path: Names, text: &str) -> syn::Result<Module> {
    let mut module = Module { path, ..Module::default() };
    module.visit_file(&syn::parse_file(text)?);
    Ok(module)
}

impl Module {
    /// A path that starts at the root with `crate`, or as it is where it starts with a name of this module.
    fn whole_path(&self, path: Names) -> Option<Names> {
        let mut here: Names = self.path.iter().chain(&self.inline).cloned().collect();
        let mut names = path.into_iter().peekable();
        match names.peek()?.as_str() {
            "crate" => {
                names.next();
                here.clear();
            }
            "self" => drop(names.next()),
            "super" => {
                while names.next_if(|name| name == "super").is_some() {
                    here.pop()?;
                }
            }
            _ => return Some(names.collect()),
        }
        Some(["crate".to_owned()].into_iter().chain(here).chain(names).collect())
    }

    fn import(&mut self, tree: &UseTree, before: &[String], is_private: bool) {
        let with = |name: String| before.iter().cloned().chain([name]).collect::<Names>();
        match tree {
            UseTree::Path(path) => self.import(&path.tree, &with(path.ident.to_string()), is_private),
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.import(tree, before, is_private);
                }
            }
            UseTree::Name(name) if name.ident == "self" => {
                let Some(last) = before.last() else { return };
                self.bring_in(last.clone(), before.to_vec(), is_private);
            }
            UseTree::Name(name) => {
                self.bring_in(name.ident.to_string(), with(name.ident.to_string()), is_private);
            }
            UseTree::Rename(rename) => {
                self.bring_in(rename.rename.to_string(), with(rename.ident.to_string()), is_private);
            }
            UseTree::Glob(_) => self.globs.extend(self.whole_path(before.to_vec())),
        }
    }

    fn bring_in(&mut self, name: String, path: Names, is_private: bool) {
        let Some(path) = self.whole_path(path) else { return };
        if is_private {
            self.named.insert(path.clone());
        }
        self.imports.insert(name, path);
    }
}

impl<'ast> Visit<'ast> for Module {
    fn visit_item(&mut self, item: &'ast Item) {
        let (attributes, name) = match item {
            Item::Const(item) => (&item.attrs, Some(&item.ident)),
            Item::Enum(item) => (&item.attrs, Some(&item.ident)),
            Item::Fn(item) => (&item.attrs, Some(&item.sig.ident)),
            Item::Impl(item) => (&item.attrs, None),
            Item::Macro(item) => (&item.attrs, item.ident.as_ref()),
            Item::Mod(item) => (&item.attrs, None),
            Item::Static(item) => (&item.attrs, Some(&item.ident)),
            Item::Struct(item) => (&item.attrs, Some(&item.ident)),
            Item::Trait(item) => (&item.attrs, Some(&item.ident)),
            Item::Type(item) => (&item.attrs, Some(&item.ident)),
            Item::Use(item) => (&item.attrs, None),
            _ => return visit::visit_item(self, item),
        };
        if is_for_tests(attributes) {
            return;
        }
        self.defined.extend(name.map(ToString::to_string));
        visit::visit_item(self, item);
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        if item.content.is_some() {
            self.inline.push(item.ident.to_string());
            visit::visit_item_mod(self, item);
            self.inline.pop();
        }
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        self.import(&item.tree, &[], matches!(item.vis, Visibility::Inherited));
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names: Names = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if path.leading_colon.is_none() {
            self.named.extend(self.whole_path(names));
        }
        visit::visit_path(self, path);
    }

    // The visibility `pub(super)` and attributes are no uses.
    fn visit_visibility(&mut self, _: &'ast Visibility) {}
    fn visit_attribute(&mut self, _: &'ast Attribute) {}
}

fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.meta.require_list().is_ok_and(|list| list.tokens.to_string() == "test")
    })
}
