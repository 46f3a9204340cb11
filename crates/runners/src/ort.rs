//! ONNX by Microsoft's onnxruntime.

mod convert;
mod library;
mod library_error;
mod model;
mod runner;
mod search;

use std::path::{Path, PathBuf};

use crate::onnx::{self, ElementType, Engine};
use crate::{
    Advice, Backend, LoadError, LoadErrorKind, LoadOptions, Runner, WeightsData, WeightsFormat, converted,
};

pub use library_error::OrtLibraryError;
pub use search::{OrtLibrary, OrtLibraryOrigin, OrtLibrarySearch};

/// The name of the backend in errors and lists.
const NAME: &str = "ort";

/// The ONNX backend of onnxruntime, several times faster than `Tract` and with graphics cards, where its shared library
/// is installed.
///
/// - The library is not part of the program: [`OrtLibrarySearch`] finds one and [`Ort::load`] loads it. Nothing is
///   loaded before that, and all versions from 1.17 on are accepted. A process has one library: whoever loads first
///   decides.
/// - Inputs are the graph's inputs without those that are initializers too; outputs are the graph's outputs.
/// - The same checks as for `Tract` are made before onnxruntime sees the weights: size, number of parts, tensors that
///   are as large as they say, names that exist. All tensors have to be inside the file: external data is refused,
///   whatever path it names, also in functions. Sparse tensors and constants of less than a byte are not covered.
/// - Weights of more than 64 MiB are copied to a file without a name (on Windows, one that goes with the runner) in the
///   folder for temporary files, after they were checked, and mapped from there: memory holds them once, and only as far
///   as they are used.
/// - Lengths in the file are hints: onnxruntime gets the network without them.
/// - NaN and infinity are carried through as the standard says.
/// - [`Device`](crate::Device): `cpu`, and `cuda`, `coreml` and `directml` if the library was built with them. If it
///   was not, or the machine lacks the device, loading is refused. Operators that the device does not have are computed
///   on the processor, as onnxruntime does it.
/// - [`LoadOptions::max_tensor_bytes`] is compared with the inputs only: what onnxruntime makes on its way is not known
///   before. A network that asks for more memory than there is gets an error, or the system ends the process.
/// - It is native code in this process: a defect that a hostile network triggers may end the program or worse. `Tract`
///   is the backend for networks that are not trusted.
#[derive(Debug, Clone)]
pub struct Ort {
    library: PathBuf,
    version: String,
}

impl Ort {
    /// Loads the shared library of onnxruntime at `path`, unless it is loaded already.
    ///
    /// Loading a library runs its code: `path` must be trusted.
    ///
    /// # Errors
    /// [`OrtLibraryError`] if there is no such file, if it is no onnxruntime or one before 1.17, or if another library
    /// is loaded already.
    ///
    /// ```no_run
    /// use runners::{Backends, Ort, OrtLibrarySearch};
    /// let mut search = OrtLibrarySearch::default();
    /// search.interpreter = Some("/usr/bin/python3".into());
    /// let ort = Ort::load(&search.find()?.path)?;
    /// println!("onnxruntime {}", ort.version());
    /// let backends = Backends::empty().with(ort);
    /// # Ok::<(), runners::OrtLibraryError>(())
    /// ```
    pub fn load(path: impl AsRef<Path>) -> Result<Self, OrtLibraryError> {
        let (library, version) = library::load(path.as_ref())?;
        Ok(Ort { library, version })
    }

    /// The library.
    #[must_use]
    pub fn library(&self) -> &Path {
        &self.library
    }

    /// The version of the library as far as it is known, like `1.32.0`.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The devices that the library was built for, without their numbers. Whether the machine has them shows when
    /// weights are loaded.
    #[must_use]
    pub fn devices(&self) -> Vec<&'static str> {
        library::devices()
    }
}

impl Backend for Ort {
    fn name(&self) -> &'static str {
        NAME
    }

    fn supports(&self, format: WeightsFormat) -> bool {
        format == WeightsFormat::Onnx || converted::is_converted(format)
    }

    fn load(
        &self,
        format: WeightsFormat,
        data: WeightsData<'_>,
        options: &LoadOptions,
    ) -> Result<Box<dyn Runner>, LoadError> {
        if !self.supports(format) {
            let advice = Advice::without_backend(format);
            return Err(LoadErrorKind::UnsupportedFormat { format, advice }.into());
        }
        options.check_threads()?;
        if format != WeightsFormat::Onnx {
            return converted::load(self.clone(), format, data, options);
        }
        let network = onnx::read(data, &ENGINE)?;
        Ok(Box::new(runner::OrtRunner::new(network, options)?))
    }
}

/// What onnxruntime runs.
const ENGINE: Engine = Engine {
    name: NAME,
    has_functions: true,
    has_constants_of: |data_type| data_type != ElementType::Undefined,
    has_operator: |domain, _| DOMAINS.contains(&domain),
    // Its time grows with the number only, which is bounded by that of the parts of a file.
    max_nodes: 1_000_000,
};

/// The domains of which onnxruntime has operators; which of them it has, it says itself.
const DOMAINS: [&str; 9] = [
    "",
    "ai.onnx",
    "ai.onnx.ml",
    "ai.onnx.preview",
    "ai.onnx.preview.training",
    "ai.onnx.training",
    "com.microsoft",
    "com.microsoft.experimental",
    "com.ms.internal.nhwc",
];
