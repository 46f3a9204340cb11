//! Fields that refer to files, and the rules on their names.

use crate::diagnostic::Code;
use crate::document::{Node, quoted};
use crate::read::{Fields, FromNode, Reader};
use crate::v0_4::Attachments;
use crate::value::FileSource;

/// Endings of covers that readers take.
const COVERS: [&str; 7] = [".gif", ".jpeg", ".jpg", ".png", ".svg", ".tif", ".tiff"];

/// Those of them that the specification names.
const COMMON_COVERS: [&str; 4] = [".gif", ".jpeg", ".jpg", ".png"];

/// Names by which the description of a package is found.
const DESCRIPTIONS: [&str; 3] = ["rdf.yaml", "bioimageio.yaml", "model.yaml"];

/// A file that becomes part of a package may not look like the description of the package.
pub(crate) fn check_reserved_name(file: &FileSource, node: &Node, reader: &mut Reader) {
    let name = file.file_name();
    if let Some(reserved) = reserved_by(name) {
        let message = format!(
            "{} refers to a file of the package, which may not be called {}: `{reserved}` names descriptions",
            reader.subject(),
            quoted(name)
        );
        reader.report(Code::InvalidSource, node, message);
    }
}

/// True for a file that looks like the description of a package.
pub(crate) fn is_reserved(file: &FileSource) -> bool {
    reserved_by(file.file_name()).is_some()
}

fn reserved_by(name: &str) -> Option<&'static str> {
    DESCRIPTIONS.into_iter().find(|reserved| {
        name.strip_suffix(reserved)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    })
}

/// A file that becomes part of the package.
pub(crate) struct PackagedFile(pub(crate) FileSource);

impl FromNode for PackagedFile {
    fn from_node(node: &Node, reader: &mut Reader) -> Option<Self> {
        let file = FileSource::from_node(node, reader)?;
        check_reserved_name(&file, node, reader);
        Some(Self(file))
    }
}

/// A picture of the resource.
pub(crate) struct Cover(pub(crate) FileSource);

impl FromNode for Cover {
    fn from_node(node: &Node, reader: &mut Reader) -> Option<Self> {
        let file = PackagedFile::from_node(node, reader)?.0;
        let name = file.file_name().to_lowercase();
        if !COVERS.iter().any(|ending| name.ends_with(ending)) {
            let message = format!(
                "a cover is an image file ({}), found {}",
                COVERS.join(", "),
                quoted(file.as_str())
            );
            reader.report(Code::InvalidSource, node, message);
            return None;
        }
        if !COMMON_COVERS.iter().any(|ending| name.ends_with(ending)) {
            let message = format!(
                "a cover is a PNG, JPEG or GIF image, found {}",
                quoted(file.as_str())
            );
            reader.report(Code::CoverFormat, node, message);
        }
        Some(Self(file))
    }
}

/// Further files, none of them named like a description.
pub(crate) fn read_attachments(fields: &mut Fields<'_>, reader: &mut Reader) -> Option<Attachments> {
    let attachments: Attachments = fields.nullable(reader, "attachments")?;
    let nodes = fields.node("attachments")?.as_mapping()?.get("files");
    let nodes = nodes.and_then(Node::as_sequence).unwrap_or_default();
    reader.within("attachments", |reader| {
        reader.within("files", |reader| {
            for (at, (file, node)) in attachments.files.iter().zip(nodes).enumerate() {
                reader.within(at, |reader| check_reserved_name(file, node, reader));
            }
        });
    });
    Some(attachments)
}

/// An icon: one or two characters, such as an emoji, or an image.
pub(crate) fn read_icon(fields: &mut Fields<'_>, reader: &mut Reader) -> Option<String> {
    let icon: String = fields.nullable(reader, "icon")?;
    let node = fields.node("icon")?;
    if matches!(icon.chars().count(), 1 | 2) {
        return Some(icon);
    }
    if let Err(error) = FileSource::parse(&icon) {
        let message = format!("an icon is an emoji of one or two characters, or an image: {error}");
        reader.within("icon", |reader| {
            reader.report(error.code(), node, message);
        });
        return None;
    }
    Some(icon)
}

/// The documentation: any address, or a Markdown file.
pub(crate) fn read_documentation(fields: &mut Fields<'_>, reader: &mut Reader) -> Option<FileSource> {
    let file: FileSource = fields.nullable(reader, "documentation")?;
    let node = fields.node("documentation")?;
    if file.url().is_none() && !file.file_name().ends_with(".md") {
        let message = format!(
            "the documentation is a Markdown file (.md) or a URL, found {}",
            quoted(file.as_str())
        );
        reader.within("documentation", |reader| {
            reader.report(Code::DocumentationNotMarkdown, node, message);
        });
    }
    Some(file)
}

/// An http or https URL; anything else is an error.
pub(crate) fn read_web_source(node: &Node, reader: &mut Reader) -> Option<String> {
    let text = String::from_node(node, reader)?;
    let is_address = url::Url::parse(&text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    if !is_address {
        let message = format!(
            "{} is an http or https URL, found {}",
            reader.subject(),
            quoted(&text)
        );
        reader.report(Code::InvalidUrl, node, message);
        return None;
    }
    Some(text)
}

/// The field `source` of types whose source is a place on the web.
pub(crate) fn read_source_address(fields: &mut Fields<'_>, reader: &mut Reader) -> Option<String> {
    let node = fields.node("source").filter(|node| !node.is_null())?;
    reader.within("source", |reader| read_web_source(node, reader))
}
