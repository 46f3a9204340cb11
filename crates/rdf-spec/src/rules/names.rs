//! Names of tensors.

use indexmap::IndexMap;

use super::Facts;
use crate::diagnostic::{Code, Diagnostic};
use crate::document::DocPath;

/// The most other places that a finding names.
const MAX_RELATED: usize = 8;

/// Reports every tensor whose name another one has, each at its own place.
pub(super) fn unique(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let mut places: IndexMap<&str, Vec<&DocPath>> = IndexMap::new();
    for (path, name) in &facts.names {
        places.entry(name).or_default().push(path);
    }
    for (name, paths) in places.iter().filter(|(_, paths)| paths.len() > 1) {
        for (at, path) in paths.iter().enumerate() {
            let mut diagnostic = Diagnostic::new(
                Code::DuplicateTensorName,
                (*path).clone(),
                format!("the tensor name `{name}` is used {} times", paths.len()),
            )
            .help("give every input and output a name of its own");
            let others = paths.iter().enumerate().filter(|(other, _)| *other != at);
            for (_, other) in others.take(MAX_RELATED) {
                diagnostic = diagnostic.related((*other).clone(), "also used here");
            }
            found.push(diagnostic);
        }
    }
}
