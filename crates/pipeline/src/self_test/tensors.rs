//! The test tensors of a package.

use rdf_spec::{FileSource, Package};
use tensor_ops::Tensor;

use crate::error::{PipelineError, PipelineErrorKind, TensorRole};
use crate::image::{read_npy, read_npy_file};
use crate::sample::Sample;

/// The largest test tensor that is read from an archive into memory.
const MAX_TENSOR_BYTES: u64 = 4 << 30;

/// Reads one file for each name.
pub(super) fn read_all(
    package: &Package,
    role: TensorRole,
    files: &[FileSource],
    names: &[&str],
) -> Result<Sample, PipelineError> {
    if files.len() != names.len() {
        let kind = PipelineErrorKind::TestTensorCount {
            role,
            described: names.len(),
            found: files.len(),
        };
        return Err(kind.into());
    }
    let mut sample = Sample::new();
    for (file, &name) in files.iter().zip(names) {
        sample.insert(name, read(package, file)?);
    }
    Ok(sample)
}

fn read(package: &Package, source: &FileSource) -> Result<Tensor, PipelineError> {
    let Some(file) = package.files().name_of(source) else {
        return Err(PipelineErrorKind::RemoteFile {
            url: source.as_str().to_owned(),
        }
        .into());
    };
    let kind = || PipelineErrorKind::File {
        file: file.to_owned(),
    };
    let path = package
        .files()
        .file_path(file)
        .map_err(|error| PipelineError::caused_by(kind(), error))?;
    if let Some(path) = path {
        return read_npy_file(path).map_err(|error| PipelineError::caused_by(kind(), error));
    }
    let bytes = package
        .files()
        .read(file, MAX_TENSOR_BYTES)
        .map_err(|error| PipelineError::caused_by(kind(), error))?;
    read_npy(bytes.as_slice(), bytes.len() as u64).map_err(|error| PipelineError::caused_by(kind(), error))
}
