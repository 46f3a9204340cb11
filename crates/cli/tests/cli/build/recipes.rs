//! Recipes of fixtures: what their authors would write.

use std::fs;
use std::path::{Path, PathBuf};

use rdf_spec::Package;
use serde_json::{Map, Value, json};

use crate::harness::{Run, fixture, modelhub};

/// A value as TOML in one line.
fn toml(value: &Value) -> String {
    match value {
        Value::Array(items) => format!("[{}]", items.iter().map(toml).collect::<Vec<_>>().join(", ")),
        Value::Object(fields) => {
            let fields = fields.iter().filter(|(_, value)| !value.is_null());
            let fields: Vec<_> = fields
                .map(|(key, value)| format!("{key} = {}", toml(value)))
                .collect();
            format!("{{ {} }}", fields.join(", "))
        }
        // Infinities are text in JSON, and so they stay: the fields of the format take them.
        other => other.to_string(),
    }
}

/// What the author of a fixture would write: its description without what can be computed.
pub(super) fn recipe_of(name: &str) -> (Map<String, Value>, Package) {
    recipe_of_folder(&fixture(name))
}

pub(super) fn recipe_of_folder(folder: &Path) -> (Map<String, Value>, Package) {
    let package = Package::open(folder).unwrap();
    let description = serde_json::to_value(package.model().unwrap()).unwrap();
    let Value::Object(mut fields) = description else {
        panic!("no mapping")
    };
    for key in [
        "covers",
        "documentation",
        "test_outputs",
        "sample_inputs",
        "sample_outputs",
        "format_version",
    ] {
        fields.remove(key);
    }
    let tests = fields.remove("test_inputs").unwrap();
    for (at, input) in fields["inputs"].as_array_mut().unwrap().iter_mut().enumerate() {
        input["test"] = json!(folder.join(tests[at].as_str().unwrap()));
        let is_open = input["shape"].get("min").is_some();
        input.as_object_mut().unwrap().remove("shape");
        if is_open {
            input["shape"] = json!("search");
        }
    }
    for output in fields["outputs"].as_array_mut().unwrap() {
        output.as_object_mut().unwrap().remove("shape");
        if output.get("halo").is_some() {
            output["halo"] = json!("search");
        }
    }
    for (_, entry) in fields["weights"].as_object_mut().unwrap() {
        let file = folder.join(entry["source"].as_str().unwrap());
        entry["source"] = json!(file);
        entry.as_object_mut().unwrap().remove("sha256");
        entry.as_object_mut().unwrap().remove("opset_version");
    }
    (fields, package)
}

pub(super) fn write(folder: &Path, fields: &Map<String, Value>) -> PathBuf {
    let path = folder.join("model.toml");
    let lines: Vec<String> = fields
        .iter()
        .map(|(key, value)| format!("{key} = {}\n", toml(value)))
        .collect();
    fs::write(&path, lines.concat()).unwrap();
    path
}

pub(super) fn build(recipe: &Path, target: &Path, more: &[&str]) -> Run {
    let arguments = ["build", recipe.to_str().unwrap(), target.to_str().unwrap()];
    modelhub(arguments.into_iter().chain(more.iter().copied()))
}

pub(super) fn built(
    name: &str,
    change: impl FnOnce(&mut Map<String, Value>),
) -> (tempfile::TempDir, PathBuf, Package) {
    let folder = tempfile::tempdir().unwrap();
    let (mut fields, original) = recipe_of(name);
    change(&mut fields);
    let recipe = write(folder.path(), &fields);
    let target = folder.path().join("built.zip");
    let run = build(&recipe, &target, &[]);
    assert_eq!(run.code, 0, "{name}: {run:?}");
    for arguments in [&["validate", "--strict"][..], &["test-model"]] {
        let run = modelhub(arguments.iter().copied().chain([target.to_str().unwrap()]));
        // 8-bit inputs are not what the text of the format asks for.
        let departs = arguments.len() == 2 && run.stdout.contains("unspecified-data-type");
        assert_eq!(run.code, i32::from(departs), "{name}: {run:?}");
    }
    (folder, target, original)
}
