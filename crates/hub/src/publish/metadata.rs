//! What descriptions of all types say about a resource.

use rdf_spec::{Author, CiteEntry, License, Rdf};

/// The fields that every type has.
pub(super) struct Metadata<'m> {
    pub(super) resource_type: &'m str,
    pub(super) name: &'m str,
    pub(super) description: &'m str,
    pub(super) authors: &'m [Author],
    pub(super) cite: &'m [CiteEntry],
    pub(super) license: Option<&'m License>,
    pub(super) tags: &'m [String],
    pub(super) git_repo: Option<&'m str>,
    pub(super) id: Option<String>,
    pub(super) version: Option<String>,
}

impl<'m> Metadata<'m> {
    pub(super) fn of(rdf: &'m Rdf) -> Option<Self> {
        if let Some(model) = rdf.as_model() {
            return Some(Self {
                resource_type: "model",
                name: &model.name,
                description: &model.description,
                authors: &model.authors,
                cite: &model.cite,
                license: Some(&model.license),
                tags: &model.tags,
                git_repo: model.git_repo.as_deref(),
                id: model.id.as_ref().map(ToString::to_string),
                version: model.version.as_ref().map(ToString::to_string),
            });
        }
        let common = rdf.metadata()?;
        Some(Self {
            resource_type: rdf.resource_type(),
            name: &common.name,
            description: &common.description,
            authors: &common.authors,
            cite: &common.cite,
            license: common.license.as_ref(),
            tags: &common.tags,
            git_repo: common.git_repo.as_deref(),
            id: common.id.as_ref().map(ToString::to_string),
            version: common.version.as_ref().map(ToString::to_string),
        })
    }
}
