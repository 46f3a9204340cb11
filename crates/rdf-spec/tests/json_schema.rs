//! The JSON Schema accepts what the reader accepts, and refuses what has a wrong form.
#![cfg(all(feature = "schema", feature = "serde"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

#[path = "json_schema/changes.rs"]
mod changes;
#[path = "json_schema/resources.rs"]
mod resources;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use boon::{Compiler, SchemaIndex, Schemas};
use rdf_spec::{Code, Diagnostic, Document, ModelRdf, Parsed};
use serde_json::Value;

const MINIMAL: &str = include_str!("documents/minimal.yaml");

struct Schema {
    schemas: Schemas,
    index: SchemaIndex,
}

impl Schema {
    fn of_models() -> Self {
        Self::compile(rdf_spec::schema::model())
    }

    fn compile(schema: Value) -> Self {
        let mut schemas = Schemas::new();
        let mut compiler = Compiler::new();
        compiler.add_resource("schema.json", schema).unwrap();
        // Checks the schema itself against the meta-schema, too.
        let index = compiler.compile("schema.json", &mut schemas).unwrap();
        Self { schemas, index }
    }

    fn check(&self, document: &Value) -> Result<(), String> {
        self.schemas
            .validate(document, self.index)
            .map_err(|error| format!("{error:#}"))
    }
}

/// A document as JSON has it.
fn value(text: &str) -> Option<Value> {
    let document = Document::parse(text).ok()?;
    serde_json::to_value(document.root().to_yaml()).ok()
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spec-fixtures")
}

/// All YAML files below a folder that are text.
fn texts(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            texts(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            let bytes = fs::read(&path).unwrap();
            found.extend(
                String::from_utf8(bytes)
                    .ok()
                    .map(|text| (path.display().to_string(), text)),
            );
        }
    }
}

/// Checks the valid descriptions below a folder, as they are and as they are written; how many there were.
fn check_valid(schema: &Schema, folder: &Path) -> usize {
    let mut files = Vec::new();
    texts(folder, &mut files);
    let mut count = 0;
    for (name, text) in files {
        let parsed = ModelRdf::from_yaml(&text);
        let Some(model) = parsed.value().filter(|_| parsed.is_valid()) else {
            continue;
        };
        count += 1;
        let written: Value = serde_json::from_str(&model.to_json().unwrap()).unwrap();
        schema
            .check(&written)
            .unwrap_or_else(|error| panic!("{name}, written: {error}"));
        // What moved is described where it stands now.
        if !is_migrated(&parsed) {
            let original = value(&text).unwrap();
            schema
                .check(&original)
                .unwrap_or_else(|error| panic!("{name}: {error}"));
        }
    }
    count
}

#[test]
fn valid_descriptions_satisfy_the_schema() {
    let schema = Schema::of_models();
    schema.check(&value(MINIMAL).unwrap()).unwrap();
    assert!(check_valid(&schema, &fixtures().join("models")) >= 10);
    assert!(check_valid(&schema, &fixtures().join("documents")) > 40);
}

/// Checks published descriptions where the variable says that there are some.
#[test]
fn published_descriptions_satisfy_the_schema() {
    let Some(reference) = std::env::var_os("MODELHUB_REFERENCE") else {
        return;
    };
    let count = check_valid(&Schema::of_models(), &Path::new(&reference).join("documents"));
    assert!(count > 100, "only {count} valid descriptions");
}

/// Descriptions that differ in one field from a valid one, where the variable says that there are some: the schema
/// accepts those that the reader accepts. Those that it refuses beyond that are the business of the reader.
#[test]
fn changed_descriptions_that_are_valid_satisfy_the_schema() {
    let Some(reference) = std::env::var_os("MODELHUB_REFERENCE") else {
        return;
    };
    let folder = Path::new(&reference).join("mutations");
    let schema = Schema::of_models();
    let (mut valid, mut invalid, mut found) = (0, 0, 0);
    let mut refused = Vec::new();
    for line in fs::read_to_string(folder.join("mutations.jsonl"))
        .unwrap()
        .lines()
    {
        let row = python_json(line);
        let base = folder.join(row["base"].as_str().unwrap()).with_extension("json");
        let mut document = python_json(&fs::read_to_string(base).unwrap());
        for change in row["ops"].as_array().unwrap() {
            apply(change, &mut document);
        }
        let parsed = ModelRdf::from_yaml(&document.to_string());
        if is_migrated(&parsed) {
            continue;
        }
        match (parsed.is_valid(), schema.check(&document)) {
            // The schema may be as strict as the text of the specification.
            (true, Err(_)) if !parsed.clone().strict().is_valid() => {}
            (true, Err(error)) => refused.push(format!("{}: {error}", row["id"])),
            (true, Ok(())) => valid += 1,
            (false, Err(_)) => found += 1,
            (false, Ok(())) => invalid += 1,
        }
    }
    assert!(refused.is_empty(), "{}", refused.join("\n"));
    assert!(
        valid > 100 && found > 3 * invalid,
        "{valid} valid, {found} found, {invalid} not"
    );
}

/// True for a description of an older form than the schema describes.
fn is_migrated<T>(parsed: &Parsed<T>) -> bool {
    let is_old = |found: &Diagnostic| {
        matches!(
            found.code,
            Code::MovedField | Code::ConvertedValue | Code::DroppedField | Code::OldFormatVersion
        )
    };
    parsed.diagnostics().iter().any(is_old)
}

