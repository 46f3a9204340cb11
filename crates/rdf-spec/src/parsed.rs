//! What reading a description gives: everything that was found, and the description if it could be built.

use crate::diagnostic::{Code, Diagnostic};
use crate::document::{DocPath, Document, Node, Position};
use crate::migrate;
use crate::read::Reader;
use crate::v0_4::{ModelParts, ModelRdf, Network, read_parts, report_too_new};
use crate::value::FormatVersion;

/// Minor and patch number of the oldest format that the model hub takes contributions in.
const OLDEST_CONTRIBUTION: migrate::Patch = (4, 5);

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
    network: Option<Network>,
    diagnostics: Vec<Diagnostic>,
    document: Option<Document>,
}

/// Minor and patch number of the first format with the field `type`.
const FIRST_WITH_TYPE: migrate::Patch = (3, 2);

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

    /// What running the model takes, if that could be read; the rest of the description may be broken.
    ///
    /// ```
    /// # let text = include_str!("../tests/documents/minimal.yaml");
    /// use rdf_spec::ModelRdf;
    ///
    /// let parsed = ModelRdf::from_yaml(&text.replace("timestamp:", "time:"));
    /// assert!(parsed.value().is_none());
    /// assert_eq!(parsed.network().unwrap().inputs.len(), 1);
    /// ```
    #[must_use]
    pub fn network(&self) -> Option<&Network> {
        self.network.as_ref()
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
    pub(crate) fn from_text(
        text: &str,
        read: impl FnOnce(&Node, &mut Reader) -> (Option<T>, Option<Network>),
    ) -> Self {
        let document = match Document::parse(text) {
            Ok(document) => document,
            Err(diagnostic) => {
                return Self {
                    value: None,
                    network: None,
                    diagnostics: vec![diagnostic],
                    document: None,
                };
            }
        };
        let mut reader = Reader::default();
        let (value, network) = read(document.root(), &mut reader);
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
            network,
            diagnostics,
            document: Some(document),
        }
    }
}

impl ModelRdf {
    /// Reads and checks a model description of format 0.3 or 0.4. Never fails early: everything that is wrong
    /// is among the findings.
    ///
    /// Older forms are read in their newest form, each change is a finding. A patch version newer than 0.4.10 is
    /// read as 0.4.10, with an alert.
    #[must_use]
    pub fn from_yaml(text: &str) -> Parsed<Self> {
        Parsed::from_text(text, |root, reader| {
            let parts = read_model_parts(root, reader);
            (parts.model, parts.network)
        })
    }
}

/// Reads the tree of a model description, whatever its version.
pub(crate) fn read_model(root: &Node, reader: &mut Reader) -> Option<ModelRdf> {
    read_model_parts(root, reader).model
}

/// Reads the tree of a model description, whatever its version, as far as it can be read.
pub(crate) fn read_model_parts(root: &Node, reader: &mut Reader) -> ModelParts {
    let Some(version) = model_version(root, reader) else {
        return ModelParts::default();
    };
    let patch = version.model_patch().unwrap_or(migrate::NEWEST);
    report_too_new(root, &version, reader);
    if patch >= migrate::NEWEST {
        return read_parts(root, reader);
    }
    // Only old forms need a tree of their own.
    let mut root = root.clone();
    for change in migrate::apply_steps(&mut root, patch, migrate::NEWEST) {
        // That the type is missing is reported already.
        if change.kind != migrate::ChangeKind::Added {
            reader.push(change.to_diagnostic());
        }
    }
    read_parts(&root, reader)
}

/// The version of a document that is a model description of format 0.3 or 0.4; reports anything else.
pub(crate) fn model_version(root: &Node, reader: &mut Reader) -> Option<FormatVersion> {
    let mut fields = reader.fields(root)?;
    let kind: Option<String> = match fields.node("type") {
        Some(node) => reader.read("type", node),
        None => {
            let message = "the required field `type` is missing";
            let diagnostic = Diagnostic::new(Code::MissingField, DocPath::root().join("type"), message);
            reader.push(
                diagnostic
                    .at(fields.start())
                    .help("add `type: model`; `modelhub migrate` does it too"),
            );
            None
        }
    };
    let version: Option<FormatVersion> = fields.required(reader, "format_version");
    if let Some((kind, node)) = kind.as_deref().zip(fields.node("type"))
        && kind != "model"
    {
        let message = format!(
            "a description of type `model` is expected, found {}",
            crate::document::quoted(kind)
        );
        reader.within("type", |reader| {
            reader.report(Code::UnsupportedType, node, message);
        });
        return None;
    }
    let (version, node) = (version?, fields.node("format_version")?);
    reader.within("format_version", |reader| check_version(&version, node, reader))?;
    // Before 0.3.2 every description was one of a model; that the type is missing is reported above.
    let is_model = kind.is_some() || (fields.node("type").is_none() && is_older_than_types(version.as_str()));
    is_model.then_some(version)
}

/// True for versions of the model format before the field `type` came.
pub(crate) fn is_older_than_types(version: &str) -> bool {
    let version = FormatVersion::parse(version).ok();
    version
        .and_then(|version| version.model_patch())
        .is_some_and(|patch| patch < FIRST_WITH_TYPE)
}

/// Reports a version that cannot be read, or is read as another one.
fn check_version(version: &FormatVersion, node: &Node, reader: &mut Reader) -> Option<()> {
    let (newest_minor, newest_patch) = migrate::NEWEST;
    let Some((minor, patch)) = version.model_patch() else {
        let message = format!(
            "models of format 0.3.0 to 0.{newest_minor}.{newest_patch} are read, this one is of format {version}"
        );
        let help = if version.numbers() > (0, newest_minor, newest_patch) {
            "take a version of the model for format 0.4, or a newer version of this program"
        } else {
            "convert the description to format 0.3 or newer first"
        };
        reader.report(Code::UnsupportedFormatVersion, node, message).help = Some(help.to_owned());
        return None;
    };
    if (minor, patch) > migrate::NEWEST {
        let message = format!(
            "the format version {version} is newer than 0.{newest_minor}.{newest_patch}, it is read as that one"
        );
        reader.report(Code::NewerFormatVersion, node, message);
    } else if (minor, patch) < OLDEST_CONTRIBUTION {
        let message =
            format!("contributions to the model hub are of format 0.4.5 or newer, this is {version}");
        reader.report(Code::OldFormatVersion, node, message).help =
            Some("bring it to the newest version with `modelhub migrate`".to_owned());
    }
    Some(())
}
