//! Packages that appear whole or not at all.

use std::fs;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use rdf_spec::{PackError, PackReport, Packer};

/// What is done where there is something at the path already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Overwrite {
    /// It is an error.
    #[default]
    Refuse,
    /// A file is replaced; of folders only an empty one, or one that is a package.
    Replace,
}

/// Writes a package to a path that ends in `.zip`, or to a folder of any other name.
///
/// Everything is written beside the path, and renamed at the end; `check` sees the package before that, at the path that
/// it gets, and what it refuses does not stay.
///
/// # Errors
/// Those of [`Packer::write_zip`] and of `check`; and if there is something at the path that may not be replaced, or the
/// operating system refuses.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use model_builder::{Overwrite, write_package};
/// use rdf_spec::{Package, PackError, Packer};
///
/// let folder = tempfile::tempdir()?;
/// std::fs::write(folder.path().join("rdf.yaml"), "type: other\n")?;
/// let package = Package::open(folder.path())?;
/// let zip = folder.path().join("package.zip");
/// let accept = |_: &std::path::Path| Ok::<_, PackError>(());
/// write_package(Packer::new(&package), &zip, Overwrite::Refuse, accept)?;
/// assert_eq!(Package::open(&zip)?.text(), package.text());
/// assert!(write_package(Packer::new(&package), &zip, Overwrite::Refuse, accept).is_err());
/// # Ok(())
/// # }
/// ```
pub fn write_package<T, E: From<PackError>>(
    packer: Packer<'_>,
    path: &Path,
    overwrite: Overwrite,
    check: impl FnOnce(&Path) -> Result<T, E>,
) -> Result<(PackReport, T), E> {
    let failed = |error: io::Error| PackError::from(error);
    look(path, overwrite).map_err(failed)?;
    let beside = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    if is_zip(path) {
        let mut builder = tempfile::Builder::new();
        builder.prefix(".").suffix(".partial");
        #[cfg(unix)]
        {
            // What any new file gets: the mask of the system applies.
            use std::os::unix::fs::PermissionsExt;
            builder.permissions(fs::Permissions::from_mode(0o666));
        }
        let file = builder.tempfile_in(beside).map_err(failed)?;
        let report = packer.write_zip(BufWriter::new(file.as_file()))?;
        file.as_file().sync_all().map_err(failed)?;
        let checked = check(file.path())?;
        match overwrite {
            Overwrite::Refuse => file.persist_noclobber(path),
            Overwrite::Replace => file.persist(path),
        }
        .map_err(|error| failed(error.error))?;
        return Ok((report, checked));
    }
    let aside = tempfile::Builder::new()
        .prefix(".")
        .suffix(".partial")
        .tempdir_in(beside)
        .map_err(failed)?;
    let new = aside.path().join("package");
    let report = packer.write_folder(&new)?;
    let checked = check(&new)?;
    // What was there is moved away, not deleted, until the new one is in its place.
    let old = aside.path().join("replaced");
    let is_there = path.symlink_metadata().is_ok();
    if is_there {
        fs::rename(path, &old).map_err(failed)?;
    }
    if let Err(error) = fs::rename(&new, path) {
        if is_there {
            fs::rename(&old, path).map_err(failed)?;
        }
        return Err(failed(error).into());
    }
    Ok((report, checked))
}

/// Whether a package at this path is a zip file.
fn is_zip(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("zip"))
}

/// Whether a package may be written to a path.
fn look(path: &Path, overwrite: Overwrite) -> io::Result<()> {
    let metadata = match path.symlink_metadata() {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    let refuse = |reason: String| Err(io::Error::new(io::ErrorKind::AlreadyExists, reason));
    let shown = path.display();
    if is_zip(path) {
        return match overwrite {
            _ if metadata.is_dir() => refuse(format!("`{shown}` is a folder")),
            Overwrite::Refuse => refuse(format!("`{shown}` exists")),
            Overwrite::Replace => Ok(()),
        };
    }
    if !metadata.is_dir() {
        return refuse(format!(
            "`{shown}` exists and is no folder; the name of a zip file ends in .zip"
        ));
    }
    let names: Vec<PathBuf> = fs::read_dir(path)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<io::Result<_>>()?;
    if names.is_empty() {
        return Ok(());
    }
    let is_package = names
        .iter()
        .any(|name| name.file_name().is_some_and(|name| name == "rdf.yaml"))
        && names
            .iter()
            .all(|name| name.symlink_metadata().is_ok_and(|metadata| metadata.is_file()));
    match overwrite {
        Overwrite::Refuse => refuse(format!("the folder `{shown}` is not empty")),
        Overwrite::Replace if is_package => Ok(()),
        Overwrite::Replace => refuse(format!(
            "the folder `{shown}` has more in it than a package has, it is not replaced"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rdf_spec::Package;

    fn package(folder: &Path) -> Package {
        fs::write(folder.join("rdf.yaml"), "type: other\ndocumentation: a.md\n").unwrap();
        fs::write(folder.join("a.md"), "text").unwrap();
        Package::open(folder).unwrap()
    }

    fn write(package: &Package, path: &Path, overwrite: Overwrite) -> Result<(), String> {
        write_package(Packer::new(package), path, overwrite, |_| Ok::<_, PackError>(()))
            .map(|_| ())
            .map_err(|error| std::error::Error::source(&error).map_or_else(String::new, ToString::to_string))
    }

    #[test]
    fn only_packages_are_replaced() {
        let source = tempfile::tempdir().unwrap();
        let package = package(source.path());
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out");
        assert_eq!(write(&package, &out, Overwrite::Refuse), Ok(()));
        assert!(
            write(&package, &out, Overwrite::Refuse)
                .unwrap_err()
                .contains("is not empty")
        );
        assert_eq!(write(&package, &out, Overwrite::Replace), Ok(()));
        fs::create_dir(out.join("mine")).unwrap();
        assert!(
            write(&package, &out, Overwrite::Replace)
                .unwrap_err()
                .contains("not replaced")
        );
        let home = folder.path().join("home");
        fs::create_dir(&home).unwrap();
        fs::write(home.join("letter.txt"), "dear").unwrap();
        assert!(
            write(&package, &home, Overwrite::Replace)
                .unwrap_err()
                .contains("not replaced")
        );
        assert_eq!(
            fs::read_dir(folder.path()).unwrap().count(),
            2,
            "nothing is left beside"
        );
    }

    #[test]
    fn what_is_refused_does_not_stay() {
        let source = tempfile::tempdir().unwrap();
        let package = package(source.path());
        let folder = tempfile::tempdir().unwrap();
        for name in ["out.zip", "out"] {
            let refused = write_package(
                Packer::new(&package),
                &folder.path().join(name),
                Overwrite::Replace,
                |path| {
                    assert_eq!(Package::open(path).unwrap().text(), package.text());
                    Err::<(), _>(PackError::from(io::Error::other("no")))
                },
            );
            assert!(refused.is_err());
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
