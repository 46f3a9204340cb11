//! Single fields of a model description with rules of their own.

use super::Author;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::document::{Entry, Node, quoted};
use crate::generic::TrainingData;
use crate::generic::files::{PackagedFile, check_reserved_name};
use crate::read::{Fields, FromNode, Reader};
use crate::value::{Doi, FileSource, Version, Yaml};

/// The authors; a single name stands for a list of one.
pub(super) fn read_authors(fields: &mut Fields<'_>, reader: &mut Reader) -> Option<Vec<Author>> {
    if let Some(node) = fields.node("authors")
        && let Some(name) = node.as_str()
    {
        if name.is_empty() {
            reader.within("authors", |reader| {
                reader.report(Code::EmptyList, node, "`authors` needs at least one item");
            });
            return None;
        }
        reader.within("authors", |reader| report_author_as_text(node, reader));
        return Some(vec![Author::named(name)]);
    }
    let authors: Vec<NamedAuthor> = fields.required_list(reader, "authors")?;
    Some(authors.into_iter().map(|author| author.0).collect())
}

/// An author may be given as a name only.
struct NamedAuthor(Author);

impl FromNode for NamedAuthor {
    fn from_node(node: &Node, reader: &mut Reader) -> Option<Self> {
        if let Some(name) = node.as_str() {
            report_author_as_text(node, reader);
            return Some(Self(Author::named(name)));
        }
        Author::from_node(node, reader).map(Self)
    }
}

fn report_author_as_text(node: &Node, reader: &mut Reader) {
    let message = "an author is a mapping with a `name`, found only the name";
    reader.report(Code::AuthorAsText, node, message).help = Some("write `- name: ` before it".to_owned());
}

/// A dataset: a reference to one, or its whole description, checked and kept as it is.
pub(super) fn read_training_data(fields: &mut Fields<'_>, reader: &mut Reader) -> Option<Yaml> {
    let _: TrainingData = fields.nullable(reader, "training_data")?;
    fields.node("training_data").map(Node::to_yaml)
}

/// A file whose name ends in `.npy`.
pub(super) struct NpySource(pub(super) FileSource);

impl FromNode for NpySource {
    fn from_node(node: &Node, reader: &mut Reader) -> Option<Self> {
        let source = PackagedFile::from_node(node, reader)?.0;
        if source.file_name().strip_suffix(".npy").is_none_or(str::is_empty) {
            let message = format!(
                "a test tensor is a numpy file (.npy), found {}",
                quoted(source.as_str())
            );
            reader.report(Code::InvalidSource, node, message);
        }
        Some(Self(source))
    }
}

pub(super) fn check_name(name: &str, node: &Node, reader: &mut Reader) {
    if name.is_empty() {
        reader.report(Code::InvalidValue, node, "`name` may not be empty");
        return;
    }
    let length = name.chars().count();
    let allowed = |c: char| c.is_alphanumeric() || "_- ".contains(c);
    if length > 64 {
        let message = format!("the name has {length} characters, the format asks for at most 64");
        reader.report(Code::UnconventionalName, node, message);
    } else if let Some(other) = name.chars().find(|&c| !allowed(c)) {
        let message =
            format!("the name contains {other:?}, the format asks for letters, digits, `_`, `-` and spaces");
        reader.report(Code::UnconventionalName, node, message);
    }
}

pub(super) fn check_resource_version(version: &Version, node: &Node, reader: &mut Reader) {
    if version.semantic().is_none() {
        let message = format!("the version of a model has the form MAJOR.MINOR.PATCH, found {version}");
        reader.report(Code::LooseVersion, node, message).help =
            Some("see https://semver.org, for example `version: 0.1.0`".to_owned());
    }
}

pub(super) fn check_documentation(file: &FileSource, node: &Node, reader: &mut Reader) {
    check_reserved_name(file, node, reader);
    if !file.file_name().ends_with(".md") {
        let message = format!(
            "the documentation is a Markdown file (.md), found {}",
            quoted(file.as_str())
        );
        reader.report(Code::DocumentationNotMarkdown, node, message);
    }
}

/// The model that this one was made from. Readers in use take any mapping; the text knows three keys, 0.4.10 a fourth.
pub(super) fn read_parent(fields: &mut Fields<'_>, reader: &mut Reader) -> Option<Yaml> {
    const KEYS: [&str; 4] = ["id", "uri", "sha256", "version_number"];
    let node = fields.given(reader, "parent")?;
    reader.within("parent", |reader| {
        let Some(mapping) = node.as_mapping() else {
            reader.wrong_type(node, "a mapping with the `id` or `uri` of a model");
            return;
        };
        let is_known = |(key, entry): (&str, &Entry)| {
            KEYS.contains(&key) && (entry.value.as_str().is_some() || key == "version_number")
        };
        if mapping.is_empty() || !mapping.iter().all(is_known) {
            let message = "`parent` has the keys `id`, `uri` and `sha256`, each of them text";
            reader.report(Code::InvalidValue, node, message).severity = Severity::Warning;
        }
    });
    Some(node.to_yaml())
}

/// Where the description comes from: a URL or a DOI. Readers in use take any file.
pub(super) fn read_rdf_source(fields: &mut Fields<'_>, reader: &mut Reader) -> Option<FileSource> {
    let source: FileSource = fields.nullable(reader, "rdf_source")?;
    let node = fields.node("rdf_source")?;
    if source.url().is_none() && Doi::parse(source.as_str()).is_err() {
        let message = format!(
            "`rdf_source` is a URL or a DOI, found {}",
            quoted(source.as_str())
        );
        reader.within("rdf_source", |reader| {
            reader.report(Code::InvalidSource, node, message).severity = Severity::Warning;
        });
    }
    Some(source)
}

/// The text of the specification has `badges` for models, and no reader takes them.
pub(super) fn report_badges(root: &Node, fields: &mut Fields<'_>, reader: &mut Reader) {
    fields.node("badges");
    let entry = root.as_mapping().and_then(|root| root.entry("badges"));
    if let Some(entry) = entry {
        let path = reader.path().join("badges");
        let message =
            "`badges` are in the text of the specification, but readers in use refuse models with them";
        let diagnostic = Diagnostic::new(Code::UnknownField, path, message).at(entry.key_span.start);
        reader.push(diagnostic.help("remove them, or keep them below `config`"));
    }
}
