//! Digests of a description brought up to date.

use std::collections::HashMap;

use super::error::PackageError;
use super::pack::edit;
use super::references;
use super::{Package, PackageErrorKind};
use crate::document::{DocPath, Rewritten};
use crate::value::Sha256;

/// A digest that was not stated, or was another one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DigestChange {
    /// Where the description states the digest.
    pub path: DocPath,
    /// The file, as the description refers to it.
    pub file: String,
    /// What the description stated; `None` if nothing that could be read.
    pub stated: Option<Sha256>,
    /// The digest of the file.
    pub found: Sha256,
}

/// A description with the digests of the files as they are.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct UpdatedDigests {
    /// The text of the description, and what of its layout could be kept.
    pub rewritten: Rewritten,
    /// What changed.
    pub changes: Vec<DigestChange>,
    /// Files at a URL, which were not looked at.
    pub remote: Vec<String>,
}

impl Package {
    /// The description with the SHA-256 digests of the files of the package, wherever the format has a place for one.
    /// The text is the same where all digests are there and right.
    ///
    /// # Errors
    /// If the description cannot be read, or a file is missing or cannot be read.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let folder = tempfile::tempdir()?;
    /// let text = "type: model\nweights:\n  onnx: {source: net.onnx}  # best\n";
    /// std::fs::write(folder.path().join("rdf.yaml"), text)?;
    /// std::fs::write(folder.path().join("net.onnx"), "abc")?;
    ///
    /// let updated = rdf_spec::Package::open(folder.path())?.with_digests()?;
    /// assert_eq!(updated.changes[0].path.to_string(), "weights.onnx.sha256");
    /// assert!(updated.rewritten.text.contains("sha256: ba7816bf"));
    /// assert!(updated.rewritten.text.contains("# best"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn with_digests(&self) -> Result<UpdatedDigests, PackageError> {
        let unreadable = || {
            let file = self.files.description_name().to_owned();
            PackageError::new(PackageErrorKind::UnreadableDescription { file }).at(self.files.location())
        };
        let document = self.parsed.document().ok_or_else(unreadable)?;
        let mut changed = document.root().clone();
        let mut changes = Vec::new();
        let mut remote = Vec::new();
        let mut known: HashMap<String, Sha256> = HashMap::new();
        for reference in references::of(document.root()) {
            let Some(place) = &reference.digest_place else {
                continue;
            };
            let Some(file) = reference.source.relative_path() else {
                remote.push(reference.source.as_str().to_owned());
                continue;
            };
            let name = self.files.inside(file)?;
            let found = match known.get(&name) {
                Some(found) => found.clone(),
                None => {
                    let found = self.files.sha256(file)?;
                    known.insert(name, found.clone());
                    found
                }
            };
            let stated = reference.digest.map(|(_, stated)| stated);
            if stated.as_ref() == Some(&found) {
                continue;
            }
            edit::set_behind(&mut changed, place, &reference.path, found.as_str());
            changes.push(DigestChange {
                path: place.clone(),
                file: file.to_owned(),
                stated,
                found,
            });
        }
        let rewritten = document
            .rewritten(&self.text, &changed)
            .map_err(|finding| unreadable().caused_by(finding))?;
        Ok(UpdatedDigests {
            rewritten,
            changes,
            remote,
        })
    }
}
