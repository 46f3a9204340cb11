//! An `.npy` file that is written in parts.

use std::io::Write;
use std::path::Path;

use tensor_ops::{DataType, Tensor};
use tiling::Region;

use super::Header;
use super::descriptor::ElementType;
use crate::atomic_file::AtomicFile;
use crate::image::early_flush::EarlyFlush;
use crate::image::mapped_sink::UnfinishedFile;
use crate::image::raw_array::{Filling, RawArray};
use crate::image::{ImageErrorKind, ImageFormat};

/// A file of full length, in which parts are replaced; what was not written is 0.
pub(in crate::image) struct NpyFile {
    file: AtomicFile,
    array: RawArray,
    filling: Filling,
    flush: EarlyFlush,
}

impl NpyFile {
    pub(in crate::image) fn create(
        path: &Path,
        shape: &[usize],
        data_type: DataType,
    ) -> Result<Self, ImageErrorKind> {
        let too_large = || ImageErrorKind::TooLarge {
            shape: shape.to_vec(),
        };
        let data_bytes = RawArray::byte_length(shape, data_type).ok_or_else(too_large)?;
        let element = ElementType {
            data_type,
            big_endian: cfg!(target_endian = "big"),
        };
        let header = Header {
            element,
            fortran_order: false,
            shape: shape.iter().map(|&length| length as u64).collect(),
            data_start: 0,
            data_bytes,
        }
        .aligned();
        let start = header.len() as u64;
        let length = start.checked_add(data_bytes).ok_or_else(too_large)?;
        let file = AtomicFile::create(path)?;
        file.as_file().write_all(&header)?;
        file.as_file().set_len(length)?;
        Ok(Self {
            file,
            array: RawArray {
                start,
                shape: shape.to_vec(),
                data_type,
                big_endian: element.big_endian,
            },
            filling: Filling::default(),
            flush: EarlyFlush::new(data_bytes),
        })
    }
}

impl UnfinishedFile for NpyFile {
    fn format(&self) -> ImageFormat {
        ImageFormat::Npy
    }

    fn data_type(&self) -> DataType {
        self.array.data_type
    }

    fn write(&mut self, region: &Region, tile: &Tensor) -> Result<(), ImageErrorKind> {
        let mut file = self.file.as_file();
        self.array.write(&mut file, region, tile, &mut self.filling)?;
        Ok(self
            .flush
            .written(file, (tile.len() * tile.data_type().item_size()) as u64)?)
    }

    fn read_back(&mut self, region: &Region) -> Result<Tensor, ImageErrorKind> {
        self.array.read(&mut self.file.as_file(), region)
    }

    fn finish(self) -> Result<(), ImageErrorKind> {
        Ok(self.file.finish()?)
    }
}
