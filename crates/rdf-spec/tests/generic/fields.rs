//! The fields that all types share.

use rdf_spec::{Rdf, Yaml};

use super::*;

/// The findings on the dataset with one line replaced.
fn dataset_with(line: &str, other: &str) -> Vec<String> {
    found(&with(DATASET, line, other))
}

#[test]
fn everything_is_read() {
    let rdf = Rdf::from_yaml(DATASET).into_result().unwrap();
    let dataset = rdf.as_dataset().unwrap();
    let metadata = &dataset.metadata;
    assert_eq!(
        dataset.source.as_deref(),
        Some("https://example.org/data/nuclei.zip")
    );
    assert_eq!(metadata.id.as_ref().unwrap().as_str(), "nuclei-of-yeast");
    assert_eq!(metadata.id_emoji.as_deref(), Some("🦪"));
    assert_eq!(metadata.authors.len(), 2);
    assert_eq!(metadata.authors[1].name, "John Roe");
    assert_eq!(
        metadata.authors[0].orcid.as_ref().unwrap().as_str(),
        "0000-0001-5109-3700"
    );
    assert_eq!(metadata.maintainers[0].github_user, "jane");
    assert_eq!(
        metadata.cite[0].doi.as_ref().unwrap().as_str(),
        "10.1234/example.5678"
    );
    assert_eq!(metadata.license.as_ref().unwrap().as_str(), "CC-BY-4.0");
    assert_eq!(metadata.documentation.as_ref().unwrap().as_str(), "README.md");
    assert_eq!(metadata.covers[0].as_str(), "cover.png");
    assert_eq!(metadata.icon.as_deref(), Some("icon.svg"));
    assert_eq!(metadata.badges[0].label, "Open in a browser");
    assert_eq!(metadata.badges[0].url, "https://example.org/open");
    assert_eq!(metadata.badges[0].icon.as_ref().unwrap().as_str(), "badge.svg");
    let attachments = metadata.attachments.as_ref().unwrap();
    assert_eq!(attachments.files[0].as_str(), "licence.txt");
    assert_eq!(attachments.other["note"], Yaml::String("kept".to_owned()));
    assert_eq!(metadata.config["some_tool"].get("level"), Some(&Yaml::Int(3)));
    assert_eq!(metadata.tags, ["nuclei", "yeast"]);
    assert_eq!(metadata.links, ["partner/unet"]);
    assert_eq!(
        metadata.uploader.as_ref().unwrap().email.as_str(),
        "jane@example.org"
    );
    assert_eq!(metadata.version.as_ref().unwrap().as_str(), "1.2.0");
    assert_eq!(metadata.version_number, Some(2));
}

#[test]
fn required_fields() {
    for (line, field) in [
        ("name: Nuclei of yeast\n", "name"),
        (
            "description: Stained nuclei with the masks of two annotators.\n",
            "description",
        ),
    ] {
        assert_eq!(dataset_with(line, ""), [format!("error missing-field {field}")]);
    }
    assert_eq!(
        dataset_with("name: Nuclei of yeast", "name: ''"),
        ["error invalid-value name"]
    );
}

#[test]
fn what_people_need_is_asked_for() {
    for absent in ["", "license: null\n"] {
        assert_eq!(
            dataset_with("license: CC-BY-4.0\n", absent)
                .last()
                .map(String::as_str),
            Some("warning missing-metadata license")
        );
    }
    assert_eq!(
        found(&with(APPLICATION, "authors: [Jane Doe]\n", "")),
        ["warning missing-metadata authors"]
    );
    assert_eq!(
        found(&with(APPLICATION, "authors: [Jane Doe]", "authors: []")),
        ["warning missing-metadata authors"]
    );
    let cite = "cite: [{text: The method, doi: 10.1234/example.1}]\n";
    assert_eq!(
        found(&with(NOTEBOOK, cite, "")),
        ["warning missing-citation cite"]
    );
    assert_eq!(
        found(&with(NOTEBOOK, cite, "cite: {text: a, doi: 10.1234/a}\n")),
        ["error wrong-type cite"]
    );
}

