//! The files that a description refers to, read from its tree: also where the rest of it cannot be read.

use crate::document::{DocPath, Node};
use crate::v0_4::{Architecture, WeightsFormat};
use crate::value::{FileSource, Sha256};

/// A file that a description refers to.
pub(super) struct Reference {
    pub(super) path: DocPath,
    pub(super) source: FileSource,
    /// The digest that the description states, and where.
    pub(super) digest: Option<(DocPath, Sha256)>,
}

/// The lists of files at the top of a description.
const LISTS: [&str; 5] = [
    "covers",
    "test_inputs",
    "test_outputs",
    "sample_inputs",
    "sample_outputs",
];

/// All references that can be read; what cannot is a finding of reading the description.
pub(super) fn of(root: &Node) -> Vec<Reference> {
    let top = DocPath::root();
    let mut all = Vec::new();
    all.extend(plain(top.join("documentation"), child(root, "documentation")));
    for key in LISTS {
        list(&mut all, &top.join(key), child(root, key));
    }
    let files = child(root, "attachments").and_then(|attachments| child(attachments, "files"));
    list(&mut all, &top.join("attachments").join("files"), files);
    let weights = child(root, "weights");
    for format in WeightsFormat::ALL {
        let Some(entry) = weights.and_then(|weights| child(weights, format.name())) else {
            continue;
        };
        let path = top.join("weights").join(format.name());
        let source = plain(path.join("source"), child(entry, "source"));
        all.extend(source.map(|source| source.with_digest(path.join("sha256"), child(entry, "sha256"))));
        if let Some(Ok(Architecture::File { source, .. })) =
            text(child(entry, "architecture")).map(Architecture::parse)
        {
            let reference = Reference {
                path: path.join("architecture"),
                source,
                digest: None,
            };
            let digest = child(entry, "architecture_sha256");
            all.push(reference.with_digest(path.join("architecture_sha256"), digest));
        }
    }
    all
}

impl Reference {
    fn with_digest(mut self, path: DocPath, node: Option<&Node>) -> Self {
        self.digest = text(node)
            .and_then(|digest| Sha256::parse(digest).ok())
            .map(|digest| (path, digest));
        self
    }
}

fn child<'n>(node: &'n Node, key: &str) -> Option<&'n Node> {
    node.as_mapping()?.get(key)
}

fn text(node: Option<&Node>) -> Option<&str> {
    node?.as_str()
}

fn plain(path: DocPath, node: Option<&Node>) -> Option<Reference> {
    let source = FileSource::parse(text(node)?).ok()?;
    Some(Reference {
        path,
        source,
        digest: None,
    })
}

fn list(all: &mut Vec<Reference>, path: &DocPath, node: Option<&Node>) {
    let items = node.and_then(Node::as_sequence).unwrap_or_default();
    all.extend(
        items
            .iter()
            .enumerate()
            .filter_map(|(at, item)| plain(path.join(at), Some(item))),
    );
}
