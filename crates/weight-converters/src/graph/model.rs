//! From a graph to an ONNX model.

use std::collections::HashSet;

use super::node::Node;
use super::{Graph, GraphError, TensorRef, signed};
use crate::onnx::{
    DimensionProto, GraphProto, IR_VERSION, ModelProto, NodeProto, OperatorSetIdProto, TensorProto,
    TensorShapeProto, TensorTypeProto, TypeProto, ValueInfoProto, dimension_value, type_value,
};

impl Graph {
    /// The finished model as the bytes of an ONNX file; the same calls give the same bytes.
    ///
    /// # Errors
    /// [`GraphError::ModelTooLarge`] from 2 GiB on.
    pub(crate) fn into_model_bytes(self, name: &str) -> Result<Vec<u8>, GraphError> {
        self.into_model(name).to_bytes()
    }

    /// The finished model. Nodes and constants that no output needs are left out; inputs stay, used or not.
    pub(crate) fn into_model(mut self, name: &str) -> ModelProto {
        let renamed = self.name_outputs();
        let alive = self.alive();
        let mut graph = GraphProto {
            name: Some(name.to_owned()),
            ..GraphProto::default()
        };
        let mut written = HashSet::new();
        for node in self
            .nodes
            .iter()
            .enumerate()
            .filter(|(index, _)| alive.contains(index))
            .map(|(_, node)| node)
        {
            for input in node.inputs.iter().flatten() {
                if let Some(data) = &input.constant
                    && written.insert(input.id)
                {
                    graph.initializer.push(TensorProto {
                        dims: data.shape.iter().map(|&length| signed(length)).collect(),
                        data_type: Some(data.dtype.onnx_code()),
                        name: Some(input.name.clone()),
                        raw_data: Some(data.bytes.to_vec()),
                    });
                }
            }
            graph.node.push(node_proto(node, &renamed));
        }
        graph.input = self
            .inputs
            .iter()
            .map(|input| value_info(&input.name, input))
            .collect();
        graph.output = self
            .outputs
            .iter()
            .map(|(name, value)| value_info(name, value))
            .collect();
        ModelProto {
            ir_version: Some(IR_VERSION),
            producer_name: Some(env!("CARGO_PKG_NAME").to_owned()),
            producer_version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            graph: Some(graph),
            opset_import: vec![OperatorSetIdProto {
                domain: Some(String::new()),
                version: Some(self.opset),
            }],
            ..ModelProto::default()
        }
    }

    /// Gives each output a node of its own and returns the values that are written under another name.
    fn name_outputs(&mut self) -> Vec<(usize, String)> {
        let mut renamed: Vec<(usize, String)> = Vec::new();
        let names: Vec<String> = self.outputs.iter().map(|(name, _)| name.clone()).collect();
        for index in 0..self.outputs.len() {
            let (name, value) = self.outputs[index].clone();
            let is_computed = self.producers.contains_key(&value.id);
            let has_name = renamed.iter().any(|(id, _)| *id == value.id);
            // another value may have the output's name already: it is renamed at its producer
            if is_computed && !has_name {
                renamed.push((value.id, name));
            } else {
                let node_name = self.unique_name(&format!("{name}/Identity"));
                let output = self.new_value(name.clone(), value.dtype, value.shape.clone(), None);
                self.producers.insert(output.id, self.nodes.len());
                self.nodes.push(Node {
                    operator: "Identity",
                    name: node_name,
                    inputs: vec![Some(value)],
                    attributes: Vec::new(),
                    outputs: vec![output.clone()],
                });
                renamed.push((output.id, name.clone()));
                self.outputs[index].1 = output;
            }
        }
        // inner values must not carry the name of an output
        let mut clashing = Vec::new();
        for node in &self.nodes {
            for value in &node.outputs {
                if names.contains(&value.name) && !renamed.iter().any(|(id, _)| *id == value.id) {
                    clashing.push((value.id, value.name.clone()));
                }
            }
        }
        for (id, name) in clashing {
            let name = self.unique_name(&format!("{name}/inner"));
            renamed.push((id, name));
        }
        renamed
    }

    /// Indices of the nodes on which an output depends.
    fn alive(&self) -> HashSet<usize> {
        let mut alive = HashSet::new();
        let mut open: Vec<usize> = self
            .outputs
            .iter()
            .filter_map(|(_, value)| self.producers.get(&value.id).copied())
            .collect();
        while let Some(index) = open.pop() {
            if alive.insert(index) {
                let inputs = self.nodes[index].inputs.iter().flatten();
                open.extend(inputs.filter_map(|input| self.producers.get(&input.id).copied()));
            }
        }
        alive
    }
}

fn written_name(value: &TensorRef, renamed: &[(usize, String)]) -> String {
    renamed
        .iter()
        .find(|(id, _)| *id == value.id)
        .map_or_else(|| value.name.clone(), |(_, name)| name.clone())
}

fn node_proto(node: &Node, renamed: &[(usize, String)]) -> NodeProto {
    NodeProto {
        input: node
            .inputs
            .iter()
            .map(|input| {
                input
                    .as_ref()
                    .map(|value| written_name(value, renamed))
                    .unwrap_or_default()
            })
            .collect(),
        output: node
            .outputs
            .iter()
            .map(|value| written_name(value, renamed))
            .collect(),
        name: Some(node.name.clone()),
        op_type: Some(node.operator.to_owned()),
        attribute: node
            .attributes
            .iter()
            .map(|(name, value)| value.to_proto(name))
            .collect(),
        ..NodeProto::default()
    }
}

fn value_info(name: &str, value: &TensorRef) -> ValueInfoProto {
    let dim = value
        .shape
        .iter()
        .map(|&length| DimensionProto {
            value: Some(dimension_value::Value::DimValue(signed(length))),
        })
        .collect();
    ValueInfoProto {
        name: Some(name.to_owned()),
        r#type: Some(TypeProto {
            value: Some(type_value::Value::TensorType(TensorTypeProto {
                elem_type: Some(value.dtype.onnx_code()),
                shape: Some(TensorShapeProto { dim }),
            })),
        }),
        ..ValueInfoProto::default()
    }
}
