//! Tensors and their shapes.

use super::ToTree;
use super::keys::Keys;
use crate::v0_4::{DataRange, InputShape, InputTensor, OutputShape, OutputTensor};
use crate::value::Yaml;

fn list<T: ToTree>(items: &[T]) -> Yaml {
    Yaml::Sequence(items.iter().map(ToTree::to_tree).collect())
}

impl ToTree for DataRange {
    fn to_tree(&self) -> Yaml {
        let Self { min, max } = self;
        list(&[*min, *max])
    }
}

impl ToTree for InputShape {
    fn to_tree(&self) -> Yaml {
        match self {
            Self::Explicit(shape) => list(shape),
            Self::Parametrized { min, step } => Keys::default()
                .required_list("min", min)
                .required_list("step", step)
                .finish(),
        }
    }
}

impl ToTree for OutputShape {
    fn to_tree(&self) -> Yaml {
        match self {
            Self::Explicit(shape) => list(shape),
            Self::Implicit {
                reference_tensor,
                scale,
                offset,
            } => Keys::default()
                .key("reference_tensor", reference_tensor)
                .required_list("scale", scale)
                .required_list("offset", offset)
                .finish(),
        }
    }
}

impl ToTree for InputTensor {
    fn to_tree(&self) -> Yaml {
        let Self {
            name,
            description,
            axes,
            data_type,
            data_range,
            shape,
            preprocessing,
        } = self;
        Keys::default()
            .key("name", name)
            .unless("description", description, &String::new())
            .key("axes", axes)
            .key("data_type", data_type)
            .optional("data_range", data_range.as_ref())
            .key("shape", shape)
            .list("preprocessing", preprocessing)
            .finish()
    }
}

impl ToTree for OutputTensor {
    fn to_tree(&self) -> Yaml {
        let Self {
            name,
            description,
            axes,
            data_type,
            data_range,
            shape,
            halo,
            postprocessing,
        } = self;
        Keys::default()
            .key("name", name)
            .unless("description", description, &String::new())
            .key("axes", axes)
            .key("data_type", data_type)
            .optional("data_range", data_range.as_ref())
            .key("shape", shape)
            .list("halo", halo)
            .list("postprocessing", postprocessing)
            .finish()
    }
}
