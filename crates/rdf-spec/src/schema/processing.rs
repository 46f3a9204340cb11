//! Operations: each name with its own arguments.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use super::value::Number;
use crate::v0_4::{Coefficients, ProcessingStep};
use crate::value::TensorName;

/// The operations before the network.
pub(crate) struct Preprocessing;
/// The operations behind the network.
pub(crate) struct Postprocessing;

impl JsonSchema for Preprocessing {
    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("Preprocessing")
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({"oneOf": shared_operations(generator, Place::Before)})
    }
}

impl JsonSchema for Postprocessing {
    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("Postprocessing")
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        // Behind the network, readers in use refuse the operations that could do without axes unless they have some.
        let mut operations = shared_operations(generator, Place::Behind);
        operations.push(scale_mean_variance(generator));
        json_schema!({"oneOf": operations})
    }
}

impl JsonSchema for ProcessingStep {
    fn schema_name() -> Cow<'static, str> {
        Postprocessing::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Postprocessing::json_schema(generator)
    }
}

/// Where an operation stands.
#[derive(Clone, Copy)]
enum Place {
    Before,
    Behind,
}

fn scale_linear(coefficients: &Value, place: Place) -> Value {
    let (required, axes): (&[&str], Value) = match place {
        Place::Before => (&[], nullable_axes()),
        Place::Behind => (&["axes"], axes()),
    };
    operation(
        "scale_linear",
        "`x * gain + offset`.",
        required,
        [
            ("axes", axes),
            ("gain", with_default(coefficients, json!(1))),
            ("offset", with_default(coefficients, json!(0))),
        ],
    )
}

/// Readers in use refuse even empty arguments here.
fn sigmoid() -> Value {
    json!({
        "description": "`1 / (1 + exp(-x))`.",
        "type": "object",
        "properties": {"name": {"const": "sigmoid"}},
        "required": ["name"],
        "additionalProperties": false,
    })
}

/// The operations that are allowed in both places.
fn shared_operations(generator: &mut SchemaGenerator, place: Place) -> Vec<Value> {
    let number = || json!(Number::json_schema(&mut SchemaGenerator::default()));
    let coefficients = json!(generator.subschema_for::<Coefficients>());
    let reference = json!(generator.subschema_for::<TensorName>());
    let coefficients_or_null = json!({"anyOf": [coefficients, {"type": "null"}]});
    vec![
        operation(
            "binarize",
            "1 where the value is larger than the threshold, 0 elsewhere.",
            &["threshold"],
            [("threshold", number())],
        ),
        operation(
            "clip",
            "Limits the values.",
            &["min", "max"],
            [("min", number()), ("max", number())],
        ),
        scale_linear(&coefficients, place),
        sigmoid(),
        zero_mean_unit_variance(&coefficients, &coefficients_or_null),
        operation(
            "scale_range",
            "`(x - low) / (high - low + eps)` with percentiles `low` and `high`.",
            &["mode", "axes"],
            [
                ("mode", measured()),
                ("axes", axes()),
                (
                    "min_percentile",
                    percentile(json!({"minimum": 0, "exclusiveMaximum": 100, "default": 0})),
                ),
                (
                    "max_percentile",
                    percentile(json!({"exclusiveMinimum": 1, "maximum": 100, "default": 100})),
                ),
                ("eps", eps()),
                (
                    "reference_tensor",
                    json!({"anyOf": [reference, {"type": "null"}]}),
                ),
            ],
        ),
    ]
}

/// Mean and standard deviation are given exactly if the mode is `fixed`, which it is if it is not stated.
fn zero_mean_unit_variance(coefficients: &Value, coefficients_or_null: &Value) -> Value {
    let mut operation = operation(
        "zero_mean_unit_variance",
        "`(x - mean) / (std + eps)`.",
        &["axes"],
        [
            (
                "mode",
                json!({"enum": ["fixed", "per_sample", "per_dataset"], "default": "fixed"}),
            ),
            ("axes", axes()),
            ("mean", coefficients_or_null.clone()),
            ("std", coefficients_or_null.clone()),
            ("eps", eps()),
        ],
    );
    let measured = json!({"properties": {"mode": measured()}, "required": ["mode"]});
    let kwargs = &mut operation["properties"]["kwargs"];
    kwargs["if"] = measured;
    kwargs["then"] = json!({"properties": {"mean": {"type": "null"}, "std": {"type": "null"}}});
    kwargs["else"] = json!({
        "properties": {"mean": coefficients, "std": coefficients},
        "required": ["mean", "std"],
    });
    operation
}

fn scale_mean_variance(generator: &mut SchemaGenerator) -> Value {
    operation(
        "scale_mean_variance",
        "Gives the tensor the mean and standard deviation of another one.",
        &["mode", "reference_tensor", "axes"],
        [
            ("mode", measured()),
            ("reference_tensor", json!(generator.subschema_for::<TensorName>())),
            ("axes", axes()),
            ("eps", eps()),
        ],
    )
}

/// An operation; without required arguments the arguments may be left out as a whole.
fn operation<const N: usize>(
    name: &str,
    description: &str,
    required: &[&str],
    arguments: [(&str, Value); N],
) -> Value {
    let properties: Map<String, Value> = arguments
        .into_iter()
        .map(|(key, schema)| (key.to_owned(), schema))
        .collect();
    let mut kwargs = json!({"type": "object", "properties": properties, "additionalProperties": false});
    let mut needed = vec!["name"];
    if !required.is_empty() {
        kwargs["required"] = json!(required);
        needed.push("kwargs");
    }
    json!({
        "description": description,
        "type": "object",
        "properties": {"name": {"const": name}, "kwargs": kwargs},
        "required": needed,
        "additionalProperties": false,
    })
}

fn axes() -> Value {
    json!({
        "description": "The axes that are taken together, out of `czyx`.",
        "type": "string",
        "pattern": "^[czyx]{0,4}$",
    })
}

fn nullable_axes() -> Value {
    let mut axes = axes();
    axes["type"] = json!(["string", "null"]);
    axes
}

/// The modes that measure.
fn measured() -> Value {
    json!({"enum": ["per_sample", "per_dataset"]})
}

fn percentile(mut bounds: Value) -> Value {
    bounds["description"] = json!("In percent: 99.8, not 0.998.");
    bounds["type"] = json!(["number", "string"]);
    bounds["pattern"] = json!(super::value::NUMBER);
    bounds
}

fn eps() -> Value {
    json!({
        "description": "Keeps the divisor from becoming 0.",
        "type": ["number", "string"],
        "exclusiveMinimum": 0,
        "maximum": 0.1,
        "pattern": super::value::NUMBER,
        "default": ProcessingStep::DEFAULT_EPS,
    })
}

fn with_default(schema: &Value, default: Value) -> Value {
    let mut schema = schema.clone();
    schema["default"] = default;
    schema
}
