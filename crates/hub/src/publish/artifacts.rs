//! Uploads to a hub, through its artifact manager.

mod parts;

use rdf_spec::Package;
use serde_json::{Value, json};
use url::Url;

use super::metadata::Metadata;
use super::plan::{Body, Plan, Step};
use super::{Stage, files, not_publishable, refuse_invalid};
use crate::addresses::below;
use crate::error::HubError;
use crate::fetch::Method;
use crate::source::HubSite;

/// The longest name of a resource at the RI-SCALE Model Hub.
const LONGEST_ALIAS: usize = 48;

/// The largest file that is uploaded in one piece, in bytes: larger ones go in parts, each of which can be sent again.
const LARGEST_WHOLE: u64 = 100 << 20;

/// Plans the upload of a package to a hub at a server.
///
/// The resource is made as a draft; [`Stage::Submitted`] hands it in for review (bioimage.io), or shows it in the catalogue
/// (RI-SCALE Model Hub). bioimage.io gives the resource a nickname; the RI-SCALE Model Hub knows it by `alias`, or by a name made
/// out of that of the resource.
///
/// # Errors
/// If the package is not valid, has an id that the hub would give itself, or no name can be made.
pub fn to_hub(
    package: &Package,
    server: &Url,
    site: HubSite,
    alias: Option<&str>,
    stage: Stage,
) -> Result<Plan, HubError> {
    refuse_invalid(package)?;
    let described = package.parsed().value().and_then(Metadata::of);
    let described = described
        .ok_or_else(|| not_publishable("the type of the description is not one that is published"))?;
    let is_reviewed = site.workspace == "bioimage-io";
    let alias = match (is_reviewed, alias) {
        (true, None) => nickname(&described)?,
        (_, Some(alias)) => checked(alias)?,
        (false, None) => slug(described.name)?,
    };
    let mut manifest = manifest(package)?;
    if !is_reviewed {
        manifest["published"] = false.into();
    }
    let manager =
        |method: &str| below(server, ["public", "services", "artifact-manager", method]).to_string();
    let call = |purpose: String, method: &str, body: Value| {
        Step::new(purpose, Method::Post, manager(method), Body::Json(body))
    };
    let draft = json!({
        "parent_id": site.collection,
        "alias": alias,
        "type": described.resource_type,
        "manifest": manifest,
        "stage": true,
    });
    let mut steps =
        vec![call("make the resource as a draft".to_owned(), "create", draft).taking_json("id", "/id")];
    for file in files::of(package)? {
        if file.size > LARGEST_WHOLE {
            steps.extend(parts::of(&file, &call)?);
            continue;
        }
        let body = json!({
            "artifact_id": "{id}",
            "file_path": file.name,
            "download_weight": u8::from(file.is_weights),
        });
        let purpose = format!("ask where {} is to be uploaded", file.name);
        steps.push(call(purpose, "put_file", body).taking_json("upload", ""));
        let body = Body::File {
            file: file.source,
            size: file.size,
            sha256: file.sha256,
        };
        let upload = Step::new(format!("upload {}", file.name), Method::Put, "{upload}", body);
        steps.push(upload.without_token());
    }
    if stage == Stage::Submitted {
        // The manager replaces the manifest, it does not merge: all of it is sent.
        let (key, value, purpose) = if is_reviewed {
            ("status", Value::from("request-review"), "hand it in for review")
        } else {
            ("published", Value::from(true), "show it in the catalogue")
        };
        manifest[key] = value;
        let body = json!({"artifact_id": "{id}", "manifest": manifest, "stage": true});
        let mut submit = call(purpose.to_owned(), "edit", body);
        submit.is_final = true;
        steps.push(submit);
    }
    if !is_reviewed {
        // Files of a draft are nowhere before it is committed; at bioimage.io that is the reviewer's part.
        let mut commit = call(
            "keep the files".to_owned(),
            "commit",
            json!({"artifact_id": "{id}"}),
        );
        commit.is_final = true;
        steps.push(commit);
    }
    let undo = call(
        "remove the draft".to_owned(),
        "delete",
        json!({"artifact_id": "{id}", "delete_files": true}),
    );
    let page = if is_reviewed {
        format!("{}{{id}}", site.page)
    } else {
        format!("{}{alias}", site.page)
    };
    Ok(Plan {
        service: site.name.to_owned(),
        steps,
        undo: Some(undo),
        page,
    })
}

/// The description as JSON.
fn manifest(package: &Package) -> Result<Value, HubError> {
    let document = package.parsed().document();
    let text = document.map(rdf_spec::Document::to_json);
    let manifest = text.and_then(|text| serde_json::from_str::<Value>(&text).ok());
    manifest
        .filter(Value::is_object)
        .ok_or_else(|| not_publishable("the description cannot be written as JSON"))
}

/// The pattern out of which bioimage.io makes a nickname.
fn nickname(described: &Metadata<'_>) -> Result<String, HubError> {
    if let Some(id) = &described.id {
        return Err(not_publishable(format!(
            "bioimage.io gives ids itself: remove `id: {id}` from the description of a new resource; a resource that is there already is changed on the website"
        )));
    }
    let pattern = match described.resource_type {
        "dataset" => "{fruit_adjective}-{fruit}",
        "application" | "notebook" => "{object_adjective}-{object}",
        _ => "{animal_adjective}-{animal}",
    };
    Ok(pattern.to_owned())
}

fn checked(alias: &str) -> Result<String, HubError> {
    let is_allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let is_fine = !alias.is_empty()
        && alias.len() <= LONGEST_ALIAS
        && alias.chars().all(is_allowed)
        && !alias.starts_with('-')
        && !alias.ends_with('-');
    if is_fine {
        return Ok(alias.to_owned());
    }
    Err(not_publishable(format!(
        "`{}` cannot be the name of a resource: 1 to {LONGEST_ALIAS} lower-case letters, digits and hyphens are expected",
        alias.escape_debug()
    )))
}

/// A name out of that of the resource.
fn slug(name: &str) -> Result<String, HubError> {
    let mut slug = String::new();
    for c in name.to_lowercase().chars() {
        if c.is_ascii_alphanumeric() {
            slug.push(c);
        } else if !slug.ends_with('-') && !slug.is_empty() {
            slug.push('-');
        }
        if slug.len() >= LONGEST_ALIAS {
            break;
        }
    }
    checked(slug.trim_end_matches('-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_aliases() {
        assert_eq!(
            slug("Neuron Segmentation in EM (Membrane Prediction)").unwrap(),
            "neuron-segmentation-in-em-membrane-prediction"
        );
        assert_eq!(slug(&"a b".repeat(40)).unwrap().len(), LONGEST_ALIAS);
        assert!(slug("\u{6a21}\u{578b}").is_err());
        for wrong in ["", "-a", "a-", "A", "a b", &"a".repeat(49)] {
            assert!(checked(wrong).is_err(), "{wrong}");
        }
    }
}
