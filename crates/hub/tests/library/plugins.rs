//! Applications from plugin files, and the table of partners.

use hub::imjoy::{ImjoyErrorKind, ImjoyPlugin};
use hub::partner::{PartnerErrorKind, PartnerTable};
use rdf_spec::Rdf;

/// A plugin like those that partners have.
const PLUGIN: &str = r#"<docs lang="markdown">
# About
</docs>
<config lang="json">
{
  "name": "Community Partners",
  "type": "window",
  "tags": [],
  "ui": "",
  "version": "1.10",
  "cover": "",
  "covers": ["https://example.org/a.png"],
  "author": "Jane Doe",
  "description": "Create a table for the community partners",
  "icon": "extension",
  "inputs": null,
  "api_version": "0.1.8",
  "requirements": ["https://cdn.example.org/react.js"],
  "defaults": {"w": 20, "h": 10}
}
</config>
<attachment name="react-src">const App = () => <div><config>not this</config></div>;</attachment>
<script lang="javascript">api.export(new ImJoyPlugin())</script>
"#;

#[test]
fn a_plugin_becomes_an_application() {
    let plugin = ImjoyPlugin::parse(PLUGIN).unwrap();
    assert_eq!(plugin.docs(), Some("# About"));
    let text = plugin.to_application("src/partners.imjoy.html").unwrap();
    let parsed = Rdf::from_yaml(&text);
    assert!(parsed.is_valid(), "{text}\n{:?}", parsed.diagnostics());
    let application = parsed.value().and_then(Rdf::as_application).unwrap();
    assert_eq!(application.metadata.version.as_ref().unwrap().as_str(), "1.10");
    assert_eq!(application.metadata.authors[0].name, "Jane Doe");
    assert_eq!(
        application.metadata.covers[0].as_str(),
        "https://example.org/a.png"
    );
    assert!(application.metadata.tags.is_empty());
    let imjoy = &application.metadata.config["imjoy"];
    assert_eq!(imjoy.get("api_version").unwrap().as_str(), Some("0.1.8"));
    assert!(imjoy.get("name").is_none());
}

#[test]
fn yaml_is_read_too_and_problems_have_the_line_of_the_file() {
    let yaml = "<config lang=\"yaml\">\nname: A\ndescription: B\nauthors: [Jane, {name: Joe}]\n</config>";
    let text = ImjoyPlugin::parse(yaml)
        .unwrap()
        .to_application("a.html")
        .unwrap();
    assert!(
        text.contains("- name: Jane\n") && text.contains("- name: Joe\n"),
        "{text}"
    );

    let kind = |text: &str| ImjoyPlugin::parse(text).map(|_| ()).unwrap_err().kind().clone();
    assert_eq!(kind("<script></script>"), ImjoyErrorKind::NoConfig);
    assert!(matches!(
        kind("\n\n<config lang='json'>\n{\"a\": }}\n</config>"),
        ImjoyErrorKind::Syntax { line: 4, .. }
    ));
    assert!(matches!(
        kind("<config>[1]</config>"),
        ImjoyErrorKind::Syntax { line: 1, .. }
    ));
    assert!(matches!(
        kind("<config lang=toml>\n</config>"),
        ImjoyErrorKind::Language { .. }
    ));
    assert!(matches!(
        kind("<config>{}"),
        ImjoyErrorKind::Unclosed { line: 1, .. }
    ));
    let nameless = ImjoyPlugin::parse("<config>{\"name\": 5}</config>").unwrap();
    assert_eq!(
        nameless.to_application("a").unwrap_err().kind(),
        &ImjoyErrorKind::Missing { key: "name" }
    );
}

#[test]
fn hostile_plugins_end() {
    let _ = ImjoyPlugin::parse(&"<config".repeat(20_000));
    let _ = ImjoyPlugin::parse(&format!("<config>{}", "</".repeat(50_000)));
    let _ = ImjoyPlugin::parse(&format!("<config>{}</config>", "[".repeat(50_000)));
    let _ = ImjoyPlugin::parse("<config \u{e9}='\u{e9}>\u{e9}</config>");
}

#[test]
fn partners_are_listed_whatever_they_lack() {
    let text = "
config:
  partners:
    - id: a
      name: <script>alert(1)</script>
      docs: javascript:alert(1)
      contact: {name: One, email: one@example.org}
    - {id: b, docs: 'https://b.org/?a=1&b=2', repository: no slash}
    - 5
";
    let table = PartnerTable::from_yaml(text).unwrap();
    assert_eq!(table.partners.len(), 3);
    assert_eq!(table.partners[1].title(), "b");
    assert_eq!(table.partners[2].title(), "N/A");
    let html = table.to_html();
    assert!(
        !html.contains("<script>") && !html.contains("href=\"javascript"),
        "{html}"
    );
    assert!(html.contains("<a href=\"https://b.org/?a=1&amp;b=2\">"), "{html}");
    assert!(
        html.contains("Name: One") && html.contains("Github: N/A"),
        "{html}"
    );
    // What the registry needs is missing, and each finding is at its line.
    assert!(
        table
            .findings
            .iter()
            .all(|found| found.position.unwrap().line > 3),
        "{:?}",
        table.findings
    );
    assert!(!table.findings.is_empty());
    let entries = vec!["x".repeat(1000); 2000];
    let large = serde_json::json!({"config": {"partners": [{"id": "a"}]}, "collection": entries}).to_string();
    assert_eq!(PartnerTable::from_yaml(&large).unwrap().partners[0].title(), "a");
    assert!(matches!(
        PartnerTable::from_yaml("config: {}").unwrap_err().kind(),
        PartnerErrorKind::NoPartners
    ));
    assert!(matches!(
        PartnerTable::from_yaml("{").unwrap_err().kind(),
        PartnerErrorKind::Syntax { .. }
    ));
}
