//! Values of single fields. Patterns keep to what every regular expression engine knows.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::v0_4::{StatisticsMode, WeightsFormat};
use crate::value::{
    Axes, DataType, Doi, Email, FileSource, FormatVersion, License, Orcid, ResourceId, Sha256, TensorName,
    Timestamp, Version, Yaml,
};

/// A finite number as text.
pub(super) const NUMBER: &str = r"^\s*[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?\s*$";
/// An identifier: letters, digits and `_`. What is no letter beyond ASCII is left to the reader.
pub(super) const IDENTIFIER: &str = r"[^\u0000-\u0040\u005B-\u005E\u0060\u007B-\u007F][^\u0000-\u002F\u003A-\u0040\u005B-\u005E\u0060\u007B-\u007F]*";

/// What is used in several places gets a definition of its own; the rest is written where it stands.
macro_rules! schemas {
    ($($type:ty, $name:literal, inline $inline:literal: $schema:expr;)*) => {
        $(
            impl JsonSchema for $type {
                fn schema_name() -> Cow<'static, str> {
                    Cow::Borrowed($name)
                }

                fn inline_schema() -> bool {
                    $inline
                }

                fn json_schema(_: &mut SchemaGenerator) -> Schema {
                    $schema
                }
            }
        )*
    };
}

pub(super) use schemas;

/// A whole number, also as text.
pub(crate) struct WholeNumber;
/// A number of elements or pixels, also as text.
pub(crate) struct Size;
/// A finite number, also as text.
pub(crate) struct Number;
/// A number that may be infinite, also as text.
pub(crate) struct AnyNumber;
/// An http or https URL.
pub(crate) struct WebAddress;
/// A file whose name ends in `.npy`.
pub(crate) struct NpySource;
/// The type of an input.
pub(crate) struct InputDataType;

schemas! {
    WholeNumber, "WholeNumber", inline true: json_schema!({
        "type": ["integer", "string"],
        "pattern": r"^\s*[+-]?[0-9]+\s*$",
    });
    Size, "Size", inline true: json_schema!({
        "type": ["integer", "string"],
        "minimum": 0,
        "pattern": r"^\s*\+?[0-9]+\s*$",
    });
    Number, "Number", inline true: json_schema!({
        "type": ["number", "string"],
        "pattern": NUMBER,
    });
    AnyNumber, "AnyNumber", inline true: json_schema!({
        "type": ["number", "string"],
        "pattern": format!(
            r"{}|^\s*[+-]?([iI][nN][fF]([iI][nN][iI][tT][yY])?|[nN][aA][nN])\s*$", NUMBER
        ),
    });
    Yaml, "Yaml", inline true: json_schema!(true);
    FormatVersion, "FormatVersion", inline true: json_schema!({
        "type": "string",
        "pattern": r"^0\.4\.(0|[1-9][0-9]*)$",
        "examples": [FormatVersion::newest().as_str()],
    });
    Version, "Version", inline false: json_schema!({
        "description": "A version number. In quotes it stays as it is written: \"1.10\".",
        "type": ["string", "number"],
        "minimum": 0,
        "pattern": r"^\s*[vV]?[0-9][A-Za-z0-9.+_!-]*\s*$",
    });
    Timestamp, "Timestamp", inline true: json_schema!({
        "type": "string",
        "pattern": r"^\s*[0-9]{4}",
        "examples": ["2024-01-31T12:00:00Z"],
    });
    License, "License", inline false: json_schema!({
        "description": "An identifier of the SPDX licence list, https://spdx.org/licenses/.",
        // The identifiers are for editors to offer; others are read with a warning.
        "anyOf": [{"enum": license_identifiers()}, {"type": "string"}],
    });
    FileSource, "FileSource", inline false: json_schema!({
        "description": "A file: an http(s) URL, or a path relative to the description.",
        "type": "string",
        "minLength": 1,
        "not": {"pattern": "^/"},
    });
    NpySource, "NpySource", inline false: json_schema!({
        "description": "A numpy file (.npy): an http(s) URL, or a path relative to the description.",
        "type": "string",
        "anyOf": [
            {"pattern": r"^https?://[^?#]*\.npy([?#].*)?$"},
            {"pattern": r"^https?://zenodo\.org/api/records/[^?#]*\.npy/content([?#].*)?$"},
            {"pattern": r"\.npy$", "not": {"pattern": "^(/|https?://)"}},
        ],
    });
    WebAddress, "WebAddress", inline true: json_schema!({
        "type": "string",
        "pattern": r"^\s*[hH][tT][tT][pP][sS]?:",
    });
    Sha256, "Sha256", inline false: json_schema!({
        "description": "A SHA-256 digest: 64 hexadecimal digits.",
        "type": "string",
        "pattern": r"^\s*[0-9a-fA-F]{64}\s*$",
    });
    Orcid, "Orcid", inline false: json_schema!({
        "description": "An ORCID iD: four groups of four digits, the last of them a check digit.",
        "type": "string",
        "pattern": r"^[0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9X]$",
        "examples": ["0000-0002-1825-0097"],
    });
    ResourceId, "ResourceId", inline true: json_schema!({
        "description": "An identifier: letters from a to z, digits and `_-/.`; capital letters are made small.",
        "type": "string",
        "pattern": r"^[A-Za-z0-9_.-]([A-Za-z0-9_./-]*[A-Za-z0-9_.-])?$",
    });
    Doi, "Doi", inline false: json_schema!({
        "description": "A digital object identifier.",
        "type": "string",
        "pattern": r"^(https://doi\.org/|http://dx\.doi\.org/)?10\.[0-9]{4}.+$",
        "examples": ["10.5281/zenodo.5108853"],
    });
    Email, "Email", inline true: json_schema!({
        "type": "string",
        "format": "email",
        "pattern": r"^[^@\s]+@[^@\s]+\.[^@\s]+$",
    });
    TensorName, "TensorName", inline false: json_schema!({
        "description": "A name of letters, digits and `_` that is no reserved word of Python.",
        "type": "string",
        "maxLength": 256,
        "pattern": format!("^{IDENTIFIER}$"),
        "not": {"enum": crate::value::KEYWORDS.as_slice()},
    });
    Axes, "Axes", inline false: json_schema!({
        "description": "Distinct letters in the order of the dimensions: batch, index, time, channel, z, y, x.",
        "type": "string",
        "pattern": "^[bitczyx]{0,7}$",
        "examples": ["bcyx"],
    });
    DataType, "DataType", inline true: json_schema!({"enum": DataType::ALL.map(|data_type| data_type.as_str())});
    InputDataType, "InputDataType", inline true: json_schema!({
        "enum": DataType::INPUT.map(|data_type| data_type.as_str()),
    });
    StatisticsMode, "StatisticsMode", inline true: json_schema!({"enum": ["fixed", "per_sample", "per_dataset"]});
    WeightsFormat, "WeightsFormat", inline true: json_schema!({
        "enum": WeightsFormat::ALL.map(WeightsFormat::name),
    });
}

fn license_identifiers() -> Vec<&'static str> {
    let names = spdx::identifiers::LICENSES.iter().map(|license| license.name);
    names
        .filter(|name| spdx::license_id(name).is_some_and(|id| !id.is_deprecated()))
        .collect()
}
