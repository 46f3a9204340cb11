//! `serde::Serialize`: the serialised form is the document.

use serde_core::ser::{Serialize, Serializer};

use super::ToTree;
use crate::generic::{
    ApplicationRdf, Badge, CollectionEntry, CollectionRdf, DatasetRdf, GenericRdf, NotebookRdf,
};
use crate::rdf::Rdf;
use crate::v0_4::{
    Architecture, Attachments, Author, CiteEntry, Coefficients, DataRange, InputShape, InputTensor,
    Maintainer, ModelRdf, OutputShape, OutputTensor, ProcessingStep, RunMode, StatisticsMode, Uploader,
    Weights, WeightsEntry, WeightsFormat,
};
use crate::value::{
    Axes, Axis, DataType, Doi, Email, FileSource, FormatVersion, License, Orcid, ResourceId, Sha256,
    TensorName, Timestamp, Version, Yaml,
};

/// Numbers that JSON does not have (infinities, NaN) are written as the texts `inf`, `-inf` and `nan`, which
/// readers take as numbers in the fields of the format.
impl Serialize for Yaml {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Int(value) => serializer.serialize_i64(*value),
            Self::Float(value) if value.is_nan() => serializer.serialize_str("nan"),
            Self::Float(value) if value.is_infinite() => {
                serializer.serialize_str(if *value > 0.0 { "inf" } else { "-inf" })
            }
            Self::Float(value) => serializer.serialize_f64(*value),
            Self::String(text) => serializer.serialize_str(text),
            Self::Sequence(items) => serializer.collect_seq(items),
            Self::Mapping(entries) => serializer.collect_map(entries),
        }
    }
}

macro_rules! serialize_as_document {
    ($($type:ty,)*) => {
        $(
            /// The form that it has in a description: only what is set, in the order of the specification.
            impl Serialize for $type {
                fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    self.to_tree().serialize(serializer)
                }
            }
        )*
    };
}

serialize_as_document! {
    ModelRdf, GenericRdf, DatasetRdf, ApplicationRdf, NotebookRdf, CollectionRdf, Rdf,
    Badge, CollectionEntry,
    InputTensor, OutputTensor, InputShape, OutputShape, DataRange,
    ProcessingStep, StatisticsMode, Coefficients,
    Weights, WeightsEntry, WeightsFormat, Architecture,
    Attachments, Author, CiteEntry, Maintainer, RunMode, Uploader,
    Axes, Axis, DataType, Doi, Email, FileSource, FormatVersion, License, Orcid, ResourceId, Sha256, TensorName, Timestamp,
    Version,
}
