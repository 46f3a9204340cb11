//! Which entry of the variables bundle belongs to which variable of the graph.
//!
//! The graph says it itself: it holds the operators that restore it. Names alone do not tell it in TensorFlow 2, where
//! entries are named after Python objects and variables need no unique name.

use std::collections::HashMap;

use super::body::{Body, Reference};
use super::bundle::Bundle;
use super::evaluate::Weights;
use super::proto::{Attr, FunctionDef, GraphDef, NodeDef};
use crate::ModelFiles;
use crate::tensor::TensorData;

/// How many nodes may lie between a restored tensor and what is assigned.
const MAX_STEPS: usize = 8;

/// The variables of a bundle, by the nodes of its graph.
pub(super) struct BundleWeights<'a, 'f> {
    pub(super) files: &'a mut ModelFiles<'f>,
    pub(super) bundle: Option<Bundle>,
    pub(super) keys: HashMap<String, String>,
}

impl Weights for BundleWeights<'_, '_> {
    fn variable(&mut self, node: &NodeDef) -> Result<TensorData, String> {
        let Some(bundle) = &mut self.bundle else {
            return Err("has no value: there is no `variables/variables.index`".into());
        };
        let key = self.keys.get(&node.name).cloned().or_else(|| {
            let shared = match node.attr.get("shared_name").and_then(|attr| attr.value.as_ref()) {
                Some(Attr::Text(name)) => String::from_utf8_lossy(name).into_owned(),
                _ => String::new(),
            };
            [node.name.clone(), shared]
                .into_iter()
                .find(|key| !key.is_empty() && bundle.contains(key))
        });
        let key = key.ok_or("has no value: nothing in the graph restores it, and no entry has its name")?;
        bundle.read(&key, self.files)
    }

    fn constant(&mut self, _: &NodeDef) -> Option<TensorData> {
        None
    }
}

/// The entries by the nodes of variables, as the graph restores them.
///
/// # Errors
///
/// When names of nodes are not unique.
pub(super) fn restored_keys(graph: &GraphDef) -> Result<HashMap<String, String>, String> {
    let main = Body::of_graph(&graph.node)?;
    let mut keys = HashMap::new();
    for (variable, key) in assignments(&main) {
        if let Some(holder) = holder(&main, variable.node) {
            keys.entry(holder.to_owned()).or_insert(key);
        }
    }
    let functions: Vec<&FunctionDef> = graph
        .library
        .iter()
        .flat_map(|library| &library.function)
        .filter(|function| function.node_def.iter().any(|node| node.op == "RestoreV2"))
        .collect();
    for function in functions {
        let body = Body::of_function(function)?;
        let name = function
            .signature
            .as_ref()
            .map(|signature| signature.name.as_str())
            .unwrap_or_default();
        let assigned = assignments(&body);
        for call in main.nodes().filter(|node| calls(node, name)) {
            for (variable, key) in &assigned {
                let given = body
                    .inputs
                    .iter()
                    .position(|input| *input == variable.node)
                    .and_then(|index| call.input.get(index))
                    .and_then(|input| Reference::parse(input));
                if let Some(given) = given
                    && let Some(holder) = holder(&main, given.node)
                {
                    keys.entry(holder.to_owned()).or_insert_with(|| key.clone());
                }
            }
        }
    }
    Ok(keys)
}

fn calls(node: &NodeDef, function: &str) -> bool {
    let named = match node.attr.get("f").and_then(|attr| attr.value.as_ref()) {
        Some(Attr::Function(called)) => called.name == function,
        _ => false,
    };
    named || node.op == function
}

/// Variables and entries of the assignments of restored tensors.
fn assignments<'a>(body: &Body<'a>) -> Vec<(Reference<'a>, String)> {
    let mut found = Vec::new();
    let writers = body
        .nodes()
        .filter(|node| matches!(node.op.as_str(), "Assign" | "AssignVariableOp"));
    for node in writers {
        let mut inputs = node.input.iter().filter_map(|input| Reference::parse(input));
        let (Some(variable), Some(mut value)) = (inputs.next(), inputs.next()) else {
            continue;
        };
        for _ in 0..MAX_STEPS {
            let Some(source) = body.node(value.node) else {
                break;
            };
            if source.op == "RestoreV2" {
                found.extend(restored_name(body, source, value.index).map(|key| (variable, key)));
                break;
            }
            match source.input.first().and_then(|input| Reference::parse(input)) {
                Some(before) if source.op == "Identity" => value = before,
                _ => break,
            }
        }
    }
    found
}

/// The name under which an output of `RestoreV2` is stored.
fn restored_name(body: &Body<'_>, restore: &NodeDef, index: usize) -> Option<String> {
    let names = Reference::parse(restore.input.get(1)?)?;
    let names = match body.node(names.node)?.attr.get("value")?.value.as_ref()? {
        Attr::Tensor(names) => names,
        _ => return None,
    };
    String::from_utf8(names.string_val.get(index)?.clone()).ok()
}

/// The node that holds a variable.
fn holder<'a>(main: &Body<'a>, name: &'a str) -> Option<&'a str> {
    let mut name = name;
    for _ in 0..MAX_STEPS {
        let node = main.node(name)?;
        match node.op.as_str() {
            "VarHandleOp" | "VariableV2" | "Variable" => return Some(&node.name),
            "Identity" => name = Reference::parse(node.input.first()?)?.node,
            _ => return None,
        }
    }
    None
}
