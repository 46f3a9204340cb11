//! Packages: a folder or zip file with a description and the files that it refers to.

mod archive;
mod digest;
mod error;
mod files;
mod path;
mod references;

pub use error::{PackageError, PackageErrorKind};
pub use files::PackageFiles;

use std::path::Path;

use self::references::Reference;
use crate::diagnostic::{Code, Diagnostic};
use crate::parsed::Parsed;
use crate::v0_4::ModelRdf;

/// The largest description that is read.
const MAX_DESCRIPTION_BYTES: u64 = 16 << 20;

/// A model package: its files and what reading its description gave.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let folder = tempfile::tempdir()?;
/// std::fs::write(folder.path().join("rdf.yaml"), include_str!("../tests/documents/minimal.yaml"))?;
///
/// let package = rdf_spec::Package::open(folder.path())?;
/// assert_eq!(package.parsed().value().unwrap().name, "Smallest model");
/// // Neither README.md nor the tensors nor the weights are there:
/// assert_eq!(package.check_files().len(), 4);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Package {
    files: PackageFiles,
    text: String,
    parsed: Parsed<ModelRdf>,
}

impl Package {
    /// Opens a folder, a zip file, or the description in a folder, and reads the description.
    ///
    /// What is wrong *with the description* is no error here: see [`Package::parsed`]. No other file is opened.
    ///
    /// # Errors
    /// If there is nothing at the path, it is no package, its archive is damaged or has entries that
    /// lead out of it, or the description is too large or not UTF-8.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, PackageError> {
        let files = PackageFiles::open(path.as_ref())?;
        let name = files.description_name().to_owned();
        let bytes = files.read(&name, MAX_DESCRIPTION_BYTES)?;
        let text = String::from_utf8(bytes)
            .map_err(|_| PackageError::new(PackageErrorKind::NotText { file: name }))?;
        let parsed = ModelRdf::from_yaml(&text);
        Ok(Self { files, text, parsed })
    }

    /// The files of the package.
    #[must_use]
    pub fn files(&self) -> &PackageFiles {
        &self.files
    }

    /// The text of the description.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The description and all findings about it.
    #[must_use]
    pub fn parsed(&self) -> &Parsed<ModelRdf> {
        &self.parsed
    }

    /// Looks whether the files that the description refers to are there and have the digests that it states.
    ///
    /// Files at a URL are not looked at. Every local file with a digest is read once.
    #[must_use]
    pub fn check_files(&self) -> Vec<Diagnostic> {
        let Some(document) = self.parsed.document() else {
            return Vec::new();
        };
        let mut found = Vec::new();
        for reference in references::of(document.root()) {
            if let Some(problem) = self.check_file(&reference) {
                let position = self
                    .parsed
                    .document()
                    .map(|document| document.nearest_position(&problem.path));
                found.push(Diagnostic { position, ..problem });
            }
        }
        found
    }

    fn check_file(&self, reference: &Reference) -> Option<Diagnostic> {
        let file = reference.source.relative_path()?;
        let missing = |error: PackageError| {
            Diagnostic::new(Code::MissingFile, reference.path.clone(), error.in_one_line())
        };
        let Some((place, stated)) = &reference.digest else {
            return self.files.size(file).err().map(missing);
        };
        match self.files.sha256(file) {
            Err(error) => Some(missing(error)),
            Ok(actual) if actual == *stated => None,
            Ok(actual) => {
                let message =
                    format!("`{file}` has the SHA-256 digest {actual}, the description states {stated}");
                Some(
                    Diagnostic::new(Code::DigestMismatch, place.clone(), message)
                        .help("the file was changed or damaged, or the digest is out of date"),
                )
            }
        }
    }
}
