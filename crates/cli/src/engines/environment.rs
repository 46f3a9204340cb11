//! Python environments with the dependencies of a model, made on request and kept.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use etcetera::BaseStrategy;
use pipeline::Package;
use rdf_spec::Sha256;

use super::PYTHON_FORMATS;
use crate::args::EngineOptions;
use crate::exit::Failure;
use crate::render::message;

/// The largest list of dependencies that is read.
const MAX_BYTES: u64 = 1 << 20;

/// What makes an environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manager {
    Uv,
    Conda,
}

/// A list of dependencies.
struct Dependencies {
    manager: Manager,
    /// Its name in the package.
    file: String,
    content: Vec<u8>,
}

/// The interpreter of the environment for a package, which is made unless it is there.
pub(super) fn interpreter(package: &Package, options: &EngineOptions) -> Result<PathBuf, Failure> {
    let dependencies = dependencies(package, options)?;
    let base = options.native.python.as_deref();
    let folder = folder(&dependencies, base).map_err(|error| cannot(&error))?;
    let environment = folder.join("environment");
    let interpreter = dependencies.manager.interpreter(&environment);
    let complete = folder.join("complete");
    fs::create_dir_all(&folder).map_err(|error| cannot(&error))?;
    // Another process may be about to make the same one; the lock goes with this one.
    let lock = File::create(folder.join("lock")).map_err(|error| cannot(&error))?;
    lock.lock().map_err(|error| cannot(&error))?;
    if complete.is_file() && interpreter.is_file() {
        return Ok(interpreter);
    }
    let tool = dependencies.manager.tool()?;
    // What broke off before is of no use.
    match fs::remove_dir_all(&environment) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(cannot(&error)),
        _ => {}
    }
    let list = folder.join(dependencies.manager.list_name());
    fs::write(&list, &dependencies.content).map_err(|error| cannot(&error))?;
    message::note(&format!(
        "making a Python environment from {} with {} in {}, which is kept",
        dependencies.file,
        tool.display(),
        environment.display()
    ));
    dependencies.manager.make(&tool, base, &environment, &list)?;
    if !interpreter.is_file() {
        return Err(Failure::failed(format!(
            "{} has made an environment without {}: the dependencies of the model have to name python",
            tool.display(),
            interpreter.display()
        )));
    }
    fs::write(&complete, "").map_err(|error| cannot(&error))?;
    Ok(interpreter)
}

fn cannot(error: &io::Error) -> Failure {
    Failure::failed(format!("the Python environment cannot be made: {error}"))
}

/// The dependencies of the weights that the backend python would run.
fn dependencies(package: &Package, options: &EngineOptions) -> Result<Dependencies, Failure> {
    let entries = package
        .model()
        .into_iter()
        .flat_map(|model| model.weights.iter())
        .filter(|(format, _)| match options.weights {
            Some(wanted) => format.name() == wanted.name(),
            None => PYTHON_FORMATS.iter().any(|python| python.name() == format.name()),
        });
    let stated = entries
        .filter_map(|(_, entry)| entry.dependencies.as_deref())
        .next();
    let stated = stated.ok_or_else(|| {
        Failure::usage(
            "--python-environment needs weights that name their `dependencies`, and this model has none: use --python",
        )
    })?;
    let (name, file) = stated.split_once(':').unwrap_or((stated, ""));
    let manager = match name {
        "pip" => Manager::Uv,
        "conda" => Manager::Conda,
        _ => {
            return Err(Failure::usage(format!(
                "the model has the dependencies `{stated}`: environments are made from conda:FILE and pip:FILE"
            )));
        }
    };
    let file = file.strip_prefix("./").unwrap_or(file).to_owned();
    let content = package
        .files()
        .read(&file, MAX_BYTES)
        .map_err(|error| Failure::because(&error))?;
    Ok(Dependencies {
        manager,
        file,
        content,
    })
}

