//! The messages of TensorFlow's files.
//!
//! A hand-written subset of the public `.proto` files of TensorFlow (Apache-2.0, `tensorflow/core/framework` and
//! `tensorflow/core/protobuf`) with their field numbers, so neither a build script nor `protoc` is needed. Fields that are not
//! needed are skipped when a file is read.

use std::collections::HashMap;

/// `saved_model.pb`.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct SavedModel {
    /// version of the format, 1
    #[prost(int64, tag = "1")]
    pub(crate) schema_version: i64,
    /// the same network for different purposes
    #[prost(message, repeated, tag = "2")]
    pub(crate) meta_graphs: Vec<MetaGraphDef>,
}

/// A graph and what is known about it.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct MetaGraphDef {
    /// for what purpose it is
    #[prost(message, optional, tag = "1")]
    pub(crate) meta_info: Option<MetaInfoDef>,
    /// the graph
    #[prost(message, optional, tag = "2")]
    pub(crate) graph: Option<GraphDef>,
    /// ways to call it
    #[prost(map = "string, message", tag = "5")]
    pub(crate) signatures: HashMap<String, SignatureDef>,
    /// the objects of TensorFlow 2
    #[prost(message, optional, tag = "7")]
    pub(crate) object_graph: Option<SavedObjectGraph>,
}

/// For what a graph is.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message)]
pub(crate) struct MetaInfoDef {
    /// `serve`, `train`, ...
    #[prost(string, repeated, tag = "4")]
    pub(crate) tags: Vec<String>,
}

/// A way to call a graph: names for some of its tensors.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct SignatureDef {
    /// inputs by key
    #[prost(map = "string, message", tag = "1")]
    pub(crate) inputs: HashMap<String, TensorInfo>,
    /// outputs by key
    #[prost(map = "string, message", tag = "2")]
    pub(crate) outputs: HashMap<String, TensorInfo>,
    /// what kind of call it is
    #[prost(string, tag = "3")]
    pub(crate) method: String,
}

/// A tensor of a signature.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct TensorInfo {
    /// `node:index`
    #[prost(string, tag = "1")]
    pub(crate) name: String,
    /// element type
    #[prost(int32, tag = "2")]
    pub(crate) dtype: i32,
    /// shape as far as it is known
    #[prost(message, optional, tag = "3")]
    pub(crate) shape: Option<TensorShapeProto>,
}

/// A shape.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct TensorShapeProto {
    /// the axes
    #[prost(message, repeated, tag = "2")]
    pub(crate) dim: Vec<DimProto>,
    /// not even the number of axes is known
    #[prost(bool, tag = "3")]
    pub(crate) unknown_rank: bool,
}

/// An axis of a shape.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message)]
pub(crate) struct DimProto {
    /// length, -1 if it is open
    #[prost(int64, tag = "1")]
    pub(crate) size: i64,
}

/// Nodes and functions.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct GraphDef {
    /// nodes in any order
    #[prost(message, repeated, tag = "1")]
    pub(crate) node: Vec<NodeDef>,
    /// functions that nodes call
    #[prost(message, optional, tag = "2")]
    pub(crate) library: Option<FunctionDefLibrary>,
}

/// Functions.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct FunctionDefLibrary {
    /// functions in any order
    #[prost(message, repeated, tag = "1")]
    pub(crate) function: Vec<FunctionDef>,
}

/// A function.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct FunctionDef {
    /// name, inputs and outputs
    #[prost(message, optional, tag = "1")]
    pub(crate) signature: Option<OpDef>,
    /// nodes in any order
    #[prost(message, repeated, tag = "3")]
    pub(crate) node_def: Vec<NodeDef>,
    /// the tensor of each output: `node:output:index`
    #[prost(map = "string, string", tag = "4")]
    pub(crate) ret: HashMap<String, String>,
}

/// Name, inputs and outputs.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct OpDef {
    /// name
    #[prost(string, tag = "1")]
    pub(crate) name: String,
    /// inputs
    #[prost(message, repeated, tag = "2")]
    pub(crate) input_arg: Vec<ArgDef>,
    /// outputs
    #[prost(message, repeated, tag = "3")]
    pub(crate) output_arg: Vec<ArgDef>,
}

/// An input or output of a function.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message)]
pub(crate) struct ArgDef {
    /// name
    #[prost(string, tag = "1")]
    pub(crate) name: String,
}

/// A node.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct NodeDef {
    /// name
    #[prost(string, tag = "1")]
    pub(crate) name: String,
    /// operator, or function
    #[prost(string, tag = "2")]
    pub(crate) op: String,
    /// tensors that go in, then `^node` that have to run before
    #[prost(string, repeated, tag = "3")]
    pub(crate) input: Vec<String>,
    /// parameters
    #[prost(map = "string, message", tag = "5")]
    pub(crate) attr: HashMap<String, AttrValue>,
}

/// A parameter of a node.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct AttrValue {
    /// the parameter
    #[prost(oneof = "Attr", tags = "1, 2, 3, 4, 5, 6, 7, 8, 10")]
    pub(crate) value: Option<Attr>,
}

