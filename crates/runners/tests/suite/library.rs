//! The library of onnxruntime.

use std::path::Path;

use runners::Ort;

/// The backend with the library that `ORT_DYLIB_PATH` names. Without it these tests are skipped, unless they have to
/// run: in CI, and where `MODELHUB_REQUIRE_NATIVE` is set.
pub(crate) fn backend() -> Option<Ort> {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let Some(library) = variable("ORT_DYLIB_PATH") else {
        let required = variable("MODELHUB_REQUIRE_NATIVE").is_some() || variable("CI").is_some();
        assert!(!required, "ORT_DYLIB_PATH is not set: see ci/native-libs.sh");
        eprintln!("ORT_DYLIB_PATH is not set: skipped");
        return None;
    };
    Some(Ort::load(Path::new(&library)).unwrap_or_else(|error| panic!("{error}")))
}
