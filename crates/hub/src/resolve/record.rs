//! Records of Zenodo.

use serde_json::Value;

use super::{Located, MAX_RECORD_BYTES, Resolver, has_known_ending};
use crate::addresses::below;
use crate::error::{HubError, HubErrorKind, shown};
use crate::source::ZenodoId;
use crate::store::Wanted;

/// The names that a description may have, best first.
const DESCRIPTIONS: [&str; 3] = ["rdf.yaml", "bioimageio.yaml", "model.yaml"];

/// Where the description of a record is, or its one zip file. The number of all versions leads to the newest one.
pub(super) fn locate(resolver: &Resolver, id: &ZenodoId) -> Result<Located, HubError> {
    let (record, version, concept) = read(resolver, id)?;
    if let Some(stated) = id.concept
        && concept != Some(stated)
    {
        let prefix = id.site.doi_prefix();
        return Err(HubErrorKind::NoSuchVersion {
            id: format!("{prefix}{stated}"),
            version: id.record.to_string(),
            available: concept.map_or_else(
                || "none of it".to_owned(),
                |concept| format!("versions of {prefix}{concept}, this one among them"),
            ),
        }
        .into());
    }
    let name = match &id.file {
        Some(name) => name.clone(),
        None => description(&record).ok_or_else(|| HubErrorKind::NoDescription {
            place: format!("record {version} of {}", id.site.host()),
            found: names(&record).join(", "),
        })?,
    };
    let version_text = version.to_string();
    let parts = ["api", "records", &version_text, "files", &name, "content"];
    let mut located = Located::at(below(resolver.addresses.zenodo(id.site), parts));
    let doi = |number: u64| format!("{}{number}", id.site.doi_prefix());
    // The files of a version never change; a new upload is a new version.
    located.is_fixed = true;
    located.doi = Some(doi(version));
    located.concept_doi = concept.map(doi);
    if version != id.record {
        let note = format!(
            "{} stands for all versions; the newest one is {}",
            doi(id.record),
            doi(version)
        );
        located.notes.push(note);
    }
    if id.file.is_some() && !has_known_ending(&located.url) {
        located
            .notes
            .push(format!("`{name}` is taken for a description or a zip file"));
    }
    Ok(located)
}

/// The newest version of a record, if its number stands for all versions; else the number itself.
pub(super) fn version(resolver: &Resolver, id: &ZenodoId) -> Result<u64, HubError> {
    read(resolver, id).map(|(_, version, _)| version)
}

/// A record, its number, and the number of all its versions.
fn read(resolver: &Resolver, id: &ZenodoId) -> Result<(Value, u64, Option<u64>), HubError> {
    let number = id.record.to_string();
    let url = below(resolver.addresses.zenodo(id.site), ["api", "records", &number]);
    let bytes = resolver.bytes(&Wanted::new(url.clone()).at_most(MAX_RECORD_BYTES))?;
    let unexpected = |reason: &str| HubErrorKind::UnexpectedAnswer {
        url: shown(&url),
        reason: reason.to_owned(),
    };
    let record: Value = serde_json::from_slice(&bytes)
        .map_err(|error| HubError::caused_by(unexpected("expected a record in JSON"), error))?;
    let version = number_of(record.get("id")).ok_or_else(|| unexpected("expected a record with an `id`"))?;
    let concept = number_of(record.get("conceptrecid"));
    if version != id.record && concept != Some(id.record) {
        return Err(unexpected(&format!("record {version} where {} was asked for", id.record)).into());
    }
    Ok((record, version, concept))
}

fn number_of(value: Option<&Value>) -> Option<u64> {
    let value = value?;
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

fn names(record: &Value) -> Vec<&str> {
    let files = record
        .get("files")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    files
        .iter()
        .filter_map(|file| file.get("key")?.as_str())
        .filter(|name| !name.contains(['/', '\\', '\0']))
        .collect()
}

/// The file to begin with: a description, else the only zip file.
fn description(record: &Value) -> Option<String> {
    let names = names(record);
    let known = DESCRIPTIONS.into_iter().find(|known| names.contains(known));
    let with_prefix = || {
        let is_one = |name: &&&str| {
            DESCRIPTIONS
                .iter()
                .any(|known| name.ends_with(&format!(".{known}")))
        };
        names.iter().filter(is_one).min().copied()
    };
    let zip = || {
        let mut zips = names
            .iter()
            .filter(|name| name.to_ascii_lowercase().ends_with(".zip"));
        zips.next().filter(|_| zips.next().is_none()).copied()
    };
    known.or_else(with_prefix).or_else(zip).map(str::to_owned)
}
