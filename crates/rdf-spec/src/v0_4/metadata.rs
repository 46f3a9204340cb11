//! People, citations and attachments.

use indexmap::IndexMap;

use crate::diagnostic::Code;
use crate::document::{Node, quoted};
use crate::read::{FromNode, Reader};
use crate::value::{Doi, Email, FileSource, Orcid, Yaml};

/// Who made something (fields `authors`, `packaged_by`, `weights.*.authors`).
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(deny_unknown_fields)
)]
pub struct Author {
    /// Full name.
    pub name: String,
    /// Institution.
    pub affiliation: Option<String>,
    /// E-mail address.
    pub email: Option<Email>,
    /// Name at GitHub.
    pub github_user: Option<String>,
    /// ORCID iD.
    pub orcid: Option<Orcid>,
}

impl Author {
    /// An author of whom only the name is known.
    #[must_use]
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            affiliation: None,
            email: None,
            github_user: None,
            orcid: None,
        }
    }
}

impl FromNode for Author {
    fn from_node(node: &Node, reader: &mut Reader) -> Option<Self> {
        let mut fields = reader.fields(node)?;
        let name = fields.required(reader, "name");
        let affiliation = fields.nullable(reader, "affiliation");
        let email = fields.nullable(reader, "email");
        let github_user = fields.nullable(reader, "github_user");
        let orcid = fields.nullable(reader, "orcid");
        fields.finish(reader);
        Some(Self {
            name: name?,
            affiliation,
            email,
            github_user,
            orcid,
        })
    }
}

/// Who looks after the resource (field `maintainers`).
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(deny_unknown_fields)
)]
pub struct Maintainer {
    /// Name at GitHub.
    pub github_user: String,
    /// Full name.
    pub name: Option<String>,
    /// Institution.
    pub affiliation: Option<String>,
    /// E-mail address.
    pub email: Option<Email>,
    /// ORCID iD.
    pub orcid: Option<Orcid>,
}

impl FromNode for Maintainer {
    fn from_node(node: &Node, reader: &mut Reader) -> Option<Self> {
        let mut fields = reader.fields(node)?;
        let github_user = fields.required(reader, "github_user");
        let name = fields.nullable(reader, "name");
        let affiliation = fields.nullable(reader, "affiliation");
        let email = fields.nullable(reader, "email");
        let orcid = fields.nullable(reader, "orcid");
        fields.finish(reader);
        Some(Self {
            github_user: github_user?,
            name,
            affiliation,
            email,
            orcid,
        })
    }
}

/// What to cite (field `cite`): a text with a DOI, a URL or both.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(
        deny_unknown_fields,
        extend("anyOf" = [
            {"required": ["doi"], "properties": {"doi": {"type": "string"}}},
            {"required": ["url"], "properties": {"url": {"type": "string"}}},
        ])
    )
)]
pub struct CiteEntry {
    /// Free text.
    pub text: String,
    /// DOI.
    pub doi: Option<Doi>,
    /// Address.
    pub url: Option<String>,
}

impl FromNode for CiteEntry {
    fn from_node(node: &Node, reader: &mut Reader) -> Option<Self> {
        let mut fields = reader.fields(node)?;
        let text = fields.required(reader, "text");
        let has_doi = fields.node("doi").is_some_and(|doi| !doi.is_null());
        let doi = fields.nullable(reader, "doi");
        let url: Option<String> = fields.nullable(reader, "url");
        fields.finish(reader);
        if !has_doi && url.as_ref().is_none_or(String::is_empty) {
            reader.report(Code::MissingField, node, "a citation needs `doi`, `url` or both");
            return None;
        }
        Some(Self {
            text: text?,
            doi,
            url,
        })
    }
}

/// Further files, and keys that tools may put beside them (field `attachments`).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Attachments {
    /// Files that belong to the package.
    pub files: Vec<FileSource>,
    /// All other keys.
    pub other: IndexMap<String, Yaml>,
}

impl FromNode for Attachments {
    fn from_node(node: &Node, reader: &mut Reader) -> Option<Self> {
        let mut fields = reader.fields(node)?;
        let files = fields.list(reader, "files");
        let mut other: IndexMap<String, Yaml> = FromNode::from_node(node, reader)?;
        other.shift_remove("files");
        Some(Self { files, other })
    }
}

/// The run modes that consumer software knows. The specification defines none.
const SHARED_RUN_MODES: [&str; 1] = ["deepimagej"];

/// How a tool should run the network, if not as usual (field `run_mode`).
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(deny_unknown_fields, extend("required" = ["name"])))]
pub struct RunMode {
    /// The name of the mode.
    pub name: String,
    /// Arguments for it.
    pub kwargs: IndexMap<String, Yaml>,
}

impl FromNode for RunMode {
    fn from_node(node: &Node, reader: &mut Reader) -> Option<Self> {
        let mut fields = reader.fields(node)?;
        let name: Option<String> = fields.required(reader, "name");
        if let Some((name, node)) = name.as_deref().zip(fields.node("name"))
            && !SHARED_RUN_MODES.contains(&name)
        {
            let message = format!("the run mode {} is not one that consumers share", quoted(name));
            reader.within("name", |reader| {
                reader.report(Code::UnknownRunMode, node, message).help =
                    Some("most programs will run the network as usual, or refuse it".to_owned());
            });
        }
        let kwargs = fields.optional(reader, "kwargs").unwrap_or_default();
        fields.finish(reader);
        Some(Self { name: name?, kwargs })
    }
}

/// Who uploaded the resource (field `uploader`, 0.4.10).
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(deny_unknown_fields)
)]
pub struct Uploader {
    /// E-mail address.
    pub email: Email,
    /// Name.
    pub name: Option<String>,
}

impl FromNode for Uploader {
    fn from_node(node: &Node, reader: &mut Reader) -> Option<Self> {
        let mut fields = reader.fields(node)?;
        let email = fields.required(reader, "email");
        let name = fields.nullable(reader, "name");
        fields.finish(reader);
        Some(Self { email: email?, name })
    }
}
