//! Reading `config.partners`.

use indexmap::IndexMap;
use rdf_spec::{DocPath, Document, Node, PartnerConfig, Yaml};

use super::{Contact, PartnerError, PartnerErrorKind, PartnerRow, PartnerTable};

impl PartnerTable {
    /// Reads the partners of a collection, in YAML or JSON. A partner that lacks something is listed all the same;
    /// what is wrong with it is among the findings.
    ///
    /// # Errors
    /// If the text is no YAML document, or has no list `config.partners`.
    pub fn from_yaml(text: &str) -> Result<Self, PartnerError> {
        let extract = extract_of_large(text);
        let document = Document::parse(extract.as_deref().unwrap_or(text)).map_err(|error| {
            PartnerErrorKind::Syntax {
                found: Box::new(error),
            }
        })?;
        let path = DocPath::root().join("config").join("partners");
        let listed = document.get(&path).and_then(Node::as_sequence);
        let listed = listed.ok_or(PartnerErrorKind::NoPartners)?;
        let config: IndexMap<String, Yaml> = IndexMap::from([(
            "partners".to_owned(),
            Yaml::Sequence(listed.iter().map(Node::to_yaml).collect()),
        )]);
        let (typed, mut findings) = PartnerConfig::from_config(&config);
        for finding in &mut findings {
            let place = finding
                .path
                .segments()
                .iter()
                .fold(DocPath::root().join("config"), |path, segment| {
                    path.join(segment.clone())
                });
            // Those of an extract are not those of the text.
            finding.position = extract.is_none().then(|| document.nearest_position(&place));
            finding.path = place;
        }
        let partners = listed
            .iter()
            .map(|node| {
                let text = |key| text_of(node, key);
                let id = text("id");
                let known = typed.partners.iter().find(|known| Some(&known.id) == id.as_ref());
                PartnerRow {
                    name: text("name"),
                    docs: text("docs"),
                    contacts: contacts(node),
                    repository: text("repository"),
                    branch: text("branch"),
                    collection_file_name: text("collection_file_name"),
                    test_summaries: known.and_then(|known| known.test_summaries.clone()),
                    id,
                }
            })
            .collect();
        Ok(Self { partners, findings })
    }
}

/// The partners alone, of a collection in JSON that is too large to be read with positions, as compiled ones are.
fn extract_of_large(text: &str) -> Option<String> {
    const LARGE: usize = 1 << 20;
    if text.len() <= LARGE || !text.trim_start().starts_with('{') {
        return None;
    }
    let whole: serde_json::Value = serde_json::from_str(text).ok()?;
    let partners = whole.get("config")?.get("partners")?;
    Some(serde_json::json!({"config": {"partners": partners}}).to_string())
}

/// A list of contacts, or a single one.
fn contacts(partner: &Node) -> Vec<Contact> {
    let Some(node) = partner.as_mapping().and_then(|partner| partner.get("contact")) else {
        return Vec::new();
    };
    let one = |node: &Node| Contact {
        name: text_of(node, "name"),
        github: text_of(node, "github"),
        email: text_of(node, "email"),
    };
    match node.as_sequence() {
        Some(nodes) => nodes
            .iter()
            .filter(|node| node.as_mapping().is_some())
            .map(one)
            .collect(),
        None if node.as_mapping().is_some() => vec![one(node)],
        None => Vec::new(),
    }
}

fn text_of(node: &Node, key: &str) -> Option<String> {
    let value = node.as_mapping()?.get(key)?;
    if value.is_null() {
        return None;
    }
    value.as_scalar().map(|scalar| scalar.text.clone())
}
