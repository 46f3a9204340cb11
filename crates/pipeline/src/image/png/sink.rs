//! A PNG file whose pixels are gathered first.

use std::io::{BufWriter, Write};
use std::path::Path;

use tensor_ops::{DataType, Tensor};
use tiling::Region;

use super::{MAX_TILED_BYTES, PngError};
use crate::atomic_file::AtomicFile;
use crate::axes::{FileAxes, ImageAxes};
use crate::image::arrays::zeros;
use crate::image::mapped_sink::UnfinishedFile;
use crate::image::paste::{part, paste};
use crate::image::raw_array::RawArray;
use crate::image::{ImageErrorKind, ImageFormat, PngScaling};

/// An image in memory that is encoded at the end.
pub(in crate::image) struct PngFile {
    file: AtomicFile,
    image: Tensor,
    axes: ImageAxes,
    scaling: PngScaling,
}

impl PngFile {
    pub(in crate::image) fn create(
        path: &Path,
        plan: &FileAxes,
        data_type: DataType,
        scaling: PngScaling,
    ) -> Result<Self, ImageErrorKind> {
        let shape = plan.shape();
        if scaling == PngScaling::None && !matches!(data_type, DataType::Uint8 | DataType::Uint16) {
            return Err(PngError::NeedsScaling { data_type }.into());
        }
        if RawArray::byte_length(&shape, data_type).is_none_or(|bytes| bytes > MAX_TILED_BYTES) {
            return Err(ImageErrorKind::LargeImage {
                format: ImageFormat::Png,
                limit: MAX_TILED_BYTES,
                done: "written",
            });
        }
        Ok(Self {
            file: AtomicFile::create(path)?,
            image: zeros(data_type, &shape)?,
            axes: plan.axes.clone(),
            scaling,
        })
    }
}

impl UnfinishedFile for PngFile {
    fn format(&self) -> ImageFormat {
        ImageFormat::Png
    }

    fn data_type(&self) -> DataType {
        self.image.data_type()
    }

    fn write(&mut self, region: &Region, tile: &Tensor) -> Result<(), ImageErrorKind> {
        paste(
            &mut self.image,
            region.start(),
            tile,
            &Region::whole(region.shape()),
        )
    }

    fn read_back(&mut self, region: &Region) -> Result<Tensor, ImageErrorKind> {
        part(&self.image, region)
    }

    fn finish(self) -> Result<(), ImageErrorKind> {
        let mut writer = BufWriter::new(self.file.as_file());
        super::write(&mut writer, &self.image, &self.axes, self.scaling)?;
        writer.flush()?;
        drop(writer);
        Ok(self.file.finish()?)
    }
}
