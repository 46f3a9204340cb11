//! Every valid description is read again as it was written.

use std::fs;
use std::path::{Path, PathBuf};

use rdf_spec::{FormatVersion, ModelRdf, check_model};

use super::MINIMAL;

/// Reads a text; if it is a valid description, writes and reads it again. True if it was.
fn check(name: &str, text: &str) -> bool {
    let parsed = ModelRdf::from_yaml(text);
    let Some(model) = parsed.value().filter(|_| parsed.is_valid()) else {
        return false;
    };
    // It is written in the newest version, unless it says that it is of a newer one.
    let mut model = model.clone();
    if model.format_version.numbers() < FormatVersion::newest().numbers() {
        model.format_version = FormatVersion::newest();
    }
    let model = &model;
    let yaml = model.to_yaml().unwrap_or_else(|error| panic!("{name}: {error}"));
    let json = model.to_json().unwrap_or_else(|error| panic!("{name}: {error}"));
    for written in [&yaml, &json] {
        let again = ModelRdf::from_yaml(written);
        assert!(again.is_valid(), "{name}: {:#?}\n{written}", again.diagnostics());
        let again = again.value().unwrap();
        // NaN is not equal to itself.
        assert_eq!(format!("{again:#?}"), format!("{model:#?}"), "{name}\n{written}");
        assert_eq!(again.to_yaml().unwrap(), yaml, "{name}");
        assert_eq!(again.to_json().unwrap(), json, "{name}");
    }
    assert_eq!(serde_json::to_string_pretty(model).unwrap(), json, "{name}");

    // What is found about the description is what is found about its text.
    let of_text: Vec<_> = ModelRdf::from_yaml(&yaml)
        .diagnostics()
        .iter()
        .map(|found| (found.code, found.path.to_string(), found.message.clone()))
        .collect();
    let mut of_model: Vec<_> = check_model(model)
        .into_iter()
        .inspect(|found| assert!(found.position.is_none(), "{name}"))
        .map(|found| (found.code, found.path.to_string(), found.message))
        .collect();
    let mut sorted = of_text.clone();
    sorted.sort();
    of_model.sort();
    assert_eq!(of_model, sorted, "{name}");
    true
}

/// All YAML files below a folder.
pub(super) fn documents(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            documents(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            found.push(path);
        }
    }
}

fn check_all(folder: &Path) -> usize {
    let mut files = Vec::new();
    documents(folder, &mut files);
    let valid = files.iter().filter(|path| {
        let bytes = fs::read(path).unwrap();
        std::str::from_utf8(&bytes).is_ok_and(|text| check(&path.display().to_string(), text))
    });
    valid.count()
}

#[test]
fn descriptions_of_this_project() {
    assert!(check("minimal.yaml", MINIMAL));
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spec-fixtures");
    assert!(check_all(&fixtures.join("models")) >= 10);
    assert!(check_all(&fixtures.join("documents")) > 40);
}

/// Reads published descriptions where the variable says that there are some.
#[test]
fn published_descriptions() {
    let Some(reference) = std::env::var_os("MODELHUB_REFERENCE") else {
        return;
    };
    let count = check_all(&Path::new(&reference).join("documents"));
    assert!(count > 100, "only {count} valid descriptions");
}
