//! Names of tensors.

use std::collections::HashMap;

use super::Facts;
use crate::diagnostic::{Code, Diagnostic};
use crate::document::DocPath;

/// Reports every tensor whose name another one has, each at its own place.
pub(super) fn unique(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let mut places: HashMap<&str, Vec<DocPath>> = HashMap::new();
    let mut order = Vec::new();
    let inputs = facts
        .inputs()
        .iter()
        .enumerate()
        .map(|(at, tensor)| (&tensor.name, Facts::input_path(at)));
    let outputs = facts
        .outputs()
        .iter()
        .enumerate()
        .map(|(at, tensor)| (&tensor.name, Facts::output_path(at)));
    for (name, path) in inputs.chain(outputs) {
        let paths = places.entry(name.as_str()).or_default();
        paths.push(path.join("name"));
        order.push(name.as_str());
    }
    let mut seen = Vec::new();
    for name in order {
        let paths = &places[name];
        if paths.len() < 2 || seen.contains(&name) {
            continue;
        }
        seen.push(name);
        for path in paths {
            let mut diagnostic = Diagnostic::new(
                Code::DuplicateTensorName,
                path.clone(),
                format!("the tensor name `{name}` is used {} times", paths.len()),
            )
            .help("give every input and output a name of its own");
            for other in paths.iter().filter(|other| *other != path) {
                diagnostic = diagnostic.related(other.clone(), "also used here");
            }
            found.push(diagnostic);
        }
    }
}
