//! Test summaries: every form is read, written summaries read the same, trees are merged.

use std::fs;
use std::path::Path;

use hub::summary::{
    SummaryErrorKind, SummaryFile, SummaryPlace, SummaryTree, TestStatus, TestSummary, to_html, to_json,
    to_markdown,
};
use proptest::prelude::*;
use rdf_spec::Yaml;

use crate::files::reference;

const LIST: &str = "
- bioimageio_core_version: 0.5.10
  bioimageio_spec_version: 0.4.9
  error: null
  name: load resource description
  nested_errors: null
  source_name: a/rdf.yaml
  status: passed
  traceback: null
  warnings: {}
- {error: wrong <b>type</b> | here, name: has expected resource type, status: failed, traceback: [one, two]}
- {error: {name: [too long], inputs: {0: {axes: [bad]}}}, name: static, status: failed, extra: 1,
   source_name: {name: A model, type: model}}
";

#[test]
fn all_forms_are_read() {
    let file = SummaryFile::from_yaml(LIST, "ilastik").unwrap();
    let all: Vec<&TestSummary> = file.tests["ilastik"].iter().collect();
    assert_eq!(all[0].bioimageio_core_version.as_deref(), Some("0.5.10"));
    assert_eq!(all[1].traceback.as_ref().unwrap().len(), 2);
    assert_eq!(all[1].bioimageio_core_version, None);
    assert_eq!(all[2].nested_errors.len(), 2);
    assert_eq!(all[2].source_name.as_deref(), Some("A model"));
    assert_eq!(all[2].other["extra"], Yaml::Int(1));
    assert!(all[2].problem().unwrap().starts_with("name: too long; inputs: {"));
    assert_eq!(file.status(), TestStatus::Failed);

    let single = SummaryFile::from_yaml("{name: a, status: passed}", "x").unwrap();
    assert_eq!(single.status(), TestStatus::Passed);
    let merged = "rdf_sha256: abc\nstatus: passed\ntests: {ilastik: [{name: a, status: passed}], biapy: []}";
    let merged = SummaryFile::from_yaml(merged, "x").unwrap();
    assert_eq!(merged.rdf_sha256.as_deref(), Some("abc"));
    assert_eq!(merged.tests.len(), 2);
    assert_eq!(SummaryFile::default().status(), TestStatus::Failed);
}

#[test]
fn what_is_no_summary_says_where() {
    let reason = |text: &str| SummaryFile::from_yaml(text, "x").unwrap_err().to_string();
    assert_eq!(reason("{a"), "the summary is not a YAML document");
    assert!(
        reason("- {name: a}").contains("summary 1 of the document (line 1)"),
        "{}",
        reason("- {name: a}")
    );
    assert!(reason("tests: {a: [1]}").contains("summary 1 of `tests.a`"));
    assert!(reason("just text").contains("a list of summaries is expected"));
    assert!(reason("- {name: a, status: passed, warnings: [1]}").contains("`warnings` must be a mapping"));
}

#[test]
fn published_summaries_are_read() {
    let Some(folder) = reference() else { return };
    let mut number = 0;
    for entry in fs::read_dir(folder.join("test_summaries")).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let file =
            SummaryFile::from_yaml(&text, "bioimageio").unwrap_or_else(|error| panic!("{path:?}: {error}"));
        let stated = text.contains("\nstatus: failed");
        assert_eq!(file.status() == TestStatus::Failed, stated, "{path:?}");
        assert!(file.summaries().count() >= 2, "{path:?}");
        let again = SummaryFile::from_yaml(&file.to_merged_yaml().unwrap(), "x").unwrap();
        assert_eq!(again, file, "{path:?}");
        number += 1;
    }
    assert_eq!(number, 14);
}

