//! Forms of format 0.2.0 to 0.2.3.

use rdf_spec::Rdf;

use super::*;

const OLD: &str = "
type: workflow
format_version: 0.2.1
name: to/from
description: Old.
authors: [A/B, {name: 'C\\D', github_user: 'https://github.com/cd'}]
maintainers: [{github_user: 'https://github.com/ef', name: E/F}]
cite: [{text: a, doi: 10.1234/a}]
license: MIT
config: {bioimageio: {nickname: Happy-Cell, nickname_icon: 🦒}}
";

#[test]
fn old_forms_are_read_in_the_newest() {
    let parsed = Rdf::from_yaml(OLD);
    assert_eq!(
        findings(&parsed),
        [
            "info converted-value name",
            "info converted-value authors[0]",
            "info converted-value authors[1].name",
            "info converted-value authors[1].github_user",
            "info converted-value maintainers[0].github_user",
            "info converted-value maintainers[0].name",
            "info moved-field config.bioimageio.nickname",
            "info moved-field config.bioimageio.nickname_icon",
        ]
    );
    let metadata = parsed.value().unwrap().metadata().unwrap();
    assert_eq!(metadata.name, "tofrom");
    assert_eq!(metadata.authors[0].name, "AB");
    assert_eq!(metadata.authors[1].name, "CD");
    assert_eq!(metadata.authors[1].github_user.as_deref(), Some("cd"));
    assert_eq!(metadata.maintainers[0].name.as_deref(), Some("EF"));
    assert_eq!(metadata.id.as_ref().unwrap().as_str(), "happy-cell");
    assert_eq!(metadata.id_emoji.as_deref(), Some("🦒"));
    assert_eq!(metadata.format_version.as_str(), "0.2.1");
    assert!(metadata.config["bioimageio"].get("nickname").is_some());
}

#[test]
fn a_nickname_is_the_identifier_before_0_2_4_only() {
    let with_id = format!("{OLD}id: 10.5281/zenodo.1\n");
    let id = |text: &str| {
        let parsed = Rdf::from_yaml(text);
        let metadata = parsed.value().unwrap().metadata().unwrap();
        metadata.id.as_ref().unwrap().as_str().to_owned()
    };
    assert_eq!(id(&with_id.replace("0.2.1", "0.2.3")), "happy-cell");
    assert_eq!(id(&with_id.replace("0.2.1", "0.2.4")), "10.5281/zenodo.1");
}

#[test]
fn what_moved_is_found_where_it_is_written() {
    let text = OLD.replace("Happy-Cell", "Happy Cell");
    let parsed = Rdf::from_yaml(&text);
    let finding = parsed
        .diagnostics()
        .iter()
        .find(|found| found.is_error())
        .unwrap();
    assert_eq!(finding.code.name(), "invalid-id");
    assert_eq!(finding.position.unwrap().to_string(), "10:33");
}

#[test]
fn fields_that_came_later_are_named() {
    let text = OLD.replace("0.2.1", "0.2.0") + "id: a\nid_emoji: 🦒\n";
    let too_new: Vec<_> = found(&text)
        .into_iter()
        .filter(|found| found.contains("too-new"))
        .collect();
    assert_eq!(
        too_new,
        [
            "warning field-too-new maintainers",
            "warning field-too-new id",
            "warning field-too-new id_emoji"
        ]
    );
}
