//! Shapes and ranges.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::value::{AnyNumber, Number, Size};
use crate::v0_4::{Coefficients, DataRange, InputShape, OutputShape};
use crate::value::TensorName;

impl JsonSchema for InputShape {
    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("InputShape")
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let sizes = json_schema!({"type": "array", "items": generator.subschema_for::<Size>()});
        let described = |description: &str| with_description(&sizes, description);
        json_schema!({
            "oneOf": [
                described("Exactly this shape, one size for each axis."),
                {
                    "description": "The shapes `min + k * step` for whole numbers `k`.",
                    "type": "object",
                    "properties": {
                        "min": described("The smallest shape."),
                        "step": described("What each axis grows by; 0 for an axis of fixed size."),
                    },
                    "required": ["min", "step"],
                    "additionalProperties": false,
                },
            ],
        })
    }
}

impl JsonSchema for OutputShape {
    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("OutputShape")
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "oneOf": [
                {
                    "description": "Exactly this shape, one size for each axis.",
                    "type": "array",
                    "items": generator.subschema_for::<Size>(),
                },
                {
                    "description": "`shape(reference) * scale + 2 * offset` for each axis.",
                    "type": "object",
                    "properties": {
                        "reference_tensor": generator.subschema_for::<TensorName>(),
                        "scale": {
                            "description": "Output pixels for an input pixel; null for an axis that the reference \
                                            does not have.",
                            "type": "array",
                            "items": {"anyOf": [scale(generator), {"type": "null"}]},
                        },
                        "offset": {
                            "description": "Half of what the network adds to the size of an axis.",
                            "type": "array",
                            "items": half(generator),
                        },
                    },
                    "required": ["reference_tensor", "scale", "offset"],
                    "additionalProperties": false,
                },
            ],
        })
    }
}

fn scale(generator: &mut SchemaGenerator) -> Schema {
    let mut scale = generator.subschema_for::<Number>();
    scale.insert("minimum".to_owned(), 0.into());
    scale
}

fn half(generator: &mut SchemaGenerator) -> Schema {
    let mut offset = generator.subschema_for::<Number>();
    offset.insert("multipleOf".to_owned(), 0.5.into());
    offset
}

fn with_description(schema: &Schema, description: &str) -> Schema {
    let mut schema = schema.clone();
    schema.insert("description".to_owned(), description.into());
    schema
}

impl JsonSchema for DataRange {
    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("DataRange")
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "The smallest and the largest value; either may be infinite (`-.inf`, `.inf`).",
            "type": "array",
            "items": generator.subschema_for::<AnyNumber>(),
            "minItems": 2,
            "maxItems": 2,
        })
    }
}

impl JsonSchema for Coefficients {
    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("Coefficients")
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let number = generator.subschema_for::<Number>();
        json_schema!({
            "description": "One number for all, or one for each index of the axes that are not named in `axes`.",
            "anyOf": [number, {"type": "array", "items": number, "minItems": 1}],
        })
    }
}
