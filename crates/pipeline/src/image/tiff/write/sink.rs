//! A TIFF file that is written in parts.

use std::io::{BufWriter, Seek, SeekFrom, Write};
use std::path::Path;

use tensor_ops::{DataType, Tensor};
use tiling::Region;

use super::contiguous::Block;
use super::{Pages, needed_size, pages};
use crate::atomic_file::AtomicFile;
use crate::axes::FileAxes;
use crate::image::early_flush::EarlyFlush;
use crate::image::mapped_sink::UnfinishedFile;
use crate::image::raw_array::{Filling, RawArray};
use crate::image::{ImageErrorKind, ImageFormat, PixelSize, TiffCompression};

/// A file that has everything but its pixels, which are one block.
pub(in crate::image) struct TiffFile {
    file: AtomicFile,
    /// The type of the tiles.
    data_type: DataType,
    pixels: RawArray,
    filling: Filling,
    flush: EarlyFlush,
}

impl TiffFile {
    pub(in crate::image) fn create(
        path: &Path,
        plan: &FileAxes,
        data_type: DataType,
        pixel_size: &PixelSize,
    ) -> Result<Self, ImageErrorKind> {
        let shape = plan.shape();
        let stored = match data_type {
            DataType::Bool => DataType::Uint8,
            other => other,
        };
        let pixel_bytes = RawArray::byte_length(&shape, stored)
            .filter(|&bytes| bytes < 1 << 62)
            .ok_or_else(|| ImageErrorKind::TooLarge { shape: shape.clone() })?;
        let size = needed_size(pixel_bytes, pages::count(plan)?, TiffCompression::None);
        let pages = Pages::new(plan, data_type, pixel_size, size)?;
        let block = Block::new(&pages, size);
        let file = AtomicFile::create(path)?;
        let mut writer = BufWriter::new(file.as_file());
        writer.write_all(&block.header()?)?;
        writer.seek(SeekFrom::Start(block.tail))?;
        block.write_tail(&mut writer)?;
        writer.flush()?;
        drop(writer);
        Ok(Self {
            pixels: RawArray {
                start: block.pixels,
                shape,
                data_type: stored,
                big_endian: false,
            },
            filling: Filling::default(),
            flush: EarlyFlush::new(pixel_bytes),
            file,
            data_type,
        })
    }
}

impl UnfinishedFile for TiffFile {
    fn format(&self) -> ImageFormat {
        ImageFormat::Tiff
    }

    fn data_type(&self) -> DataType {
        self.data_type
    }

    fn write(&mut self, region: &Region, tile: &Tensor) -> Result<(), ImageErrorKind> {
        let found = tile.data_type();
        if found != self.data_type {
            return Err(ImageErrorKind::OtherDataType {
                found,
                expected: self.data_type,
            });
        }
        let cast;
        let stored = if found == self.pixels.data_type {
            tile
        } else {
            cast = tile.cast(self.pixels.data_type);
            &cast
        };
        let mut file = self.file.as_file();
        self.pixels.write(&mut file, region, stored, &mut self.filling)?;
        Ok(self
            .flush
            .written(file, (stored.len() * stored.data_type().item_size()) as u64)?)
    }

    fn read_back(&mut self, region: &Region) -> Result<Tensor, ImageErrorKind> {
        let stored = self.pixels.read(&mut self.file.as_file(), region)?;
        Ok(stored.into_cast(self.data_type))
    }

    fn finish(self) -> Result<(), ImageErrorKind> {
        Ok(self.file.finish()?)
    }
}
