//! Which files a package gets, and what they are called.

use std::collections::HashMap;

use url::Url;

use super::edit;
use super::error::{PackError, PackErrorKind};
use super::fetch::Remote;
use crate::diagnostic::{Code, Diagnostic};
use crate::document::{DocPath, Document, Node};
use crate::package::names::{self, Names};
use crate::package::references::{self, Reference, Role};
use crate::package::{Package, PackageErrorKind};
use crate::v0_4::WeightsFormat;
use crate::value::Sha256;

/// Everything that is known before the first byte is written.
pub(super) struct Plan<'p> {
    pub(super) document: &'p Document,
    /// The tree with the new references; digests are set when they are known.
    pub(super) root: Node,
    /// By name.
    pub(super) files: Vec<PlannedFile>,
    pub(super) kept_parents: Vec<WeightsFormat>,
    pub(super) remote: Vec<String>,
}

pub(super) struct PlannedFile {
    pub(super) name: String,
    pub(super) origin: Origin,
    /// The digests that the description states.
    pub(super) stated: Vec<Sha256>,
    /// Where no digest is stated, and could be: the place, and the entry that it comes behind.
    pub(super) digest_places: Vec<(DocPath, DocPath)>,
}

/// Where a file is.
pub(super) enum Origin {
    /// In the package, under this path.
    Package(String),
    Url(Url),
}

impl<'p> Plan<'p> {
    pub(super) fn new(
        package: &'p Package,
        weights: Option<&[WeightsFormat]>,
        follow_links: bool,
        remote: &Remote<'_>,
    ) -> Result<Self, PackError> {
        let Some(document) = package.parsed().document() else {
            let found = package.parsed().diagnostics().first().cloned();
            return Err(match found {
                Some(finding) => PackError::caused_by(PackErrorKind::Description, finding),
                None => PackError::new(PackErrorKind::Description),
            });
        };
        // Where a format keeps its files that is not read is not known.
        let mut findings = package.parsed().diagnostics().iter();
        if let Some(finding) = findings.find(|found| found.code == Code::UnsupportedFormatVersion) {
            return Err(PackError::caused_by(PackErrorKind::Description, finding.clone()));
        }
        // An absolute path, for instance, would otherwise be left out without a word.
        if let Some((path, problem)) = references::unreadable(document.root()) {
            let finding = Diagnostic::new(problem.code(), path.clone(), problem.to_string());
            let finding = finding.at(document.nearest_position(&path));
            return Err(PackError::caused_by(PackErrorKind::Description, finding));
        }
        let mut plan = Self {
            document,
            root: document.root().clone(),
            files: Vec::new(),
            kept_parents: Vec::new(),
            remote: Vec::new(),
        };
        if let Some(formats) = weights {
            plan.kept_parents = select_weights(&mut plan.root, formats)?;
        }
        let mut names = Names::default();
        let mut places: HashMap<String, usize> = HashMap::new();
        let mut missing: Vec<String> = Vec::new();
        for reference in references::of(&plan.root) {
            let Some((key, origin)) = origin(package, &reference, remote)? else {
                plan.remote.push(reference.source.as_str().to_owned());
                continue;
            };
            if let Origin::Package(path) = &origin
                && !places.contains_key(&key)
                && !is_there(package, path, follow_links)?
            {
                if !missing.contains(path) {
                    missing.push(path.clone());
                }
                continue;
            }
            let at = *places.entry(key).or_insert_with(|| {
                let wanted = reference.source.file_name();
                plan.files.push(PlannedFile {
                    name: names.give(&match &origin {
                        Origin::Package(_) => wanted.to_owned(),
                        Origin::Url(_) => names::of_url(wanted),
                    }),
                    origin,
                    stated: Vec::new(),
                    digest_places: Vec::new(),
                });
                plan.files.len() - 1
            });
            plan.add(at, reference);
        }
        if !missing.is_empty() {
            return Err(PackError::new(PackErrorKind::MissingFiles { files: missing }));
        }
        plan.files.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(plan)
    }

