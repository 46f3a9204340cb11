//! Descriptions of format 0.2, and those of any type.

use super::ToTree;
use super::keys::Keys;
use crate::generic::{ApplicationRdf, Badge, DatasetRdf, GenericRdf, NotebookRdf, ResourceMetadata};
use crate::rdf::Rdf;
use crate::value::{FormatVersion, Yaml};

/// The keys of a description of format 0.2, in the order of the specification: what must be there, the fields that
/// types share, and `source`.
pub(super) fn resource(metadata: &ResourceMetadata, kind: &str, source: Option<&impl ToTree>) -> Keys {
    // Named one by one, so that a field that is added is written, or the compiler complains.
    let ResourceMetadata {
        format_version,
        name,
        description,
        authors,
        attachments,
        badges,
        cite,
        config,
        covers,
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
    } = metadata;
    // What was written in an older form is held, and written, in the newest.
    let newest = FormatVersion::newest_generic();
    let format_version = if format_version.numbers() < newest.numbers() {
        &newest
    } else {
        format_version
    };
    Keys::default()
        .key("format_version", format_version)
        .key("type", kind)
        .key("name", name)
        .key("description", description)
        .list("authors", authors)
        .optional("attachments", attachments.as_ref())
        .list("badges", badges)
        .list("cite", cite)
        .mapping("config", config)
        .list("covers", covers)
        .optional("documentation", documentation.as_ref())
        .optional("download_url", download_url.as_ref())
        .optional("git_repo", git_repo.as_ref())
        .optional("icon", icon.as_ref())
        .optional("id", id.as_ref())
        .optional("id_emoji", id_emoji.as_ref())
        .optional("license", license.as_ref())
        .list("links", links)
        .list("maintainers", maintainers)
        .optional("rdf_source", rdf_source.as_ref())
        .optional("source", source)
        .list("tags", tags)
        .optional("uploader", uploader.as_ref())
        .optional("version", version.as_ref())
        .optional("version_number", version_number.as_ref())
}

impl ToTree for GenericRdf {
    fn to_tree(&self) -> Yaml {
        let Self {
            resource_type,
            metadata,
            source,
            other,
        } = self;
        resource(metadata, resource_type, source.as_ref())
            .others(other)
            .finish()
    }
}

impl ToTree for DatasetRdf {
    fn to_tree(&self) -> Yaml {
        let Self { metadata, source } = self;
        resource(metadata, "dataset", source.as_ref()).finish()
    }
}

impl ToTree for ApplicationRdf {
    fn to_tree(&self) -> Yaml {
        let Self { metadata, source } = self;
        resource(metadata, "application", source.as_ref()).finish()
    }
}

impl ToTree for NotebookRdf {
    fn to_tree(&self) -> Yaml {
        let Self { metadata, source } = self;
        resource(metadata, "notebook", Some(source)).finish()
    }
}

impl ToTree for Badge {
    fn to_tree(&self) -> Yaml {
        let Self { label, icon, url } = self;
        Keys::default()
            .key("label", label)
            .optional("icon", icon.as_ref())
            .key("url", url)
            .finish()
    }
}

impl ToTree for Rdf {
    fn to_tree(&self) -> Yaml {
        match self {
            Self::Model(model) => model.to_tree(),
            Self::Generic(generic) => generic.to_tree(),
            Self::Dataset(dataset) => dataset.to_tree(),
            Self::Application(application) => application.to_tree(),
            Self::Notebook(notebook) => notebook.to_tree(),
            Self::Collection(collection) => collection.to_tree(),
        }
    }
}