/// Python writes numbers into JSON that JSON does not have.
fn python_json(text: &str) -> Value {
    let text = text
        .replace("-Infinity", "\"-inf\"")
        .replace("Infinity", "\"inf\"");
    serde_json::from_str(&text.replace(": NaN", ": \"nan\"").replace("[NaN", "[\"nan\"")).unwrap()
}

/// Sets or deletes a value given by its JSON pointer.
fn apply(change: &Value, document: &mut Value) {
    let path = change["path"].as_str().unwrap();
    let Some((parent, key)) = path.rsplit_once('/') else {
        *document = change["value"].clone();
        return;
    };
    let key = key.replace("~1", "/").replace("~0", "~");
    match (
        document.pointer_mut(parent).unwrap(),
        change["op"].as_str().unwrap(),
    ) {
        (Value::Object(fields), "set") => {
            fields.insert(key, change["value"].clone());
        }
        (Value::Object(fields), _) => {
            fields.shift_remove(&key);
        }
        (Value::Array(items), "set") => match key.parse::<usize>() {
            Ok(at) if at < items.len() => items[at] = change["value"].clone(),
            _ => items.push(change["value"].clone()),
        },
        (Value::Array(items), _) => {
            items.remove(key.parse().unwrap());
        }
        (other, _) => panic!("{path}: {other}"),
    }
}

/// Codes for a wrong form of a single field: the schema finds them too.
const OF_FORM: &[Code] = &[
    Code::ArchitectureDigest,
    Code::EmptyList,
    Code::InvalidAxes,
    Code::InvalidDataType,
    Code::InvalidDoi,
    Code::InvalidEmail,
    Code::InvalidSha256,
    Code::InvalidShape,
    Code::InvalidSource,
    Code::InvalidTensorName,
    Code::InvalidUrl,
    Code::InvalidValue,
    Code::InvalidVersion,
    Code::MissingField,
    Code::NullNotAllowed,
    Code::OffsetNotHalfInteger,
    Code::StatisticsArguments,
    Code::UnknownField,
    Code::UnknownOperation,
    Code::UnsupportedFormatVersion,
    Code::WeightsParent,
    Code::WrongType,
];

#[test]
fn documents_with_a_wrong_form_do_not() {
    let schema = Schema::of_models();
    for code in OF_FORM {
        let path = fixtures().join("documents").join(code.name()).join("raises.yaml");
        let text = fs::read_to_string(&path).unwrap();
        assert!(schema.check(&value(&text).unwrap()).is_err(), "{code}");
    }
}

#[test]
fn every_field_is_explained() {
    let schema = rdf_spec::schema::model();
    let properties = schema["properties"].as_object().unwrap();
    for (key, property) in properties {
        let text = property["description"].as_str().unwrap_or_default();
        assert!(!text.is_empty() && !text.contains("[`"), "{key}: {text}");
    }
    assert_eq!(
        properties.keys().take(3).collect::<Vec<_>>(),
        ["format_version", "type", "name"]
    );
}

/// Compares with the published schema where the variable says that there is one.
#[test]
fn fields_are_those_of_the_published_schema() {
    let Some(reference) = std::env::var_os("MODELHUB_REFERENCE") else {
        return;
    };
    let path = Path::new(&reference).join("schemas/bioimageio_schema_model_0.4.json");
    let theirs: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let ours = rdf_spec::schema::model();
    let names = |schema: &Value| -> BTreeSet<String> {
        schema["properties"]
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect()
    };
    assert!(names(&ours).is_superset(&names(&theirs)));
    let required = |schema: &Value| -> BTreeSet<String> {
        let keys = schema["required"].as_array().unwrap();
        keys.iter().map(|key| key.as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(required(&ours), required(&theirs));

    for (our, their) in [
        ("Author", "Author"),
        ("Maintainer", "Maintainer"),
        ("CiteEntry", "CiteEntry"),
        ("RunMode", "RunMode"),
        ("Uploader", "Uploader"),
        ("InputTensor", "InputTensorDescr"),
        ("OutputTensor", "OutputTensorDescr"),
        ("Weights", "WeightsDescr"),
    ] {
        let (our_type, their_type) = (&ours["$defs"][our], &theirs["$defs"][their]);
        assert!(names(our_type).is_superset(&names(their_type)), "{our}");
        if their_type["required"].is_array() {
            assert_eq!(required(our_type), required(their_type), "{our}");
        }
    }
    for (format, their) in [
        ("keras_hdf5", "KerasHdf5WeightsDescr"),
        ("onnx", "OnnxWeightsDescr"),
        ("pytorch_state_dict", "PytorchStateDictWeightsDescr"),
        ("tensorflow_js", "TensorflowJsWeightsDescr"),
        (
            "tensorflow_saved_model_bundle",
            "TensorflowSavedModelBundleWeightsDescr",
        ),
        ("torchscript", "TorchscriptWeightsDescr"),
    ] {
        let our_type = &ours["$defs"]["Weights"]["properties"][format]["anyOf"][0];
        let their_type = &theirs["$defs"][their];
        assert_eq!(names(our_type), names(their_type), "{format}");
        assert_eq!(required(our_type), required(their_type), "{format}");
    }
}
