//! The pages of a TIFF file as one array, of which parts are read.

use std::io::{Read, Seek};

use tensor_ops::{DataType, Tensor};
use tiling::Region;

use super::TiffFileError;
use super::contents::Contents;
use super::directory::DirectoryReader;
use super::layout::{Arrangement, Layout};
use super::page_axes::page_axes;
use super::parts::Parts;
use super::paste::paste_plane;
use crate::axes::ImageAxes;
use crate::image::arrays::zeros;
use crate::image::raw_array::RawArray;
use crate::image::{ImageErrorKind, PixelSize};

/// How many bytes are read of a page that is not compressed before they are put where they belong.
const BLOCK_BYTES: usize = 4 << 20;

/// An array whose first axes are those of the pages, behind them `yx`, `yxc` or `cyx`.
pub(super) struct TiffArray<R> {
    parts: Parts<R>,
    axes: ImageAxes,
    shape: Vec<usize>,
    layout: Layout,
    data_type: DataType,
    pixel_size: PixelSize,
    chunk_shape: Option<Vec<usize>>,
}

impl<R: Read + Seek> TiffArray<R> {
    /// `part_limit` bounds the decoded size of a strip or tile, `cache_bytes` is what may be kept of them.
    pub(super) fn open(reader: R, part_limit: u64, cache_bytes: usize) -> Result<Self, ImageErrorKind> {
        let mut file = DirectoryReader::open(reader)?;
        let contents = Contents::read(&mut file, part_limit)?;
        let layout = contents.layout;
        let first = contents.pages.first().map_or(0, |&(number, _)| number);
        let count = contents.count();
        let mut axes = page_axes(contents.description.as_deref(), count, layout.samples)?;
        axes.retain(|&(_, length)| length != 1);
        if layout.samples > 1 && axes.iter().any(|&(letter, _)| letter == 'c') {
            return Err(TiffFileError::Unsupported {
                page: first,
                feature: format!("{} samples a pixel where the pages are channels", layout.samples),
                advice: "save each channel as a page",
            }
            .into());
        }
        let (height, width) = (('y', layout.height as usize), ('x', layout.width as usize));
        let channels = ('c', usize::from(layout.samples));
        match (layout.samples, layout.arrangement) {
            (1, _) => axes.extend([height, width]),
            (_, Arrangement::Interleaved) => axes.extend([height, width, channels]),
            (_, Arrangement::Planes) => axes.extend([channels, height, width]),
        }
        let letters: String = axes.iter().map(|&(letter, _)| letter).collect();
        let shape: Vec<usize> = axes.iter().map(|&(_, length)| length).collect();
        let data_type = layout.data_type().ok_or(TiffFileError::Damaged {
            page: first,
            problem: "its samples are of no known type",
        })?;
        if RawArray::byte_length(&shape, data_type).is_none() {
            return Err(ImageErrorKind::TooLarge { shape });
        }
        let pixel_size = super::page_axes::pixel_size(contents.description.as_deref(), contents.resolution);
        let mut array = Self {
            parts: Parts::new(file, contents, data_type, cache_bytes),
            axes: letters.parse()?,
            shape,
            layout,
            data_type,
            pixel_size,
            chunk_shape: None,
        };
        array.chunk_shape = array.find_chunk_shape();
        Ok(array)
    }

    pub(super) fn shape(&self) -> &[usize] {
        &self.shape
    }

    pub(super) fn axes(&self) -> &ImageAxes {
        &self.axes
    }

    pub(super) fn data_type(&self) -> DataType {
        self.data_type
    }

    pub(super) fn pixel_size(&self) -> &PixelSize {
        &self.pixel_size
    }

    /// The size of tiles, and of strips that are compressed.
    pub(super) fn chunk_shape(&self) -> Option<&[usize]> {
        self.chunk_shape.as_deref()
    }

    /// The largest strip or tile that has to be decoded as a whole.
    pub(super) fn largest_part(&self) -> Option<u128> {
        self.parts.largest()
    }

    /// What the pages have together when they are decoded.
    pub(super) fn size(&self) -> (usize, u128) {
        (self.parts.page_count(), self.layout.decoded_bytes())
    }

