//! The Python interpreter.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::args::NativeOptions;

/// The interpreter that was named, or `python3` (on Windows `python`) of the search path.
pub(super) fn find(options: &NativeOptions) -> Option<PathBuf> {
    options.python.clone().or_else(|| {
        let name = if cfg!(windows) { "python.exe" } else { "python3" };
        let path = std::env::var_os("PATH")?;
        std::env::split_paths(&path)
            .map(|folder| folder.join(name))
            .find(|file| file.is_file())
    })
}

/// The interpreter behind a script that only chooses one, as pyenv puts it on the search path; for any other file that
/// file itself, without starting it.
pub(super) fn behind_script(interpreter: PathBuf) -> PathBuf {
    let mut start = [0; 2];
    let is_script = File::open(&interpreter)
        .and_then(|mut file| file.read_exact(&mut start))
        .is_ok_and(|()| start == *b"#!");
    if !is_script {
        return interpreter;
    }
    let asked = Command::new(&interpreter)
        .args(["-c", "import sys; print(sys.executable)"])
        .stdin(Stdio::null())
        .output();
    match asked {
        Ok(output) if output.status.success() => {
            PathBuf::from(String::from_utf8_lossy(&output.stdout).trim_end())
        }
        _ => interpreter,
    }
}

/// What an interpreter has.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Interpreter {
    /// Its version, like `3.11.7`.
    pub(crate) version: String,
    /// The modules of [`MODULES`] that are installed.
    modules: Vec<String>,
}

/// The modules that are asked for.
const MODULES: [&str; 4] = ["torch", "tensorflow", "keras", "tf_keras"];

impl Interpreter {
    /// Whether a module is installed.
    pub(crate) fn has(&self, module: &str) -> bool {
        self.modules.iter().any(|found| found == module)
    }
}

/// Starts an interpreter and asks. Nothing is imported that is not part of Python.
pub(crate) fn probe(interpreter: &Path) -> Result<Interpreter, String> {
    let program = "import sys; sys.path[:] = [p for p in sys.path if p]; import importlib.util as u; \
                   print(sys.version.split()[0], *(m for m in sys.argv[1:] if u.find_spec(m)))";
    let output = Command::new(interpreter)
        .args(["-c", program])
        .args(MODULES)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("{} cannot be started: {error}", interpreter.display()))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut words = text.split_whitespace().map(str::to_owned);
    match words.next() {
        Some(version) if output.status.success() && version.starts_with("3.") => Ok(Interpreter {
            version,
            modules: words.collect(),
        }),
        _ => Err(format!("{} is no Python 3", interpreter.display())),
    }
}
