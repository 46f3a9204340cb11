//! Deposits at Zenodo.

use std::time::{SystemTime, UNIX_EPOCH};

use rdf_spec::Package;
use serde_json::{Value, json};
use url::Url;

use super::files::File;
use super::metadata::Metadata;
use super::plan::{Body, Plan, Step, TakeFrom};
use super::{Stage, files, not_publishable, refuse_invalid};
use crate::addresses::below;
use crate::error::HubError;
use crate::fetch::Method;

/// The keyword by which the Model Hub finds its resources at Zenodo.
pub const ZENODO_KEYWORD: &str = "modelhub.riscale.eu";

/// The largest file of a record, in bytes.
const LARGEST_FILE: u64 = 50_000_000_000;

/// Plans the deposit of a package: metadata out of its description, one file an entry, at a Zenodo (`https://zenodo.org/` or
/// `https://sandbox.zenodo.org/`). Files go into the bucket of the deposit, which takes 50 GB.
///
/// # Errors
/// If the package is not valid, lacks what Zenodo demands (authors, a licence with an SPDX identifier), or has files in
/// folders, which records do not have.
pub fn to_zenodo(package: &Package, zenodo: &Url, stage: Stage) -> Result<Plan, HubError> {
    let (metadata, files) = prepared(package)?;
    let deposits = below(zenodo, ["api", "deposit", "depositions"]);
    let body = Body::Json(json!({"metadata": metadata}));
    let make = Step::new(
        "make a deposit with its metadata",
        Method::Post,
        deposits.as_str(),
        body,
    );
    let draft = format!("{deposits}/{{id}}");
    let steps = vec![
        make.taking_json("id", "/id")
            .taking_json("bucket", "/links/bucket")
            .taking_json("doi", "/metadata/prereserve_doi/doi"),
    ];
    Ok(completed(zenodo, steps, &draft, files, stage))
}

/// Plans a new version of a record that exists: `record` is the number of its newest version. The files of the old version
/// are not taken over.
///
/// # Errors
/// As for [`to_zenodo`].
pub fn to_zenodo_version(
    package: &Package,
    zenodo: &Url,
    record: u64,
    stage: Stage,
) -> Result<Plan, HubError> {
    let (mut metadata, files) = prepared(package)?;
    // A draft of a new version has none; that of the old version is not true of this one.
    metadata["publication_date"] = today().into();
    let number = record.to_string();
    let parts = ["api", "deposit", "depositions", &number, "actions", "newversion"];
    let make = Step::new(
        "make a draft of a new version",
        Method::Post,
        below(zenodo, parts),
        Body::Empty,
    );
    let draft = "{draft}";
    let look = Step::new("look at the draft", Method::Get, draft, Body::Empty)
        .taking_json("id", "/id")
        .taking_json("bucket", "/links/bucket")
        .taking_json("doi", "/metadata/prereserve_doi/doi");
    let old = TakeFrom::Each {
        list: "/files".to_owned(),
        key: "id".to_owned(),
    };
    let mut remove = Step::new(
        "remove the files of the old version from the draft",
        Method::Delete,
        format!("{draft}/files/{{old_file}}"),
        Body::Empty,
    );
    remove.for_each = Some("old_file");
    let body = Body::Json(json!({"metadata": metadata}));
    let steps = vec![
        make.taking_json("draft", "/links/latest_draft"),
        look.taking("old_file", old),
        remove,
        Step::new("change its metadata", Method::Put, draft, body),
    ];
    Ok(completed(zenodo, steps, draft, files, stage))
}

/// Metadata and files of a package that can be a record.
fn prepared(package: &Package) -> Result<(Value, Vec<File>), HubError> {
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
    if let Some(file) = files.iter().find(|file| file.size > LARGEST_FILE) {
        return Err(not_publishable(format!(
            "`{}` has {} bytes, a record of Zenodo takes {LARGEST_FILE}",
            file.name, file.size
        )));
    }
    Ok((metadata, files))
}

/// The plan that begins with a draft: uploads, and the end.
fn completed(zenodo: &Url, mut steps: Vec<Step>, draft: &str, files: Vec<File>, stage: Stage) -> Plan {
    for file in files {
        // Encoded as a part of a path.
        let name = below(zenodo, [file.name.as_str()]);
        let name = name.path().rsplit('/').next().unwrap_or_default();
        let body = Body::File {
            file: file.source,
            size: file.size,
            sha256: file.sha256,
        };
        let purpose = format!("upload {}", file.name);
        steps.push(Step::new(
            purpose,
            Method::Put,
            format!("{{bucket}}/{name}"),
            body,
        ));
    }
    if stage == Stage::Submitted {
        let mut submit = Step::new(
            "submit it, which cannot be undone",
            Method::Post,
            format!("{draft}/actions/publish"),
            Body::Empty,
        );
        submit.is_final = true;
        steps.push(submit);
    }
    let kind = if stage == Stage::Submitted {
        "records"
    } else {
        "uploads"
    };
    Plan {
        service: zenodo.to_string(),
        steps,
        undo: Some(Step::new("remove the draft", Method::Delete, draft, Body::Empty)),
        page: format!("{}/{{id}}", below(zenodo, [kind])),
    }
}

/// The day in UTC: `2024-06-11`.
fn today() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let seconds = i64::try_from(since.as_secs()).unwrap_or_default();
    let now = chrono::DateTime::from_timestamp(seconds, 0).unwrap_or_default();
    now.format("%Y-%m-%d").to_string()
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
