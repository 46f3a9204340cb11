//! The list of backends a program uses.

use crate::{Advice, Backend, LoadError, LoadErrorKind, LoadOptions, Runner, WeightsData, WeightsFormat};

/// Backends in order of preference: a value that a program makes, changes and passes on.
///
/// ```
/// use runners::{Backends, WeightsFormat};
/// let backends = Backends::built_in();
/// # #[cfg(feature = "tract")]
/// assert_eq!(backends.supporting(WeightsFormat::Onnx).next().map(|backend| backend.name()), Some("tract"));
/// assert!(backends.supporting(WeightsFormat::PytorchStateDict).next().is_none());
/// assert!(backends.advice(WeightsFormat::PytorchStateDict).to_string().contains("it has to be allowed"));
/// ```
#[derive(Debug, Default)]
pub struct Backends {
    backends: Vec<Box<dyn Backend>>,
}

impl Backends {
    /// No backends at all.
    #[must_use]
    pub fn empty() -> Self {
        Self::default()
    }

    /// The backends that this build was compiled with and that need nothing else: those that need a library, an
    /// interpreter or the user's consent are added by [`with`](Self::with).
    #[must_use]
    pub fn built_in() -> Self {
        let backends = Self::empty();
        #[cfg(feature = "tch")]
        let backends = backends.with(crate::Tch);
        #[cfg(feature = "tract")]
        let backends = backends.with(crate::Tract);
        backends
    }

    /// Adds a backend, preferred less than those that are there.
    #[must_use]
    pub fn with(mut self, backend: impl Backend + 'static) -> Self {
        self.backends.push(Box::new(backend));
        self
    }

    /// The backends in order of preference.
    pub fn iter(&self) -> impl Iterator<Item = &dyn Backend> {
        self.backends.iter().map(AsRef::as_ref)
    }

    /// The backend of that name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&dyn Backend> {
        self.iter().find(|backend| backend.name() == name)
    }

    /// The backends that run `format`, in order of preference.
    pub fn supporting(&self, format: WeightsFormat) -> impl Iterator<Item = &dyn Backend> {
        self.iter().filter(move |backend| backend.supports(format))
    }

    /// What runs `format`: a backend of this list, else one that can be compiled in, else nothing.
    #[must_use]
    pub fn advice(&self, format: WeightsFormat) -> Advice {
        match self.supporting(format).next() {
            Some(backend) => Advice::UseBackend {
                format,
                backend: backend.name(),
            },
            None => Advice::without_backend(format),
        }
    }

    /// Loads weights with the preferred backend that supports their format.
    ///
    /// # Errors
    /// [`LoadError`] of kind `UnsupportedFormat` if no backend supports the format, else what that backend reports;
    /// other backends are not tried.
    pub fn load(
        &self,
        format: WeightsFormat,
        data: WeightsData<'_>,
        options: &LoadOptions,
    ) -> Result<Box<dyn Runner>, LoadError> {
        match self.supporting(format).next() {
            Some(backend) => backend.load(format, data, options),
            None => Err(LoadErrorKind::UnsupportedFormat {
                format,
                advice: self.advice(format),
            }
            .into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_backends_every_format_gets_advice() {
        let backends = Backends::empty();
        for format in WeightsFormat::ALL {
            let error = backends
                .load(format, WeightsData::Bytes(&[]), &LoadOptions::default())
                .unwrap_err();
            let LoadErrorKind::UnsupportedFormat { advice, .. } = error.kind() else {
                panic!("{error}")
            };
            match (format, advice) {
                (WeightsFormat::Onnx, Advice::EnableFeature { feature, .. }) => assert_eq!(*feature, "tract"),
                (WeightsFormat::PytorchStateDict, Advice::EnableFeature { feature, .. }) => {
                    assert_eq!(*feature, "python");
                }
                (WeightsFormat::Torchscript, Advice::EnableFeature { feature, .. }) => {
                    assert_eq!(*feature, "torchscript");
                }
                (WeightsFormat::TensorflowSavedModelBundle, Advice::EnableFeature { feature, .. }) => {
                    assert_eq!(*feature, "tensorflow");
                }
                (WeightsFormat::KerasHdf5, Advice::EnableFeature { feature, .. }) => {
                    assert_eq!(*feature, "keras");
                }
                (WeightsFormat::TensorflowJs, Advice::EnableFeature { feature, .. }) => {
                    assert_eq!(*feature, "tfjs");
                }
                (other, Advice::NoBackend { format }) => assert_eq!(other, *format),
                (format, advice) => panic!("{format}: {advice}"),
            }
            assert!(error.to_string().contains(format.name()));
        }
    }

    #[cfg(feature = "tract")]
    #[test]
    fn tract_is_built_in_and_runs_onnx_and_what_is_converted() {
        let backends = Backends::built_in();
        assert!(backends.find("tract").is_some() && backends.find("ort").is_none());
        for format in WeightsFormat::ALL {
            let runs = format == WeightsFormat::Onnx || crate::converted::is_converted(format);
            let by_tract = backends
                .supporting(format)
                .any(|backend| backend.name() == "tract");
            assert_eq!(by_tract, runs, "{format}");
        }
        assert_eq!(
            backends.advice(WeightsFormat::Onnx),
            Advice::UseBackend {
                format: WeightsFormat::Onnx,
                backend: "tract"
            }
        );
    }
}
