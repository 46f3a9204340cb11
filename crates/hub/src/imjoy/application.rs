//! The description of an application, from the configuration of a plugin.

use indexmap::IndexMap;
use rdf_spec::{FileSource, FormatVersion, Node, Yaml};

use super::{ImjoyError, ImjoyErrorKind, ImjoyPlugin};

/// Fields of a description that a configuration may have under the same name. Empty ones are left out.
const SAME: [&str; 11] = [
    "version",
    "icon",
    "tags",
    "license",
    "git_repo",
    "links",
    "cite",
    "maintainers",
    "badges",
    "id",
    "documentation",
];

/// What of a configuration is not kept below `config.imjoy`, because the description says it.
const SAID: [&str; 6] = ["name", "description", "cover", "covers", "author", "authors"];

impl ImjoyPlugin {
    /// The description of the application as text of a `rdf.yaml`. `source` is where the plugin file is: a URL, or a
    /// path relative to the description.
    ///
    /// What the format has no field for (`api_version`, `requirements`, `defaults`, ...) is kept in `config.imjoy`.
    ///
    /// # Errors
    /// If the configuration has no name or description.
    pub fn to_application(&self, source: &str) -> Result<String, ImjoyError> {
        let tree = self.to_tree(source)?;
        tree.to_yaml().map_err(|error| {
            ImjoyErrorKind::Unwritable {
                found: error.to_string(),
            }
            .into()
        })
    }

    fn to_tree(&self, source: &str) -> Result<Yaml, ImjoyError> {
        let text = |text: &str| Yaml::String(text.to_owned());
        let required = |key: &'static str| {
            let value = self
                .get(key)
                .and_then(Node::as_str)
                .filter(|value| !value.trim().is_empty());
            value.map(text).ok_or(ImjoyErrorKind::Missing { key })
        };
        let mut tree = IndexMap::new();
        tree.insert(
            "format_version".to_owned(),
            text(FormatVersion::newest_generic().as_str()),
        );
        tree.insert("type".to_owned(), text("application"));
        tree.insert("name".to_owned(), required("name")?);
        tree.insert("description".to_owned(), required("description")?);
        tree.insert("source".to_owned(), text(source));
        if let Some(authors) = self.authors() {
            tree.insert("authors".to_owned(), authors);
        }
        if let Some(covers) = self.covers() {
            tree.insert("covers".to_owned(), covers);
        }
        for key in SAME {
            if let Some(value) = self.get(key).filter(|value| !is_empty(value)) {
                let value = match value.as_scalar() {
                    // The version `1.10` is not the number 1.1.
                    Some(scalar) => Yaml::String(scalar.text.clone()),
                    None => value.to_yaml(),
                };
                tree.insert(key.to_owned(), value);
            }
        }
        let own = self.own_settings();
        if !own.is_empty() {
            let config = IndexMap::from([("imjoy".to_owned(), Yaml::Mapping(own))]);
            tree.insert("config".to_owned(), Yaml::Mapping(config));
        }
        Ok(Yaml::Mapping(tree))
    }

    /// `authors` as they are, or one `author` as text.
    fn authors(&self) -> Option<Yaml> {
        if let Some(authors) = self.get("authors").filter(|authors| !is_empty(authors)) {
            let named = |node: &Node| match node.as_str() {
                Some(name) => author(name),
                None => node.to_yaml(),
            };
            return Some(match authors.as_sequence() {
                Some(authors) => Yaml::Sequence(authors.iter().map(named).collect()),
                None => Yaml::Sequence(vec![named(authors)]),
            });
        }
        let name = self.get("author")?.as_str()?;
        (!name.trim().is_empty()).then(|| Yaml::Sequence(vec![author(name)]))
    }

    /// `covers`, or `cover`: one address or a list of them.
    fn covers(&self) -> Option<Yaml> {
        let node = self.get("covers").or_else(|| self.get("cover"))?;
        let nodes = node.as_sequence().unwrap_or(std::slice::from_ref(node));
        let covers: Vec<Yaml> = nodes
            .iter()
            .filter_map(Node::as_str)
            .filter(|cover| FileSource::parse(cover).is_ok())
            .map(|cover| Yaml::String(cover.to_owned()))
            .collect();
        (!covers.is_empty()).then_some(Yaml::Sequence(covers))
    }

    /// What the format has no field for.
    fn own_settings(&self) -> IndexMap<String, Yaml> {
        let Some(config) = self.config.root().as_mapping() else {
            return IndexMap::new();
        };
        config
            .iter()
            .filter(|(key, _)| !SAME.contains(key) && !SAID.contains(key))
            .map(|(key, entry)| (key.to_owned(), entry.value.to_yaml()))
            .collect()
    }
}

fn author(name: &str) -> Yaml {
    Yaml::Mapping(IndexMap::from([(
        "name".to_owned(),
        Yaml::String(name.to_owned()),
    )]))
}

fn is_empty(node: &Node) -> bool {
    node.as_sequence().is_some_and(<[Node]>::is_empty)
        || node.as_str().is_some_and(|text| text.trim().is_empty())
}
