//! Checks of an ONNX graph and its subgraphs: number of nodes, tensors, names and operators.

use std::collections::{BTreeSet, HashSet};

use tract_onnx::model::Onnx;
use tract_onnx::pb::{GraphProto, NodeProto};

use super::read::malformed;
use super::{NAME, tensor_check};
use crate::{LoadError, LoadErrorKind, WeightsFormat};

/// The number of nodes of all graphs in a file, constants included. The time that tract takes to optimise a network
/// grows with its square, as each patch is compared with all nodes: 1500 convolutions in a row take up to 25 s, 1500
/// `Relu` 2 s. Exported transformers have a few thousand nodes, most of them constants that cost little.
const MAX_NODES: u64 = 6000;

/// The domains whose operators tract registers. It looks operators up by name alone, so a name of another domain could
/// run something else than what was meant.
const KNOWN_DOMAINS: [&str; 4] = ["", "ai.onnx", "ai.onnx.ml", "com.microsoft"];

/// Checks that there are not too many nodes, all tensors, that each name is made once and each name that is used is
/// made, and that tract has all operators.
pub(super) fn check(graph: &GraphProto) -> Result<(), LoadError> {
    let found = node_count(graph);
    if found > MAX_NODES {
        return Err(LoadErrorKind::TooLarge {
            format: WeightsFormat::Onnx,
            found,
            limit: MAX_NODES,
            unit: "nodes",
        }
        .into());
    }
    let tract = tract_onnx::onnx();
    let mut check = Check {
        tract: &tract,
        scopes: Vec::new(),
        missing: BTreeSet::new(),
    };
    check.graph(graph)?;
    if check.missing.is_empty() {
        return Ok(());
    }
    let operators = check.missing.into_iter().collect();
    Err(LoadErrorKind::UnsupportedOperators {
        backend: NAME,
        operators,
    }
    .into())
}

/// The nodes of a graph and of those nested in it, which are as deep as `wire` lets them be.
fn node_count(graph: &GraphProto) -> u64 {
    let nested = |node: &NodeProto| -> u64 {
        let graphs = node
            .attribute
            .iter()
            .flat_map(|attribute| attribute.g.iter().chain(&attribute.graphs));
        graphs.map(node_count).sum()
    };
    graph.node.iter().map(|node| 1 + nested(node)).sum()
}

struct Check<'a> {
    tract: &'a Onnx,
    /// The names of this graph and of those around it.
    scopes: Vec<HashSet<&'a str>>,
    /// Operators that tract does not have.
    missing: BTreeSet<String>,
}

impl<'a> Check<'a> {
    fn graph(&mut self, graph: &'a GraphProto) -> Result<(), LoadError> {
        if let Some(sparse) = graph.sparse_initializer.first() {
            let name = sparse.values.as_ref().map_or("", |values| &values.name);
            let feature = format!("sparse initializers, like `{name}`");
            return Err(LoadErrorKind::UnsupportedFeature {
                backend: NAME,
                feature,
            }
            .into());
        }
        for tensor in &graph.initializer {
            tensor_check::check(tensor)?;
        }
        self.scopes.push(names(graph)?);
        for node in &graph.node {
            self.node(node)?;
        }
        for output in &graph.output {
            self.defined(&output.name, "the outputs of the graph")?;
        }
        self.scopes.pop();
        Ok(())
    }

    fn node(&mut self, node: &'a NodeProto) -> Result<(), LoadError> {
        let domain = node.domain.as_str();
        if !KNOWN_DOMAINS.contains(&domain) {
            self.missing.insert(format!("{domain}.{}", node.op_type));
        } else if !self.tract.op_register.0.contains_key(&node.op_type) {
            self.missing.insert(node.op_type.clone());
        }
        for input in node.input.iter().filter(|name| !name.is_empty()) {
            self.defined(input, &node.op_type)?;
        }
        for attribute in &node.attribute {
            for tensor in attribute.t.iter().chain(&attribute.tensors) {
                tensor_check::check(tensor)?;
            }
            for graph in attribute.g.iter().chain(&attribute.graphs) {
                self.graph(graph)?;
            }
        }
        Ok(())
    }

    fn defined(&self, name: &str, user: &str) -> Result<(), LoadError> {
        if self.scopes.iter().any(|names| names.contains(name)) {
            return Ok(());
        }
        Err(malformed(format!(
            "`{name}` is used by {user}, but no node or initializer makes it and it is no input"
        )))
    }
}

/// All names that a graph makes.
fn names(graph: &GraphProto) -> Result<HashSet<&str>, LoadError> {
    let mut initializers = HashSet::new();
    for tensor in &graph.initializer {
        add(&mut initializers, &tensor.name)?;
    }
    let mut names = HashSet::new();
    for input in &graph.input {
        add(&mut names, &input.name)?;
    }
    // An input that is an initializer too is a constant with a default; exporters of before 2019 write all of them so.
    names.extend(initializers);
    for output in graph
        .node
        .iter()
        .flat_map(|node| &node.output)
        .filter(|name| !name.is_empty())
    {
        add(&mut names, output)?;
    }
    Ok(names)
}

fn add<'a>(names: &mut HashSet<&'a str>, name: &'a str) -> Result<(), LoadError> {
    if names.insert(name) {
        Ok(())
    } else {
        Err(malformed(format!("`{name}` is made more than once")))
    }
}
