//! `modelhub schema`

use crate::harness::modelhub;

#[test]
fn the_schema_of_models_is_json_with_its_fields() {
    let run = modelhub(["schema", "model"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run:?}");
    let schema = run.json();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert_eq!(schema["properties"]["type"]["const"], "model");
    assert!(schema["required"].as_array().unwrap().contains(&"weights".into()));
}

#[test]
fn every_type_has_a_schema() {
    for kind in ["dataset", "application", "notebook", "collection", "generic"] {
        let run = modelhub(["schema", kind]);
        assert_eq!(run.code, 0, "{run:?}");
        assert!(run.json()["properties"]["format_version"].is_object(), "{kind}");
    }
}

#[test]
fn another_type_is_wrong_usage() {
    let run = modelhub(["schema", "workflow"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stderr.contains("possible values: model, dataset"), "{run:?}");
}
