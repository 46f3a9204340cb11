//! Descriptions of format 0.2: what is written is read again as it was.

use std::fs;
use std::path::Path;

use rdf_spec::{
    CollectionEntry, CollectionRdf, CollectionResolver, Document, FormatVersion, Rdf, ResolvedEntry, Yaml,
};

use super::models::documents;

const RESOURCES: [(&str, &str); 5] = [
    ("application.yaml", include_str!("../documents/application.yaml")),
    ("collection.yaml", include_str!("../documents/collection.yaml")),
    ("dataset.yaml", include_str!("../documents/dataset.yaml")),
    ("notebook.yaml", include_str!("../documents/notebook.yaml")),
    ("workflow.yaml", include_str!("../documents/workflow.yaml")),
];

fn read(text: &str) -> Rdf {
    Rdf::from_yaml(text)
        .into_result()
        .unwrap_or_else(|found| panic!("{found:#?}\n{text}"))
}

fn collection(text: &str) -> CollectionRdf {
    read(text).as_collection().unwrap().clone()
}

/// States the newest version, unless the description says that it is of a newer one.
fn brought_up(rdf: &Rdf) -> Rdf {
    let mut rdf = rdf.clone();
    let (version, newest) = match &mut rdf {
        Rdf::Model(model) => (&mut model.format_version, FormatVersion::newest()),
        Rdf::Generic(generic) => (
            &mut generic.metadata.format_version,
            FormatVersion::newest_generic(),
        ),
        Rdf::Dataset(dataset) => (
            &mut dataset.metadata.format_version,
            FormatVersion::newest_generic(),
        ),
        Rdf::Application(application) => (
            &mut application.metadata.format_version,
            FormatVersion::newest_generic(),
        ),
        Rdf::Notebook(notebook) => (
            &mut notebook.metadata.format_version,
            FormatVersion::newest_generic(),
        ),
        Rdf::Collection(collection) => (
            &mut collection.metadata.format_version,
            FormatVersion::newest_generic(),
        ),
        other => panic!("{other:?}"),
    };
    if version.numbers() < newest.numbers() {
        *version = newest;
    }
    rdf
}

/// Entries that say which version they are of, because they are of that of their collection.
fn stated_versions(mut rdf: Rdf, old: &FormatVersion, again: &Rdf) -> Rdf {
    if let (Rdf::Collection(collection), Rdf::Collection(again)) = (&mut rdf, again) {
        for (entry, again) in collection.collection.iter_mut().zip(&again.collection) {
            let stated = again.update.get("format_version");
            let is_new = !entry.update.contains_key("format_version");
            if is_new && stated == Some(&Yaml::String(old.to_string())) {
                let version = Yaml::String(old.to_string());
                entry.update.shift_insert(0, "format_version".to_owned(), version);
            }
        }
    }
    rdf
}

fn resolve(text: &str, at: usize) -> ResolvedEntry {
    let document = Document::parse(text).unwrap();
    CollectionResolver::new(&document)
        .unwrap()
        .resolve(at, None)
        .unwrap()
}

/// What in-place entries stand for, in the newest version.
fn check_entries(name: &str, text: &str, written: &str, entries: &[CollectionEntry]) {
    for at in (0..entries.len()).filter(|&at| entries[at].rdf_source.is_none()) {
        let (before, after) = (resolve(text, at), resolve(written, at));
        assert_eq!(before.id, after.id, "{name}");
        assert_eq!(before.is_valid(), after.is_valid(), "{name}");
        let (before, after) = (before.rdf.unwrap(), after.rdf.unwrap());
        assert_eq!(
            format!("{:#?}", brought_up(&before)),
            format!("{:#?}", brought_up(&after)),
            "{name}, entry {at}"
        );
    }
}

