//! Which reader a document gets.

use rdf_spec::{Code, Rdf};

use super::*;

#[test]
fn every_type_has_its_reader_and_the_examples_have_no_findings() {
    for (text, kind, version) in [
        (DATASET, "dataset", "0.2.4"),
        (APPLICATION, "application", "0.2.4"),
        (NOTEBOOK, "notebook", "0.2.4"),
        (WORKFLOW, "workflow", "0.2.4"),
        (COLLECTION, "collection", "0.2.4"),
        (MODEL, "model", "0.4.9"),
    ] {
        let parsed = Rdf::from_yaml(text);
        assert_eq!(findings(&parsed), Vec::<String>::new(), "{kind}");
        let rdf = parsed.into_result().unwrap();
        assert_eq!(rdf.resource_type(), kind);
        assert_eq!(rdf.format_version().as_str(), version);
        assert!(!rdf.name().is_empty());
        assert_eq!(rdf.metadata().is_none(), kind == "model");
        let which = [
            rdf.as_model().is_some(),
            rdf.as_dataset().is_some(),
            rdf.as_application().is_some(),
            rdf.as_notebook().is_some(),
            rdf.as_collection().is_some(),
            rdf.as_generic().is_some(),
        ];
        assert_eq!(which.iter().filter(|is| **is).count(), 1, "{kind}");
    }
}

#[test]
fn type_and_version_must_be_there() {
    assert_eq!(
        found("name: a"),
        ["error missing-field type", "error missing-field format_version"]
    );
    assert_eq!(
        found(&with(DATASET, "type: dataset\n", "")),
        ["error missing-field type"]
    );
    assert_eq!(
        found(&with(DATASET, "format_version: 0.2.4\n", "")),
        ["error missing-field format_version"]
    );
    assert_eq!(
        found(&with(DATASET, "type: dataset", "type: [dataset]")),
        ["error wrong-type type"]
    );
    assert_eq!(found("[]"), ["error wrong-type "]);
}

#[test]
fn any_other_text_is_the_type_of_a_generic_resource() {
    for kind in ["DATASET", "Notebook"] {
        let text = with(WORKFLOW, "type: workflow", &format!("type: {kind}"));
        assert_eq!(found(&text), ["alert invalid-value type"], "{kind}");
    }
    let parsed = Rdf::from_yaml(&with(WORKFLOW, "type: workflow", "type: Model"));
    assert_eq!(
        parsed.diagnostics()[0].help.as_deref(),
        Some("did you mean `model`?")
    );
    for kind in ["rdf", "generic", "my_type", "ray-serve", "Workflow", "'12'", "''"] {
        let text = with(WORKFLOW, "type: workflow", &format!("type: {kind}"));
        assert_eq!(found(&text), Vec::<String>::new(), "{kind}");
    }
}

#[test]
fn other_versions_are_errors_with_advice() {
    for (version, advice) in [
        ("0.1.0", "convert"),
        ("0.3.0", "format 0.3 is not read"),
        ("0.4.9", "`type: model`"),
        ("0.5.0", "newer formats are not read"),
        ("1.0.0", "newer formats are not read"),
    ] {
        let text = with(DATASET, "0.2.4", version);
        let parsed = Rdf::from_yaml(&text);
        assert_eq!(
            findings(&parsed),
            ["error unsupported-format-version format_version"],
            "{version}"
        );
        let help = parsed.diagnostics()[0].help.as_deref().unwrap();
        assert!(help.contains(advice), "{version}: {help}");
    }
    for version in ["0.2", "'0.2'", "latest", "[0, 2, 4]", "null"] {
        let text = with(DATASET, "0.2.4", version);
        assert!(!Rdf::from_yaml(&text).is_valid(), "{version}");
    }
}

#[test]
fn a_later_patch_version_is_read_as_the_newest() {
    let parsed = Rdf::from_yaml(&with(DATASET, "0.2.4", "0.2.17"));
    assert!(parsed.is_valid());
    assert_eq!(parsed.diagnostics()[0].code, Code::NewerFormatVersion);
    let dataset = parsed.value().and_then(Rdf::as_dataset).unwrap();
    assert_eq!(dataset.metadata.format_version.as_str(), "0.2.17");
    assert!(!parsed.strict().is_valid());
}

#[test]
fn unknown_fields_are_kept_where_readers_ignore_them_and_errors_elsewhere() {
    let more = "first: 1\nsecond: {a: [b]}\n";
    let parsed = Rdf::from_yaml(&format!("{WORKFLOW}{more}"));
    assert!(parsed.is_valid());
    assert_eq!(
        findings(&parsed),
        ["info ignored-field first", "info ignored-field second"]
    );
    let other = &parsed.value().and_then(Rdf::as_generic).unwrap().other;
    assert_eq!(other.keys().collect::<Vec<_>>(), ["first", "second"]);
    assert!(parsed.strict().is_valid());
    for document in [DATASET, APPLICATION, NOTEBOOK] {
        assert_eq!(
            found(&format!("{document}{more}")),
            ["error unknown-field first", "error unknown-field second"]
        );
    }
}

#[test]
fn many_ignored_fields_do_not_make_a_description_invalid() {
    let more: String = (0..5000).map(|at| format!("key{at}: 0\n")).collect();
    let parsed = Rdf::from_yaml(&format!("{WORKFLOW}{more}"));
    assert!(parsed.is_valid());
    assert_eq!(parsed.diagnostics().len(), 32);
    assert_eq!(
        parsed.value().and_then(Rdf::as_generic).unwrap().other.len(),
        5000
    );
}

#[test]
fn the_source_depends_on_the_type() {
    let sources = [
        ("https://example.org/a", [true, true, true, false]),
        ("https://example.org/a.ipynb", [true; 4]),
        ("folder/a.ipynb", [false, false, true, true]),
        ("a.IPYNB", [false, false, true, false]),
        ("https://example.org/rdf.yaml", [true, true, false, false]),
        ("ftp://example.org/a", [false, false, true, false]),
        ("/a.ipynb", [false; 4]),
        ("''", [false; 4]),
        ("[]", [false; 4]),
        ("null", [true, true, true, false]),
    ];
    for (source, expected) in sources {
        let documents = [WORKFLOW, DATASET, APPLICATION, NOTEBOOK];
        for (document, valid) in documents.into_iter().zip(expected) {
            let line = document.lines().find(|line| line.starts_with("source:")).unwrap();
            let parsed = Rdf::from_yaml(&with(document, line, &format!("source: {source}")));
            assert_eq!(parsed.is_valid(), valid, "{:?} {source}", parsed.resource_type());
            for finding in parsed.diagnostics().iter().filter(|found| found.is_error()) {
                assert_eq!(finding.path.to_string(), "source");
            }
        }
    }
    assert_eq!(
        found(&with(NOTEBOOK, "source: https://example.org/train.ipynb\n", "")),
        ["error missing-field source"]
    );
}