/// The folder of an environment: the same for the same list, tool and interpreter.
fn folder(dependencies: &Dependencies, base: Option<&Path>) -> io::Result<PathBuf> {
    let strategy = etcetera::choose_base_strategy().map_err(io::Error::other)?;
    let mut key = dependencies.content.clone();
    if let (Manager::Uv, Some(base)) = (dependencies.manager, base) {
        key.push(0);
        key.extend(base.as_os_str().as_encoded_bytes());
    }
    let digest = Sha256::of(&mut key.as_slice())?.to_string();
    let name = format!(
        "{}-{}",
        dependencies.manager.list_name(),
        &digest[..digest.len().min(32)]
    );
    Ok(strategy.cache_dir().join("modelhub").join("python").join(name))
}

impl Manager {
    /// How the list is called for the tool, which goes by the suffix.
    fn list_name(self) -> &'static str {
        match self {
            Manager::Uv => "requirements.txt",
            Manager::Conda => "environment.yaml",
        }
    }

    fn interpreter(self, environment: &Path) -> PathBuf {
        environment.join(match (self, cfg!(windows)) {
            (_, false) => "bin/python",
            (Manager::Uv, true) => "Scripts/python.exe",
            (Manager::Conda, true) => "python.exe",
        })
    }

    /// The first tool on the search path.
    fn tool(self) -> Result<PathBuf, Failure> {
        let names: &[&str] = match self {
            Manager::Uv => &["uv"],
            Manager::Conda => &["micromamba", "mamba", "conda"],
        };
        let path = std::env::var_os("PATH").unwrap_or_default();
        let suffixes: &[&str] = if cfg!(windows) { &[".exe", ".bat"] } else { &[""] };
        for name in names {
            for folder in std::env::split_paths(&path) {
                let found = suffixes
                    .iter()
                    .map(|suffix| folder.join(format!("{name}{suffix}")));
                if let Some(tool) = found.into_iter().find(|file| file.is_file()) {
                    return Ok(tool);
                }
            }
        }
        Err(Failure::failed(match self {
            Manager::Uv => {
                "the dependencies of the model are requirements of pip, and there is no uv on the search path: install it \
                 with `pip install uv`, or make an environment by hand and name its interpreter with --python"
            }
            Manager::Conda => {
                "the dependencies of the model are those of conda, and there is no micromamba, mamba or conda on the search \
                 path: install one of them, or make an environment by hand and name its interpreter with --python"
            }
        }))
    }

    fn make(self, tool: &Path, base: Option<&Path>, environment: &Path, list: &Path) -> Result<(), Failure> {
        match self {
            Manager::Uv => {
                let mut make = Command::new(tool);
                make.arg("venv").arg("--no-project");
                if let Some(base) = base {
                    make.arg("--python").arg(base);
                }
                run(make.arg(environment))?;
                let mut install = Command::new(tool);
                install.args(["pip", "install", "--python"]);
                install.arg(self.interpreter(environment));
                run(install.arg("--requirement").arg(list))
            }
            Manager::Conda => {
                let mut make = Command::new(tool);
                let is_micromamba = tool.file_stem().is_some_and(|name| name == "micromamba");
                make.args(if is_micromamba {
                    &["create"][..]
                } else {
                    &["env", "create"]
                });
                make.arg("--prefix").arg(environment).arg("--file").arg(list);
                // Older versions of conda do not know `--yes` here.
                run(make.envs([("CONDA_ALWAYS_YES", "true"), ("MAMBA_ALWAYS_YES", "true")]))
            }
        }
    }
}

/// Runs a tool, whose output goes to standard error.
fn run(command: &mut Command) -> Result<(), Failure> {
    let name = command.get_program().to_string_lossy().into_owned();
    let status = command
        .stdin(Stdio::null())
        .stdout(io::stderr())
        .status()
        .map_err(|error| Failure::failed(format!("{name} cannot be started: {error}")))?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::failed(format!(
        "{name} could not make the Python environment ({status}): make one by hand and name its interpreter with --python"
    )))
}
