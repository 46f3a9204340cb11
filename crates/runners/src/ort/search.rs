//! Where the library of onnxruntime is.

use std::fs;
use std::path::{Path, PathBuf};

use super::OrtLibraryError;

/// Places where the shared library of onnxruntime may be, in the order in which they are searched. All of them are
/// `None` unless set: this crate reads neither the environment nor the name of the executable.
///
/// Nothing is loaded or started by searching.
///
/// ```
/// use runners::{OrtLibraryError, OrtLibrarySearch};
/// let found = OrtLibrarySearch::default().find();
/// assert!(matches!(found, Err(OrtLibraryError::NotFound { .. })));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct OrtLibrarySearch {
    /// The file of the library, as the user named it. If set, nothing else is searched.
    pub explicit: Option<PathBuf>,
    /// The value of the environment variable `ORT_DYLIB_PATH`. If set, nothing else is searched.
    pub variable: Option<PathBuf>,
    /// The folder of the executable, where programs bring their libraries along.
    pub executable_folder: Option<PathBuf>,
    /// A Python interpreter, like `/usr/bin/python3`: its installed packages are searched for `onnxruntime`.
    pub interpreter: Option<PathBuf>,
    /// The home folder of the user, where `pip install --user` puts packages.
    pub home: Option<PathBuf>,
}

/// A library that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrtLibrary {
    /// The file.
    pub path: PathBuf,
    /// How it was found.
    pub origin: OrtLibraryOrigin,
}

/// How a library was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum OrtLibraryOrigin {
    /// The user named the file.
    Explicit,
    /// The environment variable names it.
    Variable,
    /// It is beside the executable.
    Executable,
    /// It belongs to the Python package `onnxruntime`.
    PythonPackage,
}

impl OrtLibrarySearch {
    /// Searches.
    ///
    /// # Errors
    /// [`OrtLibraryError::NoSuchFile`] if a file was named that is not there, and `NotFound` with all places otherwise.
    pub fn find(&self) -> Result<OrtLibrary, OrtLibraryError> {
        let named = [
            (&self.explicit, OrtLibraryOrigin::Explicit),
            (&self.variable, OrtLibraryOrigin::Variable),
        ];
        for (path, origin) in named {
            if let Some(path) = path {
                return if path.is_file() {
                    Ok(OrtLibrary {
                        path: path.clone(),
                        origin,
                    })
                } else {
                    Err(OrtLibraryError::NoSuchFile { path: path.clone() })
                };
            }
        }
        let mut looked = Vec::new();
        if let Some(folder) = &self.executable_folder {
            looked.push(folder.display().to_string());
            if let Some(path) = library_in(folder) {
                let origin = OrtLibraryOrigin::Executable;
                return Ok(OrtLibrary { path, origin });
            }
        }
        for folder in self.package_folders() {
            looked.push(folder.display().to_string());
            if let Some(path) = library_in(&folder.join("onnxruntime").join("capi")) {
                let origin = OrtLibraryOrigin::PythonPackage;
                return Ok(OrtLibrary { path, origin });
            }
        }
        Err(OrtLibraryError::NotFound { looked })
    }

    /// The folders of installed packages that exist.
    fn package_folders(&self) -> Vec<PathBuf> {
        let mut prefixes = Vec::new();
        if let Some(interpreter) = &self.interpreter {
            // A virtual environment has its own packages and a link to the interpreter that it was made with.
            prefixes.extend(prefix(interpreter));
            if let Ok(real) = interpreter.canonicalize() {
                prefixes.extend(prefix(&real));
            }
        }
        prefixes.extend(self.home.as_ref().map(|home| home.join(".local")));
        let mut folders: Vec<PathBuf> = Vec::new();
        for folder in prefixes.iter().flat_map(|prefix| packages_below(prefix)) {
            if !folders.contains(&folder) {
                folders.push(folder);
            }
        }
        folders
    }
}

/// The folder that a Python is installed in: above `bin`, or that of `python.exe` or above its `Scripts`.
fn prefix(interpreter: &Path) -> Option<PathBuf> {
    let folder = interpreter.parent()?;
    let name = folder.file_name()?.to_str()?;
    if ["bin", "Scripts"].contains(&name) {
        folder.parent().map(Path::to_owned)
    } else {
        Some(folder.to_owned())
    }
}

/// `lib/python3.*/{site,dist}-packages`, the newest Python first, and `Lib/site-packages`.
fn packages_below(prefix: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for library in ["lib", "lib64", "local/lib"] {
        let mut versions: Vec<(Vec<u32>, PathBuf)> = entries(&prefix.join(library))
            .filter_map(|(name, path)| Some((version(name.strip_prefix("python")?)?, path)))
            .collect();
        versions.sort_by(|a, b| b.cmp(a));
        for (_, folder) in &versions {
            found.extend(["site-packages", "dist-packages"].map(|packages| folder.join(packages)));
        }
    }
    // Debian keeps packages of the system apart from the version.
    found.push(prefix.join("lib/python3/dist-packages"));
    found.push(prefix.join("Lib").join("site-packages"));
    found.retain(|folder| folder.is_dir());
    found
}

