//! The Python source of a network.

use rdf_spec::{Architecture as Described, Network, Package, Sha256, WeightsFormat, Yaml};
use runners::{Architecture, ArchitectureSource, PythonValue};

use crate::error::{PipelineError, PipelineErrorKind};

/// The largest source file that is read.
const MAX_SOURCE_BYTES: u64 = 16 << 20;

/// The source of the `pytorch_state_dict` weights; `None` if the description names none. A file must have the digest that
/// the description states.
pub(crate) fn read(package: &Package, model: &Network) -> Result<Option<Architecture>, PipelineError> {
    let Some(entry) = model.weights.get(WeightsFormat::PytorchStateDict) else {
        return Ok(None);
    };
    let kwargs = || {
        let arguments = entry.kwargs.iter();
        arguments
            .map(|(name, argument)| (name.clone(), value(argument)))
            .collect()
    };
    let (source, callable) = match &entry.architecture {
        None => return Ok(None),
        Some(Described::Module { module, callable }) => {
            let name = module.clone();
            (ArchitectureSource::Module { name }, callable)
        }
        Some(Described::File {
            source,
            callable,
            sha256,
        }) => {
            let Some(file) = package.files().name_of(source) else {
                return Err(PipelineErrorKind::RemoteFile {
                    url: source.as_str().to_owned(),
                }
                .into());
            };
            let unreadable = |error: rdf_spec::PackageError| {
                let file = file.to_owned();
                PipelineError::caused_by(PipelineErrorKind::File { file }, error)
            };
            let name = file.to_owned();
            let Some(stated) = sha256 else {
                return Err(PipelineErrorKind::SourceWithoutDigest { file: name }.into());
            };
            let code = package.files().read(file, MAX_SOURCE_BYTES).map_err(unreadable)?;
            // Of the bytes that are run, whatever becomes of the file.
            let found = Sha256::of(&mut code.as_slice()).map_err(|error| {
                PipelineError::caused_by(PipelineErrorKind::File { file: name.clone() }, error)
            })?;
            if found != *stated {
                return Err(PipelineErrorKind::SourceDigestMismatch {
                    file: name,
                    found: found.to_string(),
                    stated: stated.to_string(),
                }
                .into());
            }
            (ArchitectureSource::File { name, code }, callable)
        }
    };
    Ok(Some(Architecture::new(source, callable.clone(), kwargs())))
}

fn value(described: &Yaml) -> PythonValue {
    match described {
        Yaml::Null => PythonValue::None,
        Yaml::Bool(value) => PythonValue::Bool(*value),
        Yaml::Int(value) => PythonValue::Int(*value),
        Yaml::Float(value) => PythonValue::Float(*value),
        Yaml::String(value) => PythonValue::Text(value.clone()),
        Yaml::Sequence(values) => PythonValue::List(values.iter().map(value).collect()),
        Yaml::Mapping(entries) => PythonValue::Dict(
            entries
                .iter()
                .map(|(key, entry)| (key.clone(), value(entry)))
                .collect(),
        ),
    }
}
