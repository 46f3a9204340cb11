//! A package of a zip file as a folder, for a while.

use rdf_spec::{PackError, Package, Packer};

use crate::error::BuildError;

/// The files of a package in a folder of their own, which is gone when this is dropped.
#[derive(Debug)]
pub struct Unpacked {
    package: Package,
    _folder: tempfile::TempDir,
}

impl Unpacked {
    /// Writes what the description refers to into a temporary folder. Files at a URL stay there.
    ///
    /// # Errors
    /// If the package cannot be [packaged](Packer), or the folder not be made.
    pub fn new(package: &Package) -> Result<Self, BuildError> {
        let folder = tempfile::tempdir().map_err(PackError::from)?;
        let path = folder.path().join("package");
        Packer::new(package).keep_urls().write_folder(&path)?;
        let package = Package::open(&path).map_err(|error| BuildError::file(path, error))?;
        Ok(Self {
            package,
            _folder: folder,
        })
    }

    /// The package in the folder.
    #[must_use]
    pub fn package(&self) -> &Package {
        &self.package
    }
}
