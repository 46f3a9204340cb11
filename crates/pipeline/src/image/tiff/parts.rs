//! The strips and tiles of the pages of a file.

use std::io::{Read, Seek, SeekFrom};
use std::sync::Arc;

use tensor_ops::{DataType, Tensor};
use tiling::Region;

use super::contents::Contents;
use super::directory::DirectoryReader;
use super::page::Page;
use super::table::Table;
use super::{TiffFileError, decode};
use crate::image::ImageErrorKind;
use crate::image::arrays::zeros;
use crate::image::chunk_cache::ChunkCache;
use crate::image::raw_array::RawArray;

/// Reads and decodes strips and tiles.
pub(super) struct Parts<R> {
    reader: R,
    big_endian: bool,
    file_bytes: u64,
    contents: Contents,
    data_type: DataType,
    /// Samples of a pixel in one part.
    samples: usize,
    offsets: Table,
    counts: Table,
    cache: ChunkCache<(usize, u64)>,
}

/// A strip or tile of which something is wanted.
pub(super) struct Part {
    /// The page in the array.
    page: usize,
    /// The number of the part in its page.
    number: u64,
    /// Rows and columns of the part as it is in the file.
    rows: usize,
    columns: usize,
    /// What is wanted: rows, columns and samples counted from the start of the part.
    pub(super) within: Region,
    /// Where the wanted begins in the page.
    pub(super) row: usize,
    pub(super) column: usize,
    /// Whether any part of it can be read by itself.
    pub(super) is_raw: bool,
}

/// The parts of a plane: their size, and how many there are.
struct Grid {
    rows: usize,
    columns: usize,
    across: u64,
    down: u64,
}

impl<R: Read + Seek> Parts<R> {
    pub(super) fn new(
        file: DirectoryReader<R>,
        contents: Contents,
        data_type: DataType,
        cache_bytes: usize,
    ) -> Self {
        let is_interleaved = contents.layout.arrangement == super::layout::Arrangement::Interleaved;
        Self {
            big_endian: file.is_big_endian(),
            file_bytes: file.file_bytes(),
            reader: file.into_inner(),
            samples: if is_interleaved {
                usize::from(contents.layout.samples)
            } else {
                1
            },
            contents,
            data_type,
            offsets: Table::default(),
            counts: Table::default(),
            cache: ChunkCache::new(cache_bytes),
        }
    }

    pub(super) fn page_count(&self) -> usize {
        self.contents.count()
    }

    /// The largest part that cannot be read in smaller ones.
    pub(super) fn largest(&self) -> Option<u128> {
        let pages = self.contents.pages.iter().map(|(_, page)| page);
        pages.filter(|page| !page.is_raw()).map(Page::part_bytes).max()
    }

    /// Columns and rows of the parts of the first page, if it matters where they begin.
    pub(super) fn chunk(&self) -> Option<(usize, usize)> {
        let (_, page) = self.contents.pages.first()?;
        if page.is_raw() && page.tile.is_none() {
            return None;
        }
        let (columns, rows) = page.part_size();
        Some((columns as usize, rows as usize))
    }

    /// The page of this index in the array: its number in the file, and what it is.
    fn page(&self, index: usize) -> Result<(usize, &Page), TiffFileError> {
        let pages = &self.contents.pages;
        let found = if self.contents.hidden_pages > 0 {
            pages.first()
        } else {
            pages.get(index)
        };
        found
            .map(|(number, page)| (*number, page))
            .ok_or(TiffFileError::NoPages)
    }

    /// The grid of the parts of a page.
    fn grid(&self, index: usize) -> Result<Grid, TiffFileError> {
        let (_, page) = self.page(index)?;
        let (height, width) = (page.layout.height as usize, page.layout.width as usize);
        if self.contents.hidden_pages > 0 {
            // One strip, whatever the directory says of the first page: the pixels are one block.
            return Ok(Grid {
                rows: height,
                columns: width,
                across: 1,
                down: 1,
            });
        }
        let ((columns, rows), (across, down)) = (page.part_size(), page.parts());
        Ok(Grid {
            rows: rows as usize,
            columns: columns as usize,
            across: across.into(),
            down: down.into(),
        })
    }

    /// The parts in which something is of `wanted`, by row and column: rows, columns and samples of a page.
    ///
    /// They may be very many in a damaged file, so they are not made before they are needed.
    pub(super) fn overlapping(
        &self,
        index: usize,
        wanted: &Region,
    ) -> Result<impl Iterator<Item = (usize, usize)> + use<R>, TiffFileError> {
        let grid = self.grid(index)?;
        let range =
            |axis: usize, length: usize| wanted.start()[axis] / length..wanted.end(axis).div_ceil(length);
        let (rows, columns) = (range(0, grid.rows), range(1, grid.columns));
        Ok(rows.flat_map(move |row| columns.clone().map(move |column| (row, column))))
    }

