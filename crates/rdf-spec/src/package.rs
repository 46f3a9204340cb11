//! Packages: a folder or zip file with a description and the files that it refers to.

mod archive;
mod check;
mod digest;
mod digests;
mod error;
mod files;
mod names;
mod pack;
mod path;
mod provider;
mod references;

pub use digests::{DigestChange, UpdatedDigests};
pub use error::{PackageError, PackageErrorKind};
pub use files::PackageFiles;
pub use pack::{FetchFile, FetchedFile, PackError, PackErrorKind, PackReport, PackedFile, Packer};
pub use provider::{FileProvider, ProvidedFile};

use std::collections::HashSet;
use std::io::{Read, Seek};
use std::path::Path;
use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::document::Document;
use crate::parsed::Parsed;
use crate::rdf::Rdf;
use crate::v0_4::ModelRdf;

/// The largest description that is read.
const MAX_DESCRIPTION_BYTES: u64 = 16 << 20;

/// A package: its files and what reading its description gave.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let folder = tempfile::tempdir()?;
/// std::fs::write(folder.path().join("rdf.yaml"), include_str!("../tests/documents/minimal.yaml"))?;
///
/// let package = rdf_spec::Package::open(folder.path())?;
/// assert_eq!(package.model().unwrap().name, "Smallest model");
/// // Neither README.md nor the tensors nor the weights are there:
/// assert_eq!(package.check_files().len(), 4);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Package {
    files: PackageFiles,
    text: String,
    parsed: Parsed<Rdf>,
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
        Self::read(PackageFiles::open(path.as_ref())?)
    }

    /// Reads a package in a zip file that is anything with bytes: in memory, on the web. `location` is what messages
    /// call it. A reader whose bytes are elsewhere and do not come says so with [`std::io::ErrorKind::NotConnected`], which
    /// becomes [`PackageErrorKind::NotFetched`]; every other failure is one of the archive.
    ///
    /// # Errors
    /// As for [`open`](Self::open).
    pub fn open_archive(
        bytes: impl Read + Seek + Send + 'static,
        location: impl AsRef<Path>,
    ) -> Result<Self, PackageError> {
        Self::read(PackageFiles::in_archive(bytes, location.as_ref())?)
    }

    /// Reads a description whose files are in a folder of this machine, though it is not there itself: it comes from
    /// a pipe, for example. `name` is what messages call it.
    ///
    /// # Errors
    /// If the description is too large or not UTF-8.
    pub fn from_description(
        description: Vec<u8>,
        name: &str,
        folder: impl AsRef<Path>,
    ) -> Result<Self, PackageError> {
        Self::with_description(PackageFiles::around(folder.as_ref(), name), description)
    }

    /// Reads a description whose files a provider brings: `location` is what messages call their folder, an address
    /// for example, and `name` the description in it.
    ///
    /// # Errors
    /// If the description is too large or not UTF-8.
    pub fn provided(
        description: Vec<u8>,
        location: impl AsRef<Path>,
        name: &str,
        provider: Arc<dyn FileProvider>,
    ) -> Result<Self, PackageError> {
        Self::with_description(
            PackageFiles::provided(location.as_ref(), name, provider),
            description,
        )
    }

    /// The package with a provider for the files that its description has at a URL.
    #[must_use]
    pub fn with_provider(mut self, provider: Arc<dyn FileProvider>) -> Self {
        self.files.set_provider(provider);
        self
    }

    fn read(files: PackageFiles) -> Result<Self, PackageError> {
        let description = files.read(files.description_name(), MAX_DESCRIPTION_BYTES)?;
        Self::with_description(files, description)
    }

    fn with_description(files: PackageFiles, description: Vec<u8>) -> Result<Self, PackageError> {
        let file = || files.description_name().to_owned();
        if description.len() as u64 > MAX_DESCRIPTION_BYTES {
            let (file, limit) = (file(), MAX_DESCRIPTION_BYTES);
            return Err(PackageError::new(PackageErrorKind::TooLarge { file, limit }).at(files.location()));
        }
        let text = String::from_utf8(description).map_err(|error| {
            let bytes = error.as_bytes();
            let is_utf16 = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
            let kind = if is_utf16 {
                PackageErrorKind::Utf16 { file: file() }
            } else {
                PackageErrorKind::NotText { file: file() }
            };
            PackageError::new(kind).at(files.location())
        })?;
        let parsed = Rdf::from_yaml(&text);
        Ok(Self { files, text, parsed })
    }

    /// A package of files that lie anywhere: a description, and the files that it refers to under the names that it
    /// refers to them by. `location` stands for the package in messages.
    ///
    /// # Errors
    /// If a name leads out of the package, or is given twice.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let folder = tempfile::tempdir()?;
    /// let readme = folder.path().join("notes.txt");
    /// std::fs::write(&readme, "# Validation")?;
    /// let text = include_str!("../tests/documents/minimal.yaml");
    ///
    /// let package = rdf_spec::Package::gathered("a draft", text, [("README.md".to_owned(), readme)])?;
    /// assert_eq!(package.files().size("README.md")?, 12);
    /// # Ok(())
    /// # }
    /// ```
    pub fn gathered(
        location: impl AsRef<Path>,
        text: impl Into<String>,
        files: impl IntoIterator<Item = (String, std::path::PathBuf)>,
    ) -> Result<Self, PackageError> {
        let text = text.into();
        let parsed = Rdf::from_yaml(&text);
        Ok(Self {
            files: PackageFiles::gathered(location.as_ref(), files)?,
            text,
            parsed,
        })
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
    pub fn parsed(&self) -> &Parsed<Rdf> {
        &self.parsed
    }

    /// The description, if it is that of a model and could be read; it may be invalid all the same.
    #[must_use]
    pub fn model(&self) -> Option<&ModelRdf> {
        self.parsed.value()?.as_model()
    }

    /// The files that the description refers to, each once, in the order in which they are first named: paths relative to
    /// the description, and URLs.
    #[must_use]
    pub fn references(&self) -> Vec<String> {
        let root = self.parsed.document().map(Document::root);
        let mut names: Vec<String> = Vec::new();
        let mut seen = HashSet::new();
        for reference in root.map(references::of).unwrap_or_default() {
            let name = match reference.source.relative_path() {
                Some(path) => path::inside(path).unwrap_or_else(|| path.to_owned()),
                None => reference.source.as_str().to_owned(),
            };
            if seen.insert(name.clone()) {
                names.push(name);
            }
        }
        names
    }

    /// The files of the package that the description refers to, each once, in the order in which they are first named;
    /// not those at a URL.
    #[must_use]
    pub fn local_files(&self) -> Vec<String> {
        let mut files: Vec<String> = Vec::new();
        let references = self
            .parsed
            .document()
            .map(|document| references::of(document.root()));
        for reference in references.into_iter().flatten() {
            if let Some(file) = reference.source.relative_path()
                && !files.iter().any(|own| own == file)
            {
                files.push(file.to_owned());
            }
        }
        files
    }

    /// Looks into the files that the description refers to.
    ///
    /// - All of them are there, and have the digests that the description states.
    /// - Test tensors are numpy files with the axes, sizes and element types that the tensors are described with
    ///   (`test-tensor-mismatch`). The batch axis is free. Where the size of an implicit shape is no whole number,
    ///   the whole numbers next to it are right. An input may be stored in any type whose values are all values of
    ///   the declared one, an output also as floating-point numbers whatever it is declared as, and a
    ///   floating-point tensor in any precision: published packages are like that, and consumers compare after
    ///   a cast.
    /// - Covers are PNG, JPEG or GIF images, as their names say, below 500 000 bytes, and twice as wide as high
    ///   within one percent or one pixel.
    /// - The documentation is UTF-8 text; that of a model has a heading that names validation in its first 4 MiB.
    ///
    /// Files that the description has at a URL are not looked at. What a provider has to bring is fetched; a file that
    /// could not be fetched is a finding `unreadable-source`. Every file is opened once, and read whole only for a digest. The first
    /// thousand findings are listed.
    #[must_use]
    pub fn check_files(&self) -> Vec<Diagnostic> {
        let Some(document) = self.parsed.document() else {
            return Vec::new();
        };
        let network = self.parsed.network();
        let mut found = check::check(&self.files, document.root(), network, self.parsed.diagnostics());
        for finding in &mut found {
            finding.position = Some(document.nearest_position(&finding.path));
            for related in &mut finding.related {
                related.position = Some(document.nearest_position(&related.path));
            }
        }
        found
    }
}