    fn find_chunk_shape(&self) -> Option<Vec<usize>> {
        let (columns, rows) = self.parts.chunk()?;
        let mut chunk = vec![1; self.shape.len()];
        let (y, x) = self.places_of_rows();
        *chunk.get_mut(y)? = rows;
        *chunk.get_mut(x)? = columns;
        if self.is_interleaved() {
            *chunk.last_mut()? = usize::from(self.layout.samples);
        }
        // A tile may be larger than its page.
        chunk
            .iter_mut()
            .zip(&self.shape)
            .for_each(|(chunk, &length)| *chunk = length.min(*chunk));
        Some(chunk)
    }

    fn is_interleaved(&self) -> bool {
        self.layout.samples > 1 && self.layout.arrangement == Arrangement::Interleaved
    }

    fn has_planes(&self) -> bool {
        self.layout.samples > 1 && self.layout.arrangement == Arrangement::Planes
    }

    /// Which axes are `y` and `x`.
    fn places_of_rows(&self) -> (usize, usize) {
        let behind = usize::from(self.is_interleaved());
        let rank = self.shape.len();
        (rank - 2 - behind, rank - 1 - behind)
    }

    /// Read a part.
    pub(super) fn read(&mut self, region: &Region) -> Result<Tensor, ImageErrorKind> {
        region.check_within(&self.shape)?;
        let mut tile = zeros(self.data_type, region.shape())?;
        if region.is_empty() {
            return Ok(tile);
        }
        let (y, _) = self.places_of_rows();
        // Pages, and planes in them, in their order: an index along each of the axes before `y`.
        let outer = Region::from_ranges(&(0..y).map(|axis| region.range(axis)).collect::<Vec<_>>());
        let mut index = outer.start().to_vec();
        loop {
            self.read_plane(region, &index, &mut tile)?;
            let advanced = (0..y).rev().any(|axis| {
                index[axis] += 1;
                if index[axis] == outer.end(axis) {
                    index[axis] = outer.start()[axis];
                    false
                } else {
                    true
                }
            });
            if !advanced {
                return Ok(tile);
            }
        }
    }

    /// Read what is wanted of a page, or of one of its planes, to where it belongs.
    fn read_plane(
        &mut self,
        region: &Region,
        index: &[usize],
        tile: &mut Tensor,
    ) -> Result<(), ImageErrorKind> {
        let (y, x) = self.places_of_rows();
        let mut page = 0;
        let mut plane = 0;
        for (axis, &position) in index.iter().enumerate() {
            if self.has_planes() && axis + 1 == y {
                plane = position;
            } else {
                page = page * self.shape[axis] + position;
            }
        }
        let samples = if self.is_interleaved() {
            region.range(x + 1)
        } else {
            0..1
        };
        let wanted = Region::from_ranges(&[region.range(y), region.range(x), samples]);
        for place in self.parts.overlapping(page, &wanted)? {
            let Some(part) = self.parts.part(page, plane, place, &wanted)? else {
                continue;
            };
            let row_bytes = part.within.len() / part.within.shape()[0].max(1) * self.data_type.item_size();
            // What is decoded is there as a whole; of other parts, no more is taken than has to be.
            let block_rows = if part.is_raw {
                (BLOCK_BYTES / row_bytes.max(1)).max(1)
            } else {
                usize::MAX
            };
            let rows = part.within.range(0);
            let mut row = rows.start;
            while row < rows.end {
                let end = rows.end.min(row.saturating_add(block_rows));
                let block = Region::from_ranges(&[row..end, part.within.range(1), part.within.range(2)]);
                let (source, from) = self.parts.read(&part, &block)?;
                let outer: Vec<usize> = index
                    .iter()
                    .zip(region.start())
                    .map(|(at, start)| at - start)
                    .collect();
                let to = [
                    part.row + (row - rows.start) - region.start()[y],
                    part.column - region.start()[x],
                ];
                paste_plane(tile, &outer, to, &source, &from)?;
                row = end;
            }
        }
        Ok(())
    }
}
