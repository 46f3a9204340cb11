//! The files of a package in the making.

use std::path::{Path, PathBuf};

/// Files that lie anywhere, by the names that the description refers to them by.
#[derive(Debug, Default)]
pub(crate) struct Files {
    all: Vec<(String, PathBuf)>,
}

impl Files {
    /// The name of a file; the same for the same path.
    pub(crate) fn add(&mut self, path: &Path) -> String {
        if let Some((name, _)) = self.all.iter().find(|(_, own)| own == path) {
            return name.clone();
        }
        let last = path
            .file_name()
            .map_or_else(|| "file".into(), |name| name.to_string_lossy());
        let mut name = last.clone().into_owned();
        let mut number = 1;
        // Packaging brings it to the top again, under a name that is free.
        while self.all.iter().any(|(own, _)| *own == name) {
            name = format!("{number}/{last}");
            number += 1;
        }
        self.all.push((name.clone(), path.to_owned()));
        name
    }

    pub(crate) fn path(&self, name: &str) -> Option<&Path> {
        self.all
            .iter()
            .find(|(own, _)| own == name)
            .map(|(_, path)| path.as_path())
    }

    pub(crate) fn to_vec(&self) -> Vec<(String, PathBuf)> {
        self.all.clone()
    }
}
