//! Deposits at Zenodo.

use rdf_spec::Package;
use serde_json::{Value, json};
use url::Url;

use super::metadata::Metadata;
use super::plan::{Body, Plan, Step};
use super::{Stage, files, not_publishable, refuse_invalid};
use crate::addresses::below;
use crate::error::HubError;
use crate::fetch::Method;

/// The keyword by which the Model Hub finds its resources at Zenodo.
pub const ZENODO_KEYWORD: &str = "modelhub.riscale.eu";

/// Plans the deposit of a package: metadata out of its description, one file an entry, at a Zenodo (`https://zenodo.org/` or
/// `https://sandbox.zenodo.org/`).
///
/// # Errors
/// If the package is not valid, lacks what Zenodo demands (authors, a licence with an SPDX identifier), or has files in
/// folders, which records do not have.
pub fn to_zenodo(package: &Package, zenodo: &Url, stage: Stage) -> Result<Plan, HubError> {
    refuse_invalid(package)?;
    let described = package.parsed().value().and_then(Metadata::of);
    let described = described
        .ok_or_else(|| not_publishable("the type of the description is not one that is published"))?;
    let metadata = metadata(&described)?;
    let files = files::of(package)?;
    if let Some(file) = files.iter().find(|file| file.name.contains(['/', '\\'])) {
        return Err(not_publishable(format!(
            "`{}` is in a folder, and a record of Zenodo has none: make a package with `modelhub package`, which puts all files beside each other",
            file.name
        )));
    }
    let deposits = below(zenodo, ["api", "deposit", "depositions"]);
    let mut steps = vec![Step {
        purpose: "make a deposit with its metadata".to_owned(),
        method: Method::Post,
        url: deposits.to_string(),
        is_authorized: true,
        body: Body::Json(json!({"metadata": metadata})),
        takes: vec![
            ("id", "/id"),
            ("bucket", "/links/bucket"),
            ("doi", "/metadata/prereserve_doi/doi"),
        ],
    }];
    for file in files {
        // Encoded as a part of a path.
        let name = below(zenodo, [file.name.as_str()]);
        let name = name.path().rsplit('/').next().unwrap_or_default();
        steps.push(Step {
            purpose: format!("upload {}", file.name),
            method: Method::Put,
            url: format!("{{bucket}}/{name}"),
            is_authorized: true,
            body: Body::File {
                file: file.source,
                size: file.size,
                sha256: file.sha256,
            },
            takes: Vec::new(),
        });
    }
    if stage == Stage::Submitted {
        steps.push(Step {
            purpose: "submit it, which cannot be undone".to_owned(),
            method: Method::Post,
            url: format!("{deposits}/{{id}}/actions/publish"),
            is_authorized: true,
            body: Body::Empty,
            takes: Vec::new(),
        });
    }
    let kind = if stage == Stage::Submitted {
        "records"
    } else {
        "uploads"
    };
    Ok(Plan {
        service: zenodo.to_string(),
        steps,
        page: format!("{}/{{id}}", below(zenodo, [kind])),
    })
}

fn metadata(described: &Metadata<'_>) -> Result<Value, HubError> {
    if described.authors.is_empty() {
        return Err(not_publishable(
            "Zenodo demands a creator: the description has no `authors`",
        ));
    }
    let creators: Vec<Value> = described
        .authors
        .iter()
        .map(|author| {
            let mut creator = json!({"name": author.name});
            if let Some(affiliation) = &author.affiliation {
                creator["affiliation"] = affiliation.as_str().into();
            }
            if let Some(orcid) = &author.orcid {
                creator["orcid"] = orcid.as_str().into();
            }
            creator
        })
        .collect();
    let license = described.license.filter(|license| license.is_known()).ok_or_else(|| {
        not_publishable("Zenodo demands a licence that it knows: give an SPDX identifier in `license`, for example MIT or CC-BY-4.0")
    })?;
    let mut keywords = vec![ZENODO_KEYWORD];
    keywords.extend(
        described
            .tags
            .iter()
            .map(String::as_str)
            .filter(|tag| *tag != ZENODO_KEYWORD),
    );
    let cited = described.cite.iter().filter_map(|cite| cite.doi.as_ref());
    let mut related: Vec<Value> = cited
        .map(|doi| json!({"identifier": doi.as_str(), "relation": "cites"}))
        .collect();
    if let Some(repository) = described.git_repo.filter(|address| Url::parse(address).is_ok()) {
        related.push(json!({"identifier": repository, "relation": "isSupplementTo"}));
    }
    let mut metadata = json!({
        "title": described.name,
        "upload_type": upload_type(described.resource_type),
        "description": paragraph(described.description),
        "creators": creators,
        "access_right": "open",
        // Its list has the identifiers of SPDX in lower case.
        "license": license.as_str().to_ascii_lowercase(),
        "keywords": keywords,
        "prereserve_doi": true,
    });
    if !related.is_empty() {
        metadata["related_identifiers"] = related.into();
    }
    if let Some(version) = &described.version {
        metadata["version"] = version.as_str().into();
    }
    Ok(metadata)
}

/// Zenodo has no type for models.
fn upload_type(resource_type: &str) -> &'static str {
    match resource_type {
        "dataset" => "dataset",
        "application" | "notebook" => "software",
        _ => "other",
    }
}

/// Descriptions are HTML there.
fn paragraph(text: &str) -> String {
    let escaped = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    format!("<p>{}</p>", escaped.trim())
}
