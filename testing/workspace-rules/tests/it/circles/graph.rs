//! Which module uses which, and who can reach whom.

use std::collections::{BTreeMap, BTreeSet};

use super::parse::{Module, Names};

/// Re-exports of re-exports; more than that is a circle of imports.
const FOLLOWED_MAX: usize = 16;

#[derive(Debug)]
pub(super) struct Circle {
    pub(super) modules: Vec<String>,
    pub(super) uses: Vec<String>,
}

pub(super) struct Graph {
    modules: BTreeMap<Names, Module>,
}

impl Graph {
    pub(super) fn new(modules: Vec<Module>) -> Self {
        let modules = modules.into_iter().map(|module| (module.path.clone(), module)).collect();
        Self { modules }
    }

    /// The circles, each by the sorted names of its modules, and who uses whom in it.
    pub(super) fn circles(&self) -> Vec<Circle> {
        let used: BTreeMap<&Names, BTreeSet<&Names>> =
            self.modules.values().map(|module| (&module.path, self.used_by(module))).collect();
        let reached: BTreeMap<&Names, BTreeSet<&Names>> =
            used.keys().map(|module| (*module, reached_from(module, &used))).collect();
        let circles: BTreeSet<BTreeSet<&Names>> = reached
            .iter()
            .filter(|(module, reached)| reached.contains(*module))
            .map(|(module, them)| {
                them.iter().filter(|other| reached[*other].contains(module)).copied().collect()
            })
            .collect();
        let uses = |circle: &BTreeSet<&Names>| {
            let uses = |user: &Names| {
                let used = used[user].intersection(circle).map(|used| name(used)).collect::<Vec<_>>();
                format!("{} uses {}", name(user), used.join(", "))
            };
            circle.iter().map(|user| uses(user)).collect()
        };
        let circle = |circle: BTreeSet<&Names>| Circle {
            uses: uses(&circle),
            modules: circle.into_iter().map(name).collect(),
        };
        circles.into_iter().map(circle).collect()
    }

    /// Without the module itself and those that it is a part of.
    fn used_by(&self, module: &Module) -> BTreeSet<&Names> {
        let definitions = module.named.iter().filter_map(|path| self.definition(module, path, 0));
        let globs = module.globs.iter().filter_map(|path| self.definition(module, path, 0));
        definitions.chain(globs).filter(|used| !module.path.starts_with(used)).collect()
    }

    /// The module that defines what a path names here; none if that is of another crate, or local.
    fn definition(&self, from: &Module, path: &[String], followed: usize) -> Option<&Names> {
        if followed > FOLLOWED_MAX {
            return None;
        }
        if path.first()? == "crate" {
            return self.below_root(&path[1..], followed);
        }
        let child: Names = from.path.iter().chain(path.first()).cloned().collect();
        if self.modules.contains_key(&child) {
            return self.below_root(&from.path.iter().chain(path).cloned().collect::<Names>(), followed);
        }
        let target = from.imports.get(path.first()?)?;
        let whole: Names = target.iter().chain(&path[1..]).cloned().collect();
        self.definition(from, &whole, followed + 1)
    }

    fn below_root(&self, path: &[String], followed: usize) -> Option<&Names> {
        let depth = (0..=path.len()).rev().find(|depth| self.modules.contains_key(&path[..*depth]))?;
        let module = &self.modules[&path[..depth]];
        let Some(name) = path.get(depth) else { return Some(&module.path) };
        if module.defined.contains(name) {
            return Some(&module.path);
        }
        if let Some(target) = module.imports.get(name) {
            let whole: Names = target.iter().chain(&path[depth + 1..]).cloned().collect();
            return self.definition(module, &whole, followed + 1);
        }
        let through_glob = module.globs.iter().find_map(|glob| {
            let whole: Names = glob.iter().chain(&path[depth..]).cloned().collect();
            self.definition(module, &whole, followed + 1)
                .filter(|found| self.modules[*found].defined.contains(name))
        });
        // What nobody defines is made by a macro.
        Some(through_glob.unwrap_or(&module.path))
    }
}

fn name(module: &Names) -> String {
    if module.is_empty() { "crate".to_owned() } else { module.join("::") }
}

fn reached_from<'a>(start: &Names, used: &BTreeMap<&'a Names, BTreeSet<&'a Names>>) -> BTreeSet<&'a Names> {
    let mut reached = BTreeSet::new();
    let mut waiting = vec![start];
    while let Some(module) = waiting.pop() {
        for next in &used[module] {
            if reached.insert(*next) {
                waiting.push(next);
            }
        }
    }
    reached
}
