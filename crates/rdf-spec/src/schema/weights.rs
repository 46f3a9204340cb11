//! Weights: each format with its own fields.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use super::value::IDENTIFIER;
use crate::v0_4::{Architecture, Attachments, Author, Weights, WeightsFormat};
use crate::value::{FileSource, Sha256, Version};

impl JsonSchema for Weights {
    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("Weights")
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let formats: Map<String, Value> = WeightsFormat::ALL
            .into_iter()
            .map(|format| {
                let entry = entry(format, generator);
                (
                    format.name().to_owned(),
                    json!({"anyOf": [entry, {"type": "null"}]}),
                )
            })
            .collect();
        let present = |format: WeightsFormat| {
            json!({
                "required": [format.name()],
                "properties": {format.name(): {"type": "object"}},
            })
        };
        json_schema!({
            "description": "The weights of the network in one or more formats.",
            "type": "object",
            "properties": formats,
            "additionalProperties": false,
            "anyOf": WeightsFormat::ALL.map(present),
        })
    }
}

impl JsonSchema for Architecture {
    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("Architecture")
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "The Python source of the network: `file.py:Callable` or `module.Callable`.",
            "type": "string",
            "pattern": format!(r"^\s*(.+:{IDENTIFIER}|{IDENTIFIER}(\.{IDENTIFIER})+)\s*$"),
        })
    }
}

fn entry(format: WeightsFormat, generator: &mut SchemaGenerator) -> Value {
    let others = WeightsFormat::ALL.into_iter().filter(|other| *other != format);
    let parents: Vec<Value> = others
        .map(|other| json!(other.name()))
        .chain([Value::Null])
        .collect();
    let mut properties = json!({
        "source": described(&generator.subschema_for::<FileSource>(), "The file with the weights."),
        "sha256": or_null(&generator.subschema_for::<Sha256>(), "The digest of the file."),
        "authors": {
            "description": "Who made this file.",
            "type": ["array", "null"],
            "items": generator.subschema_for::<Author>(),
        },
        "attachments": or_null(&generator.subschema_for::<Attachments>(), "Further files."),
        "parent": {"description": "The format that these weights were converted from.", "enum": parents},
        "dependencies": {
            "description": "What has to be installed: `manager:file`, for example `conda:environment.yaml`.",
            "type": ["string", "null"],
            "pattern": "^[^:]+:.",
        },
    });
    let version = generator.subschema_for::<Version>();
    match format {
        WeightsFormat::Onnx => {
            properties["opset_version"] = json!({
                "description": "The opset.",
                "type": ["integer", "string", "null"],
                "minimum": 7,
                "pattern": r"^\s*\+?[0-9]+\s*$",
            });
        }
        WeightsFormat::PytorchStateDict | WeightsFormat::Torchscript => {
            properties["pytorch_version"] = or_null(&version, "The version of PyTorch.");
        }
        _ => properties["tensorflow_version"] = or_null(&version, "The version of TensorFlow."),
    }
    let mut entry = json!({
        "type": "object",
        "properties": properties,
        "required": ["source"],
        "additionalProperties": false,
    });
    if format == WeightsFormat::PytorchStateDict {
        add_architecture(&mut entry, generator);
    }
    entry
}

/// The digest of the architecture is required for a file, and not allowed for a module.
fn add_architecture(entry: &mut Value, generator: &mut SchemaGenerator) {
    let digest = generator.subschema_for::<Sha256>();
    let properties = &mut entry["properties"];
    properties["architecture"] = json!(generator.subschema_for::<Architecture>());
    properties["architecture_sha256"] = or_null(&digest, "The digest of the file of the architecture.");
    properties["kwargs"] = json!({
        "description": "Arguments of the network's constructor.",
        "type": "object",
    });
    entry["required"] = json!(["source", "architecture"]);
    entry["if"] = json!({"properties": {"architecture": {"pattern": ":"}}});
    entry["then"] = json!({
        "properties": {"architecture_sha256": digest},
        "required": ["architecture_sha256"],
    });
    entry["else"] = json!({"properties": {"architecture_sha256": {"type": "null"}}});
}

fn described(schema: &Schema, description: &str) -> Value {
    json!({"description": description, "allOf": [schema]})
}

fn or_null(schema: &Schema, description: &str) -> Value {
    json!({"description": description, "anyOf": [schema, {"type": "null"}]})
}
