//! What is to be tested: from sources to jobs.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use hub::collection::{Index, compile_file};
use hub::summary::{PRODUCER, SummaryFile, SummaryPlace, TestStatus, TestSummary, of_findings};
use rdf_spec::{Diagnostic, Package, Rdf, Yaml};

use super::search;
use crate::exit::{Failure, chain_in_one_line};

/// One model.
#[derive(Clone, Debug)]
pub(super) struct Job {
    /// What it is called in progress and results.
    pub(super) label: String,
    /// Where its summaries belong.
    pub(super) place: SummaryPlace,
    pub(super) work: Work,
}

/// What there is to do.
#[derive(Clone, Debug)]
pub(super) enum Work {
    /// Validate and run the model at this path.
    Run(PathBuf),
    /// Nothing: the outcome is known.
    Known(SummaryFile),
}

/// All jobs of the sources and of a list of sources.
pub(super) fn gather(sources: &[PathBuf], list: Option<&Path>) -> Result<Vec<Job>, Failure> {
    let mut all = sources.to_vec();
    if let Some(list) = list {
        let text = std::fs::read_to_string(list)
            .map_err(|error| Failure::failed(format!("{} cannot be read: {error}", list.display())))?;
        let folder = list.parent().unwrap_or(Path::new(""));
        let lines = text.lines().map(str::trim);
        all.extend(
            lines
                .filter(|line| !line.is_empty() && !line.starts_with('#'))
                .map(|line| folder.join(line)),
        );
    }
    let mut jobs = Vec::new();
    for source in &all {
        of_source(source, &mut jobs)?;
    }
    Ok(jobs)
}

fn of_source(source: &Path, jobs: &mut Vec<Job>) -> Result<(), Failure> {
    if source.is_dir() {
        if Package::open(source).is_ok() {
            jobs.push(of_package(source));
        } else {
            // A folder without a description has models below it; one with a damaged description is a model.
            let found = search::packages(source)?;
            if found.is_empty() {
                jobs.push(of_package(source));
            }
            jobs.extend(found.iter().map(|path| of_package(path)));
        }
        return Ok(());
    }
    let extension = source
        .extension()
        .and_then(|extension| extension.to_str())
        .unwrap_or_default();
    if extension.eq_ignore_ascii_case("json")
        && let Ok(Some(index)) = Index::read(source)
    {
        of_index(source, &index, jobs);
        return Ok(());
    }
    let is_text = ["yaml", "yml", "json"]
        .iter()
        .any(|known| extension.eq_ignore_ascii_case(known));
    if is_text && is_collection(source) {
        of_collection(source, jobs);
        return Ok(());
    }
    jobs.push(of_package(source));
    Ok(())
}

fn is_collection(source: &Path) -> bool {
    Package::open(source).is_ok_and(|package| package.parsed().resource_type() == Some("collection"))
}

/// A package: identifier and version from its description, else from its name.
fn of_package(path: &Path) -> Job {
    let package = Package::open(path).ok();
    let described = package.as_ref().and_then(|package| package.parsed().value());
    let id = described.and_then(id_of).unwrap_or_else(|| id_of_path(path));
    let version = described.and_then(version_of);
    Job {
        label: path.display().to_string(),
        place: place(&id, version.as_deref()),
        work: Work::Run(path.to_owned()),
    }
}

fn of_index(file: &Path, index: &Index, jobs: &mut Vec<Job>) {
    let folder = file.parent().unwrap_or(Path::new(""));
    for (number, entry) in index.entries.iter().enumerate() {
        let id = entry.id.clone().unwrap_or_else(|| format!("entry-{number}"));
        let text = |key: &str| {
            entry
                .fields
                .get(key)
                .and_then(|value| value.as_str().map(str::to_owned))
        };
        let described = Rdf::from_yaml(&serde_json::Value::Object(entry.fields.clone()).to_string());
        let version = described.value().and_then(version_of).or_else(|| text("version"));
        let place = place(&id, version.as_deref());
        let work = if entry.resource_type.as_deref() == Some("model") {
            work(folder, entry.rdf_source.as_deref(), &id, Vec::new())
        } else {
            Work::Known(static_only(&id, entry.resource_type.as_deref(), &[]))
        };
        jobs.push(Job {
            label: id,
            place,
            work,
        });
    }
}

