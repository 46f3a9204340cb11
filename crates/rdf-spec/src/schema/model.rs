//! What the fields of a model have that their types do not say.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use crate::v0_4::Author;

/// A list of authors, or the name of one; an author may be a name only.
pub(crate) struct Authors;

impl JsonSchema for Authors {
    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("Authors")
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let author = generator.subschema_for::<Author>();
        json_schema!({
            "type": ["array", "string"],
            "items": {"anyOf": [author, {"type": "string"}]},
            "minItems": 1,
        })
    }
}

/// A dataset: its identifier, or its whole description.
pub(crate) struct Datasets;

impl JsonSchema for Datasets {
    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("TrainingData")
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "anyOf": [{"required": ["id"]}, {"required": ["name"]}],
        })
    }
}

/// The field that says that the document describes a model, and the title of the whole.
pub(crate) fn add_type(schema: &mut Schema) {
    schema.insert("title".to_owned(), json!("bioimage.io model description 0.4"));
    schema.insert(
        "description".to_owned(),
        json!("The `rdf.yaml` of a deep-learning model for bioimages."),
    );
    insert_type(
        schema,
        json!({"description": "What is described.", "const": "model"}),
    );
}

/// Puts the field `type` behind the version of the format.
pub(super) fn insert_type(schema: &mut Schema, kind: Value) {
    let Some(Value::Object(properties)) = schema.get_mut("properties") else {
        return;
    };
    let mut kind = Some(kind);
    let mut with_type = Map::new();
    for (key, value) in std::mem::take(properties) {
        let is_version = key == "format_version";
        with_type.insert(key, value);
        if let Some(kind) = kind.take_if(|_| is_version) {
            with_type.insert("type".to_owned(), kind);
        }
    }
    *properties = with_type;
}
