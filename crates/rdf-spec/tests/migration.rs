//! Bringing old descriptions into the newest version.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[cfg(feature = "rewrite")]
#[path = "migration/laws.rs"]
mod laws;
#[cfg(feature = "rewrite")]
#[path = "migration/reference.rs"]
mod reference;

use rdf_spec::{ChangeKind, DocPath, Document, FormatVersion, Migrated, MigrationError, ModelRdf, Node};

const OLD: &str = include_str!("documents/old_0_3_1.yaml");

fn get<'n>(root: &'n Node, pointer: &str) -> Option<&'n Node> {
    pointer
        .split('/')
        .filter(|part| !part.is_empty())
        .try_fold(root, |node, part| match part.parse::<usize>() {
            Ok(index) if node.as_sequence().is_some() => node.as_sequence()?.get(index),
            _ => node.as_mapping()?.get(part),
        })
}

fn text<'n>(root: &'n Node, pointer: &str) -> &'n str {
    let node = get(root, pointer).unwrap_or_else(|| panic!("there is no {pointer}"));
    &node.as_scalar().unwrap().text
}

#[test]
fn everything_of_an_old_description_finds_its_place() {
    let document = Document::parse(OLD).unwrap();
    let migrated = Migrated::to_newest(&document).unwrap();
    let root = migrated.root();
    for (pointer, expected) in [
        ("format_version", "0.4.10"),
        ("name", "Oldnew model"),
        ("authors/0/name", "Jane Doe"),
        ("authors/0/affiliation", "Institute of Edges"),
        ("authors/1/name", "John  Roe"),
        ("authors/1/orcid", "0000-0002-1825-0097"),
        ("cite/0/doi", "10.1234/edges.2021"),
        ("documentation", "README.md"),
        ("timestamp", "2021-03-01T10:00:00Z"),
        ("version", "0.1.0"),
        ("id", "quiet-newt"),
        ("id_emoji", "🦎"),
        ("outputs/0/shape/reference_tensor", "raw"),
        ("test_inputs/0", "in.npy"),
        ("weights/pytorch_state_dict/architecture", "edges.py:Edges"),
        ("weights/pytorch_state_dict/kwargs/depth", "3"),
        (
            "weights/pytorch_state_dict/dependencies",
            "conda:environment.yaml",
        ),
        ("weights/pytorch_state_dict/authors/0/name", "Jane Doe"),
        ("weights/pytorch_state_dict/source", "weights.pt"),
        ("weights/torchscript/source", "traced.pt"),
        ("weights/onnx/parent", "torchscript"),
    ] {
        assert_eq!(text(root, pointer), expected, "{pointer}");
    }
    let digest = text(root, "weights/pytorch_state_dict/architecture_sha256");
    assert!(digest.starts_with("3c0e6b0d"), "{digest}");
    for gone in [
        "language",
        "framework",
        "source",
        "sha256",
        "kwargs",
        "dependencies",
        "config/future",
        "weights/pytorch_script",
    ] {
        assert!(get(root, gone).is_none(), "{gone}");
    }
    let lost: Vec<String> = migrated.losses().map(|change| change.path.to_string()).collect();
    assert_eq!(
        lost,
        ["language", "framework", "name", "authors[1].name", "timestamp"]
    );
    assert!(get(root, "config/bioimageio/nickname").is_some());
}

#[test]
fn every_change_says_where_it_was() {
    let document = Document::parse(OLD).unwrap();
    let migrated = Migrated::to_newest(&document).unwrap();
    let place = |path: &str| {
        let change = migrated
            .changes()
            .iter()
            .find(|change| change.path.to_string() == path);
        let change = change.unwrap_or_else(|| panic!("{path} has no change"));
        (
            change.kind,
            change.position.unwrap().to_string(),
            change.step.version(),
        )
    };
    assert_eq!(
        place("authors[0]"),
        (ChangeKind::Converted, "7:5".to_owned(), "0.3.2".to_owned())
    );
    assert_eq!(
        place("source"),
        (ChangeKind::Moved, "20:1".to_owned(), "0.4.0".to_owned())
    );
    assert_eq!(
        place("dependencies"),
        (ChangeKind::Moved, "24:1".to_owned(), "0.4.1".to_owned())
    );
    assert_eq!(
        place("outputs[0].shape.reference_input"),
        (ChangeKind::Moved, "36:7".to_owned(), "0.3.3".to_owned())
    );
}

#[test]
fn an_old_description_reads_as_a_valid_model() {
    let parsed = ModelRdf::from_yaml(OLD);
    let errors: Vec<String> = parsed
        .diagnostics()
        .iter()
        .filter(|found| found.is_error())
        .map(ToString::to_string)
        .collect();
    assert_eq!(errors, Vec::<String>::new());
    let model = parsed.value().unwrap();
    assert_eq!(model.format_version.as_str(), "0.3.1");
    assert_eq!(model.authors[1].name, "John  Roe");
}

#[test]
fn steps_stop_at_the_version_that_is_asked_for() {
    let document = Document::parse(OLD).unwrap();
    let to: FormatVersion = "0.4.0".parse().unwrap();
    let migrated = Migrated::to_version(&document, &to).unwrap();
    assert_eq!(text(migrated.root(), "format_version"), "0.4.0");
    assert_eq!(text(migrated.root(), "dependencies"), "conda:environment.yaml");
    assert_eq!(text(migrated.root(), "name"), "Old/new model");
    assert!(get(migrated.root(), "weights/torchscript").is_some());
    assert!(get(migrated.root(), "id").is_none());
}

#[test]
fn there_is_no_way_back_and_none_to_other_formats() {
    let newest = Document::parse("type: model\nformat_version: 0.4.10\n").unwrap();
    let to = |version: &str| Migrated::to_version(&newest, &version.parse().unwrap());
    assert!(matches!(to("0.4.9"), Err(MigrationError::Older { .. })));
    assert!(matches!(to("0.5.0"), Err(MigrationError::UnknownTarget { .. })));
    assert!(matches!(to("0.4.11"), Err(MigrationError::UnknownTarget { .. })));
    assert!(to("0.4.10").unwrap().changes().is_empty());
    let other = Document::parse("type: dataset\nformat_version: 0.2.3\n").unwrap();
    assert!(matches!(
        Migrated::to_newest(&other),
        Err(MigrationError::NotAModel(_))
    ));
}

#[test]
fn an_id_that_gives_way_to_a_nickname_is_reported() {
    let document = Document::parse(
        "type: model\nformat_version: 0.4.9\nid: 10.5281/zenodo.1\nconfig:\n  bioimageio:\n    nickname: calm-ibis\n",
    )
    .unwrap();
    let migrated = Migrated::to_newest(&document).unwrap();
    assert_eq!(text(migrated.root(), "id"), "calm-ibis");
    let lost: Vec<&DocPath> = migrated.losses().map(|change| &change.path).collect();
    assert_eq!(lost, [&DocPath::root().join("id")]);
    assert!(
        migrated
            .losses()
            .next()
            .unwrap()
            .message
            .contains("10.5281/zenodo.1")
    );
}