    fn add(&mut self, at: usize, reference: Reference) {
        let file = &mut self.files[at];
        // `./x` stays, and so does the text around it, where the name is the same.
        if reference.source.relative_path() != Some(file.name.as_str()) {
            let text = reference.form.text(&file.name);
            edit::set(&mut self.root, &reference.path, &text);
        }
        match (reference.digest, reference.digest_place) {
            (Some((_, stated)), _) => file.stated.push(stated),
            (None, Some(place)) => file.digest_places.push((place, reference.path)),
            (None, None) => {}
        }
    }
}

/// Where a file is, and what is equal for references to the same one; `None` if it stays where it is.
fn origin(
    package: &Package,
    reference: &Reference,
    remote: &Remote<'_>,
) -> Result<Option<(String, Origin)>, PackError> {
    let Some(url) = reference.source.url() else {
        let file = reference.source.relative_path().unwrap_or_default();
        let read = |error| {
            PackError::caused_by(
                PackErrorKind::Read {
                    file: file.to_owned(),
                },
                error,
            )
        };
        let path = package.files().inside(file).map_err(read)?;
        return Ok(Some((path.clone(), Origin::Package(path))));
    };
    match remote {
        _ if reference.role == Role::Icon => Ok(None),
        Remote::Keep => Ok(None),
        Remote::Fetch(_) => Ok(Some((url.to_string(), Origin::Url(url.clone())))),
        Remote::Refuse => {
            let url = url.to_string();
            Err(PackError::new(PackErrorKind::RemoteFile { url }))
        }
    }
}

fn is_there(package: &Package, path: &str, follow_links: bool) -> Result<bool, PackError> {
    let file = || path.to_owned();
    match package.files().size(path) {
        Ok(_) => {}
        Err(error) if matches!(error.kind(), PackageErrorKind::MissingFile { .. }) => return Ok(false),
        Err(error) => return Err(PackError::caused_by(PackErrorKind::Read { file: file() }, error)),
    }
    if follow_links {
        return Ok(true);
    }
    match package.files().leads_out(path) {
        Ok(false) => Ok(true),
        Ok(true) => Err(PackError::new(PackErrorKind::Link { file: file() })),
        Err(error) => Err(PackError::caused_by(PackErrorKind::Read { file: file() }, error)),
    }
}

/// Removes all weights but those in some formats and what they were made from; gives the latter.
fn select_weights(root: &mut Node, formats: &[WeightsFormat]) -> Result<Vec<WeightsFormat>, PackError> {
    let weights = root
        .as_mapping_mut()
        .and_then(|root| root.get_mut("weights"))
        .and_then(Node::as_mapping_mut);
    let available: Vec<String> = weights.as_deref().map_or_else(Vec::new, |weights| {
        weights.iter().map(|(format, _)| format.to_owned()).collect()
    });
    let mut wanted: Vec<WeightsFormat> = Vec::new();
    for &format in formats {
        if !available.iter().any(|name| name == format.name()) {
            return Err(PackError::new(PackErrorKind::NoSuchWeights { format, available }));
        }
        if !wanted.contains(&format) {
            wanted.push(format);
        }
    }
    let Some(weights) = weights else {
        return Ok(Vec::new());
    };
    let chosen = wanted.len();
    let mut at = 0;
    while at < wanted.len() {
        let entry = weights.get(wanted[at].name()).and_then(Node::as_mapping);
        let parent = entry
            .and_then(|entry| entry.get("parent"))
            .and_then(Node::as_str)
            .and_then(WeightsFormat::from_name);
        if let Some(parent) = parent
            && weights.get(parent.name()).is_some()
            && !wanted.contains(&parent)
        {
            wanted.push(parent);
        }
        at += 1;
    }
    for name in &available {
        if !wanted.iter().any(|format| format.name() == name) {
            weights.remove(name);
        }
    }
    Ok(wanted.split_off(chosen))
}
