//! Which weights of a package run, on which backend, and loading them.

use rdf_spec::{Network, Package};
use runners::{Backend, Backends, LoadOptions, Runner, WeightsData, WeightsFormat};

use super::MAX_WEIGHTS_BYTES;
use crate::bind::weights;
use crate::demand::DescriptionDemand;
use crate::error::{PipelineError, PipelineErrorKind};
use crate::warning::PipelineWarning;

/// The formats of a description, in its order.
pub(crate) fn formats(model: &Network) -> Vec<WeightsFormat> {
    model.weights.formats().map(weights::format).collect()
}

/// The backend for a format: the one asked for, or the preferred one.
pub(crate) fn backend_for<'b>(
    backends: &'b Backends,
    format: WeightsFormat,
    name: Option<&str>,
) -> Result<&'b dyn Backend, PipelineError> {
    let Some(name) = name else {
        return backends.supporting(format).next().ok_or_else(|| {
            PipelineErrorKind::UnsupportedWeights {
                format,
                advice: backends.advice(format),
            }
            .into()
        });
    };
    let Some(backend) = backends.find(name) else {
        let available = backends.iter().map(Backend::name).collect();
        return Err(PipelineErrorKind::UnknownBackend {
            name: name.to_owned(),
            available,
        }
        .into());
    };
    if !backend.supports(format) {
        return Err(PipelineErrorKind::BackendDoesNotRun {
            backend: backend.name(),
            format,
        }
        .into());
    }
    Ok(backend)
}

/// The format to run and its backend: what was asked for, or the first of the description that can be run.
pub(super) fn choose<'b>(
    model: &Network,
    backends: &'b Backends,
    format: Option<WeightsFormat>,
    backend: Option<&str>,
) -> Result<(WeightsFormat, &'b dyn Backend), PipelineError> {
    let available = formats(model);
    if let Some(format) = format {
        if !available.contains(&format) {
            return Err(PipelineErrorKind::NoSuchWeights { format, available }.into());
        }
        return Ok((format, backend_for(backends, format, backend)?));
    }
    let mut first_error = None;
    for &format in &available {
        match backend_for(backends, format, backend) {
            Ok(found) => return Ok((format, found)),
            Err(error) if matches!(error.kind(), PipelineErrorKind::UnknownBackend { .. }) => {
                return Err(error);
            }
            Err(error) => first_error = first_error.or(Some(error)),
        }
    }
    match first_error {
        Some(error) if backend.is_some() => Err(error),
        _ => {
            let advice = available.iter().map(|&format| backends.advice(format)).collect();
            Err(PipelineErrorKind::NoRunnableWeights { available, advice }.into())
        }
    }
}

/// The network of a package, after its digest was looked at.
pub(super) fn load(
    package: &Package,
    model: &Network,
    format: WeightsFormat,
    backend: &dyn Backend,
    options: &LoadOptions,
    demand: DescriptionDemand,
    warnings: &mut Vec<PipelineWarning>,
) -> Result<Box<dyn Runner>, PipelineError> {
    let Some(entry) = model.weights.get(weights::described(format)) else {
        return Err(PipelineErrorKind::NoSuchWeights {
            format,
            available: formats(model),
        }
        .into());
    };
    let Some(file) = package.files().name_of(&entry.source) else {
        return Err(PipelineErrorKind::RemoteFile {
            url: entry.source.as_str().to_owned(),
        }
        .into());
    };
    let unreadable = |error: rdf_spec::PackageError| {
        PipelineError::caused_by(
            PipelineErrorKind::File {
                file: file.to_owned(),
            },
            error,
        )
    };
    if let Some(stated) = &entry.sha256 {
        let found = package.files().sha256(file).map_err(unreadable)?;
        if found != *stated {
            let (file, found, stated) = (file.to_owned(), found.to_string(), stated.to_string());
            if demand == DescriptionDemand::Valid {
                return Err(PipelineErrorKind::DigestMismatch { file, found, stated }.into());
            }
            warnings.push(PipelineWarning::DigestMismatch { file, found, stated });
        }
    }
    let path = package.files().file_path(file).map_err(unreadable)?;
    let loaded = match &path {
        Some(path) => backend.load(format, WeightsData::File(path), options),
        None => {
            let bytes = package
                .files()
                .read(file, MAX_WEIGHTS_BYTES)
                .map_err(unreadable)?;
            backend.load(format, WeightsData::Bytes(&bytes), options)
        }
    };
    loaded.map_err(|error| {
        PipelineError::caused_by(
            PipelineErrorKind::Load {
                format,
                backend: backend.name(),
            },
            error,
        )
    })
}
