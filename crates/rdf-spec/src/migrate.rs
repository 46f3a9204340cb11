//! Steps from older forms of the format to the newest, on positioned nodes: what moves keeps its position.

use crate::diagnostic::{Code, Diagnostic};
use crate::document::{DocPath, Node, NodeKind};

/// One change of the format.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    /// Descriptions of this patch version of 0.4 and older are changed.
    last_patch: u64,
    apply: fn(&mut Node) -> Vec<Diagnostic>,
}

/// All changes from 0.4.0 on, oldest first.
static STEPS: &[Step] = &[Step {
    last_patch: 0,
    apply: move_dependencies,
}];

/// Brings the tree of a 0.4 model description into the newest form; says what moved.
pub(crate) fn to_latest(root: &mut Node, patch: u64) -> Vec<Diagnostic> {
    STEPS
        .iter()
        .filter(|step| patch <= step.last_patch)
        .flat_map(|step| (step.apply)(root))
        .collect()
}

/// 0.4.1: `dependencies` belongs to the PyTorch state dict; without such weights it has no use.
fn move_dependencies(root: &mut Node) -> Vec<Diagnostic> {
    let NodeKind::Mapping(root) = &mut root.kind else {
        return Vec::new();
    };
    let Some(dependencies) = root.entries.shift_remove("dependencies") else {
        return Vec::new();
    };
    let place = dependencies.key_span.start;
    let target = root
        .entries
        .get_mut("weights")
        .and_then(|weights| as_mapping(&mut weights.value))
        .and_then(|weights| weights.get_mut("pytorch_state_dict"))
        .and_then(|entry| as_mapping(&mut entry.value));
    let message = match target {
        Some(entry) if !entry.contains_key("dependencies") => {
            entry.insert("dependencies".to_owned(), dependencies);
            "since 0.4.1 `dependencies` stands in `weights.pytorch_state_dict`; it is read from there"
        }
        _ => {
            "since 0.4.1 `dependencies` stands in `weights.pytorch_state_dict`; without such weights it has no use"
        }
    };
    vec![Diagnostic::new(Code::MovedField, DocPath::root().join("dependencies"), message).at(place)]
}

fn as_mapping(node: &mut Node) -> Option<&mut indexmap::IndexMap<String, crate::document::Entry>> {
    match &mut node.kind {
        NodeKind::Mapping(mapping) => Some(&mut mapping.entries),
        _ => None,
    }
}
