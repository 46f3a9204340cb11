//! Models in a folder and below it.

use std::path::{Path, PathBuf};

use rdf_spec::PackageFiles;

use crate::exit::Failure;

/// How deep folders are searched, and how many packages are taken.
const DEEPEST: usize = 8;
const MOST: usize = 100_000;

/// Folders with a description, and zip files, in the order of their paths. Below a package there are no others; links
/// are not followed.
pub(super) fn packages(root: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    search(root, 0, &mut found)?;
    Ok(found)
}

fn search(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let fail =
        |error: std::io::Error| Failure::failed(format!("{} cannot be read: {error}", folder.display()));
    let mut entries: Vec<_> = std::fs::read_dir(folder)
        .map_err(fail)?
        .collect::<Result<_, _>>()
        .map_err(fail)?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        if found.len() >= MOST {
            return Err(Failure::failed(format!(
                "{} has more than {MOST} models: name its folders one by one",
                folder.display()
            )));
        }
        let path = entry.path();
        let kind = entry.file_type().map_err(fail)?;
        if kind.is_dir() {
            if PackageFiles::open(&path).is_ok() {
                found.push(path);
            } else if depth < DEEPEST {
                search(&path, depth + 1, found)?;
            }
        } else if kind.is_file()
            && path
                .extension()
                .is_some_and(|extension| extension.eq_ignore_ascii_case("zip"))
        {
            found.push(path);
        }
    }
    Ok(())
}
