//! ONNX files: the messages of the format and how they are written.
//!
//! The messages are a hand-written subset of `onnx.proto` of the ONNX project (Apache-2.0,
//! <https://github.com/onnx/onnx/blob/main/onnx/onnx.proto>), with its field numbers, so neither a build script nor
//! `protoc` is needed. What a converter does not write (training, functions, sparse tensors, sub-graphs) is left out;
//! such fields are skipped when a file is read.

mod proto;

pub(crate) use proto::{
    AttributeProto, DimensionProto, GraphProto, ModelProto, NodeProto, OperatorSetIdProto, TensorProto,
    TensorShapeProto, TensorTypeProto, TypeProto, ValueInfoProto, attribute_type, dimension_value,
    type_value,
};

use prost::Message;

use crate::graph::GraphError;

/// Version of the file format that is written: 8 came with opset 17 and 18; read by onnxruntime 1.12 and later.
pub(crate) const IR_VERSION: i64 = 8;

/// Version of the operators that are written: 17 has all that the converters need (`LayerNormalization` came with it),
/// and is read by onnxruntime 1.12 and later and by tract.
pub(crate) const OPSET_VERSION: i64 = 17;

/// Size below which a file of protocol buffers has to stay.
const LARGEST_FILE: u64 = 1 << 31;

impl ModelProto {
    /// The file's bytes; the same model gives the same bytes.
    ///
    /// # Errors
    /// [`GraphError::ModelTooLarge`] from 2 GiB on.
    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>, GraphError> {
        let bytes = self.encoded_len() as u64;
        if bytes >= LARGEST_FILE {
            return Err(GraphError::ModelTooLarge { bytes });
        }
        Ok(self.encode_to_vec())
    }
}
