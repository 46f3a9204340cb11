//! The files that are published.

use rdf_spec::{Package, Sha256};

use crate::error::{HubError, HubErrorKind};

/// The name of the description where it is published.
pub(super) const DESCRIPTION: &str = "rdf.yaml";

/// A file of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct File {
    /// Its name in the package.
    pub(super) source: String,
    /// Its name where it is published.
    pub(super) name: String,
    pub(super) size: u64,
    pub(super) sha256: Sha256,
    pub(super) is_weights: bool,
}

/// The description and all files of the package that it refers to; what it has at URLs stays there.
pub(super) fn of(package: &Package) -> Result<Vec<File>, HubError> {
    let files = package.files();
    let weights: Vec<&str> = package
        .model()
        .into_iter()
        .flat_map(|model| model.weights.iter())
        .filter_map(|(_, entry)| entry.source.relative_path())
        .collect();
    let mut all = Vec::new();
    let local = package
        .references()
        .into_iter()
        .filter(|name| !name.contains("://"));
    for source in std::iter::once(files.description_name().to_owned()).chain(local) {
        let failed = |error| HubError::caused_by(HubErrorKind::File { file: source.clone() }, error);
        let is_description = source == files.description_name();
        let (size, sha256) = if is_description {
            // Not every description is in a file.
            let text = package.text().as_bytes();
            let digest = Sha256::of(&mut &*text);
            let digest = digest
                .map_err(|error| HubError::caused_by(HubErrorKind::File { file: source.clone() }, error));
            (text.len() as u64, digest?)
        } else {
            (
                files.size(&source).map_err(failed)?,
                files.sha256(&source).map_err(failed)?,
            )
        };
        let name = if is_description {
            DESCRIPTION.to_owned()
        } else {
            source.clone()
        };
        all.push(File {
            is_weights: weights.contains(&source.as_str()),
            source,
            name,
            size,
            sha256,
        });
    }
    Ok(all)
}