#[test]
fn values() {
    for (line, other, expected) in [
        ("id: nuclei-of-yeast", "id: Nuclei_of/Yeast.2", ""),
        (
            "id: nuclei-of-yeast",
            "id: nuclei of yeast",
            "error invalid-id id",
        ),
        ("id: nuclei-of-yeast", "id: nuclei/", "error invalid-id id"),
        ("id: nuclei-of-yeast", "id: ''", "error invalid-id id"),
        ("id: nuclei-of-yeast", "id: 12", "error wrong-type id"),
        ("id_emoji: 🦪", "id_emoji: ⚙️", "error invalid-value id_emoji"),
        ("id_emoji: 🦪", "id_emoji: ''", "error invalid-value id_emoji"),
        ("icon: icon.svg", "icon: ⚙️", ""),
        ("icon: icon.svg", "icon: ''", "error invalid-source icon"),
        ("icon: icon.svg", "icon: /icon.svg", "error invalid-source icon"),
        (
            "covers: [cover.png]",
            "covers: [cover.SVG]",
            "warning cover-format covers[0]",
        ),
        (
            "covers: [cover.png]",
            "covers: [https://example.org/a/cover.JPG?x=1]",
            "",
        ),
        (
            "covers: [cover.png]",
            "covers: [https://example.org/cover]",
            "error invalid-source covers[0]",
        ),
        (
            "covers: [cover.png]",
            "covers: [cover.pdf]",
            "error invalid-source covers[0]",
        ),
        (
            "covers: [cover.png]",
            "covers: cover.png",
            "error wrong-type covers",
        ),
        (
            "  files: [licence.txt]",
            "  files: [rdf.yaml]",
            "error invalid-source attachments.files[0]",
        ),
        (
            "  files: [licence.txt]",
            "  files: [a, my.model.yaml]",
            "error invalid-source attachments.files[1]",
        ),
        ("  files: [licence.txt]", "  files: [my-model.yaml]", ""),
        (
            "  files: [licence.txt]",
            "  files: licence.txt",
            "error wrong-type attachments.files",
        ),
        (
            "    url: https://example.org/open",
            "    url: open.html",
            "error invalid-url badges[0].url",
        ),
        (
            "    url: https://example.org/open",
            "    uri: https://example.org/open",
            "error missing-field badges[0].url|error unknown-field badges[0].uri",
        ),
        (
            "    icon: badge.svg",
            "    icon: bioimageio.yaml",
            "error invalid-source badges[0].icon",
        ),
        (
            "documentation: README.md",
            "documentation: README.txt",
            "warning documentation-not-markdown documentation",
        ),
        (
            "documentation: README.md",
            "documentation: https://example.org",
            "",
        ),
        (
            "documentation: README.md",
            "documentation: /README.md",
            "error invalid-source documentation",
        ),
        (
            "download_url: https://example.org/nuclei.zip",
            "download_url: nuclei.zip",
            "error invalid-url download_url",
        ),
        (
            "git_repo: https://example.org/git/nuclei",
            "git_repo: git@example.org",
            "warning invalid-url git_repo",
        ),
        ("version: 1.2.0", "version: 1.2", "warning loose-version version"),
        (
            "version: 1.2.0",
            "version: latest",
            "error invalid-version version",
        ),
        (
            "version_number: 2",
            "version_number: 2.5",
            "error wrong-type version_number",
        ),
        (
            "license: CC-BY-4.0",
            "license: my own",
            "warning unknown-license license",
        ),
        (
            "    doi: 10.1234/example.5678",
            "    doi: https://doi.org/10.1234/a",
            "",
        ),
        (
            "    doi: 10.1234/example.5678",
            "    doi: 10.1/a",
            "error invalid-doi cite[0].doi",
        ),
        (
            "  - github_user: jane",
            "  - name: jane",
            "error missing-field maintainers[0].github_user",
        ),
        (
            "    orcid: 0000-0001-5109-3700",
            "    orcid: 0000-0001-5109-3701",
            "error invalid-orcid authors[0].orcid",
        ),
        (
            "  some_tool: {level: 3}",
            "  some_tool: {level: [.nan]}",
            "error invalid-value config.some_tool.level[0]",
        ),
        (
            "  some_tool: {level: 3}",
            "  1: {level: 3}",
            "error wrong-type config.1",
        ),
        ("tags: [nuclei, yeast]", "tags: [1]", "error wrong-type tags[0]"),
        ("tags: [nuclei, yeast]", "tags:", "error null-not-allowed tags"),
        (
            "config:\n  some_tool: {level: 3}",
            "config: null",
            "error null-not-allowed config",
        ),
    ] {
        assert_eq!(dataset_with(line, other).join("|"), expected, "{other}");
    }
}

#[test]
fn optional_fields_may_be_null() {
    for key in [
        "documentation",
        "icon",
        "id",
        "id_emoji",
        "source",
        "git_repo",
        "download_url",
        "version",
        "version_number",
    ] {
        let line = DATASET
            .lines()
            .find(|line| line.starts_with(&format!("{key}: ")))
            .unwrap();
        let parsed = Rdf::from_yaml(&with(DATASET, &format!("{line}\n"), &format!("{key}: null\n")));
        assert!(parsed.is_valid(), "{key}: {:?}", parsed.diagnostics());
    }
}

#[test]
fn names() {
    let name = |name: &str| dataset_with("name: Nuclei of yeast", &format!("name: {name}"));
    assert_eq!(name(&"a".repeat(128)), Vec::<String>::new());
    assert_eq!(name(&"a".repeat(129)), ["warning unconventional-name name"]);
    assert_eq!(name("nuclei/yeast"), ["warning unconventional-name name"]);
}

#[test]
fn a_single_name_stands_for_a_list_of_authors() {
    let parsed = Rdf::from_yaml(&with(APPLICATION, "authors: [Jane Doe]", "authors: Jane Doe"));
    assert_eq!(findings(&parsed), ["warning author-as-text authors"]);
    assert_eq!(
        parsed.value().unwrap().metadata().unwrap().authors[0].name,
        "Jane Doe"
    );
}
