//! Descriptions of format 0.2: what their fields have that their types do not say.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

use super::model::insert_type;
use super::value::schemas;
use crate::generic::CollectionEntry;
use crate::rdf::OWN_DESCRIPTION;
use crate::v0_4::Author;
use crate::value::{FileSource, FormatVersion};

/// A version of format 0.2.
pub(crate) struct GenericVersion;
/// One character.
pub(crate) struct Emoji;
/// One or two characters, or an image.
pub(crate) struct Icon;
/// A file whose name ends in `.ipynb`.
pub(crate) struct NotebookSource;
/// A list of authors that may be empty, or the name of one; an author may be a name only.
pub(crate) struct AuthorsOrNames;

schemas! {
    GenericVersion, "GenericVersion", inline true: json_schema!({
        "type": "string",
        "pattern": r"^0\.2\.(0|[1-9][0-9]*)$",
        "examples": [FormatVersion::newest_generic().as_str()],
    });
    Emoji, "Emoji", inline true: json_schema!({
        "type": "string",
        "minLength": 1,
        "maxLength": 1,
    });
    NotebookSource, "NotebookSource", inline true: json_schema!({
        "type": "string",
        "anyOf": [
            {"pattern": r"^https?://[^?#]*\.ipynb([?#].*)?$"},
            {"pattern": r"^https?://zenodo\.org/api/records/[^?#]*\.ipynb/content([?#].*)?$"},
            {"pattern": r"\.ipynb$", "not": {"pattern": "^(/|https?://)"}},
        ],
    });
}

impl JsonSchema for Icon {
    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("Icon")
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "anyOf": [
                {"type": "string", "minLength": 1, "maxLength": 2},
                generator.subschema_for::<FileSource>(),
            ],
        })
    }
}

impl JsonSchema for AuthorsOrNames {
    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("AuthorsOrNames")
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let author = generator.subschema_for::<Author>();
        json_schema!({
            "type": ["array", "string"],
            "items": {"anyOf": [author, {"type": "string"}]},
        })
    }
}

impl JsonSchema for CollectionEntry {
    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("CollectionEntry")
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A description of its own, or changes to one that lies elsewhere.",
            "type": "object",
            "properties": {
                "id": {
                    "description": "Identifier below that of the collection.",
                    "type": ["string", "null"],
                },
                "rdf_source": {
                    "description": "Where the description of the resource is.",
                    "anyOf": [generator.subschema_for::<FileSource>(), {"type": "null"}],
                },
            },
            "anyOf": [
                {"required": ["id"], "properties": {"id": {"type": "string"}}},
                {"required": ["rdf_source"], "properties": {"rdf_source": {"type": "string"}}},
            ],
        })
    }
}

pub(crate) fn describe_dataset(schema: &mut Schema) {
    describe(schema, "dataset", "The `rdf.yaml` of a dataset of bioimages.");
}

pub(crate) fn describe_application(schema: &mut Schema) {
    describe(schema, "application", "The `rdf.yaml` of software for bioimages.");
}

pub(crate) fn describe_notebook(schema: &mut Schema) {
    describe(
        schema,
        "notebook",
        "The `rdf.yaml` of a Jupyter notebook on bioimages.",
    );
}

pub(crate) fn describe_collection(schema: &mut Schema) {
    describe(
        schema,
        "collection",
        "A list of resources for bioimages that share what is written at its root.",
    );
}

pub(crate) fn describe_generic(schema: &mut Schema) {
    let description =
        "The `rdf.yaml` of a resource for bioimages, of a type without a description of its own.";
    let kind = json!({
        "description": "What is described: any word that is no type with a description of its own.",
        "type": "string",
        "not": {"enum": OWN_DESCRIPTION},
    });
    complete(schema, "resource", description, kind);
}

/// Of a type that has a name.
fn describe(schema: &mut Schema, kind: &str, description: &str) {
    let field = json!({"description": "What is described.", "const": kind});
    complete(schema, kind, description, field);
}

/// Adds the title, the description and the type, and brings the shared fields before those of the type.
fn complete(schema: &mut Schema, what: &str, description: &str, kind: Value) {
    let title = format!("bioimage.io {what} description 0.2");
    schema.insert("title".to_owned(), json!(title));
    schema.insert("description".to_owned(), json!(description));
    let Some(object) = schema.as_object_mut() else {
        return;
    };
    // Derived schemas have the fields that a type adds in front.
    let own = ["source", "collection"];
    if let Some(Value::Object(properties)) = object.get_mut("properties") {
        for key in own {
            if let Some(property) = properties.shift_remove(key) {
                properties.insert(key.to_owned(), property);
            }
        }
    }
    if let Some(Value::Array(required)) = object.get_mut("required") {
        required.sort_by_key(|key| own.iter().any(|own| key == own));
    }
    insert_type(schema, kind);
}
