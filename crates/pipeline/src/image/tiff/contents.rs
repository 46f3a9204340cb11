//! The pages of a file, as far as their directories tell.

use std::io::{Read, Seek};

use super::directory::DirectoryReader;
use super::layout::Layout;
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
        contents.hidden_pages = contents.count_hidden(file.file_bytes());
        Ok(contents)
    }

    /// How many pages the array has.
    pub(super) fn count(&self) -> usize {
        self.pages.len().saturating_add(self.hidden_pages)
    }

    /// The pages of an ImageJ stack that has a directory for the first only, as ImageJ writes stacks beyond 4 GiB.
    ///
    /// Their pixels lie directly behind those of the first. That there is so much must be possible; where it is, is
    /// checked once it is read.
    fn count_hidden(&self, file_bytes: u64) -> usize {
        let ([(_, page)], Some(text)) = (self.pages.as_slice(), self.description.as_deref()) else {
            return 0;
        };
        let stated = if imagej::is_imagej(text) && page.is_raw() && page.tile.is_none() {
            imagej::stated_images(text).unwrap_or(1)
        } else {
            1
        };
        let fits = u128::from(stated)
            .checked_mul(self.layout.decoded_bytes())
            .is_some_and(|bytes| bytes <= u128::from(file_bytes));
        match usize::try_from(stated) {
            Ok(stated) if fits => stated.saturating_sub(1),
            // The description is then found to contradict the file.
            _ => 0,
        }
    }
}
