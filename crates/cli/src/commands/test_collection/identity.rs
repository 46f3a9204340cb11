//! What a model is called, and where its summaries belong.

use std::path::Path;

use hub::summary::SummaryPlace;
use rdf_spec::{Rdf, Yaml};

pub(super) fn id_of(rdf: &Rdf) -> Option<String> {
    let id = match rdf {
        Rdf::Model(model) => model.id.as_ref(),
        other => other.metadata()?.id.as_ref(),
    };
    id.map(|id| id.as_str().to_owned())
}

/// The identifier of the version within the hub, else the version that the description states.
pub(super) fn version_of(rdf: &Rdf) -> Option<String> {
    let (config, number, version) = match rdf {
        Rdf::Model(model) => (&model.config, model.version_number, model.version.as_ref()),
        other => {
            let metadata = other.metadata()?;
            (
                &metadata.config,
                metadata.version_number,
                metadata.version.as_ref(),
            )
        }
    };
    let in_config = config
        .get("bioimageio")
        .and_then(|tools| match tools.get("version_id")? {
            Yaml::String(text) => Some(text.clone()),
            Yaml::Int(number) => Some(number.to_string()),
            _ => None,
        });
    in_config
        .or_else(|| number.map(|number| number.to_string()))
        .or_else(|| version.map(|version| version.as_str().to_owned()))
}

/// The name of a folder or file as an identifier; that of the folder around a description.
pub(super) fn id_of_path(path: &Path) -> String {
    let is_description = path.is_file()
        && path
            .extension()
            .is_some_and(|extension| !extension.eq_ignore_ascii_case("zip"));
    let named = if is_description {
        path.parent().filter(|parent| parent.file_name().is_some())
    } else {
        None
    };
    let absolute = std::path::absolute(named.unwrap_or(path)).unwrap_or_else(|_| path.to_owned());
    let name = if absolute.is_dir() {
        absolute.file_name()
    } else {
        absolute.file_stem()
    };
    slug(&name.unwrap_or_default().to_string_lossy())
}

/// Letters, digits, dots, hyphens and underscores; `model` if nothing else is left.
pub(super) fn slug(text: &str) -> String {
    let slug: String = text
        .chars()
        .map(|c| {
            if c.is_alphanumeric() || matches!(c, '.' | '-' | '_') {
                c
            } else {
                '-'
            }
        })
        .take(100)
        .collect();
    let slug = slug.trim_matches(['.', '-']).to_owned();
    if slug.is_empty() { "model".to_owned() } else { slug }
}

/// Where the summaries of a resource lie; an identifier that is no path is changed into one.
pub(super) fn place(id: &str, version: Option<&str>) -> SummaryPlace {
    let version = version.unwrap_or("latest");
    SummaryPlace::new(id, version).unwrap_or_else(|_| SummaryPlace::approximate(id, version))
}
