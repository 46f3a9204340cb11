//! Whether a model has changed since it was tested.

use std::fmt::Write as _;
use std::path::Path;
use std::time::UNIX_EPOCH;

use rdf_spec::Sha256;

/// How deep and how many files of a package are looked at.
const DEEPEST: usize = 6;
const MOST: usize = 20_000;

/// A digest of what decides the outcome: names, sizes and times of all files of the package, the arguments of the
/// test, and the version of this program. Contents are not read: weights have gigabytes. `None` if the package cannot
/// be looked at; then it is tested again.
pub(super) fn of(package: &Path, arguments: &[String]) -> Option<String> {
    let mut seen = format!("{}\n{arguments:?}\n", hub::summary::PRODUCER);
    let is_zip = package
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("zip"));
    let folder = if package.is_dir() {
        package
    } else if is_zip {
        add(&mut seen, package, "")?;
        return digest(&seen);
    } else {
        let parent = package.parent()?;
        if parent.as_os_str().is_empty() {
            Path::new(".")
        } else {
            parent
        }
    };
    let mut number = 0;
    look(&mut seen, folder, "", 0, &mut number)?;
    digest(&seen)
}

fn look(seen: &mut String, folder: &Path, prefix: &str, depth: usize, number: &mut usize) -> Option<()> {
    let mut entries: Vec<_> = std::fs::read_dir(folder).ok()?.collect::<Result<_, _>>().ok()?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        *number += 1;
        if *number > MOST {
            return None;
        }
        let name = format!("{prefix}/{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            if depth < DEEPEST {
                look(seen, &entry.path(), &name, depth + 1, number)?;
            }
        } else {
            add(seen, &entry.path(), &name)?;
        }
    }
    Some(())
}

fn add(seen: &mut String, file: &Path, name: &str) -> Option<()> {
    let metadata = std::fs::metadata(file).ok()?;
    let time = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    writeln!(seen, "{name:?} {} {}", metadata.len(), time.as_nanos()).ok()
}

fn digest(seen: &str) -> Option<String> {
    let digest = Sha256::of(&mut seen.as_bytes()).ok()?;
    Some(digest.as_str().to_owned())
}
