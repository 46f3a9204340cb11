//! A network without the lengths that its exporter wrote down.

mod outside;

use std::borrow::Cow;

use prost::Message;
use prost::encoding::{WireType, encode_key, encode_varint, encoded_len_varint, key_len};

use self::outside::Outside;
use super::fields::fields;
use super::malformed;
use super::proto::{Dimension, GraphProto, TypeValue, ValueInfoProto};
use crate::LoadError;

/// `ModelProto.graph`.
const GRAPH: u64 = 7;
/// `GraphProto.initializer`.
const INITIALIZER: u64 = 5;
/// `GraphProto.input`.
const INPUT: u64 = 11;
/// `GraphProto.output`.
const OUTPUT: u64 = 12;
/// `GraphProto.value_info`.
const VALUE_INFO: u64 = 13;

/// The same network, but the shapes of its inputs and outputs state only how many axes there are, and the shapes of
/// intermediate tensors are gone: lengths in a file are those of the exporter's example, and symbols contradict each
/// other. Inputs that have a default stay as they are, and all else is copied.
///
/// `content` is what [`read`](super::read) gives.
pub(crate) fn without_lengths(content: &[u8]) -> Result<Vec<u8>, LoadError> {
    rewritten(content, None)
}

/// A network whose large weights are beside it.
#[derive(Debug)]
pub(crate) struct Split<'c> {
    /// The network, in the encoding of the file.
    pub(crate) network: Vec<u8>,
    /// The elements of initializers, with their offsets in the file of the weights.
    pub(crate) weights: Vec<(u64, &'c [u8])>,
}

/// The same network [without lengths](without_lengths) and without the elements of its large initializers, which are said
/// to be in the file `location` beside it.
pub(crate) fn without_lengths_and_weights<'c>(
    content: &'c [u8],
    location: &str,
) -> Result<Split<'c>, LoadError> {
    let mut outside = Outside::new(location);
    let network = rewritten(content, Some(&mut outside))?;
    let weights = outside.payloads;
    Ok(Split { network, weights })
}

fn rewritten<'c>(content: &'c [u8], mut outside: Option<&mut Outside<'c>>) -> Result<Vec<u8>, LoadError> {
    let mut model = Vec::new();
    for field in fields(content) {
        let field = field?;
        if field.number == GRAPH {
            let graph = relaxed_graph(&content[field.payload], outside.as_deref_mut())?;
            model.reserve(graph.length());
            encode_key(7, WireType::LengthDelimited, &mut model);
            encode_varint(graph.length() as u64, &mut model);
            graph.write(&mut model);
        } else {
            model.extend_from_slice(&content[field.whole]);
        }
    }
    Ok(model)
}

/// A graph in pieces, so that its weights are copied once only.
struct Pieces<'a> {
    kept: Vec<Cow<'a, [u8]>>,
    ports: Vec<(u32, ValueInfoProto)>,
}

impl Pieces<'_> {
    fn length(&self) -> usize {
        let kept: usize = self.kept.iter().map(|piece| piece.len()).sum();
        let ports = self.ports.iter().map(|(number, port)| {
            let length = port.encoded_len();
            key_len(*number) + encoded_len_varint(length as u64) + length
        });
        kept + ports.sum::<usize>()
    }

    fn write(&self, target: &mut Vec<u8>) {
        for piece in &self.kept {
            target.extend_from_slice(piece);
        }
        for (number, port) in &self.ports {
            encode_key(*number, WireType::LengthDelimited, target);
            encode_varint(port.encoded_len() as u64, target);
            target.extend(port.encode_to_vec());
        }
    }
}

fn relaxed_graph<'c>(
    graph: &'c [u8],
    mut outside: Option<&mut Outside<'c>>,
) -> Result<Pieces<'c>, LoadError> {
    let mut initialized = Vec::new();
    for field in fields(graph) {
        let field = field?;
        if field.number == INITIALIZER {
            // A graph with this one initializer only: its name is all that is asked for.
            let one =
                GraphProto::decode(&graph[field.whole]).map_err(|error| malformed(error.to_string()))?;
            initialized.extend(one.initializer.into_iter().map(|tensor| tensor.name));
        }
    }
    let mut pieces = Pieces {
        kept: Vec::new(),
        ports: Vec::new(),
    };
    for field in fields(graph) {
        let field = field?;
        match field.number {
            VALUE_INFO => {}
            INPUT | OUTPUT => {
                let mut port = ValueInfoProto::decode(&graph[field.payload])
                    .map_err(|error| malformed(error.to_string()))?;
                if field.number == INPUT && initialized.contains(&port.name) {
                    pieces.kept.push(graph[field.whole].into());
                    continue;
                }
                forget_lengths(&mut port);
                pieces
                    .ports
                    .push((if field.number == INPUT { 11 } else { 12 }, port));
            }
            INITIALIZER => {
                let outside = outside.as_deref_mut();
                let moved = outside.and_then(|outside| outside.take(&graph[field.payload]));
                pieces
                    .kept
                    .push(moved.map_or_else(|| graph[field.whole].into(), Cow::Owned));
            }
            _ => pieces.kept.push(graph[field.whole].into()),
        }
    }
    Ok(pieces)
}

fn forget_lengths(port: &mut ValueInfoProto) {
    if let Some(declared) = &mut port.r#type
        && let Some(TypeValue::Tensor(tensor)) = &mut declared.value
        && let Some(shape) = &mut tensor.shape
    {
        shape.dim.fill(Dimension::default());
    }
}

#[cfg(test)]
mod tests {
    use super::super::proto::ModelProto;
    use super::*;

    fn network(name: &str) -> Vec<u8> {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/networks/");
        std::fs::read(format!("{folder}{name}")).unwrap()
    }

    #[test]
    fn lengths_go_and_ranks_stay() {
        let before = network("unet_fixed_size.onnx");
        let after = without_lengths(&before).unwrap();
        let [before, after] =
            [&before, &after].map(|bytes| ModelProto::decode(bytes.as_slice()).unwrap().graph.unwrap());
        assert_eq!(after.node, before.node);
        assert_eq!(after.initializer, before.initializer);
        for port in after.input.iter().chain(&after.output) {
            let Some(TypeValue::Tensor(tensor)) = &port.r#type.as_ref().unwrap().value else {
                panic!("{port:?}")
            };
            let dims = &tensor.shape.as_ref().unwrap().dim;
            assert_eq!(dims.len(), 4);
            assert!(dims.iter().all(|dim| dim.dim_value.is_none()));
        }
        assert_ne!(after.input, before.input);
    }

    #[test]
    fn inputs_with_a_default_keep_their_shape() {
        let after = without_lengths(&network("two_inputs_two_outputs.onnx")).unwrap();
        let graph = ModelProto::decode(after.as_slice()).unwrap().graph.unwrap();
        let names: Vec<_> = graph.input.iter().map(|port| port.name.as_str()).collect();
        assert_eq!(names, ["factor", "a", "b"]);
        let factor = graph.input[0].r#type.clone().unwrap();
        assert!(format!("{factor:?}").contains("Some(1)"), "{factor:?}");
    }

    #[test]
    fn a_truncated_message_is_an_error() {
        let whole = network("unet.onnx");
        assert!(without_lengths(&whole[..whole.len() / 2]).is_err());
        assert!(without_lengths(&[0x3a, 200]).is_err());
    }
}