/// Reads a text; if it is a valid description of format 0.2, writes and reads it again. Its type if it was.
fn check(name: &str, text: &str) -> Option<String> {
    let parsed = Rdf::from_yaml(text);
    let rdf = parsed.value().filter(|_| parsed.is_valid())?;
    // Models have tests of their own.
    rdf.metadata()?;
    let yaml = rdf.to_yaml().unwrap_or_else(|error| panic!("{name}: {error}"));
    let json = rdf.to_json().unwrap_or_else(|error| panic!("{name}: {error}"));
    for written in [&yaml, &json] {
        let again = Rdf::from_yaml(written);
        assert!(again.is_valid(), "{name}: {:#?}\n{written}", again.diagnostics());
        let again = again.value().unwrap();
        let expected = stated_versions(brought_up(rdf), rdf.format_version(), again);
        // NaN is not equal to itself.
        assert_eq!(
            format!("{again:#?}"),
            format!("{expected:#?}"),
            "{name}\n{written}"
        );
        assert_eq!(again.to_yaml().unwrap(), yaml, "{name}");
        assert_eq!(again.to_json().unwrap(), json, "{name}");
        if let Rdf::Collection(collection) = rdf {
            check_entries(name, text, written, &collection.collection);
        }
    }
    assert_eq!(serde_json::to_string_pretty(rdf).unwrap(), json, "{name}");
    let (own_yaml, own_json, serialised) = match rdf {
        Rdf::Generic(rdf) => (rdf.to_yaml(), rdf.to_json(), serde_json::to_string_pretty(rdf)),
        Rdf::Dataset(rdf) => (rdf.to_yaml(), rdf.to_json(), serde_json::to_string_pretty(rdf)),
        Rdf::Application(rdf) => (rdf.to_yaml(), rdf.to_json(), serde_json::to_string_pretty(rdf)),
        Rdf::Notebook(rdf) => (rdf.to_yaml(), rdf.to_json(), serde_json::to_string_pretty(rdf)),
        Rdf::Collection(rdf) => (rdf.to_yaml(), rdf.to_json(), serde_json::to_string_pretty(rdf)),
        other => panic!("{other:?}"),
    };
    assert_eq!(own_yaml.unwrap(), yaml, "{name}");
    assert_eq!(own_json.unwrap(), json, "{name}");
    assert_eq!(serialised.unwrap(), json, "{name}");
    Some(rdf.resource_type().to_owned())
}

/// The types of the valid descriptions below a folder.
fn check_all(folder: &Path) -> Vec<String> {
    let mut files = Vec::new();
    documents(folder, &mut files);
    let types = files.iter().filter_map(|path| {
        let bytes = fs::read(path).unwrap();
        let text = std::str::from_utf8(&bytes).ok()?;
        check(&path.display().to_string(), text)
    });
    types.collect()
}

#[test]
fn descriptions_of_this_project() {
    for (name, text) in RESOURCES {
        assert!(check(name, text).is_some(), "{name}");
    }
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spec-fixtures/documents");
    assert!(check_all(&fixtures).len() >= 8, "{:?}", check_all(&fixtures));
}

#[test]
fn older_versions_of_all_types() {
    for patch in 0..=6 {
        for (name, text) in RESOURCES {
            let text = text.replace("format_version: 0.2.4", &format!("format_version: 0.2.{patch}"));
            assert!(check(name, &text).is_some(), "{name} 0.2.{patch}");
        }
    }
}

/// Reads published descriptions where the variable says that there are some.
#[test]
fn published_descriptions() {
    let Some(reference) = std::env::var_os("MODELHUB_REFERENCE") else {
        return;
    };
    let types = check_all(&Path::new(&reference).join("documents"));
    let count = |kind: &str| types.iter().filter(|found| *found == kind).count();
    for kind in ["dataset", "application", "notebook", "collection"] {
        assert!(count(kind) > 3, "{kind}: {}", count(kind));
    }
}

#[test]
fn all_fields_in_their_order() {
    let expected = "\
format_version: \"0.2.4\"
type: dataset
name: Nuclei of yeast
description: Stained nuclei with the masks of two annotators.
authors:
- name: Jane Doe
  affiliation: Example Institute
  github_user: jane
  orcid: 0000-0001-5109-3700
- name: John Roe
attachments:
  files:
  - licence.txt
  note: kept
badges:
- label: Open in a browser
  icon: badge.svg
  url: https://example.org/open
cite:
- text: Doe and Roe 2024
  doi: 10.1234/example.5678
config:
  some_tool:
    level: 3
covers:
- cover.png
documentation: README.md
download_url: https://example.org/nuclei.zip
git_repo: https://example.org/git/nuclei
icon: icon.svg
id: nuclei-of-yeast
id_emoji: 🦪
license: CC-BY-4.0
links:
- partner/unet
maintainers:
- github_user: jane
source: https://example.org/data/nuclei.zip
tags:
- nuclei
- yeast
uploader:
  email: jane@example.org
  name: Jane Doe
version: \"1.2.0\"
version_number: 2
";
    assert_eq!(read(RESOURCES[2].1).to_yaml().unwrap(), expected);
}

