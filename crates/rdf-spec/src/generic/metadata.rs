//! The fields that all resource types of format 0.2 share.

use indexmap::IndexMap;

use super::badge::Badge;
use super::config::read_config;
use super::files::{Cover, read_attachments, read_documentation, read_icon};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::document::{Node, quoted};
use crate::read::{Fields, FromNode, Reader};
use crate::v0_4::web_address::read_web_address;
use crate::v0_4::{Attachments, Author, CiteEntry, Maintainer, Uploader};
use crate::value::{FileSource, FormatVersion, License, ResourceId, Version, Yaml};

/// The longest name that readers take without remark, in characters.
const LONGEST_NAME: usize = 128;

/// What descriptions of generic resources, datasets, applications, notebooks and collections have in common
/// (generic description, format 0.2).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(extend("required" = ["format_version", "type", "name", "description"]))
)]
pub struct ResourceMetadata {
    /// The version that the document says it is written in.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::GenericVersion"))]
    pub format_version: FormatVersion,
    /// Human-readable name.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub name: String,
    /// Brief description.
    pub description: String,
    /// Who made the resource.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::AuthorsOrNames", extend("default" = [])))]
    pub authors: Vec<Author>,
    /// Further files.
    pub attachments: Option<Attachments>,
    /// Small pictures with links.
    #[cfg_attr(feature = "schema", schemars(extend("default" = [])))]
    pub badges: Vec<Badge>,
    /// What to cite.
    #[cfg_attr(feature = "schema", schemars(extend("default" = [])))]
    pub cite: Vec<CiteEntry>,
    /// What tools add for themselves.
    pub config: IndexMap<String, Yaml>,
    /// Images for the resource's card.
    #[cfg_attr(feature = "schema", schemars(extend("default" = [])))]
    pub covers: Vec<FileSource>,
    /// Markdown file or page on the resource.
    pub documentation: Option<FileSource>,
    /// Where to download the resource.
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::schema::WebAddress>"))]
    pub download_url: Option<String>,
    /// Where the source code of the resource is.
    pub git_repo: Option<String>,
    /// An emoji or image.
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::schema::Icon>"))]
    pub icon: Option<String>,
    /// Identifier within a collection.
    pub id: Option<ResourceId>,
    /// An emoji for the identifier (0.2.4).
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::schema::Emoji>"))]
    pub id_emoji: Option<String>,
    /// Licence.
    pub license: Option<License>,
    /// Identifiers of related resources.
    #[cfg_attr(feature = "schema", schemars(extend("default" = [])))]
    pub links: Vec<String>,
    /// Who looks after the resource.
    #[cfg_attr(feature = "schema", schemars(extend("default" = [])))]
    pub maintainers: Vec<Maintainer>,
    /// Where the description itself comes from.
    pub rdf_source: Option<FileSource>,
    /// Words to find the resource by.
    #[cfg_attr(feature = "schema", schemars(extend("default" = [])))]
    pub tags: Vec<String>,
    /// Who uploaded the resource (0.2.4).
    pub uploader: Option<Uploader>,
    /// Version of the resource.
    pub version: Option<Version>,
    /// Number of the version within a collection (0.2.4).
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::schema::WholeNumber>"))]
    pub version_number: Option<i64>,
}

impl ResourceMetadata {
    /// Reads all fields but those of the single types. `format_version` was checked before.
    pub(super) fn read(
        fields: &mut Fields<'_>,
        reader: &mut Reader,
        format_version: &FormatVersion,
    ) -> Option<Self> {
        fields.node("type");
        fields.node("format_version");
        let (_, _, patch) = format_version.numbers();
        let name = read_name(fields, reader, patch);
        let description = fields.required(reader, "description");
        let authors = read_authors(fields, reader);
        let attachments = read_attachments(fields, reader);
        let badges = fields.list(reader, "badges");
        let cite = fields.list(reader, "cite");
        let config = read_config(fields, reader);
        let covers: Vec<Cover> = fields.list(reader, "covers");
        let documentation = read_documentation(fields, reader);
        let download_url = read_web_address(fields, reader, "download_url", Severity::Error);
        // Readers in use take any text here, such as `git@...`: a person finds the way all the same.
        let git_repo = read_web_address(fields, reader, "git_repo", Severity::Warning);
        let icon = read_icon(fields, reader);
        let id = fields.nullable(reader, "id");
        let id_emoji = read_id_emoji(fields, reader);
        let license = fields.nullable(reader, "license");
        let links = fields.list(reader, "links");
        let maintainers = fields.list(reader, "maintainers");
        let rdf_source = fields.nullable(reader, "rdf_source");
        let tags = fields.list(reader, "tags");
        let uploader = fields.nullable(reader, "uploader");
        let version = read_version(fields, reader);
        let version_number = fields.nullable(reader, "version_number");
        report_missing(fields, reader);
        Some(Self {
            format_version: format_version.clone(),
            name: name?,
            description: description?,
            authors,
            attachments,
            badges,
            cite,
            config,
            covers: covers.into_iter().map(|cover| cover.0).collect(),
            documentation,
            download_url,
            git_repo,
            icon,
            id,
            id_emoji,
            license,
            links,
            maintainers,
            rdf_source,
            tags,
            uploader,
            version,
            version_number,
        })
    }
}

