//! Checks of an ONNX graph and its subgraphs: number of nodes, tensors, names and operators.

use std::collections::{BTreeSet, HashSet};

use super::proto::{AttributeProto, FunctionProto, GraphProto, ModelProto, NodeProto};
use super::{Engine, malformed, tensor_check, unsupported};
use crate::{LoadError, LoadErrorKind, WeightsFormat};

/// Checks that there are not too many nodes, all tensors, that each name is made once and each name that is used is
/// made, and that the engine has all operators.
pub(super) fn check(model: &ModelProto, engine: &Engine) -> Result<(), LoadError> {
    let functions = || model.functions.iter().flat_map(|function| &function.node);
    let found = model.graph.iter().map(node_count).sum::<u64>() + functions().map(nodes_of).sum::<u64>();
    if found > engine.max_nodes {
        return Err(LoadErrorKind::TooLarge {
            format: WeightsFormat::Onnx,
            found,
            limit: engine.max_nodes,
            unit: "nodes",
        }
        .into());
    }
    let mut check = Check {
        engine,
        functions: model
            .functions
            .iter()
            .map(|function| (function.domain.as_str(), function.name.as_str()))
            .collect(),
        scopes: Vec::new(),
        missing: BTreeSet::new(),
    };
    for function in &model.functions {
        check.function(function)?;
    }
    if let Some(graph) = &model.graph {
        check.graph(graph)?;
    }
    if check.missing.is_empty() {
        return Ok(());
    }
    let operators = check.missing.into_iter().collect();
    Err(LoadErrorKind::UnsupportedOperators {
        backend: engine.name,
        operators,
    }
    .into())
}

/// The nodes of a graph and of those nested in it, which are as deep as `wire` lets them be.
fn node_count(graph: &GraphProto) -> u64 {
    graph.node.iter().map(nodes_of).sum()
}

fn nodes_of(node: &NodeProto) -> u64 {
    1 + node
        .attribute
        .iter()
        .flat_map(graphs)
        .map(node_count)
        .sum::<u64>()
}

fn graphs(attribute: &AttributeProto) -> impl Iterator<Item = &GraphProto> {
    attribute.g.iter().chain(&attribute.graphs)
}

struct Check<'a> {
    engine: &'a Engine,
    /// Domain and name of the functions in the file, which are operators too.
    functions: HashSet<(&'a str, &'a str)>,
    /// The names of this graph and of those around it.
    scopes: Vec<HashSet<&'a str>>,
    /// Operators that the engine does not have.
    missing: BTreeSet<String>,
}

impl<'a> Check<'a> {
    fn graph(&mut self, graph: &'a GraphProto) -> Result<(), LoadError> {
        if let Some(sparse) = graph.sparse_initializer.first() {
            let name = sparse.values.as_ref().map_or("", |values| &values.name);
            return Err(unsupported(
                self.engine,
                format!("sparse initializers, like `{name}`"),
            ));
        }
        for tensor in &graph.initializer {
            tensor_check::check(tensor, self.engine)?;
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

    fn function(&mut self, function: &'a FunctionProto) -> Result<(), LoadError> {
        let mut names = HashSet::new();
        for name in &function.input {
            add(&mut names, name)?;
        }
        add_outputs(&mut names, &function.node)?;
        self.scopes.push(names);
        for node in &function.node {
            self.node(node)?;
        }
        for output in &function.output {
            self.defined(output, &format!("the outputs of the function {}", function.name))?;
        }
        self.scopes.pop();
        function
            .attribute_proto
            .iter()
            .try_for_each(|attribute| self.attribute(attribute))
    }

    fn node(&mut self, node: &'a NodeProto) -> Result<(), LoadError> {
        let operator = (node.domain.as_str(), node.op_type.as_str());
        if !self.functions.contains(&operator) && !(self.engine.has_operator)(operator.0, operator.1) {
            self.missing.insert(match operator {
                ("" | "ai.onnx", name) => name.to_owned(),
                (domain, name) => format!("{domain}.{name}"),
            });
        }
        for input in node.input.iter().filter(|name| !name.is_empty()) {
            self.defined(input, &node.op_type)?;
        }
        node.attribute
            .iter()
            .try_for_each(|attribute| self.attribute(attribute))
    }

    fn attribute(&mut self, attribute: &'a AttributeProto) -> Result<(), LoadError> {
        for tensor in attribute.t.iter().chain(&attribute.tensors) {
            tensor_check::check(tensor, self.engine)?;
        }
        if attribute
            .sparse_tensor
            .iter()
            .chain(&attribute.sparse_tensors)
            .next()
            .is_some()
        {
            return Err(unsupported(self.engine, "sparse constants".to_owned()));
        }
        graphs(attribute).try_for_each(|graph| self.graph(graph))
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
    add_outputs(&mut names, &graph.node)?;
    Ok(names)
}

fn add_outputs<'a>(names: &mut HashSet<&'a str>, nodes: &'a [NodeProto]) -> Result<(), LoadError> {
    nodes
        .iter()
        .flat_map(|node| &node.output)
        .filter(|name| !name.is_empty())
        .try_for_each(|name| add(names, name))
}

fn add<'a>(names: &mut HashSet<&'a str>, name: &'a str) -> Result<(), LoadError> {
    if names.insert(name) {
        Ok(())
    } else {
        Err(malformed(format!("`{name}` is made more than once")))
    }
}
