//! Arrays as `numpy.save` writes them.
//!
//! The header is checked here, with bounds, before [`ndarray_npy`] reads the elements: it sees a header that was
//! written anew from the checked values. Format: `numpy.lib.format`, versions 1.0 to 3.0.

use std::io::{self, BufReader, Read, Write};
use std::path::Path;

use ndarray::ArrayD;
use ndarray_npy::{ReadNpyError, ReadNpyExt, ReadableElement, WriteNpyError, WriteNpyExt};
use tensor_ops::{DataType, Tensor};

use super::arrays::with_array;
use super::{ImageError, ImageErrorKind, ImageFormat, regular_file};
use crate::atomic_file::write_atomically;
use crate::axes::{FileAxes, ImageAxes};

mod descriptor;
mod error;
mod header;
mod literal;
mod sink;
mod source;

#[cfg(feature = "zarr")]
pub(super) use descriptor::ElementType;
pub use error::NpyError;
use header::Header;
pub(super) use sink::NpyFile;
pub(super) use source::NpySource;

/// Read one array in the `.npy` format: any [`DataType`], both byte orders, both memory orders.
///
/// The result is in row-major order whatever the file has. `available_bytes` is how many bytes the reader has at
/// most, header included: the size of the file, or a limit of the caller. No memory is taken for an array that
/// cannot be in so many bytes.
///
/// # Errors
///
/// An [`ImageError`] without path and with a [`NpyError`]: what is wrong with the header, an element type without
/// counterpart (`float16`, complex numbers, objects, records ...), fewer or more bytes than the shape needs, a
/// `bool` that is neither 0 nor 1, or an error of the reader.
///
/// # Examples
///
/// ```
/// use ndarray::array;
/// use tensor_ops::Tensor;
///
/// let mut file = b"\x93NUMPY\x01\x00".to_vec();
/// let header = b"{'descr': '>u2', 'fortran_order': False, 'shape': (2,), }\n";
/// file.extend((header.len() as u16).to_le_bytes());
/// file.extend(header);
/// file.extend([1, 0, 0, 7]);
/// let tensor = pipeline::image::read_npy(file.as_slice(), file.len() as u64)?;
/// assert_eq!(tensor, Tensor::from(array![256_u16, 7].into_dyn()));
/// # Ok::<(), pipeline::image::ImageError>(())
/// ```
pub fn read_npy<R: Read>(reader: R, available_bytes: u64) -> Result<Tensor, ImageError> {
    Ok(read(reader, available_bytes)?)
}

/// Read an `.npy` file; see [`read_npy`].
///
/// # Errors
///
/// As [`read_npy`], with the path; and if the file cannot be opened, or is no regular file: a folder, a pipe, a device.
pub fn read_npy_file(path: impl AsRef<Path>) -> Result<Tensor, ImageError> {
    let path = path.as_ref();
    read_path(path).map_err(|kind| ImageError::at(path, kind))
}

pub(super) fn read_path(path: &Path) -> Result<Tensor, ImageErrorKind> {
    let (file, length) = regular_file::open(path)?;
    Ok(read(BufReader::new(file), length)?)
}

/// Write an `.npy` file, in the byte order of the machine.
///
/// The file appears whole or not at all, see [`write_atomically`].
///
/// # Errors
///
/// An [`ImageError`] with the path if the file cannot be written.
pub fn write_npy(path: impl AsRef<Path>, tensor: &Tensor) -> Result<(), ImageError> {
    let path = path.as_ref();
    write_atomically(path, |writer| write_elements(writer, tensor)).map_err(|kind| ImageError::at(path, kind))
}

/// Write a tensor whose axes are known, which the format cannot say.
pub(super) fn write(writer: impl Write, tensor: &Tensor, axes: &ImageAxes) -> Result<(), ImageErrorKind> {
    // That they fit is all that can be checked of the axes.
    FileAxes::plan(tensor.shape(), axes, ImageFormat::Npy)?;
    write_elements(writer, tensor)
}

fn write_elements(writer: impl Write, tensor: &Tensor) -> Result<(), ImageErrorKind> {
    let written = with_array!(
        tensor,
        array => array.write_npy(writer),
        _ => return Err(NpyError::UnsupportedDataType { data_type: tensor.data_type() }.into())
    );
    written.map_err(|error| match error {
        WriteNpyError::Io(error) => ImageErrorKind::Write(error),
        other => ImageErrorKind::Write(io::Error::other(other)),
    })
}

fn read(mut reader: impl Read, available_bytes: u64) -> Result<Tensor, NpyError> {
    let header = Header::read(&mut reader, available_bytes)?;
    match header.element.data_type {
        DataType::Bool => elements::<bool>(&header, reader),
        DataType::Uint8 => elements::<u8>(&header, reader),
        DataType::Int8 => elements::<i8>(&header, reader),
        DataType::Uint16 => elements::<u16>(&header, reader),
        DataType::Int16 => elements::<i16>(&header, reader),
        DataType::Uint32 => elements::<u32>(&header, reader),
        DataType::Int32 => elements::<i32>(&header, reader),
        DataType::Uint64 => elements::<u64>(&header, reader),
        DataType::Int64 => elements::<i64>(&header, reader),
        DataType::Float32 => elements::<f32>(&header, reader),
        DataType::Float64 => elements::<f64>(&header, reader),
    }
}

fn elements<T>(header: &Header, reader: impl Read) -> Result<Tensor, NpyError>
where
    T: ReadableElement,
    Tensor: From<ArrayD<T>>,
{
    // One byte more than needed tells whether something follows, without reading all of it.
    let data = reader.take(header.data_bytes.saturating_add(1));
    let array =
        ArrayD::<T>::read_npy(header.canonical().as_slice().chain(data)).map_err(|error| match error {
            ReadNpyError::Io(error) => NpyError::Read(error),
            ReadNpyError::MissingData => NpyError::Truncated {
                shape: header.shape.clone(),
                data_type: header.element.data_type,
            },
            ReadNpyError::ExtraBytes(_) => NpyError::TrailingBytes {
                shape: header.shape.clone(),
                data_type: header.element.data_type,
            },
            ReadNpyError::ParseData(error) => NpyError::InvalidElement {
                reason: error.to_string(),
            },
            other => NpyError::Decode {
                reason: other.to_string(),
            },
        })?;
    Ok(Tensor::from(array).into_standard_layout())
}
