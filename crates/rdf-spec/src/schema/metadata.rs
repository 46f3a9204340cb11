//! Attachments; people and citations are derived where they are defined.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::v0_4::Attachments;
use crate::value::FileSource;

impl JsonSchema for Attachments {
    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("Attachments")
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Further files, and keys that tools may put beside them.",
            "type": "object",
            "properties": {
                "files": {
                    "description": "Files that belong to the package.",
                    "type": "array",
                    "items": generator.subschema_for::<FileSource>(),
                },
            },
        })
    }
}
