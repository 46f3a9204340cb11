//! Partners' settings in `config` of a collection.

use rdf_spec::Rdf;

use super::*;

#[test]
fn settings_are_typed() {
    let parsed = Rdf::from_yaml(COLLECTION);
    let config = parsed
        .value()
        .and_then(Rdf::as_collection)
        .unwrap()
        .partner_config();
    assert_eq!(config.about_url.as_deref(), Some("https://example.org/about.md"));
    assert_eq!(config.logo.as_deref(), Some("🦒"));
    assert_eq!(config.splash_subtitle, None);
    assert_eq!(config.resource_types.len(), 4);
    assert_eq!(config.default_type.as_deref(), Some("all"));
    let partner = &config.partners[0];
    assert_eq!(partner.id, "friend");
    assert_eq!(partner.repository, "friend/resources");
    assert!(partner.other.contains_key("docs"));
    let summaries = partner.test_summaries.as_ref().unwrap();
    assert_eq!(summaries.deploy_folder, "summaries");
    assert_eq!(summaries.workflow_ref.as_deref(), Some("refs/heads/main"));
}

#[test]
fn a_wrong_form_is_a_warning_at_its_place() {
    for (line, other, path) in [
        (
            "about_url: https://example.org/about.md",
            "about_url: about.md",
            "config.about_url",
        ),
        (
            "  tags: [partner]\n  logo",
            "  tags: partner\n  logo",
            "config.tags",
        ),
        ("logo: 🦒", "logo: giraffe", "config.logo"),
        ("logo: 🦒", "logo: logo.png", "config.logo"),
        ("icon: https://example.org/icon.png", "icon: 3", "config.icon"),
        (
            "splash_title: Partner",
            "splash_title: [Partner]",
            "config.splash_title",
        ),
        (
            "splash_feature_list: null",
            "splash_feature_list: [a, 1]",
            "config.splash_feature_list[1]",
        ),
        (
            "explore_button_text: Look around",
            "explore_button_text: null",
            "config.explore_button_text",
        ),
        (
            "background_image: static/img/background.svg",
            "background_image: /a.svg",
            "config.background_image",
        ),
        (
            "resource_types: [model, application, notebook, dataset]",
            "resource_types: [model, all]",
            "config.resource_types[1]",
        ),
        ("default_type: all", "default_type: Model", "config.default_type"),
        (
            "repository: friend/resources",
            "repository: https://github.com/friend",
            "config.partners[0].repository",
        ),
        ("      branch: main\n", "", "config.partners[0].branch"),
        (
            "deploy_branch: gh-pages",
            "deploy_branch: [gh-pages]",
            "config.partners[0].test_summaries.deploy_branch",
        ),
    ] {
        let parsed = Rdf::from_yaml(&with(COLLECTION, line, other));
        assert_eq!(
            findings(&parsed),
            [format!("warning partner-config {path}")],
            "{other}"
        );
        assert!(parsed.is_valid() && parsed.strict().is_valid());
    }
    let parsed = Rdf::from_yaml(&with(COLLECTION, "default_type: all", "default_type: Model"));
    assert_eq!(parsed.diagnostics()[0].position.unwrap().to_string(), "24:17");
}

#[test]
fn only_collections_have_partners() {
    let text = with(DATASET, "  some_tool: {level: 3}", "  default_type: 3");
    assert_eq!(found(&text), Vec::<String>::new());
}
