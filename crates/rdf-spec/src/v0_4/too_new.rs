//! Fields that came with a newer version of the format than a description states.

use crate::diagnostic::{Code, Diagnostic};
use crate::document::{DocPath, Mapping, Node};
use crate::read::Reader;
use crate::value::FormatVersion;

/// Fields at the top of a description with the patch version of 0.4 that brought them.
const TOP: [(&str, u64); 6] = [
    ("maintainers", 0),
    ("download_url", 3),
    ("training_data", 4),
    ("id_emoji", 10),
    ("uploader", 10),
    ("version_number", 10),
];

/// Fields of weights with the patch version of 0.4 that brought them. What a step moves there is older.
const OF_WEIGHTS: [(&str, u64); 1] = [("pytorch_version", 3)];

/// Reports every field that the stated version did not have. Readers of that version refuse such a description.
pub(crate) fn report_too_new(root: &Node, version: &FormatVersion, reader: &mut Reader) {
    let Some(stated) = version.model_patch() else {
        return;
    };
    let Some(root) = root.as_mapping() else { return };
    let mut fields = Vec::new();
    for (key, since) in TOP {
        fields.extend(field(root, DocPath::root(), key, since));
    }
    let weights = root.get("weights").and_then(Node::as_mapping);
    for (format, entry) in weights.into_iter().flat_map(Mapping::iter) {
        let Some(entry) = entry.value.as_mapping() else {
            continue;
        };
        for (key, since) in OF_WEIGHTS {
            let path = DocPath::root().join("weights").join(format);
            fields.extend(field(entry, path, key, since));
        }
    }
    for (diagnostic, since) in fields {
        if stated < (4, since) {
            let message = format!(
                "{} came with format 0.4.{since}, the description is of {version}",
                diagnostic.message
            );
            let help = format!(
                "state `format_version: 0.4.{since}` or newer, or bring it there with `modelhub migrate`"
            );
            reader.push(
                Diagnostic {
                    message,
                    ..diagnostic
                }
                .help(help),
            );
        }
    }
}

fn field(mapping: &Mapping, owner: DocPath, key: &str, since: u64) -> Option<(Diagnostic, u64)> {
    let entry = mapping.entry(key)?;
    let name = format!("`{key}`");
    let diagnostic = Diagnostic::new(Code::FieldTooNew, owner.join(key), name).at(entry.key_span.start);
    Some((diagnostic, since))
}
