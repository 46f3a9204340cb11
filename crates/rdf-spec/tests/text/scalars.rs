//! What plain text means, and where values stand.

use rdf_spec::{DocPath, Document, ModelRdf, ScalarValue};

use super::{first, with};

fn value(text: &str) -> ScalarValue {
    let document = Document::parse(&format!("key: {text}\n")).unwrap();
    document
        .get(&DocPath::root().join("key"))
        .unwrap()
        .as_scalar()
        .unwrap()
        .value
}

#[test]
fn words_that_older_yaml_took_for_truth_values_are_text() {
    for word in ["y", "n", "yes", "no", "on", "off", "Y", "No", "OFF"] {
        assert_eq!(value(word), ScalarValue::String, "{word}");
    }
    assert_eq!(value("true"), ScalarValue::Bool(true));
    let text = with("axes: yx}", "axes: y}");
    let model = ModelRdf::from_yaml(&text).into_result().unwrap();
    assert_eq!(model.inputs[0].preprocessing[0].axes().unwrap().as_str(), "y");
    let tags = ModelRdf::from_yaml(&with("license: MIT", "license: MIT\ntags: [no, y, off]"));
    assert_eq!(tags.value().unwrap().tags, ["no", "y", "off"]);
}

#[test]
fn versions_keep_their_digits() {
    for (written, kept) in [
        ("1.10", "1.10"),
        ("0.1", "0.1"),
        ("1", "1"),
        ("'1.10'", "1.10"),
        ("1.0.0", "1.0.0"),
    ] {
        let text = with("license: MIT", &format!("license: MIT\nversion: {written}"));
        let model = ModelRdf::from_yaml(&text).into_result().unwrap();
        assert_eq!(model.version.unwrap().as_str(), kept, "{written}");
    }
    // What says 0.4 is neither a number nor one of the versions.
    assert_eq!(
        first(&with("format_version: 0.4.9", "format_version: 0.4")),
        "wrong-type 1:17"
    );
}

#[test]
fn an_empty_value_stands_behind_its_key() {
    assert_eq!(first(&with("license: MIT", "license:")), "null-not-allowed 11:8");
    assert_eq!(
        first(&with("license: MIT", "license: ~")),
        "null-not-allowed 11:10"
    );
    assert_eq!(
        first(&with("license: MIT", "license:   # which one?")),
        "null-not-allowed 11:8"
    );
    assert_eq!(first(&with("  - name: Jane Doe", "  -")), "null-not-allowed 6:4");
    let last = format!("{}\ntags:", super::MINIMAL.trim_end());
    let line = last.lines().count();
    assert_eq!(first(&last), format!("null-not-allowed {line}:5"));
}

#[test]
fn a_key_that_stands_twice_is_named_at_its_second_place() {
    let text = with("license: MIT", "license: MIT\nname: Another name");
    let parsed = ModelRdf::from_yaml(&text);
    let [finding] = parsed.diagnostics() else {
        panic!("{:?}", parsed.diagnostics());
    };
    assert_eq!(
        finding.to_string(),
        "12:1: error[duplicate-key]: name: the key `name` stands here a second time"
    );
    assert_eq!(finding.related[0].position.unwrap().to_string(), "3:1");
    // What is read is the first.
    assert_eq!(parsed.value().unwrap().name, "Smallest model");
    assert_eq!(
        first(&with(
            "kwargs: {mode: per_sample, axes: yx}",
            "kwargs: {mode: per_sample, axes: y, axes: yx}"
        )),
        "duplicate-key 20:45"
    );
}

#[test]
fn numbers_in_quotes_are_numbers_where_the_format_wants_one() {
    let model = ModelRdf::from_yaml(&with("opset_version: 17", "opset_version: '17'"))
        .into_result()
        .unwrap();
    let (_, onnx) = model.weights.iter().next().unwrap();
    assert_eq!(onnx.opset_version, Some(17));
    assert_eq!(
        first(&with("halo: [0, 0, 8, 8]", "halo: [0, 0, 8.5, 8]")),
        "wrong-type 29:18"
    );
    assert_eq!(
        first(&with("halo: [0, 0, 8, 8]", "halo: [0, 0, true, 8]")),
        "loose-number 29:18"
    );
}

#[test]
fn merged_keys_are_read_where_their_own_are_missing() {
    let text = with(
        "  - name: Jane Doe",
        "  - &jane\n    name: Jane Doe\n    orcid: 0000-0002-1825-0097\n  - <<: *jane\n    name: John Doe",
    );
    let model = ModelRdf::from_yaml(&text).into_result().unwrap();
    assert_eq!(model.authors[1].name, "John Doe");
    assert_eq!(model.authors[1].orcid, model.authors[0].orcid);
}
