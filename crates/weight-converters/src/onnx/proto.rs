//! The messages. Names and numbers are those of `onnx.proto` (see the module above), so its documentation applies.

/// A model: one graph, the operator sets that it uses, and where it comes from.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct ModelProto {
    /// version of the file format
    #[prost(int64, optional, tag = "1")]
    pub(crate) ir_version: Option<i64>,
    /// program that wrote the file
    #[prost(string, optional, tag = "2")]
    pub(crate) producer_name: Option<String>,
    /// its version
    #[prost(string, optional, tag = "3")]
    pub(crate) producer_version: Option<String>,
    /// text for people
    #[prost(string, optional, tag = "6")]
    pub(crate) doc_string: Option<String>,
    /// the network
    #[prost(message, optional, tag = "7")]
    pub(crate) graph: Option<GraphProto>,
    /// operator sets
    #[prost(message, repeated, tag = "8")]
    pub(crate) opset_import: Vec<OperatorSetIdProto>,
    /// notes as keys and values
    #[prost(message, repeated, tag = "14")]
    pub(crate) metadata_props: Vec<StringStringEntryProto>,
}

/// A key and a value.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message)]
pub(crate) struct StringStringEntryProto {
    /// key
    #[prost(string, optional, tag = "1")]
    pub(crate) key: Option<String>,
    /// value
    #[prost(string, optional, tag = "2")]
    pub(crate) value: Option<String>,
}

/// A version of a set of operators; the empty domain is that of ONNX itself.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message)]
pub(crate) struct OperatorSetIdProto {
    /// domain
    #[prost(string, optional, tag = "1")]
    pub(crate) domain: Option<String>,
    /// version
    #[prost(int64, optional, tag = "2")]
    pub(crate) version: Option<i64>,
}

/// A graph: nodes in an order in which they can be computed.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct GraphProto {
    /// nodes
    #[prost(message, repeated, tag = "1")]
    pub(crate) node: Vec<NodeProto>,
    /// name of the graph
    #[prost(string, optional, tag = "2")]
    pub(crate) name: Option<String>,
    /// constants, named by their tensor
    #[prost(message, repeated, tag = "5")]
    pub(crate) initializer: Vec<TensorProto>,
    /// text for people
    #[prost(string, optional, tag = "10")]
    pub(crate) doc_string: Option<String>,
    /// inputs
    #[prost(message, repeated, tag = "11")]
    pub(crate) input: Vec<ValueInfoProto>,
    /// outputs
    #[prost(message, repeated, tag = "12")]
    pub(crate) output: Vec<ValueInfoProto>,
    /// types of values between inputs and outputs
    #[prost(message, repeated, tag = "13")]
    pub(crate) value_info: Vec<ValueInfoProto>,
}

/// One operation.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct NodeProto {
    /// names of what goes in; an empty name leaves an optional input out
    #[prost(string, repeated, tag = "1")]
    pub(crate) input: Vec<String>,
    /// names of what comes out
    #[prost(string, repeated, tag = "2")]
    pub(crate) output: Vec<String>,
    /// name of the node
    #[prost(string, optional, tag = "3")]
    pub(crate) name: Option<String>,
    /// operator
    #[prost(string, optional, tag = "4")]
    pub(crate) op_type: Option<String>,
    /// parameters
    #[prost(message, repeated, tag = "5")]
    pub(crate) attribute: Vec<AttributeProto>,
    /// text for people
    #[prost(string, optional, tag = "6")]
    pub(crate) doc_string: Option<String>,
    /// operator set; empty for that of ONNX itself
    #[prost(string, optional, tag = "7")]
    pub(crate) domain: Option<String>,
}

/// The numbers of `AttributeProto.AttributeType`.
pub(crate) mod attribute_type {
    /// one `f32`
    pub(crate) const FLOAT: i32 = 1;
    /// one `i64`
    pub(crate) const INT: i32 = 2;
    /// text as bytes
    pub(crate) const STRING: i32 = 3;
    /// integers
    pub(crate) const INTS: i32 = 7;
    /// texts
    pub(crate) const STRINGS: i32 = 8;
}