    /// One of the parts of a page, or of one of its planes, and what is wanted of it; nothing if that is nothing.
    pub(super) fn part(
        &self,
        index: usize,
        plane: usize,
        (part_row, part_column): (usize, usize),
        wanted: &Region,
    ) -> Result<Option<Part>, TiffFileError> {
        let (_, page) = self.page(index)?;
        let grid = self.grid(index)?;
        let (top, left) = (part_row * grid.rows, part_column * grid.columns);
        // Only strips end with the page.
        let rows = match page.tile {
            Some(_) => grid.rows,
            None => grid.rows.min((page.layout.height as usize).saturating_sub(top)),
        };
        let part = Region::from_ranges(&[top..top + rows, left..left + grid.columns, wanted.range(2)]);
        Ok(part.intersection(wanted).map(|common| Part {
            page: index,
            number: plane as u64 * grid.across * grid.down
                + part_row as u64 * grid.across
                + part_column as u64,
            rows,
            columns: grid.columns,
            within: Region::from_ranges(&[
                common.start()[0] - top..common.end(0) - top,
                common.start()[1] - left..common.end(1) - left,
                common.range(2),
            ]),
            row: common.start()[0],
            column: common.start()[1],
            is_raw: page.is_raw(),
        }))
    }

    /// Read `wanted` of a part. The result is in a tensor of rows, columns and samples; where in it is told, too.
    pub(super) fn read(
        &mut self,
        part: &Part,
        wanted: &Region,
    ) -> Result<(Arc<Tensor>, Region), ImageErrorKind> {
        let key = (part.page, part.number);
        if let Some(decoded) = self.cache.get(&key) {
            return Ok((decoded, wanted.clone()));
        }
        let (number, page) = self
            .page(part.page)
            .map(|(number, page)| (number, page.clone()))?;
        let shape = [part.rows, part.columns, self.samples];
        let Some(offset) = self.offset(part, number, &page)? else {
            let blank = zeros(self.data_type, wanted.shape())?;
            return Ok((Arc::new(blank), Region::whole(wanted.shape())));
        };
        if part.is_raw {
            let array = RawArray {
                start: offset,
                shape: shape.to_vec(),
                data_type: self.data_type,
                big_endian: self.big_endian,
            };
            let bytes = RawArray::byte_length(&shape, self.data_type);
            let end = bytes.and_then(|bytes| offset.checked_add(bytes));
            if end.is_none_or(|end| end > self.file_bytes) {
                return Err(outside(number).into());
            }
            let read = array.read(&mut self.reader, wanted)?;
            return Ok((Arc::new(read), Region::whole(wanted.shape())));
        }
        let counts = page.counts.ok_or(TiffFileError::Damaged {
            page: number,
            problem: "it does not say how many bytes its strips or tiles have",
        })?;
        let count = self
            .counts
            .get(&mut self.reader, counts, part.number, self.big_endian, number)?;
        if offset.checked_add(count).is_none_or(|end| end > self.file_bytes) {
            return Err(outside(number).into());
        }
        // What cannot be compressed grows by at most a half.
        if u128::from(count) > page.part_bytes().saturating_mul(2).saturating_add(1 << 16) {
            return Err(TiffFileError::Damaged {
                page: number,
                problem: "its strips or tiles have far more bytes than samples",
            }
            .into());
        }
        let decoded_bytes = usize::try_from(page.part_bytes()).unwrap_or(usize::MAX);
        self.cache.make_room(decoded_bytes);
        self.reader
            .seek(SeekFrom::Start(offset))
            .map_err(ImageErrorKind::Read)?;
        let encoded = decode::Encoded {
            page: number,
            columns: part.columns,
            rows: part.rows,
            samples: self.samples,
            bytes: count,
            big_endian: self.big_endian,
        };
        let decoded = encoded.decode(&mut self.reader, &page)?;
        Ok((self.cache.insert(key, decoded), wanted.clone()))
    }

    /// Where a part is in the file; `None` if it is nowhere, which stands for zeros.
    fn offset(&mut self, part: &Part, number: usize, page: &Page) -> Result<Option<u64>, ImageErrorKind> {
        if self.contents.hidden_pages > 0 {
            let first = self
                .offsets
                .get(&mut self.reader, page.offsets, 0, self.big_endian, number)?;
            // Planes of a page follow each other like the pages.
            let planes = if self.samples == 1 {
                u64::from(page.layout.samples)
            } else {
                1
            };
            let before = (part.page as u64)
                .checked_mul(planes)
                .and_then(|pages| pages.checked_add(part.number));
            let bytes = RawArray::byte_length(&[part.rows, part.columns, self.samples], self.data_type);
            let place = before
                .zip(bytes)
                .and_then(|(before, bytes)| before.checked_mul(bytes))
                .and_then(|offset| offset.checked_add(first));
            return Ok(Some(place.ok_or_else(|| outside(number))?));
        }
        let offset = self.offsets.get(
            &mut self.reader,
            page.offsets,
            part.number,
            self.big_endian,
            number,
        )?;
        if offset == 0
            && let Some(counts) = page.counts
        {
            let count = self
                .counts
                .get(&mut self.reader, counts, part.number, self.big_endian, number)?;
            // As GDAL leaves out tiles that nothing was written to.
            return Ok((count != 0).then_some(offset));
        }
        Ok(Some(offset))
    }
}

fn outside(page: usize) -> TiffFileError {
    TiffFileError::Damaged {
        page,
        problem: "its strips or tiles are beyond the end of the file",
    }
}
