//! `--python-environment`, with stand-ins for the tools that make environments.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::harness::{Copy, Run, fixture, modelhub_with};

/// The python3 of this machine, if there is one.
fn python() -> Option<PathBuf> {
    let output = Command::new("python3")
        .args(["-c", "import sys; print(sys.executable)"])
        .output()
        .ok()?;
    Some(PathBuf::from(String::from_utf8(output.stdout).ok()?.trim()))
}

/// The fixture with a network in Python that has dependencies.
fn model(dependencies: &str) -> Copy {
    let copy = Copy::of(&fixture("blobs-unet2d"));
    let runners = Path::new(env!("CARGO_MANIFEST_DIR")).join("../runners/src/python/tests");
    let source = fs::read(runners.join("network.py")).unwrap();
    let digest = rdf_spec::Sha256::of(&mut source.as_slice()).unwrap();
    fs::write(copy.path().join("network.py"), source).unwrap();
    fs::write(copy.path().join("state.pt"), "weights").unwrap();
    fs::write(copy.path().join("requirements.txt"), "torch==1.2.3\n").unwrap();
    fs::write(
        copy.path().join("environment.yaml"),
        "dependencies: [python, pytorch]\n",
    )
    .unwrap();
    copy.edit(
        "weights:\n",
        &format!(
            "weights:\n  pytorch_state_dict:\n    source: state.pt\n    architecture: network.py:Network\n    \
             architecture_sha256: {digest}\n{dependencies}"
        ),
    );
    copy
}

/// A folder with a tool that writes its arguments down and makes an interpreter.
struct Tools {
    folder: tempfile::TempDir,
}