#[test]
fn fields_that_the_format_does_not_have_keep_their_order() {
    let text =
        "{zebra: 1, type: workflow, format_version: 0.2.4, name: a, description: b, ant: {z: 1.0, a: null}}";
    let yaml = read(text).to_yaml().unwrap();
    assert!(
        yaml.ends_with("description: b\nzebra: 1\nant:\n  z: 1.0\n  a: null\n"),
        "{yaml}"
    );
    let text = "{zebra: 1, type: collection, format_version: 0.2.4, name: a, description: b, collection: [], ant: 2}";
    let yaml = read(text).to_yaml().unwrap();
    assert!(yaml.ends_with("collection: []\nzebra: 1\nant: 2\n"), "{yaml}");
}

#[test]
fn entries_are_written_as_they_were_read() {
    let text = RESOURCES[1].1;
    let yaml = read(text).to_yaml().unwrap();
    let entries = "\
collection:
- id: counter
  type: application
  name: Cell counter
  source: https://example.org/counter.html
- id: nuclei
  type: dataset
  name: Nuclei
  description: Stained nuclei.
  links:
  - counter
  - other/unet
- rdf_source: models/unet/rdf.yaml
  tags:
  - unet
";
    assert!(yaml.ends_with(entries), "{yaml}");
    let (before, after) = (collection(text), collection(&yaml));
    assert_eq!(before.metadata.config, after.metadata.config);
    assert_eq!(before.partner_config(), after.partner_config());
}

/// The lists of single types became one.
#[test]
fn a_collection_of_the_first_version() {
    let text = "
type: collection
format_version: 0.2.0
name: All/of it
description: The old form.
config: {id: partner, logo: x}
application:
  - {id: counter, name: Cell/counter, source: https://example.org}
dataset:
  - {id: nuclei, name: Nuclei, format_version: 0.2.3}
model:
  - {rdf_source: models/a/b.yaml, name: a/b}
";
    assert!(check("first version", text).is_some());
    let expected = "\
format_version: \"0.2.4\"
type: collection
name: Allof it
description: The old form.
config:
  logo: x
id: partner
collection:
- id: counter
  format_version: \"0.2.0\"
  name: Cell/counter
  source: https://example.org
  type: application
- rdf_source: models/a/b.yaml
  name: a/b
  type: model
- id: nuclei
  name: Nuclei
  format_version: \"0.2.3\"
  type: dataset
";
    assert_eq!(read(text).to_yaml().unwrap(), expected);
}

/// An entry that is a collection hands the version down, and may itself have the lists of single types.
#[test]
fn a_collection_in_an_older_collection_keeps_its_version() {
    let text = "
type: collection
format_version: 0.2.1
id: outer
name: a
description: b
collection:
  - {id: inner, type: collection, dataset: [{id: nuclei, name: a/b}]}
  - {id: workflow, type: workflow, config: {bioimageio: {nickname: x, nickname_icon: y}}}
  - {id: plain, type: workflow}
";
    assert!(check("nested", text).is_some());
    let written = collection(&read(text).to_yaml().unwrap());
    let version = |at: usize| written.collection[at].update.get("format_version").cloned();
    let old = Some(Yaml::String("0.2.1".to_owned()));
    assert_eq!([version(0), version(1), version(2)], [old.clone(), old, None]);
}

#[test]
fn what_could_not_be_read_again_is_an_error() {
    let Rdf::Generic(mut workflow) = read(RESOURCES[4].1) else {
        panic!("a workflow")
    };
    let mut deep = Yaml::Null;
    for _ in 0..300 {
        deep = Yaml::Sequence(vec![deep]);
    }
    workflow.other.insert("deep".to_owned(), deep);
    let error = workflow.to_yaml().unwrap_err();
    assert_eq!(error.code.name(), "nesting-too-deep");
    assert_eq!(workflow.to_json().unwrap_err().code, error.code);
}