/// A parameter of a node.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct AttributeProto {
    /// name
    #[prost(string, optional, tag = "1")]
    pub(crate) name: Option<String>,
    /// value of type `FLOAT`
    #[prost(float, optional, tag = "2")]
    pub(crate) f: Option<f32>,
    /// value of type `INT`
    #[prost(int64, optional, tag = "3")]
    pub(crate) i: Option<i64>,
    /// value of type `STRING`
    #[prost(bytes = "vec", optional, tag = "4")]
    pub(crate) s: Option<Vec<u8>>,
    /// value of type `TENSOR`
    #[prost(message, optional, tag = "5")]
    pub(crate) t: Option<TensorProto>,
    /// value of type `FLOATS`
    #[prost(float, repeated, packed = "false", tag = "7")]
    pub(crate) floats: Vec<f32>,
    /// value of type `INTS`
    #[prost(int64, repeated, packed = "false", tag = "8")]
    pub(crate) ints: Vec<i64>,
    /// value of type `STRINGS`
    #[prost(bytes = "vec", repeated, tag = "9")]
    pub(crate) strings: Vec<Vec<u8>>,
    /// which of the fields is meant, one of [`attribute_type`]
    #[prost(int32, optional, tag = "20")]
    pub(crate) r#type: Option<i32>,
}

/// A constant tensor.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct TensorProto {
    /// length of each axis
    #[prost(int64, repeated, packed = "false", tag = "1")]
    pub(crate) dims: Vec<i64>,
    /// element type, `TensorProto.DataType`
    #[prost(int32, optional, tag = "2")]
    pub(crate) data_type: Option<i32>,
    /// name
    #[prost(string, optional, tag = "8")]
    pub(crate) name: Option<String>,
    /// elements, row-major and little-endian
    #[prost(bytes = "vec", optional, tag = "9")]
    pub(crate) raw_data: Option<Vec<u8>>,
}

/// Name and type of a value.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct ValueInfoProto {
    /// name
    #[prost(string, optional, tag = "1")]
    pub(crate) name: Option<String>,
    /// type
    #[prost(message, optional, tag = "2")]
    pub(crate) r#type: Option<TypeProto>,
    /// text for people
    #[prost(string, optional, tag = "3")]
    pub(crate) doc_string: Option<String>,
}

/// A type; only tensors occur here.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct TypeProto {
    /// the kind of type
    #[prost(oneof = "type_value::Value", tags = "1")]
    pub(crate) value: Option<type_value::Value>,
}

/// The kinds of [`TypeProto`].
pub(crate) mod type_value {
    /// A kind of type.
    #[derive(Clone, PartialEq, prost::Oneof)]
    pub(crate) enum Value {
        /// a tensor
        #[prost(message, tag = "1")]
        TensorType(super::TensorTypeProto),
    }
}

/// Element type and shape.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct TensorTypeProto {
    /// element type, `TensorProto.DataType`
    #[prost(int32, optional, tag = "1")]
    pub(crate) elem_type: Option<i32>,
    /// shape
    #[prost(message, optional, tag = "2")]
    pub(crate) shape: Option<TensorShapeProto>,
}

/// A shape.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct TensorShapeProto {
    /// axes
    #[prost(message, repeated, tag = "1")]
    pub(crate) dim: Vec<DimensionProto>,
}

/// Length of an axis.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct DimensionProto {
    /// a number or a name
    #[prost(oneof = "dimension_value::Value", tags = "1, 2")]
    pub(crate) value: Option<dimension_value::Value>,
}

/// The kinds of [`DimensionProto`].
pub(crate) mod dimension_value {
    /// A length that is known, or a name for one that is not.
    #[derive(Clone, PartialEq, Eq, Hash, prost::Oneof)]
    pub(crate) enum Value {
        /// known
        #[prost(int64, tag = "1")]
        DimValue(i64),
        /// named
        #[prost(string, tag = "2")]
        DimParam(String),
    }
}