/// The kinds of parameters.
#[derive(Clone, PartialEq, prost::Oneof)]
pub(crate) enum Attr {
    /// several
    #[prost(message, tag = "1")]
    List(ListValue),
    /// text
    #[prost(bytes, tag = "2")]
    Text(Vec<u8>),
    /// whole number
    #[prost(int64, tag = "3")]
    Int(i64),
    /// number
    #[prost(float, tag = "4")]
    Float(f32),
    /// truth value
    #[prost(bool, tag = "5")]
    Flag(bool),
    /// element type
    #[prost(int32, tag = "6")]
    Type(i32),
    /// shape
    #[prost(message, tag = "7")]
    Shape(TensorShapeProto),
    /// tensor
    #[prost(message, tag = "8")]
    Tensor(TensorProto),
    /// function
    #[prost(message, tag = "10")]
    Function(NameAttrList),
}

/// Several parameters of one kind.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct ListValue {
    /// texts
    #[prost(bytes = "vec", repeated, tag = "2")]
    pub(crate) s: Vec<Vec<u8>>,
    /// whole numbers
    #[prost(int64, repeated, tag = "3")]
    pub(crate) i: Vec<i64>,
    /// numbers
    #[prost(float, repeated, tag = "4")]
    pub(crate) f: Vec<f32>,
    /// functions
    #[prost(message, repeated, tag = "9")]
    pub(crate) func: Vec<NameAttrList>,
}

/// A function that is named in a parameter.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message)]
pub(crate) struct NameAttrList {
    /// its name
    #[prost(string, tag = "1")]
    pub(crate) name: String,
}

/// A tensor.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct TensorProto {
    /// element type
    #[prost(int32, tag = "1")]
    pub(crate) dtype: i32,
    /// shape
    #[prost(message, optional, tag = "2")]
    pub(crate) shape: Option<TensorShapeProto>,
    /// all elements as they lie in memory
    #[prost(bytes = "vec", tag = "4")]
    pub(crate) content: Vec<u8>,
    /// elements of `DT_FLOAT`
    #[prost(float, repeated, tag = "5")]
    pub(crate) float_val: Vec<f32>,
    /// elements of `DT_DOUBLE`
    #[prost(double, repeated, tag = "6")]
    pub(crate) double_val: Vec<f64>,
    /// elements of `DT_INT32`, `DT_INT16`, `DT_INT8`, `DT_UINT8`
    #[prost(int32, repeated, tag = "7")]
    pub(crate) int_val: Vec<i32>,
    /// elements of `DT_STRING`
    #[prost(bytes = "vec", repeated, tag = "8")]
    pub(crate) string_val: Vec<Vec<u8>>,
    /// elements of `DT_INT64`
    #[prost(int64, repeated, tag = "10")]
    pub(crate) int64_val: Vec<i64>,
    /// elements of `DT_BOOL`
    #[prost(bool, repeated, tag = "11")]
    pub(crate) bool_val: Vec<bool>,
    /// bits of elements of `DT_HALF` and `DT_BFLOAT16`
    #[prost(int32, repeated, tag = "13")]
    pub(crate) half_val: Vec<i32>,
}

/// The objects of TensorFlow 2; only what Keras says about itself.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct SavedObjectGraph {
    /// the objects; the first is the model
    #[prost(message, repeated, tag = "1")]
    pub(crate) nodes: Vec<SavedObject>,
}

/// An object of TensorFlow 2.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct SavedObject {
    /// an object of a Python class
    #[prost(message, optional, tag = "4")]
    pub(crate) user: Option<SavedUserObject>,
}

/// An object of a Python class.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message)]
pub(crate) struct SavedUserObject {
    /// `_tf_keras_network`, ...
    #[prost(string, tag = "1")]
    pub(crate) identifier: String,
    /// JSON of Keras up to 2.4
    #[prost(string, tag = "3")]
    pub(crate) metadata: String,
}

/// The first entry of a variables index.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message)]
pub(crate) struct BundleHeader {
    /// number of files with elements
    #[prost(int32, tag = "1")]
    pub(crate) num_shards: i32,
    /// 0 for little-endian, 1 for big-endian
    #[prost(int32, tag = "2")]
    pub(crate) endianness: i32,
}

/// Where the elements of a variable are.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct BundleEntry {
    /// element type
    #[prost(int32, tag = "1")]
    pub(crate) dtype: i32,
    /// shape
    #[prost(message, optional, tag = "2")]
    pub(crate) shape: Option<TensorShapeProto>,
    /// file
    #[prost(int32, tag = "3")]
    pub(crate) shard: i32,
    /// first byte in the file
    #[prost(int64, tag = "4")]
    pub(crate) offset: i64,
    /// number of bytes
    #[prost(int64, tag = "5")]
    pub(crate) size: i64,
    /// masked checksum of the bytes
    #[prost(fixed32, tag = "6")]
    pub(crate) crc32c: u32,
    /// parts of a variable that was stored in parts; each has an entry of its own
    #[prost(message, repeated, tag = "7")]
    pub(crate) slices: Vec<TensorSliceProto>,
}

/// A part of a variable.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message)]
pub(crate) struct TensorSliceProto {
    /// a range of each axis; empty for the whole axis
    #[prost(message, repeated, tag = "1")]
    pub(crate) extent: Vec<ExtentProto>,
}

/// A range of an axis.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message)]
pub(crate) struct ExtentProto {
    /// first index
    #[prost(int64, tag = "1")]
    pub(crate) start: i64,
}
