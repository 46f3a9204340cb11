//! The pages of a file, as far as their directories tell.

use std::io::{Read, Seek};

use super::directory::DirectoryReader;
use super::layout::{Arrangement, Layout};
use super::page::Page;
use super::{TiffFileError, imagej};

/// The pages that become one array.
pub(super) struct Contents {
    /// The pages that are no reduced copies, and the number of each in the file.
    pub(super) pages: Vec<(usize, Page)>,
    pub(super) layout: Layout,
    pub(super) description: Option<String>,
    /// Pixels in one unit, across and down.
    pub(super) resolution: [Option<f64>; 2],
    /// How many pages there are behind the first without a directory of their own.
    pub(super) hidden_pages: usize,
}

impl Contents {
    /// `limit` bounds the decoded size of a strip or tile.
    pub(super) fn read<R: Read + Seek>(
        file: &mut DirectoryReader<R>,
        limit: u64,
    ) -> Result<Self, TiffFileError> {
        let mut pages: Vec<(usize, Page)> = Vec::new();
        let mut description = None;
        let mut resolution = [None, None];
        let (mut directory_place, mut description_place) = (0, 0);
        file.walk(|file, number, directory| {
            let page = Page::read(file, number, directory, limit)?;
            if page.is_reduced_copy {
                return Ok(());
            }
            page.check_supported(number)?;
            match pages.first() {
                None => {
                    description = Page::description(file, number, directory)?;
                    resolution = Page::resolution(file, number, directory)?;
                    directory_place = file.directory_place();
                    description_place = Page::description_place(directory);
                }
                Some((_, first)) if first.layout == page.layout => {}
                Some((first, expected)) => {
                    return Err(TiffFileError::PagesDiffer {
                        page: number,
                        found: page.layout.to_string(),
                        first: *first,
                        expected: expected.layout.to_string(),
                    });
                }
            }
            pages.push((number, page));
            Ok(())
        })?;
        let layout = pages.first().ok_or(TiffFileError::NoPages)?.1.layout;
        let mut contents = Self {
            pages,
            layout,
            description,
            resolution,
            hidden_pages: 0,
        };
        contents.hidden_pages = contents.count_hidden(file, directory_place, description_place)?;
        Ok(contents)
    }

    /// How many pages the array has.
    pub(super) fn count(&self) -> usize {
        self.pages.len().saturating_add(self.hidden_pages)
    }

    /// The pages of an ImageJ stack that has a directory for the first only, as ImageJ writes stacks beyond 4 GiB.
    ///
    /// Their pixels lie directly behind those of the first. That may be so only if there is room for them before the
    /// end of the file, and no directory in it; otherwise the description is found to contradict the file.
    fn count_hidden<R: Read + Seek>(
        &self,
        file: &mut DirectoryReader<R>,
        directory_place: u64,
        description_place: u64,
    ) -> Result<usize, TiffFileError> {
        let ([(number, page)], Some(text)) = (self.pages.as_slice(), self.description.as_deref()) else {
            return Ok(0);
        };
        let planes = match self.layout.arrangement {
            Arrangement::Interleaved => 1,
            Arrangement::Planes => self.layout.samples,
        };
        let is_block = page.is_raw() && page.tile.is_none() && page.offsets.count == u64::from(planes);
        if !is_block || !imagej::is_imagej(text) {
            return Ok(0);
        }
        let stated = imagej::stated_images(text).unwrap_or(1);
        let start = u128::from(file.first(page.offsets, *number)?);
        let bytes = u128::from(stated).checked_mul(self.layout.decoded_bytes());
        let end = bytes
            .and_then(|bytes| start.checked_add(bytes))
            .unwrap_or(u128::MAX);
        let is_free = [directory_place, description_place]
            .into_iter()
            .all(|place| !(start..end).contains(&u128::from(place)));
        let fits = is_free && end <= u128::from(file.file_bytes());
        match usize::try_from(stated) {
            Ok(stated) if fits => Ok(stated.saturating_sub(1)),
            _ => Ok(0),
        }
    }
}
