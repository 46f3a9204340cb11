//! Calling the program, and copies of the fixture packages to break.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// What a call printed and how it ended.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    /// Standard output as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }

    /// Everything for a snapshot, without what changes from run to run.
    pub(crate) fn snapshot(&self, folder: &Path) -> String {
        let text = format!(
            "exit {}\n--- stdout\n{}--- stderr\n{}",
            self.code, self.stdout, self.stderr
        );
        let text = text
            .replace(&folder.display().to_string(), "FOLDER")
            .replace('\\', "/");
        let mut words: Vec<String> = Vec::new();
        for line in text.lines() {
            let line = without_small_differences(line);
            // "in 0.08 s" at the end of a line is a time.
            words.push(match line.rsplit_once(" in ") {
                Some((head, tail)) if tail.ends_with(" s") => format!("{head} in TIME"),
                _ => line,
            });
        }
        words.join("\n")
    }
}

/// The digits of the differences of an output that matches depend on the processor.
fn without_small_differences(line: &str) -> String {
    match line.split_once(", largest difference") {
        Some((head, tail)) if tail.ends_with(" 0 mismatched per million") => {
            format!("{head}, largest difference SMALL")
        }
        _ => line.to_owned(),
    }
}

/// Calls the program.
pub(crate) fn modelhub<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Run {
    finish(Command::new(env!("CARGO_BIN_EXE_modelhub")).args(arguments))
}

/// Calls the program with environment variables.
pub(crate) fn modelhub_with(variables: &[(&str, &str)], arguments: &[&str]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_modelhub"));
    finish(command.args(arguments).envs(variables.iter().copied()))
}

/// Calls the program in a folder.
pub(crate) fn modelhub_in<S: AsRef<OsStr>>(folder: &Path, arguments: impl IntoIterator<Item = S>) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_modelhub"));
    finish(command.current_dir(folder).args(arguments))
}

/// Calls the program with 400 MB of address space (code, thread stacks and buffers included) where that can be
/// limited: one that trusts what a file claims ends here.
pub(crate) fn modelhub_in_little_memory<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Run {
    if cfg!(target_os = "linux") {
        let mut shell = Command::new("sh");
        shell.args([
            "-c",
            "ulimit -v 400000; exec \"$0\" \"$@\"",
            env!("CARGO_BIN_EXE_modelhub"),
        ]);
        // Each thread reserves address space of its own for small allocations unless told not to.
        return finish(shell.args(arguments).env("MALLOC_ARENA_MAX", "1"));
    }
    modelhub(arguments)
}

fn finish(command: &mut Command) -> Run {
    // What is installed on a machine must not change what the tests see; those of other backends set the variable.
    let chosen = command.get_envs().any(|(name, _)| name == "MODELHUB_BACKENDS");
    if !chosen {
        command.env("MODELHUB_BACKENDS", "tract");
    }
    // No test asks a server that is not of the test, or leaves anything in the user's cache.
    for (name, value) in [
        ("MODELHUB_OFFLINE", "1"),
        ("MODELHUB_CACHE", "/nonexistent/modelhub-cache"),
    ] {
        if !command.get_envs().any(|(known, _)| known == name) {
            command.env(name, value);
        }
    }
    let output = command.env_remove("RUST_BACKTRACE").output().unwrap();
    Run {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The folder of a fixture model.
pub(crate) fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../spec-fixtures/models")
        .join(name)
}

/// A copy of a package in a temporary folder.
pub(crate) struct Copy {
    folder: tempfile::TempDir,
}

impl Copy {
    pub(crate) fn of(package: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for entry in fs::read_dir(package).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_file() {
                // Read and written anew: the original may be read-only.
                fs::write(
                    folder.path().join(entry.file_name()),
                    fs::read(entry.path()).unwrap(),
                )
                .unwrap();
            }
        }
        Self { folder }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Replaces text in the description; it must be there.
    pub(crate) fn edit(&self, from: &str, to: &str) {
        let path = self.path().join("rdf.yaml");
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{from:?} is not in the description");
        fs::write(path, text.replace(from, to)).unwrap();
    }

    /// Removes the lines of the description that contain a word.
    pub(crate) fn remove_lines(&self, word: &str) {
        let path = self.path().join("rdf.yaml");
        let text = fs::read_to_string(&path).unwrap();
        let kept: Vec<&str> = text.lines().filter(|line| !line.contains(word)).collect();
        assert!(
            kept.len() < text.lines().count(),
            "{word:?} is not in the description"
        );
        fs::write(path, kept.join("\n")).unwrap();
    }

    /// The package as a zip file beside the folder's files.
    pub(crate) fn zip(&self) -> PathBuf {
        let files: Vec<(String, Vec<u8>)> = fs::read_dir(self.path())
            .unwrap()
            .map(|entry| entry.unwrap())
            .map(|entry| {
                (
                    entry.file_name().into_string().unwrap(),
                    fs::read(entry.path()).unwrap(),
                )
            })
            .collect();
        let path = self.path().join("package.zip");
        let files: Vec<(&str, &[u8])> = files
            .iter()
            .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
            .collect();
        write_zip(&path, &files);
        path
    }
}

/// Writes a zip file with these entries.
pub(crate) fn write_zip(path: &Path, files: &[(&str, &[u8])]) {
    use std::io::Write;
    let mut zip = zip::ZipWriter::new(fs::File::create(path).unwrap());
    let options =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    for (name, bytes) in files {
        zip.start_file(*name, options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap();
}
