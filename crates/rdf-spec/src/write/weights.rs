//! Weights and the source of networks.

use super::ToTree;
use super::keys::Keys;
use crate::v0_4::{Architecture, Weights, WeightsEntry};
use crate::value::{Sha256, Yaml};

impl ToTree for Weights {
    fn to_tree(&self) -> Yaml {
        let entries = self
            .iter()
            .map(|(format, entry)| (format.name().to_owned(), entry.to_tree()));
        Yaml::Mapping(entries.collect())
    }
}

impl ToTree for WeightsEntry {
    fn to_tree(&self) -> Yaml {
        let Self {
            source,
            sha256,
            authors,
            attachments,
            parent,
            dependencies,
            opset_version,
            pytorch_version,
            tensorflow_version,
            architecture,
            kwargs,
        } = self;
        Keys::default()
            .key("source", source)
            .optional("sha256", sha256.as_ref())
            .optional("opset_version", opset_version.as_ref())
            .optional("pytorch_version", pytorch_version.as_ref())
            .optional("tensorflow_version", tensorflow_version.as_ref())
            .optional("architecture", architecture.as_ref())
            .optional("architecture_sha256", digest(architecture.as_ref()))
            .mapping("kwargs", kwargs)
            .optional("dependencies", dependencies.as_ref())
            .optional("parent", parent.as_ref())
            .list("authors", authors)
            .optional("attachments", attachments.as_ref())
            .finish()
    }
}

/// The text of the field `architecture`; the digest of its file has a field of its own.
impl ToTree for Architecture {
    fn to_tree(&self) -> Yaml {
        Yaml::String(match self {
            Self::File { source, callable, .. } => format!("{source}:{callable}"),
            Self::Module { module, callable } => format!("{module}.{callable}"),
        })
    }
}

fn digest(architecture: Option<&Architecture>) -> Option<&Sha256> {
    match architecture {
        Some(Architecture::File { sha256, .. }) => sha256.as_ref(),
        _ => None,
    }
}
