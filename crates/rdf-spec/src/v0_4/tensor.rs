//! Inputs and outputs of the network.

use super::processing::{ProcessingStep, Stage, read_steps};
use super::shape::{InputShape, OutputShape};
use crate::diagnostic::Code;
use crate::document::Node;
use crate::read::{Fields, FromNode, Reader};
use crate::value::{Axes, DataType, TensorName};

/// The values that the data of a tensor may have (field `data_range`); either end may be infinite.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DataRange {
    /// The smallest value.
    pub min: f64,
    /// The largest value.
    pub max: f64,
}

impl FromNode for DataRange {
    fn from_node(node: &Node, reader: &mut Reader) -> Option<Self> {
        let bounds: Vec<f64> = FromNode::from_node(node, reader)?;
        let [min, max] = bounds[..] else {
            let message = format!("`data_range` has two numbers, found {}", bounds.len());
            reader.report(Code::InvalidValue, node, message);
            return None;
        };
        Some(Self { min, max })
    }
}

/// An input of the network (field `inputs`).
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(deny_unknown_fields, extend("required" = ["name", "axes", "data_type", "shape"])))]
pub struct InputTensor {
    /// Its name, unique among all tensors.
    pub name: TensorName,
    /// What it is.
    #[cfg_attr(feature = "schema", schemars(extend("default" = "")))]
    pub description: String,
    /// What its dimensions are.
    pub axes: Axes,
    /// The type of the data before preprocessing.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::InputDataType"))]
    pub data_type: DataType,
    /// The values that the data may have.
    pub data_range: Option<DataRange>,
    /// The shapes that it may have.
    pub shape: InputShape,
    /// What is done with the data before the network runs, in order.
    #[cfg_attr(feature = "schema", schemars(with = "Vec<crate::schema::Preprocessing>", extend("default" = [])))]
    pub preprocessing: Vec<ProcessingStep>,
}

/// An output of the network (field `outputs`).
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(deny_unknown_fields, extend("required" = ["name", "axes", "data_type", "shape"])))]
pub struct OutputTensor {
    /// Its name, unique among all tensors.
    pub name: TensorName,
    /// What it is.
    #[cfg_attr(feature = "schema", schemars(extend("default" = "")))]
    pub description: String,
    /// What its dimensions are.
    pub axes: Axes,
    /// The type of the data after postprocessing.
    pub data_type: DataType,
    /// The values that the data may have.
    pub data_range: Option<DataRange>,
    /// Its shape.
    pub shape: OutputShape,
    /// Pixels of the output to cut off on both sides of each axis where tiles are joined; empty for none.
    #[cfg_attr(feature = "schema", schemars(with = "Option<Vec<crate::schema::Size>>", extend("default" = [])))]
    pub halo: Vec<usize>,
    /// What is done with the result of the network, in order.
    #[cfg_attr(feature = "schema", schemars(with = "Vec<crate::schema::Postprocessing>", extend("default" = [])))]
    pub postprocessing: Vec<ProcessingStep>,
}

/// What both kinds of tensor have.
struct Common {
    name: Option<TensorName>,
    description: String,
    axes: Option<Axes>,
    data_range: Option<DataRange>,
}

impl Common {
    fn read(fields: &mut Fields<'_>, reader: &mut Reader) -> Self {
        Self {
            name: fields.required(reader, "name"),
            description: fields.optional(reader, "description").unwrap_or_default(),
            axes: fields.required(reader, "axes"),
            data_range: fields.nullable(reader, "data_range"),
        }
    }
}

/// The type of an input: only three of the types are allowed.
struct InputDataType(DataType);

impl FromNode for InputDataType {
    fn from_node(node: &Node, reader: &mut Reader) -> Option<Self> {
        let data_type = DataType::from_node(node, reader)?;
        if !DataType::INPUT.contains(&data_type) {
            let message = format!("an input has the data type float32, uint8 or uint16, found {data_type}");
            reader.report(Code::InvalidDataType, node, message);
            return None;
        }
        if data_type != DataType::Float32 {
            let message = format!("the specification knows only float32 inputs, found {data_type}");
            reader.report(Code::UnspecifiedDataType, node, message).help =
                Some("readers in use accept it; state float32 where the network takes it".to_owned());
        }
        Some(Self(data_type))
    }
}

/// The type of an output.
struct OutputDataType(DataType);

impl FromNode for OutputDataType {
    fn from_node(node: &Node, reader: &mut Reader) -> Option<Self> {
        let data_type = DataType::from_node(node, reader)?;
        if data_type == DataType::Bool {
            let message = "the specification knows no outputs of the data type bool";
            reader.report(Code::UnspecifiedDataType, node, message).help =
                Some("readers in use accept it; uint8 holds the same".to_owned());
        }
        Some(Self(data_type))
    }
}

impl FromNode for InputTensor {
    fn from_node(node: &Node, reader: &mut Reader) -> Option<Self> {
        let mut fields = reader.fields(node)?;
        let common = Common::read(&mut fields, reader);
        let data_type: Option<InputDataType> = fields.required(reader, "data_type");
        let shape = fields.required(reader, "shape");
        let preprocessing = read_steps(&mut fields, reader, Stage::Preprocessing);
        fields.finish(reader);
        Some(Self {
            name: common.name?,
            description: common.description,
            axes: common.axes?,
            data_type: data_type?.0,
            data_range: common.data_range,
            shape: shape?,
            preprocessing: preprocessing?,
        })
    }
}

impl FromNode for OutputTensor {
    fn from_node(node: &Node, reader: &mut Reader) -> Option<Self> {
        let mut fields = reader.fields(node)?;
        let common = Common::read(&mut fields, reader);
        let data_type: Option<OutputDataType> = fields.required(reader, "data_type");
        let shape = fields.required(reader, "shape");
        let halo = fields.nullable(reader, "halo").unwrap_or_default();
        let postprocessing = read_steps(&mut fields, reader, Stage::Postprocessing);
        fields.finish(reader);
        Some(Self {
            name: common.name?,
            description: common.description,
            axes: common.axes?,
            data_type: data_type?.0,
            data_range: common.data_range,
            shape: shape?,
            halo,
            postprocessing: postprocessing?,
        })
    }
}
