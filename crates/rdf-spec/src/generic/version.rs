//! Which versions of format 0.2 are read, and the way to the newest form.

use std::borrow::Cow;

use super::migrate;
use crate::diagnostic::Code;
use crate::document::{Mapping, Node, quoted};
use crate::read::{FromNode, Reader};
use crate::value::{FormatVersion, NEWEST_GENERIC_PATCH as NEWEST_PATCH};

/// What a version brought: fields, and the first patch version of 0.2 that has them.
const FIRST_SEEN: [(&str, u64); 6] = [
    ("maintainers", 1),
    ("id", 2),
    ("rdf_source", 2),
    ("id_emoji", 4),
    ("uploader", 4),
    ("version_number", 4),
];

/// The version and tree of a description in the form of 0.2.4, what moved and what came too early reported;
/// `None` if it is of no version that is read, or of none at all.
pub(crate) fn in_newest_form<'n>(
    root: &'n Node,
    kind: &str,
    reader: &mut Reader,
) -> Option<(FormatVersion, Cow<'n, Node>)> {
    let mapping = root.as_mapping()?;
    let node = mapping.get("format_version")?;
    let version = reader.within("format_version", |reader| read_version(node, kind, reader))?;
    let (_, _, patch) = version.numbers();
    report_early(mapping, patch, reader);
    let root = migrate::to_latest(root, kind, patch, reader);
    Some((version, root))
}

/// True if a description of a type would mean something else in the newest version than in an older one.
pub(crate) fn depends_on_version(root: &Node, kind: &str, patch: u64) -> bool {
    // What has entries hands its version down to them.
    let has_entries = kind == "collection";
    let read = |patch| migrate::to_latest(root, kind, patch, &mut Reader::default()).into_owned();
    patch < NEWEST_PATCH && (has_entries || read(patch) != read(NEWEST_PATCH))
}

fn read_version(node: &Node, kind: &str, reader: &mut Reader) -> Option<FormatVersion> {
    let version = FormatVersion::from_node(node, reader)?;
    let (major, minor, patch) = version.numbers();
    if (major, minor) != (0, 2) {
        let message = format!(
            "descriptions of type {} have the format version 0.2.0 to 0.2.{NEWEST_PATCH}, found {version}",
            quoted(kind)
        );
        let help = match (major, minor) {
            (0, 3) => format!("format 0.3 is not read; write the description in format 0.2.{NEWEST_PATCH}"),
            (0, 0..=1) => {
                format!("format {major}.{minor} is not read; convert the description to 0.2.{NEWEST_PATCH}")
            }
            (0, 4) => format!(
                "format 0.4 is one of models: if this is a model, write `type: model`, else `format_version: 0.2.{NEWEST_PATCH}`"
            ),
            _ => format!("newer formats are not read; write the description in format 0.2.{NEWEST_PATCH}"),
        };
        reader.report(Code::UnsupportedFormatVersion, node, message).help = Some(help);
        return None;
    }
    if patch > NEWEST_PATCH {
        let message =
            format!("the format version {version} is newer than 0.2.{NEWEST_PATCH}, it is read as that one");
        reader.report(Code::NewerFormatVersion, node, message);
    }
    Some(version)
}

fn report_early(mapping: &Mapping, patch: u64, reader: &mut Reader) {
    for (key, first) in FIRST_SEEN {
        if patch < first
            && let Some(entry) = mapping.entry(key)
        {
            let message = format!("`{key}` came with format 0.2.{first}, the description states 0.2.{patch}");
            reader.within(key, |reader| {
                reader.report(Code::FieldTooNew, &entry.value, message);
            });
        }
    }
}
