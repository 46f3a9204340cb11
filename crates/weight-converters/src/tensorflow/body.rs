//! The nodes of a graph or function, and the order in which they are computed.

use std::collections::{HashMap, HashSet};

use super::proto::{FunctionDef, NodeDef};

/// The nodes of a graph or function by name.
#[derive(Debug, Default)]
pub(super) struct Body<'a> {
    nodes: HashMap<&'a str, &'a NodeDef>,
    /// names of the inputs of a function
    pub(super) inputs: Vec<&'a str>,
    /// tensors that a function returns
    pub(super) outputs: Vec<Reference<'a>>,
}

/// A tensor: an output of a node, or an input of a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reference<'a> {
    /// The node, or the input of the function.
    pub(super) node: &'a str,
    /// The name of the output, in functions.
    pub(super) output: Option<&'a str>,
    /// The number of the output, counted from a named one where there is a name.
    pub(super) index: usize,
}

impl<'a> Reference<'a> {
    /// Reads `node`, `node:1` and, in functions, `node:output:1`.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.split(':');
        let node = parts.next().filter(|node| !node.is_empty())?;
        let (second, third) = (parts.next(), parts.next());
        if parts.next().is_some() {
            return None;
        }
        let (output, index) = match (second, third) {
            (None, _) => (None, 0),
            (Some(index), None) => (None, index.parse().ok()?),
            (Some(output), Some(index)) => (Some(output), index.parse().ok()?),
        };
        Some(Self { node, output, index })
    }
}

impl<'a> Body<'a> {
    /// The nodes of a graph.
    ///
    /// # Errors
    ///
    /// When a name occurs twice.
    pub(super) fn of_graph(nodes: &'a [NodeDef]) -> Result<Self, String> {
        let mut body = Self::default();
        for node in nodes {
            if body.nodes.insert(&node.name, node).is_some() {
                return Err(format!("two nodes have the name `{}`", node.name));
            }
        }
        Ok(body)
    }

    /// The nodes of a function.
    ///
    /// # Errors
    ///
    /// When a name occurs twice, or an output is not stated.
    pub(super) fn of_function(function: &'a FunctionDef) -> Result<Self, String> {
        let mut body = Self::of_graph(&function.node_def)?;
        let signature = function.signature.as_ref().ok_or("a function has no name")?;
        body.inputs = signature.input_arg.iter().map(|arg| arg.name.as_str()).collect();
        for output in &signature.output_arg {
            let tensor = function
                .ret
                .get(&output.name)
                .and_then(|tensor| Reference::parse(tensor))
                .ok_or_else(|| {
                    format!(
                        "the function `{}` does not say what it returns as `{}`",
                        signature.name, output.name
                    )
                })?;
            body.outputs.push(tensor);
        }
        Ok(body)
    }

    /// A node.
    pub(super) fn node(&self, name: &str) -> Option<&'a NodeDef> {
        self.nodes.get(name).copied()
    }

    /// The nodes that tensors depend on, each behind those that it depends on itself. Nodes of `given` are not entered.
    /// In a cycle (a loop of TensorFlow 1) the order is that of the first visit.
    pub(super) fn order(&self, wanted: &[Reference<'a>], given: impl Fn(&str) -> bool) -> Vec<&'a NodeDef> {
        let mut order = Vec::new();
        let mut seen: HashSet<&str> = HashSet::new();
        let mut stack: Vec<(&'a NodeDef, Vec<&'a str>)> = Vec::new();
        for reference in wanted {
            let mut next = Some(reference.node);
            loop {
                if let Some(name) = next.take()
                    && !given(name)
                    && let Some(node) = self.node(name)
                    && seen.insert(&node.name)
                {
                    let mut needs = self.needs(node);
                    needs.reverse();
                    stack.push((node, needs));
                }
                let Some((node, needs)) = stack.last_mut() else {
                    break;
                };
                match needs.pop() {
                    Some(name) => next = Some(name),
                    None => {
                        order.push(*node);
                        stack.pop();
                    }
                }
            }
        }
        order
    }

    /// What a node needs: its inputs, and the choice of a branch before which it may not run.
    fn needs(&self, node: &'a NodeDef) -> Vec<&'a str> {
        let data = node
            .input
            .iter()
            .filter_map(|input| Reference::parse(input))
            .filter(|reference| !reference.node.starts_with('^'))
            .map(|reference| reference.node);
        data.chain(self.pivots(node)).collect()
    }

    /// The nodes that say whether a node of a branch of TensorFlow 1 runs.
    pub(super) fn pivots(&self, node: &'a NodeDef) -> impl Iterator<Item = &'a str> {
        node.input.iter().filter_map(|input| {
            let before = self.node(input.strip_prefix('^')?)?;
            let is_pivot = match before.op.as_str() {
                "Switch" => true,
                "Identity" => before
                    .input
                    .first()
                    .and_then(|input| Reference::parse(input))
                    .and_then(|reference| self.node(reference.node))
                    .is_some_and(|node| node.op == "Switch"),
                _ => false,
            };
            is_pivot.then_some(before.name.as_str())
        })
    }

    /// A node that writes a variable and has to run before this one.
    pub(super) fn written_before(&self, node: &NodeDef) -> Option<&'a NodeDef> {
        node.input
            .iter()
            .filter_map(|input| self.node(input.strip_prefix('^')?))
            .find(|before| before.op.starts_with("Assign"))
    }

    /// All nodes.
    pub(super) fn nodes(&self) -> impl Iterator<Item = &'a NodeDef> {
        self.nodes.values().copied()
    }
}