#[test]
fn a_tree_is_collected_merged_and_shown() {
    let folder = tempfile::tempdir().unwrap();
    let place = SummaryPlace::new("10.5281/zenodo.1", "2").unwrap();
    for setting in ["a", "b"] {
        let path = folder.path().join(place.file(setting));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, LIST).unwrap();
    }
    fs::write(folder.path().join("test_summary_x.yaml"), LIST).unwrap();
    fs::create_dir_all(folder.path().join("m/1")).unwrap();
    fs::write(folder.path().join("m/1/test_summary_x.yaml"), "{").unwrap();
    fs::write(folder.path().join("m/1/other.yaml"), "{").unwrap();
    let (tree, problems) = SummaryTree::collect(folder.path(), "ilastik");
    assert_eq!(problems.len(), 2, "{problems:?}");
    assert_eq!(tree.resources.len(), 1);
    assert_eq!(
        tree.resources[&place].summaries().count(),
        3,
        "the same is kept once"
    );

    let html = to_html(&tree);
    assert!(
        html.contains("wrong &lt;b&gt;type&lt;/b&gt;") && !html.contains("<b>type"),
        "{html}"
    );
    let markdown = to_markdown(&tree);
    assert!(
        markdown.contains("wrong \\<b\\>type\\</b\\> \\| here"),
        "{markdown}"
    );
    assert!(markdown.ends_with("\n0 of 1 resource versions passed all tests\n"));
    assert_eq!(
        to_json(&tree)["resources"][0]["tests"]["ilastik"]
            .as_array()
            .unwrap()
            .len(),
        3
    );

    let merged = tempfile::tempdir().unwrap();
    tree.write_merged(merged.path()).unwrap();
    let (again, problems) = SummaryTree::collect(merged.path(), "x");
    assert!(problems.is_empty());
    assert_eq!(again, tree);
}

#[test]
fn no_identifier_leads_out_of_the_tree() {
    for id in [
        "",
        "..",
        "a/../b",
        "/a",
        "a//b",
        "C:/a",
        "a\\b",
        "con",
        "a/NUL.txt",
        "a.",
        "b ",
        "com1",
        "a\nb",
        "a/b/c/d/e/f/g/h/i",
    ] {
        let error = SummaryPlace::new(id, "1").unwrap_err();
        assert!(
            matches!(error.kind(), SummaryErrorKind::Identifier { .. }),
            "{id:?}"
        );
    }
    assert!(SummaryPlace::new("a", "1/2").is_err());
    assert!(SummaryPlace::new("10.5281/zenodo.1", "1.10").is_ok());
    assert_eq!(
        SummaryPlace::of_file(Path::new("../a/1/test_summary_x.yaml")),
        None
    );
}

proptest! {
    /// Any place and setting gives a path below the root, from which the place is found again.
    #[test]
    fn places_are_found_again(id in "[a-z0-9./ :\\\\]{1,30}", version in "[a-z0-9. ]{1,10}", setting in ".{0,40}") {
        if let Ok(place) = SummaryPlace::new(&id, &version) {
            let file = place.file(&setting);
            prop_assert!(file.is_relative());
            prop_assert!(file.components().all(|part| matches!(part, std::path::Component::Normal(_))));
            prop_assert_eq!(SummaryPlace::of_file(&file), Some(place));
        }
        let any = SummaryPlace::approximate(&id, &version);
        prop_assert_eq!(SummaryPlace::new(any.resource_id(), any.version_id()).unwrap(), any);
    }

    /// Whatever text is in a summary, reading what was written gives it back.
    #[test]
    fn written_summaries_read_the_same(name in ".{1,40}", error in proptest::option::of("(?s).{0,80}"), key in ".{1,10}", lines in proptest::option::of(proptest::collection::vec(".{0,20}", 0..3))) {
        let mut summary = TestSummary::new(name, "a", TestStatus::Failed);
        summary.error = error;
        summary.traceback = lines;
        summary.nested_errors.insert(key.clone(), Yaml::String("x".to_owned()));
        summary.warnings.insert(key, Yaml::Sequence(vec![Yaml::Bool(true)]));
        let file = SummaryFile::of_tester("t", vec![summary]);
        if let Ok(text) = file.to_list_yaml() {
            prop_assert_eq!(SummaryFile::from_yaml(&text, "t").unwrap(), file);
        }
    }
}
