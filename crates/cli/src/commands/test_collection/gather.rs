//! From sources to jobs.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use hub::collection::{CompiledCollection, FetchedDocuments, Index, LocalDocuments, Verdict, compile};
use hub::summary::{SummaryFile, of_findings};
use hub::{Opened, Source, Url};
use rdf_spec::{Diagnostic, Package, Rdf};

use super::identity::{id_of, id_of_path, place, slug, version_of};
use super::job::{Job, Work, failed};
use super::search;
use super::web::Web;
use crate::exit::{Failure, chain_in_one_line};

/// What summaries of a model that cannot be opened call the test.
const LOAD: &str = "load resource description";

/// All jobs of the sources and of a list of sources.
pub(super) fn gather(sources: &[PathBuf], list: Option<&Path>, web: &Web<'_>) -> Result<Vec<Job>, Failure> {
    let mut all = sources.to_vec();
    if let Some(list) = list {
        let text = std::fs::read_to_string(list)
            .map_err(|error| Failure::failed(format!("{} cannot be read: {error}", list.display())))?;
        let folder = list.parent().unwrap_or(Path::new(""));
        let lines = text.lines().map(str::trim);
        all.extend(
            lines
                .filter(|line| !line.is_empty() && !line.starts_with('#'))
                .map(|line| of_line(folder, line, web)),
        );
    }
    let named: Vec<(&Path, Source)> = all
        .iter()
        .filter_map(|source| Some((source.as_path(), web.elsewhere(source)?)))
        .collect();
    let mut opened: HashMap<&Path, Result<Opened, String>> = web.open_all(&named);
    let mut jobs = Vec::new();
    for source in &all {
        match opened.remove(source.as_path()) {
            Some(opened) => jobs.extend(of_opened(source, opened, web)),
            None if web.elsewhere(source).is_some() => {} // Given twice.
            None => of_path(source, web, &mut jobs)?,
        }
    }
    Ok(jobs)
}

/// What a line of a list means: a path below its folder, or something on the web.
fn of_line(folder: &Path, line: &str, web: &Web<'_>) -> PathBuf {
    let path = folder.join(line);
    let is_elsewhere = !path.exists() && web.elsewhere(Path::new(line)).is_some();
    if is_elsewhere { PathBuf::from(line) } else { path }
}

/// The jobs of something on the web: a model, or a collection.
fn of_opened(source: &Path, opened: Result<Opened, String>, web: &Web<'_>) -> Vec<Job> {
    let name = source.display().to_string();
    let opened = match opened {
        Ok(opened) => opened,
        Err(reason) => {
            return vec![Job {
                place: place(&slug(&name), None),
                work: Work::Known(failed(LOAD, &name, reason)),
                label: name,
            }];
        }
    };
    if opened.package.parsed().resource_type() == Some("collection") {
        let compiled = web.resolver().and_then(|resolver| {
            let documents = FetchedDocuments::at(opened.located.url.clone(), resolver);
            compile(opened.package.text(), &name, &documents).map_err(|error| chain_in_one_line(&error))
        });
        return of_collection(&name, &slug(&name), &Base::Web(opened.located.url), compiled);
    }
    let described = opened.package.parsed().value();
    let id = described.and_then(id_of).unwrap_or_else(|| slug(&name));
    let version = described.and_then(version_of);
    vec![Job {
        place: place(&id, version.as_deref()),
        work: Work::Fetch(name.clone()),
        label: name,
    }]
}

fn of_path(source: &Path, web: &Web<'_>, jobs: &mut Vec<Job>) -> Result<(), Failure> {
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
    if is_text && let Some(text) = collection_text(source) {
        let name = source.display().to_string();
        let compiled = match web.resolver() {
            Ok(resolver) => compile(&text, &name, &FetchedDocuments::beside(source, resolver)),
            // Without a cache nothing is fetched; entries of this machine need none.
            Err(_) => compile(&text, &name, &LocalDocuments::beside(source)),
        };
        let compiled = compiled.map_err(|error| chain_in_one_line(&error));
        let folder = source.parent().unwrap_or(Path::new("")).to_owned();
        jobs.extend(of_collection(
            &name,
            &id_of_path(source),
            &Base::Folder(folder),
            compiled,
        ));
        return Ok(());
    }
    jobs.push(of_package(source));
    Ok(())
}

/// The text of a collection; `None` for anything else.
fn collection_text(source: &Path) -> Option<String> {
    let package = Package::open(source).ok()?;
    let is_collection = package.parsed().resource_type() == Some("collection");
    is_collection.then(|| package.text().to_owned())
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
    let base = Base::Folder(file.parent().unwrap_or(Path::new("")).to_owned());
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
            base.work(entry.rdf_source.as_deref(), &id, &[])
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
fn of_collection(
    name: &str,
    name_as_id: &str,
    base: &Base,
    compiled: Result<CompiledCollection, String>,
) -> Vec<Job> {
    let compiled = match compiled {
        Ok(compiled) => compiled,
        Err(reason) => {
            return vec![Job {
                label: name.to_owned(),
                place: place(name_as_id, None),
                work: Work::Known(failed("compile the collection", name, reason)),
            }];
        }
    };
    let mut jobs = Vec::new();
    for entry in compiled.entries {
        if entry.resource_type.as_deref() == Some("collection") {
            continue; // Its entries follow.
        }
        let id = entry
            .id
            .clone()
            .unwrap_or_else(|| format!("{name} {}", entry.place));
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
        let work = if entry.verdict == Verdict::NotLoaded {
            // Not kept for a later run, which tries again.
            Work::Known(static_only(&id, entry.resource_type.as_deref(), &found))
        } else if is_model {
            base.work(entry.rdf_source.as_deref(), &id, &found)
        } else {
            Work::Known(static_only(&id, entry.resource_type.as_deref(), &found))
        };
        jobs.push(Job {
            label: id,
            place,
            work,
        });
    }
    jobs
}

/// From where relative paths of a collection hold.
enum Base {
    Folder(PathBuf),
    Web(Url),
}

impl Base {
    /// A model with a description of its own can be run; one that the collection describes in place cannot.
    fn work(&self, rdf_source: Option<&str>, id: &str, found: &[Diagnostic]) -> Work {
        match (rdf_source, self) {
            (Some(address), _) if address.contains("://") => Work::Fetch(address.to_owned()),
            (Some(path), Self::Folder(folder)) => Work::Run(folder.join(path)),
            (Some(path), Self::Web(base)) => {
                Work::Fetch(base.join(path).map_or_else(|_| path.to_owned(), String::from))
            }
            (None, _) => {
                let mut file = static_only(id, Some("model"), found);
                file.merge(failed(
                    "reproduce test outputs from test inputs",
                    id,
                    "the collection describes the model in place, so there is no package to run",
                ));
                Work::Known(file)
            }
        }
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