/// The entries of a collection. One that cannot be compiled is a job that fails: there may be other sources.
fn of_collection(file: &Path, jobs: &mut Vec<Job>) {
    let compiled = match compile_file(file) {
        Ok(compiled) => compiled,
        Err(error) => {
            let name = format!("compile the collection ({PRODUCER})");
            let mut summary = TestSummary::new(name, file.display().to_string(), TestStatus::Failed);
            summary.error = Some(chain_in_one_line(&error));
            jobs.push(Job {
                label: file.display().to_string(),
                place: place(&id_of_path(file), None),
                work: Work::Known(SummaryFile::of_tester("modelhub", vec![summary])),
            });
            return;
        }
    };
    let folder = file.parent().unwrap_or(Path::new(""));
    for entry in compiled.entries {
        if entry.resource_type.as_deref() == Some("collection") {
            continue; // Its entries follow.
        }
        let id = entry
            .id
            .clone()
            .unwrap_or_else(|| format!("{} {}", file.display(), entry.place));
        let found: Vec<Diagnostic> = entry
            .findings
            .iter()
            .map(|found| found.diagnostic.clone())
            .collect();
        let described = entry
            .description
            .map(|fields| Rdf::from_yaml(&serde_json::Value::Object(fields).to_string()));
        let version = described
            .as_ref()
            .and_then(|parsed| parsed.value())
            .and_then(version_of);
        let named = entry
            .id
            .unwrap_or_else(|| format!("entry/{}", slug(&entry.place)));
        let place = place(&named, version.as_deref());
        let is_model = entry.resource_type.as_deref() == Some("model") || entry.resource_type.is_none();
        let work = if is_model {
            work(folder, entry.rdf_source.as_deref(), &id, found)
        } else {
            Work::Known(static_only(&id, entry.resource_type.as_deref(), &found))
        };
        jobs.push(Job {
            label: id,
            place,
            work,
        });
    }
}

/// A model with a description of its own can be run; one that the collection describes in place, or that is on the
/// web, cannot.
fn work(folder: &Path, rdf_source: Option<&str>, id: &str, found: Vec<Diagnostic>) -> Work {
    let refuse = |reason: &str| {
        let mut file = static_only(id, Some("model"), &found);
        let name = format!("reproduce test outputs from test inputs ({PRODUCER})");
        let mut summary = TestSummary::new(name, id, TestStatus::Failed);
        summary.error = Some(reason.to_owned());
        file.merge(SummaryFile::of_tester("modelhub", vec![summary]));
        Work::Known(file)
    };
    match rdf_source {
        None => refuse("the collection describes the model in place, so there is no package to run"),
        Some(address) if address.contains("://") => {
            refuse(&format!("the model is on the web and was not fetched: {address}"))
        }
        Some(path) => Work::Run(folder.join(path)),
    }
}

/// The verdict of the collection on an entry.
fn static_only(id: &str, kind: Option<&str>, found: &[Diagnostic]) -> SummaryFile {
    let name = format!(
        "static validation of {} description in the collection",
        kind.unwrap_or("general")
    );
    SummaryFile::of_tester("modelhub", vec![of_findings(name, id, found)])
}

fn id_of(rdf: &Rdf) -> Option<String> {
    let id = match rdf {
        Rdf::Model(model) => model.id.as_ref(),
        other => other.metadata()?.id.as_ref(),
    };
    id.map(|id| id.as_str().to_owned())
}

/// The identifier of the version within the hub, else the version that the description states.
fn version_of(rdf: &Rdf) -> Option<String> {
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
fn id_of_path(path: &Path) -> String {
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
fn slug(text: &str) -> String {
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
fn place(id: &str, version: Option<&str>) -> SummaryPlace {
    let version = version.unwrap_or("latest");
    SummaryPlace::new(id, version).unwrap_or_else(|_| SummaryPlace::approximate(id, version))
}

/// Gives each job a place of its own: of several with the same identifier and version, the second one gets `-2`
/// behind the version, and so on.
pub(super) fn make_places_distinct(jobs: &mut [Job]) {
    let mut seen: HashMap<String, usize> = HashMap::new();
    for job in jobs {
        // Some file systems do not tell upper from lower case.
        let number = seen.entry(job.place.to_string().to_lowercase()).or_default();
        *number += 1;
        if *number > 1 {
            let version = format!("{}-{number}", job.place.version_id());
            if let Ok(place) = SummaryPlace::new(job.place.resource_id(), &version) {
                job.place = place;
            }
        }
    }
}