/// The library of onnxruntime in a folder; of several the newest.
fn library_in(folder: &Path) -> Option<PathBuf> {
    let candidate = |(name, path): (String, PathBuf)| {
        let rest = name
            .strip_prefix("libonnxruntime.")
            .or_else(|| name.strip_prefix("onnxruntime."))?;
        let (kind, numbers) = match rest {
            "so" | "dylib" | "dll" => (rest, ""),
            _ => rest
                .strip_prefix("so.")
                .map(|numbers| ("so", numbers))
                .or_else(|| rest.strip_suffix(".dylib").map(|numbers| ("dylib", numbers)))?,
        };
        let expected = if cfg!(windows) {
            "dll"
        } else if cfg!(target_vendor = "apple") {
            "dylib"
        } else {
            "so"
        };
        let version = if numbers.is_empty() {
            Vec::new()
        } else {
            version(numbers)?
        };
        (kind == expected && path.is_file()).then_some((version, path))
    };
    entries(folder).filter_map(candidate).max().map(|(_, path)| path)
}

fn entries(folder: &Path) -> impl Iterator<Item = (String, PathBuf)> {
    let entries = fs::read_dir(folder).ok().into_iter().flatten().flatten();
    entries.filter_map(|entry| Some((entry.file_name().into_string().ok()?, entry.path())))
}

fn version(text: &str) -> Option<Vec<u32>> {
    text.split('.').map(|number| number.parse().ok()).collect()
}

#[cfg(test)]
#[cfg(not(any(windows, target_vendor = "apple")))]
mod tests {
    use super::*;

    fn make(root: &Path, file: &str) -> PathBuf {
        let path = root.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, "").unwrap();
        path
    }

    #[test]
    fn named_files_come_first_and_have_to_be_there() {
        let root = tempfile::tempdir().unwrap();
        let file = make(root.path(), "some.so");
        make(root.path(), "bin/libonnxruntime.so");
        let mut search = OrtLibrarySearch {
            explicit: Some(file.clone()),
            variable: Some(root.path().join("missing.so")),
            executable_folder: Some(root.path().join("bin")),
            ..Default::default()
        };
        assert_eq!(search.find().unwrap().path, file);
        search.explicit = None;
        let error = search.find().unwrap_err();
        assert!(matches!(error, OrtLibraryError::NoSuchFile { .. }), "{error}");
        search.variable = None;
        assert_eq!(search.find().unwrap().origin, OrtLibraryOrigin::Executable);
    }

    #[test]
    fn packages_of_an_interpreter_are_searched_the_newest_first() {
        let root = tempfile::tempdir().unwrap();
        let interpreter = make(root.path(), "venv/bin/python3");
        for version in ["3.9", "3.11"] {
            make(
                root.path(),
                &format!("venv/lib/python{version}/site-packages/onnxruntime/capi/libonnxruntime.so.1.2.3"),
            );
        }
        let newest = make(
            root.path(),
            "venv/lib/python3.11/site-packages/onnxruntime/capi/libonnxruntime.so.1.10.0",
        );
        make(
            root.path(),
            "venv/lib/python3.11/site-packages/onnxruntime/capi/libonnxruntime_providers_shared.so",
        );
        let search = OrtLibrarySearch {
            interpreter: Some(interpreter),
            ..Default::default()
        };
        let found = search.find().unwrap();
        assert_eq!(found.path, newest);
        assert_eq!(found.origin, OrtLibraryOrigin::PythonPackage);
    }

    #[test]
    fn an_interpreter_that_is_a_link_counts_twice_and_all_places_are_named() {
        let root = tempfile::tempdir().unwrap();
        let real = make(root.path(), "usr/bin/python3.11");
        fs::create_dir_all(root.path().join("usr/lib/python3/dist-packages")).unwrap();
        fs::create_dir_all(root.path().join("venv/lib/python3.11/site-packages")).unwrap();
        fs::create_dir_all(root.path().join("venv/bin")).unwrap();
        let link = root.path().join("venv/bin/python3");
        std::os::unix::fs::symlink(&real, &link).unwrap();
        let search = OrtLibrarySearch {
            interpreter: Some(link),
            ..Default::default()
        };
        let message = search.find().unwrap_err().to_string();
        for place in [
            "venv/lib/python3.11/site-packages",
            "usr/lib/python3/dist-packages",
            "pip install onnxruntime",
        ] {
            assert!(message.contains(place), "{message}");
        }
        let system = make(
            root.path(),
            "usr/lib/python3/dist-packages/onnxruntime/capi/libonnxruntime.so.1.20.0",
        );
        assert_eq!(
            search.find().unwrap().path.canonicalize().unwrap(),
            system.canonicalize().unwrap()
        );
    }
}
