//! `modelhub migrate`

use std::fs;

use crate::harness::{Copy, fixture, modelhub, write_zip};

const OLD: &str = include_str!("../../../rdf-spec/tests/documents/old_0_3_1.yaml");

/// A folder with an old description in it.
fn old() -> Copy {
    let copy = Copy::of(&fixture("blobs-unet2d"));
    fs::write(copy.path().join("rdf.yaml"), OLD).unwrap();
    copy
}

#[test]
fn the_result_keeps_comments_and_says_what_is_lost() {
    let copy = old();
    let run = modelhub(["migrate".as_ref(), copy.path().as_os_str()]);
    insta::assert_snapshot!("migrate_yaml", run.snapshot(copy.path()));
}

#[test]
fn every_step_is_explained() {
    let copy = old();
    let run = modelhub(["migrate".as_ref(), "--explain".as_ref(), copy.path().as_os_str()]);
    insta::assert_snapshot!("migrate_explain", run.stderr);
}

#[test]
fn json_has_the_values() {
    let copy = old();
    let run = modelhub(
        ["migrate", "--output", "json"]
            .map(AsRef::as_ref)
            .into_iter()
            .chain([copy.path().as_os_str()]),
    );
    assert_eq!(run.code, 0, "{run:?}");
    let json = run.json();
    assert_eq!(json["format_version"], "0.4.10");
    assert_eq!(
        json["inputs"][0]["data_range"],
        serde_json::json!(["-inf", "inf"])
    );
    assert_eq!(json["weights"]["pytorch_state_dict"]["kwargs"]["depth"], 3);
}

#[test]
fn in_place_replaces_the_description_and_a_second_time_changes_nothing() {
    let copy = old();
    let path = copy.path().join("rdf.yaml");
    let run = modelhub(["migrate".as_ref(), "--in-place".as_ref(), path.as_os_str()]);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""), "{run:?}");
    let first = fs::read_to_string(&path).unwrap();
    assert!(first.contains("format_version: 0.4.10\n"), "{first}");
    assert!(first.contains("# levels"), "{first}");
    let run = modelhub(["migrate".as_ref(), "--in-place".as_ref(), path.as_os_str()]);
    assert_eq!(
        (run.code, run.stdout.as_str(), run.stderr.as_str()),
        (0, "", ""),
        "{run:?}"
    );
    assert_eq!(fs::read_to_string(&path).unwrap(), first);
    let validated = modelhub(["validate".as_ref(), "--format-only".as_ref(), path.as_os_str()]);
    assert_eq!(validated.code, 0, "{validated:?}");
}

#[test]
fn a_description_that_is_protected_stays() {
    let copy = old();
    let path = copy.path().join("rdf.yaml");
    let mut permissions = fs::metadata(&path).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&path, permissions).unwrap();
    let run = modelhub(["migrate".as_ref(), "--in-place".as_ref(), path.as_os_str()]);
    assert_eq!(run.code, 3, "{run:?}");
    assert!(run.stderr.contains("is write-protected"), "{run:?}");
    assert_eq!(fs::read_to_string(&path).unwrap(), OLD);
}

#[test]
fn zip_files_are_read_but_not_changed() {
    let folder = tempfile::tempdir().unwrap();
    let zip = folder.path().join("old.zip");
    write_zip(&zip, &[("rdf.yaml", OLD.as_bytes())]);
    let before = fs::read(&zip).unwrap();
    let run = modelhub(["migrate".as_ref(), zip.as_os_str()]);
    assert_eq!(run.code, 0, "{run:?}");
    let run = modelhub(["migrate".as_ref(), "--in-place".as_ref(), zip.as_os_str()]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stderr.contains("is a zip file"), "{run:?}");
    assert_eq!(fs::read(&zip).unwrap(), before);
}

#[test]
fn what_cannot_be_migrated_is_said_and_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rdf.yaml");
    for (text, code, message) in [
        (
            "type: model\nformat_version: 0.5.3\n",
            1,
            "unsupported-format-version",
        ),
        ("type: model\nformat_version: 1.2\n", 1, "format_version"),
        ("a: [b", 1, "syntax-error"),
    ] {
        fs::write(&path, text).unwrap();
        let run = modelhub(["migrate".as_ref(), "--in-place".as_ref(), path.as_os_str()]);
        assert_eq!(run.code, code, "{run:?}");
        assert!(run.stderr.contains(message), "{run:?}");
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
    fs::write(&path, OLD).unwrap();
    let run = modelhub([
        "migrate".as_ref(),
        "--to".as_ref(),
        "0.3.0".as_ref(),
        path.as_os_str(),
    ]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stderr.contains("cannot be turned back"), "{run:?}");
}
