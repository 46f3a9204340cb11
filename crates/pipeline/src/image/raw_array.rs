//! Arrays that lie in a file element by element, read and written in parts.

use std::io::{self, Read, Seek, SeekFrom, Write};

use ndarray::ArrayD;
use tensor_ops::{DataType, Tensor};
use tiling::{Region, RegionError};

use super::ImageErrorKind;
use super::arrays::{allocate, shaped, with_array};
use super::element::{FileElement, with_element_type};

mod filling;
mod runs;

pub(super) use filling::Filling;
use runs::Runs;

/// The most bytes that are read or written at once.
const BLOCK_BYTES: usize = 1 << 20;

/// An array in row-major order, without gaps, somewhere in a file.
#[derive(Debug, Clone)]
pub(super) struct RawArray {
    /// Where its first element is, in bytes from the start of the file.
    pub(super) start: u64,
    pub(super) shape: Vec<usize>,
    pub(super) data_type: DataType,
    pub(super) big_endian: bool,
}

impl RawArray {
    /// How many bytes an array has; `None` if they are more than can be addressed.
    pub(super) fn byte_length(shape: &[usize], data_type: DataType) -> Option<u64> {
        if shape.contains(&0) {
            return Some(0);
        }
        shape
            .iter()
            .try_fold(data_type.item_size() as u64, |product, &length| {
                product.checked_mul(length as u64)
            })
            .filter(|&bytes| i64::try_from(bytes).is_ok())
    }

    /// Read a part.
    ///
    /// Takes the memory of the part, of which there may be no more than can be allocated, and [`BLOCK_BYTES`].
    pub(super) fn read(
        &self,
        reader: &mut (impl Read + Seek),
        region: &Region,
    ) -> Result<Tensor, ImageErrorKind> {
        region.check_within(&self.shape)?;
        with_element_type!(self.data_type, Element => {
            self.read_elements::<Element>(reader, region).map(Tensor::from)
        })
    }

    fn read_elements<T: FileElement>(
        &self,
        reader: &mut (impl Read + Seek),
        region: &Region,
    ) -> Result<ArrayD<T>, ImageErrorKind> {
        let total = region.len();
        let mut elements: Vec<T> = allocate(total)?;
        let runs = Runs::find(&self.shape, region, size_of::<T>(), self.start)?;
        let mut block = Vec::new();
        let gathered = runs.gathered();
        for place in runs.places() {
            reader
                .seek(SeekFrom::Start(place))
                .map_err(ImageErrorKind::Read)?;
            if let [single] = gathered.as_slice() {
                // Everything from here to the end of the run is wanted.
                let mut left = single.len();
                while left > 0 {
                    block.resize(left.min(BLOCK_BYTES), 0);
                    fill(reader, &mut block)?;
                    T::decode(&block, self.big_endian, &mut elements)?;
                    left -= block.len();
                }
            } else {
                block.resize(runs.span_bytes(), 0);
                fill(reader, &mut block)?;
                for wanted in &gathered {
                    let bytes = block.get(wanted.clone()).unwrap_or_default();
                    T::decode(bytes, self.big_endian, &mut elements)?;
                }
            }
        }
        shaped(region.shape(), elements)
    }

    /// Write a part of an array that was new when `filling` began.
    pub(super) fn write(
        &self,
        writer: &mut (impl Write + Seek),
        region: &Region,
        tensor: &Tensor,
        filling: &mut Filling,
    ) -> Result<(), ImageErrorKind> {
        region.check_within(&self.shape)?;
        if tensor.shape() != region.shape() {
            return Err(RegionError::TileShape {
                found: tensor.shape().to_vec(),
                region: region.clone(),
            }
            .into());
        }
        let data_type = tensor.data_type();
        if data_type != self.data_type {
            return Err(ImageErrorKind::OtherDataType {
                found: data_type,
                expected: self.data_type,
            });
        }
        with_array!(
            tensor,
            array => self.write_elements(writer, region, array, filling),
            _ => Err(ImageErrorKind::OtherDataType { found: data_type, expected: self.data_type })
        )
    }

    fn write_elements<T: FileElement>(
        &self,
        writer: &mut (impl Write + Seek),
        region: &Region,
        array: &ArrayD<T>,
        filling: &mut Filling,
    ) -> Result<(), ImageErrorKind> {
        let runs = Runs::find_whole(&self.shape, region, size_of::<T>(), self.start)?;
        let array = array.as_standard_layout();
        // In standard layout there is a slice.
        let elements = array.as_slice().unwrap_or_default();
        let run_elements = (runs.span_bytes() / size_of::<T>()).max(1);
        let length = Self::byte_length(&self.shape, self.data_type).unwrap_or(0);
        let whole = self.start..self.start.saturating_add(length);
        let mut block = Vec::new();
        for (place, run) in runs.places().zip(elements.chunks(run_elements)) {
            let bytes = place..place.saturating_add(size_of_val(run) as u64);
            filling.fill(writer, &bytes, &whole)?;
            writer.seek(SeekFrom::Start(place))?;
            for part in run.chunks(BLOCK_BYTES / size_of::<T>()) {
                block.clear();
                T::encode(part, self.big_endian, &mut block);
                writer.write_all(&block)?;
            }
        }
        Ok(())
    }
}

fn fill(reader: &mut impl Read, block: &mut [u8]) -> Result<(), ImageErrorKind> {
    reader.read_exact(block).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => ImageErrorKind::Truncated,
        _ => ImageErrorKind::Read(error),
    })
}
