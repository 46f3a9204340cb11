//! The contents of files that are sent.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Take};

use rdf_spec::Package;

use crate::error::{HubError, HubErrorKind};

/// Opens files of a package; that of the last call stays open, since large ones are sent in parts.
#[derive(Debug)]
pub(super) struct Contents<'p> {
    package: &'p Package,
    last: Option<(String, File)>,
}

impl<'p> Contents<'p> {
    pub(super) fn of(package: &'p Package) -> Self {
        Self { package, last: None }
    }

    /// A part of a file, as a stream.
    pub(super) fn part(&mut self, name: &str, start: u64, size: u64) -> Result<Take<&mut File>, HubError> {
        if self.last.as_ref().is_none_or(|(known, _)| known != name) {
            self.last = Some((name.to_owned(), self.open(name)?));
        }
        let failed = |error: std::io::Error| {
            let file = name.to_owned();
            HubError::caused_by(HubErrorKind::File { file }, error)
        };
        let Some((_, file)) = &mut self.last else {
            return Err(failed(std::io::ErrorKind::NotFound.into()));
        };
        file.seek(SeekFrom::Start(start)).map_err(failed)?;
        Ok(file.take(size))
    }

    fn open(&self, name: &str) -> Result<File, HubError> {
        let kind = || HubErrorKind::File {
            file: name.to_owned(),
        };
        let failed = |error: std::io::Error| HubError::caused_by(kind(), error);
        let files = self.package.files();
        let is_description = name == files.description_name();
        if !is_description {
            let path = files.file_path(name);
            if let Some(path) = path.map_err(|error| HubError::caused_by(kind(), error))? {
                return File::open(path).map_err(failed);
            }
        }
        // Out of a zip file, or a text that is in no file.
        let mut file = tempfile::tempfile().map_err(failed)?;
        if is_description {
            std::io::copy(&mut self.package.text().as_bytes(), &mut file).map_err(failed)?;
        } else {
            let copied = files.copy_to(name, &mut file);
            copied.map_err(|error| HubError::caused_by(kind(), error))?;
        }
        Ok(file)
    }
}
