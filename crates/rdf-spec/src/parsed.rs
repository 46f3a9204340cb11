//! What reading a description gives: everything that was found, and the description if it could be built.

use crate::diagnostic::{Code, Diagnostic};
use crate::document::{DocPath, Document, Node, Position};
use crate::migrate;
use crate::read::{FromNode, Reader};
use crate::v0_4::ModelRdf;
use crate::value::{FormatVersion, NEWEST_PATCH};

/// A description that was read from text, with all findings.
///
/// ```
/// let parsed = rdf_spec::ModelRdf::from_yaml("type: model\nformat_version: 0.4.9\n");
/// assert!(!parsed.is_valid());
/// assert!(parsed.value().is_none());
/// assert!(parsed.diagnostics().len() > 5); // every missing field is named
/// ```
#[derive(Clone, Debug)]
pub struct Parsed<T> {
    value: Option<T>,
    diagnostics: Vec<Diagnostic>,
    document: Option<Document>,
}

impl<T> Parsed<T> {
    /// Everything that was found, in the order of the document.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// The description, if every part that it needs could be read. It may be invalid all the same.
    #[must_use]
    pub fn value(&self) -> Option<&T> {
        self.value.as_ref()
    }

    /// The document as written; `None` if the text is not YAML.
    #[must_use]
    pub fn document(&self) -> Option<&Document> {
        self.document.as_ref()
    }

    /// True if there is no error among the findings.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        self.value.is_some() && !self.diagnostics.iter().any(Diagnostic::is_error)
    }

    /// The text of the field `type`, if it is there.
    #[must_use]
    pub fn resource_type(&self) -> Option<&str> {
        self.scalar_text("type")
    }

    /// The text of the field `format_version`, if it is there.
    #[must_use]
    pub fn format_version(&self) -> Option<&str> {
        self.scalar_text("format_version")
    }

    fn scalar_text(&self, key: &str) -> Option<&str> {
        let node = self.document.as_ref()?.get(&DocPath::root().join(key))?;
        Some(node.as_scalar()?.text.as_str())
    }

    /// The description if it is valid.
    ///
    /// # Errors
    /// All findings, if one of them is an error.
    pub fn into_result(self) -> Result<T, Vec<Diagnostic>> {
        match self.value {
            Some(value) if !self.diagnostics.iter().any(Diagnostic::is_error) => Ok(value),
            _ => Err(self.diagnostics),
        }
    }

    /// The same by the letter of the specification: every finding that departs from it is an error.
    ///
    /// Without this, the verdict is that of the newest reference implementation, which accepts more.
    ///
    /// ```
    /// # let text = include_str!("../tests/documents/minimal.yaml");
    /// use rdf_spec::ModelRdf;
    ///
    /// let parsed = ModelRdf::from_yaml(&text.replace("license: MIT", "license: my own"));
    /// assert!(parsed.is_valid());
    /// assert!(!parsed.strict().is_valid());
    /// ```
    #[must_use]
    pub fn strict(mut self) -> Self {
        for diagnostic in &mut self.diagnostics {
            diagnostic.severity = diagnostic.strict_severity();
        }
        self
    }

    /// Adds findings that need more than the text, in the order of the document.
    pub fn add_diagnostics(&mut self, found: impl IntoIterator<Item = Diagnostic>) {
        let document = self.document.as_ref();
        self.diagnostics.extend(
            found
                .into_iter()
                .map(|diagnostic| placed(diagnostic, document.map(Document::root))),
        );
        self.diagnostics.sort_by_key(|diagnostic| diagnostic.position);
    }
}

/// Fills in the positions of a finding that was made by paths.
fn placed(mut diagnostic: Diagnostic, root: Option<&Node>) -> Diagnostic {
    if let Some(root) = root {
        if diagnostic.position.is_none() {
            diagnostic.position = Some(nearest(root, &diagnostic.path));
        }
        for related in &mut diagnostic.related {
            if related.position.is_none() {
                related.position = Some(nearest(root, &related.path));
            }
        }
    }
    diagnostic
}

