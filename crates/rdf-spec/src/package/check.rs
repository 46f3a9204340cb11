//! What the files of a package hold, compared with what the description says of them.
//!
//! Every file is opened once, however often it is referred to, and read as a stream: only a bounded part of it
//! is ever kept. Files at a URL are not looked at.

mod covers;
mod documentation;
mod image_size;
mod npy;
mod test_tensors;

use std::collections::HashMap;

use super::error::{PackageError, PackageErrorKind};
use super::files::{Digest, Look, PackageFiles};
use super::references::{self, Reference, Role};
use crate::diagnostic::{Code, Diagnostic};
use crate::document::{DocPath, Node};
use crate::v0_4::Network;
use test_tensors::Stored;

/// The most findings that are listed.
const MAX_FINDINGS: usize = 1000;

/// Everything that is wrong with the files of a package. `root` is the tree of its description,
/// `network` the tensors that it describes, `known` what was already found in its text.
pub(super) fn check(
    files: &PackageFiles,
    root: &Node,
    network: Option<&Network>,
    known: &[Diagnostic],
) -> Vec<Diagnostic> {
    let references = references::of(root);
    let mut found = Vec::new();
    let mut test_inputs: Vec<Option<Stored>> = Vec::new();
    let mut test_outputs: Vec<Option<Stored>> = Vec::new();
    let by_file = by_file(&references);
    // Also those of which only the size is asked for: what was checked once can then be checked again offline.
    let names: Vec<&str> = by_file.iter().map(|(file, _)| *file).collect();
    files.prepare(&names);
    for (file, references) in by_file {
        let look = files.look(file, head(&references), digest(&references));
        for reference in references {
            let look = match &look {
                Ok(look) => look,
                Err(error) => {
                    found.push(unreadable(reference, error));
                    continue;
                }
            };
            found.extend(compare_digest(file, reference, look));
            match reference.role {
                Role::Any | Role::Icon => {}
                Role::Cover => covers::check(file, reference, look, known, &mut found),
                Role::Documentation => {
                    documentation::check(file, reference, look, is_model(root), &mut found);
                }
                Role::TestInput(at) => match Stored::read(file, look) {
                    Ok(stored) => put(&mut test_inputs, at, stored),
                    Err(problem) => found.push(problem.at(&reference.path)),
                },
                Role::TestOutput(at) => match Stored::read(file, look) {
                    Ok(stored) => put(&mut test_outputs, at, stored),
                    Err(problem) => found.push(problem.at(&reference.path)),
                },
            }
        }
    }
    if let Some(network) = network {
        found.extend(test_tensors::compare(
            &network.inputs,
            &network.outputs,
            &test_inputs,
            &test_outputs,
        ));
    }
    bounded(found)
}

/// The references to local files, those to one file together, in the order in which files are first named.
fn by_file(references: &[Reference]) -> Vec<(&str, Vec<&Reference>)> {
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut grouped: Vec<(&str, Vec<&Reference>)> = Vec::new();
    for reference in references {
        let Some(file) = reference.source.relative_path() else {
            continue;
        };
        let name = super::path::inside(file).unwrap_or_else(|| file.to_owned());
        let place = *places.entry(name).or_insert_with(|| {
            grouped.push((file, Vec::new()));
            grouped.len() - 1
        });
        grouped[place].1.push(reference);
    }
    grouped
}

/// How many bytes at the start of a file are needed for what it is there for.
fn head(references: &[&Reference]) -> usize {
    let needed = references.iter().map(|reference| match reference.role {
        Role::Any | Role::Icon => 0,
        Role::Cover => covers::HEAD,
        Role::Documentation => documentation::HEAD,
        Role::TestInput(_) | Role::TestOutput(_) => npy::HEAD,
    });
    needed.max().unwrap_or(0)
}

fn digest(references: &[&Reference]) -> Digest {
    if references.iter().any(|reference| reference.digest.is_some()) {
        Digest::Wanted
    } else {
        Digest::NotWanted
    }
}

fn unreadable(reference: &Reference, error: &PackageError) -> Diagnostic {
    let code = match error.kind() {
        // It may be there: nothing is known about it.
        PackageErrorKind::NotFetched { .. } => Code::UnreadableSource,
        _ => Code::MissingFile,
    };
    let found = Diagnostic::new(code, reference.path.clone(), error.in_one_line());
    if code == Code::MissingFile {
        return found.help("put the file into the package, or correct what refers to it");
    }
    found
}

fn compare_digest(file: &str, reference: &Reference, look: &Look) -> Option<Diagnostic> {
    let (place, stated) = reference.digest.as_ref()?;
    let actual = look.sha256.as_ref().filter(|actual| *actual != stated)?;
    let file = file.escape_debug();
    let message = format!("`{file}` has the SHA-256 digest {actual}, the description states {stated}");
    let diagnostic = Diagnostic::new(Code::DigestMismatch, place.clone(), message);
    Some(diagnostic.help("the file was changed or damaged, or the digest is out of date"))
}

fn is_model(root: &Node) -> bool {
    let kind = root.as_mapping().and_then(|fields| fields.get("type"));
    kind.and_then(Node::as_str) == Some("model")
}

fn put(stored: &mut Vec<Option<Stored>>, at: usize, value: Stored) {
    if stored.len() <= at {
        stored.resize_with(at + 1, || None);
    }
    stored[at] = Some(value);
}

fn bounded(mut found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let more = found.len().saturating_sub(MAX_FINDINGS);
    if more > 0 {
        found.truncate(MAX_FINDINGS);
        let message = format!("{more} more problems with files are not listed");
        let rest = Diagnostic::new(Code::DocumentTooLarge, DocPath::root(), message);
        found.push(rest.help("correct those that are listed first"));
    }
    found
}
