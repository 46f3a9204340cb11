//! The library of onnxruntime, of which a process has one.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ort::LoadDynamicError;
use ort::environment::Environment;
use ort::ep::{self, ExecutionProvider};

use super::OrtLibraryError;
use crate::caught_panics::CatchingPanics;

/// The library in use.
struct Loaded {
    path: PathBuf,
    version: String,
    environment: Environment,
}

static LOADED: Mutex<Option<Loaded>> = Mutex::new(None);

/// Loads the library, unless it is loaded already, and returns its real path and version.
pub(super) fn load(path: &Path) -> Result<(PathBuf, String), OrtLibraryError> {
    // A path without links and dots: `ort` would look for a relative one beside the executable.
    let real = path
        .canonicalize()
        .ok()
        .filter(|real| real.is_file())
        .ok_or_else(|| OrtLibraryError::NoSuchFile {
            path: path.to_owned(),
        })?;
    // A thread that panicked inside left `None` or a complete value.
    let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(loaded) = &*loaded {
        return if loaded.path == real {
            Ok((real, loaded.version.clone()))
        } else {
            Err(OrtLibraryError::AnotherIsLoaded {
                path: real,
                loaded: loaded.path.clone(),
            })
        };
    }
    let version = version_of(&real);
    let environment = environment(&real)?;
    *loaded = Some(Loaded {
        path: real.clone(),
        version: version.clone(),
        environment,
    });
    Ok((real, version))
}

/// The environment in which sessions are made.
pub(super) fn current() -> Option<Environment> {
    let loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
    loaded.as_ref().map(|loaded| loaded.environment.clone())
}

fn environment(path: &Path) -> Result<Environment, OrtLibraryError> {
    let cannot_load = |source: Box<dyn std::error::Error + Send + Sync>| OrtLibraryError::CannotLoad {
        path: path.to_owned(),
        source,
    };
    // `ort` panics where a library answers with null.
    let built = {
        let _catching = CatchingPanics::start();
        catch_unwind(AssertUnwindSafe(|| {
            let builder = ort::init_from(path).map_err(|error| match error {
                LoadDynamicError::BadVersion { version_str, .. } => OrtLibraryError::TooOld {
                    path: path.to_owned(),
                    found: version_str,
                    needed: format!("1.{}", ort::MINOR_VERSION),
                },
                other => cannot_load(other.to_string().into()),
            })?;
            builder
                .with_name("runners")
                .with_telemetry(false)
                // Its messages would go to standard error; what matters comes as errors too.
                .with_logger(Arc::new(|_, _, _, _, _| {}))
                .build()
                .map_err(|error| cannot_load(error.into()))
        }))
    };
    built.unwrap_or_else(|_| Err(cannot_load("it answers in an unexpected way".into())))
}

/// The version in the name of the file, as packages of onnxruntime write it: `libonnxruntime.so.1.32.0`.
fn version_of(path: &Path) -> String {
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    let is_version = |text: &&str| text.starts_with(|c: char| c.is_ascii_digit()) && text.contains('.');
    let after = |marker: &str| {
        name.split_once(marker)
            .map(|(_, version)| version.trim_end_matches(".dylib").to_owned())
    };
    after(".so.")
        .or_else(|| after("libonnxruntime."))
        .filter(|version| is_version(&version.as_str()))
        .unwrap_or_else(|| format!("1.{} or newer", ort::MINOR_VERSION))
}

/// The devices that the library was built for; asked only while one is loaded.
pub(super) fn devices() -> Vec<&'static str> {
    let mut devices = vec!["cpu"];
    let available = [
        ("cuda", ep::CUDA::is_available as fn() -> ort::Result<bool>),
        ("coreml", ep::CoreML::is_available),
        ("directml", ep::DirectML::is_available),
    ];
    for (name, is_available) in available {
        if current().is_some() && matches!(is_available(), Ok(true)) {
            devices.push(name);
        }
    }
    devices
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_from_names() {
        for (name, version) in [
            ("/x/libonnxruntime.so.1.32.0", "1.32.0"),
            ("/x/libonnxruntime.1.30.1.dylib", "1.30.1"),
            ("/x/libonnxruntime.so", "1.17 or newer"),
            ("/x/libonnxruntime.so.1", "1.17 or newer"),
            ("/x/onnxruntime.dll", "1.17 or newer"),
        ] {
            assert_eq!(version_of(Path::new(name)), version, "{name}");
        }
    }

    #[test]
    fn what_is_no_library_is_an_error_that_says_how_to_get_one() {
        let missing = load(Path::new("/no/such/libonnxruntime.so")).unwrap_err();
        assert!(matches!(missing, OrtLibraryError::NoSuchFile { .. }));
        let text = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
        let error = load(&text).unwrap_err();
        assert!(matches!(error, OrtLibraryError::CannotLoad { .. }), "{error}");
        for error in [missing, error] {
            assert!(error.to_string().contains("pip install onnxruntime"), "{error}");
        }
    }
}
