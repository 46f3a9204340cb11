//! The library of onnxruntime.

use runners::Backends;

use super::State;
use crate::args::NativeOptions;
use crate::exit::Failure;

/// Adds the backend ort if its library is found and can be loaded. A library that the user named has to work.
#[cfg(feature = "ort")]
pub(super) fn add(backends: Backends, options: &NativeOptions) -> Result<(Backends, State), Failure> {
    use runners::{Ort, OrtLibraryError, OrtLibraryOrigin, OrtLibrarySearch};

    let mut search = OrtLibrarySearch::default();
    search.explicit.clone_from(&options.onnxruntime);
    search.variable = super::variable("ORT_DYLIB_PATH").map(Into::into);
    search.executable_folder = std::env::current_exe()
        .ok()
        .and_then(|file| file.parent().map(Into::into));
    // Where a file was named, nothing else is looked at.
    if search.explicit.is_none() && search.variable.is_none() {
        search.interpreter = super::interpreter::find(options).map(super::interpreter::behind_script);
    }
    search.home = super::variable("HOME").map(Into::into);
    let missing = |error: &OrtLibraryError, broken| State::Missing {
        reason: match error {
            OrtLibraryError::NotFound { looked } => {
                format!(
                    "the library of onnxruntime was not found (looked in {})",
                    looked.join(", ")
                )
            }
            other => crate::exit::chain_in_one_line(other),
        },
        fix: "install it with `pip install onnxruntime`, or name its file with --onnxruntime".to_owned(),
        broken,
    };
    let named = search.explicit.is_some() || search.variable.is_some();
    let found = match search.find() {
        Ok(found) => found,
        Err(error) if named => return Err(Failure::because(&error)),
        Err(error) => return Ok((backends, missing(&error, false))),
    };
    let ort = match Ort::load(&found.path) {
        Ok(ort) => ort,
        Err(error) if named => return Err(Failure::because(&error)),
        Err(error) => return Ok((backends, missing(&error, true))),
    };
    let origin = match found.origin {
        OrtLibraryOrigin::Explicit => "named by --onnxruntime",
        OrtLibraryOrigin::Variable => "named by ORT_DYLIB_PATH",
        OrtLibraryOrigin::Executable => "beside this program",
        _ => "of the Python package",
    };
    let state = State::Ready {
        detail: format!(
            "onnxruntime {} {origin}, {}",
            ort.version(),
            ort.library().display()
        ),
        devices: ort.devices(),
    };
    Ok((backends.with(ort), state))
}

#[cfg(not(feature = "ort"))]
pub(super) fn add(backends: Backends, _: &NativeOptions) -> Result<(Backends, State), Failure> {
    Ok((backends, super::not_built("ort")))
}
