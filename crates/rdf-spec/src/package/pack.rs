//! Writing packages: the description and every file that it refers to, under names that are safe everywhere.

pub(super) mod edit;
mod error;
mod fetch;
mod plan;
mod read;
mod target;

use std::io::{Seek, Write};
use std::path::Path;

pub use error::{PackError, PackErrorKind};
pub use fetch::{FetchFile, FetchedFile};

use super::Package;
use super::files::DESCRIPTION_NAMES;
use crate::document::Rewritten;
use crate::v0_4::WeightsFormat;
use crate::value::Sha256;
use fetch::Remote;
use plan::{Origin, Plan};
use target::{FolderTarget, Target, ZipTarget};

/// Writes a package: a folder or zip file that has, beside the description `rdf.yaml`, every file that it refers to.
///
/// - All files lie at the top, under the last part of their name or URL. Names that are taken (`a/x.npy`, `b/X.npy`), are
///   those of descriptions, or that some system does not take (`nul.txt`, `a:b`) are changed; names that are fine stay, so
///   packaging a package gives the same package.
/// - References in the description are rewritten, with the comments around them, and digests that are missing
///   are filled in. A file that does not have the digest that the description states is an error.
/// - The bytes of a zip file depend on the description and the contents only: the same files give the same bytes.
///   What does not become smaller is stored. Files above 4 GiB are written with zip64.
/// - Files are read and written in blocks; none is ever in memory as a whole.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use std::io::Cursor;
///
/// let folder = tempfile::tempdir()?;
/// std::fs::create_dir(folder.path().join("docs"))?;
/// std::fs::write(folder.path().join("docs/notes.md"), "# Notes")?;
/// std::fs::write(folder.path().join("rdf.yaml"), "type: other\ndocumentation: docs/notes.md  # see there\n")?;
///
/// let package = rdf_spec::Package::open(folder.path())?;
/// let mut zip = Cursor::new(Vec::new());
/// let report = rdf_spec::Packer::new(&package).write_zip(&mut zip)?;
/// assert_eq!(report.files[0].name, "notes.md");
/// assert_eq!(report.description.text, "type: other\ndocumentation: notes.md  # see there\n");
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "nothing is written yet"]
pub struct Packer<'p> {
    package: &'p Package,
    weights: Option<Vec<WeightsFormat>>,
    follow_links: bool,
    remote: Remote<'p>,
}

/// What was written.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PackReport {
    /// The files beside the description, in their order in the package: by name.
    pub files: Vec<PackedFile>,
    /// The text of the description, and what of its layout could be kept.
    pub description: Rewritten,
    /// Weights that were kept because others were made from them.
    pub kept_parents: Vec<WeightsFormat>,
    /// URLs that the description still refers to.
    pub remote: Vec<String>,
}

/// A file that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PackedFile {
    /// Its name in the package.
    pub name: String,
    /// What the description called it: a path or a URL.
    pub source: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its digest.
    pub sha256: Sha256,
}

impl<'p> Packer<'p> {
    /// Everything that the description of a package refers to. Files at a URL are an error unless it is said what to do
    /// with them.
    pub fn new(package: &'p Package) -> Self {
        Self {
            package,
            weights: None,
            follow_links: false,
            remote: Remote::Refuse,
        }
    }

    /// Takes the weights in these formats only, and those that they were made from (`parent`).
    pub fn weights(mut self, formats: impl IntoIterator<Item = WeightsFormat>) -> Self {
        self.weights = Some(formats.into_iter().collect());
        self
    }

    /// Takes files that links in the folder of the package lead out to.
    pub fn follow_links(mut self) -> Self {
        self.follow_links = true;
        self
    }

    /// Leaves files at a URL where they are: the package is not complete without a connection.
    pub fn keep_urls(mut self) -> Self {
        self.remote = Remote::Keep;
        self
    }

    /// Fetches files at a URL into the package.
    pub fn fetch_with(mut self, fetch: &'p mut dyn FetchFile) -> Self {
        self.remote = Remote::Fetch(fetch);
        self
    }

    /// Writes a zip file. The caller sees to it that what failed does not stay.
    ///
    /// # Errors
    /// If the description cannot be read, files are missing, do not have their digests or cannot be fetched, or writing
    /// fails.
    pub fn write_zip<W: Write + Seek>(self, writer: W) -> Result<PackReport, PackError> {
        let mut target = ZipTarget::new(writer);
        let report = self.write(&mut target)?;
        target.finish()?.flush()?;
        Ok(report)
    }

    /// Writes into a folder, which is made, or is empty. The caller sees to it that what failed does not stay.
    ///
    /// # Errors
    /// Those of [`Packer::write_zip`], and if there is something in the folder.
    pub fn write_folder(self, folder: impl AsRef<Path>) -> Result<PackReport, PackError> {
        // What is wrong with the package is found before anything is made.
        let plan = Plan::new(
            self.package,
            self.weights.as_deref(),
            self.follow_links,
            &self.remote,
        )?;
        let mut target = FolderTarget::new(folder.as_ref())?;
        write(self.package, plan, self.remote, &mut target)
    }

    fn write(self, target: &mut dyn Target) -> Result<PackReport, PackError> {
        let plan = Plan::new(
            self.package,
            self.weights.as_deref(),
            self.follow_links,
            &self.remote,
        )?;
        write(self.package, plan, self.remote, target)
    }
}

fn write(
    package: &Package,
    mut plan: Plan<'_>,
    mut remote: Remote<'_>,
    target: &mut dyn Target,
) -> Result<PackReport, PackError> {
    let mut files = Vec::with_capacity(plan.files.len());
    let mut budget = read::Budget::of(package);
    for file in &plan.files {
        let packed = match (&file.origin, &mut remote) {
            (Origin::Package(path), _) => read::local(package, path, &file.name, &mut budget, target)?,
            (Origin::Url(url), Remote::Fetch(fetch)) => read::remote(*fetch, url, &file.name, target)?,
            (Origin::Url(url), _) => {
                let url = url.to_string();
                return Err(PackError::new(PackErrorKind::RemoteFile { url }));
            }
        };
        if let Some(stated) = file.stated.iter().find(|stated| **stated != packed.sha256) {
            return Err(PackError::new(PackErrorKind::DigestMismatch {
                file: packed.source,
                stated: stated.to_string(),
                found: packed.sha256.to_string(),
            }));
        }
        for (place, behind) in &file.digest_places {
            edit::set_behind(&mut plan.root, place, behind, packed.sha256.as_str());
        }
        files.push(packed);
    }
    let description = plan
        .document
        .rewritten(package.text(), &plan.root)
        .map_err(|finding| PackError::caused_by(PackErrorKind::Description, finding))?;
    let text = description.text.as_bytes();
    target.write(DESCRIPTION_NAMES[0], text.len() as u64, &mut &*text)?;
    Ok(PackReport {
        files,
        description,
        kept_parents: plan.kept_parents,
        remote: plan.remote,
    })
}