pub(crate) fn nearest(root: &Node, path: &DocPath) -> Position {
    let mut node = root;
    for segment in path.segments() {
        let next = match segment {
            crate::document::Segment::Key(key) => node.as_mapping().and_then(|mapping| mapping.get(key)),
            crate::document::Segment::Index(index) => node.as_sequence().and_then(|items| items.get(*index)),
        };
        match next {
            Some(next) => node = next,
            None => break,
        }
    }
    node.span.start
}

impl<T> Parsed<T> {
    /// Parses text and reads what is in it; every finding gets its place.
    pub(crate) fn from_text(text: &str, read: impl FnOnce(&Node, &mut Reader) -> Option<T>) -> Self {
        let document = match Document::parse(text) {
            Ok(document) => document,
            Err(diagnostic) => {
                return Self {
                    value: None,
                    diagnostics: vec![diagnostic],
                    document: None,
                };
            }
        };
        let mut reader = Reader::default();
        let value = read(document.root(), &mut reader);
        let mut diagnostics = document.diagnostics().to_vec();
        diagnostics.extend(
            reader
                .into_diagnostics()
                .into_iter()
                .map(|found| placed(found, Some(document.root()))),
        );
        diagnostics.sort_by_key(|diagnostic| diagnostic.position);
        Self {
            value,
            diagnostics,
            document: Some(document),
        }
    }
}

impl ModelRdf {
    /// Reads and checks a model description of format 0.4. Never fails early: everything that is wrong
    /// is among the findings.
    ///
    /// A patch version newer than 0.4.10 is read as 0.4.10, with an alert.
    #[must_use]
    pub fn from_yaml(text: &str) -> Parsed<Self> {
        Parsed::from_text(text, read_model)
    }
}

/// Reads the tree of a model description, whatever its version.
pub(crate) fn read_model(root: &Node, reader: &mut Reader) -> Option<ModelRdf> {
    let version = model_version(root, reader)?;
    let (_, _, patch) = version.numbers();
    if patch >= NEWEST_PATCH {
        return ModelRdf::from_node(root, reader);
    }
    // Only old forms need a tree of their own.
    let mut root = root.clone();
    for moved in migrate::to_latest(&mut root, patch) {
        reader.push(moved);
    }
    ModelRdf::from_node(&root, reader)
}

/// The version of a document that is a model description of format 0.4; reports anything else.
fn model_version(root: &Node, reader: &mut Reader) -> Option<FormatVersion> {
    let mut fields = reader.fields(root)?;
    let kind: Option<String> = fields.required(reader, "type");
    let version: Option<FormatVersion> = fields.required(reader, "format_version");
    let (kind_node, version_node) = (fields.node("type"), fields.node("format_version"));
    if let Some((kind, node)) = kind.as_deref().zip(kind_node)
        && kind != "model"
    {
        let message = format!(
            "only descriptions of type `model` are read, found {}",
            crate::document::quoted(kind)
        );
        reader.within("type", |reader| {
            reader.report(Code::UnsupportedType, node, message);
        });
        return None;
    }
    let (_, version, node) = (kind?, version?, version_node?);
    let (major, minor, patch) = version.numbers();
    if (major, minor) != (0, 4) {
        let message = format!("the format version is 0.4.0 to 0.4.{NEWEST_PATCH}, found {version}");
        let help = if (major, minor) < (0, 4) {
            "convert the description to format 0.4"
        } else {
            "this version of the library does not read newer formats"
        };
        reader.within("format_version", |reader| {
            reader.report(Code::UnsupportedFormatVersion, node, message).help = Some(help.to_owned());
        });
        return None;
    }
    if patch > NEWEST_PATCH {
        let message =
            format!("the format version {version} is newer than 0.4.{NEWEST_PATCH}, it is read as that one");
        reader.within("format_version", |reader| {
            reader.report(Code::NewerFormatVersion, node, message);
        });
    }
    Some(version)
}