fn read_name(fields: &mut Fields<'_>, reader: &mut Reader, patch: u64) -> Option<String> {
    let name: String = fields.required(reader, "name")?;
    let node = fields.node("name")?;
    let length = name.chars().count();
    reader.within("name", |reader| {
        if name.is_empty() {
            reader.report(Code::InvalidValue, node, "`name` may not be empty");
        } else if length > LONGEST_NAME {
            let message = format!("the name has {length} characters, readers expect at most {LONGEST_NAME}");
            reader.report(Code::UnconventionalName, node, message);
        } else if patch > 2 && name.contains(['/', '\\']) {
            let message = format!(
                "since 0.2.3 a name has neither `/` nor `\\`, found {}",
                quoted(&name)
            );
            reader.report(Code::UnconventionalName, node, message);
        }
    });
    Some(name)
}

/// The authors; a name stands for an author, and a single name for a list of one.
fn read_authors(fields: &mut Fields<'_>, reader: &mut Reader) -> Vec<Author> {
    let Some(node) = fields.node("authors") else {
        return Vec::new();
    };
    if let Some(name) = node.as_str() {
        let message = "`authors` is a list, found text; it is read as the name of one author";
        reader.within("authors", |reader| {
            reader.report(Code::AuthorAsText, node, message);
        });
        return vec![Author::named(name)];
    }
    let authors: Vec<NamedAuthor> = fields.list(reader, "authors");
    authors.into_iter().map(|author| author.0).collect()
}

/// An author may be given as a name only: format 0.2 allows it.
struct NamedAuthor(Author);

impl FromNode for NamedAuthor {
    fn from_node(node: &Node, reader: &mut Reader) -> Option<Self> {
        if let Some(name) = node.as_str() {
            return Some(Self(Author::named(name)));
        }
        Author::from_node(node, reader).map(Self)
    }
}

/// One character that stands for the identifier.
pub(crate) fn read_id_emoji(fields: &mut Fields<'_>, reader: &mut Reader) -> Option<String> {
    let emoji: String = fields.nullable(reader, "id_emoji")?;
    let node = fields.node("id_emoji")?;
    if emoji.chars().count() != 1 {
        let message = format!(
            "`id_emoji` is one character (a single Unicode code point), found {}",
            quoted(&emoji)
        );
        reader.within("id_emoji", |reader| {
            reader.report(Code::InvalidValue, node, message);
        });
        return None;
    }
    Some(emoji)
}

fn read_version(fields: &mut Fields<'_>, reader: &mut Reader) -> Option<Version> {
    let version: Version = fields.nullable(reader, "version")?;
    let node = fields.node("version")?;
    if version.semantic().is_none() {
        let message = format!(
            "a version has the form MAJOR.MINOR.PATCH, found {}",
            quoted(version.as_str())
        );
        reader.within("version", |reader| {
            reader.report(Code::LooseVersion, node, message);
        });
    }
    Some(version)
}

/// Names what people need to credit and reuse the resource.
fn report_missing(fields: &mut Fields<'_>, reader: &mut Reader) {
    let wanted = [
        (
            "authors",
            Code::MissingMetadata,
            "add `authors` with the names of those who made the resource",
        ),
        (
            "cite",
            Code::MissingCitation,
            "add `cite` with the publications to cite",
        ),
        (
            "license",
            Code::MissingMetadata,
            "add `license` with an identifier of https://spdx.org/licenses/",
        ),
    ];
    for (key, code, help) in wanted {
        let node = fields.node(key);
        let missing = match node {
            None => true,
            // A list that is null has an error already.
            Some(node) if node.is_null() => key == "license",
            Some(node) => node.as_sequence().is_some_and(<[Node]>::is_empty),
        };
        if missing {
            let place = node.map_or_else(|| fields.start(), |node| node.span.start);
            let message = format!("the description has no `{key}`");
            let diagnostic = Diagnostic::new(code, reader.path().join(key), message);
            reader.push(diagnostic.at(place).help(help));
        }
    }
}