impl Tools {
    fn new() -> Self {
        Tools {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// `environment` is shell for the folder that the tool makes, and `when` for whether it is asked to.
    fn add(&self, name: &str, when: &str, environment: &str, python: &Path) {
        let file = self.folder.path().join(name);
        let log = self.folder.path().join("log");
        let script = format!(
            "#!/bin/sh\necho \"$(basename \"$0\") $*\" >>'{}'\n{when} || exit 0\nmkdir -p \"{environment}/bin\"\n\
             printf '#!/bin/sh\\nexec \"%s\" \"$@\"\\n' '{}' >\"{environment}/bin/python\"\n\
             chmod +x \"{environment}/bin/python\"\n",
            log.display(),
            python.display()
        );
        fs::write(&file, script).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn log(&self) -> Vec<String> {
        let log = fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        log.lines().map(str::to_owned).collect()
    }

    /// Runs the network with these tools, and those of the shell, on the search path.
    fn predict(&self, model: &Copy, arguments: &[&str]) -> Run {
        let path = format!("{}:/usr/bin:/bin", self.folder.path().display());
        let stand_in = Path::new(env!("CARGO_MANIFEST_DIR")).join("../runners/src/python/tests");
        let cache = self.folder.path().join("cache");
        let variables = [
            ("MODELHUB_BACKENDS", "python"),
            ("PATH", path.as_str()),
            ("PYTHONPATH", stand_in.to_str().unwrap()),
            ("PYTHONDONTWRITEBYTECODE", "1"),
            ("XDG_CACHE_HOME", cache.to_str().unwrap()),
            ("HOME", cache.to_str().unwrap()),
        ];
        let input = model.path().join("test_input.npy");
        let output = model.path().join("output.npy");
        let mut all = vec![
            "predict",
            model.path().to_str().unwrap(),
            "--input",
            input.to_str().unwrap(),
            "--output",
            output.to_str().unwrap(),
            "--overwrite",
            "--python-environment",
        ];
        all.extend(arguments);
        modelhub_with(&variables, &all)
    }
}

#[test]
fn an_environment_is_made_once_by_uv() {
    let Some(python) = python() else { return };
    let tools = Tools::new();
    tools.add("uv", "[ \"$1\" = venv ]", "$3", &python);
    let model = model("    dependencies: pip:requirements.txt\n");
    let run = tools.predict(&model, &["--allow-code"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(
        run.stderr
            .contains("making a Python environment from requirements.txt"),
        "{run:?}"
    );
    let log = tools.log();
    assert_eq!(log.len(), 2, "{log:?}");
    assert!(log[0].starts_with("uv venv --no-project "), "{log:?}");
    assert!(
        log[1].starts_with("uv pip install --python ") && log[1].contains("--requirement "),
        "{log:?}"
    );
    // The list is that of the package.
    let list = log[1].rsplit(' ').next().unwrap();
    assert_eq!(fs::read_to_string(list).unwrap(), "torch==1.2.3\n");

    let run = tools.predict(&model, &["--allow-code"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(!run.stderr.contains("making"), "{run:?}");
    assert_eq!(tools.log().len(), 2);
    // Another list is another environment.
    fs::write(model.path().join("requirements.txt"), "torch==3.2.1\n").unwrap();
    assert_eq!(tools.predict(&model, &["--allow-code"]).code, 0);
    assert_eq!(tools.log().len(), 4);
}

#[test]
fn an_environment_of_conda_is_made_by_the_first_of_its_tools() {
    let Some(python) = python() else { return };
    let tools = Tools::new();
    tools.add("conda", "[ \"$1 $2\" = 'env create' ]", "$4", &python);
    let model = model("    dependencies: conda:environment.yaml\n");
    let run = tools.predict(&model, &["--allow-code"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(
        tools.log()[0].starts_with("conda env create --prefix "),
        "{:?}",
        tools.log()
    );

    fs::write(model.path().join("environment.yaml"), "dependencies: [python]\n").unwrap();
    tools.add("micromamba", "[ \"$1\" = create ]", "$3", &python);
    assert_eq!(tools.predict(&model, &["--allow-code"]).code, 0);
    assert!(
        tools.log()[1].starts_with("micromamba create --prefix "),
        "{:?}",
        tools.log()
    );
}

#[test]
fn what_is_missing_for_an_environment_is_told() {
    let Some(python) = python() else { return };
    let tools = Tools::new();
    let pip = model("    dependencies: pip:requirements.txt\n");
    let run = tools.predict(&pip, &[]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stderr.contains("--allow-code"), "{run:?}");
    for (dependencies, code, message) in [
        ("    dependencies: pip:requirements.txt\n", 3, "pip install uv"),
        (
            "    dependencies: conda:environment.yaml\n",
            3,
            "no micromamba, mamba or conda",
        ),
        ("    dependencies: maven:pom.xml\n", 2, "conda:FILE and pip:FILE"),
        ("    dependencies: pip:no_such_file.txt\n", 3, "no_such_file.txt"),
        ("", 2, "needs weights that name their `dependencies`"),
    ] {
        let run = tools.predict(&model(dependencies), &["--allow-code"]);
        assert_eq!(run.code, code, "{dependencies}: {run:?}");
        assert!(run.stderr.contains(message), "{dependencies}: {run:?}");
    }

    // A tool that fails, and one that makes nothing: neither is taken for an environment the next time.
    tools.add("uv", "false", "$3", &python);
    for _ in 0..2 {
        let run = tools.predict(&pip, &["--allow-code"]);
        assert_eq!(run.code, 3, "{run:?}");
        assert!(run.stderr.contains("have to name python"), "{run:?}");
    }
    fs::write(tools.folder.path().join("uv"), "#!/bin/sh\nexit 7\n").unwrap();
    let run = tools.predict(&pip, &["--allow-code"]);
    assert_eq!(run.code, 3, "{run:?}");
    assert!(
        run.stderr.contains("could not make the Python environment"),
        "{run:?}"
    );
    tools.add("uv", "[ \"$1\" = venv ]", "$3", &python);
    assert_eq!(tools.predict(&pip, &["--allow-code"]).code, 0);
}
