//! The entries of the directories of a TIFF file, one directory a page.

use std::collections::{BTreeMap, HashSet};
use std::io::{self, Read, Seek, SeekFrom};

use super::TiffFileError;

/// A million pages is more than any instrument writes and still quick to walk through.
pub(super) const MOST_PAGES: usize = 1 << 20;
/// TIFF 6.0 knows some hundred tags; classic files cannot have more entries than this.
const MOST_ENTRIES: u64 = 1 << 16;
/// OME-XML of large acquisitions has some megabytes.
const MOST_TEXT_BYTES: u64 = 64 << 20;
/// One value for each sample of a pixel.
const MOST_VALUES: u64 = 1 << 16;

/// One entry: where its values are, and how many.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub(super) kind: u16,
    pub(super) count: u64,
    /// The place of the first value in the file.
    pub(super) offset: u64,
}

/// One directory.
pub(super) type Directory = BTreeMap<u16, Entry>;

/// A TIFF file of which only directories are read.
pub(super) struct DirectoryReader<R> {
    reader: R,
    little_endian: bool,
    big_tiff: bool,
    first: u64,
    file_bytes: u64,
    /// How many bytes of directories may still be read.
    budget: u64,
    /// Where the directory is that was read last.
    place: u64,
}

impl<R: Read + Seek> DirectoryReader<R> {
    pub(super) fn open(mut reader: R) -> Result<Self, TiffFileError> {
        let file_bytes = reader.seek(SeekFrom::End(0)).map_err(TiffFileError::Read)?;
        reader.seek(SeekFrom::Start(0)).map_err(TiffFileError::Read)?;
        let mut file = Self {
            reader,
            little_endian: true,
            big_tiff: false,
            first: 0,
            file_bytes,
            budget: 0,
            place: 0,
        };
        // Directories may share values, but not so much that a small file takes long to read.
        file.budget = file_bytes.saturating_mul(16).saturating_add(1 << 20);
        let header = |error| match error {
            TiffFileError::Truncated { .. } => TiffFileError::NotTiff,
            other => other,
        };
        let [first, second] = file.bytes::<2>(0).map_err(header)?;
        file.little_endian = match (first, second) {
            (b'I', b'I') => true,
            (b'M', b'M') => false,
            _ => return Err(TiffFileError::NotTiff),
        };
        match file.unsigned(2, 0).map_err(header)? {
            42 => file.first = file.unsigned(4, 0)?,
            43 => {
                // Offsets of 8 bytes, and a reserved 0.
                if (file.unsigned(2, 0)?, file.unsigned(2, 0)?) != (8, 0) {
                    return Err(TiffFileError::NotTiff);
                }
                file.big_tiff = true;
                file.first = file.unsigned(8, 0)?;
            }
            _ => return Err(TiffFileError::NotTiff),
        }
        Ok(file)
    }

    /// Hand every directory to `visit`, with its number.
    pub(super) fn walk(
        &mut self,
        mut visit: impl FnMut(&mut Self, usize, &Directory) -> Result<(), TiffFileError>,
    ) -> Result<(), TiffFileError> {
        let mut seen = HashSet::new();
        let mut next = self.first;
        while next != 0 {
            let page = seen.len();
            if page == MOST_PAGES || !seen.insert(next) {
                return Err(TiffFileError::TooManyPages { limit: MOST_PAGES });
            }
            let (directory, following) = self.directory(next, page)?;
            self.place = next;
            visit(self, page, &directory)?;
            next = following;
        }
        Ok(())
    }

    fn directory(&mut self, offset: u64, page: usize) -> Result<(Directory, u64), TiffFileError> {
        self.reader
            .seek(SeekFrom::Start(offset))
            .map_err(TiffFileError::Read)?;
        let (count_bytes, word_bytes) = if self.big_tiff { (8, 8) } else { (2, 4) };
        let count = self.unsigned(count_bytes, page)?;
        if count > MOST_ENTRIES {
            return Err(TiffFileError::Damaged {
                page,
                problem: "it has more entries than there are tags",
            });
        }
        let mut directory = Directory::new();
        self.spend(count * (4 + 2 * u64::from(word_bytes)), page)?;
        // Offsets near the end of the numbers are those of no file.
        let mut place = offset.saturating_add(u64::from(count_bytes));
        for _ in 0..count {
            let tag = self.unsigned(2, page)? as u16;
            let kind = self.unsigned(2, page)? as u16;
            let count = self.unsigned(word_bytes, page)?;
            let value = self.unsigned(word_bytes, page)?;
            // Values that fit are in the entry itself, behind its tag, kind and count.
            let is_inside = value_bytes(kind).is_some_and(|size| {
                size.checked_mul(count)
                    .is_some_and(|bytes| bytes <= u64::from(word_bytes))
            });
            let offset = if is_inside {
                place.saturating_add(4 + u64::from(word_bytes))
            } else {
                value
            };
            if directory.insert(tag, Entry { kind, count, offset }).is_some() {
                return Err(TiffFileError::Damaged {
                    page,
                    problem: "a tag occurs more than once",
                });
            }
            place = place.saturating_add(4 + 2 * u64::from(word_bytes));
        }
        let next = self.unsigned(word_bytes, page)?;
        Ok((directory, next))
    }

    fn spend(&mut self, bytes: u64, page: usize) -> Result<(), TiffFileError> {
        let problem = "the directories together are much larger than the file";
        self.budget = self
            .budget
            .checked_sub(bytes)
            .ok_or(TiffFileError::Damaged { page, problem })?;
        Ok(())
    }

    /// The unsigned values of an entry, at most 65536.
    pub(super) fn values(&mut self, entry: Entry, page: usize) -> Result<Vec<u64>, TiffFileError> {
        let size = match entry.kind {
            1 | 7 => 1,
            3 => 2,
            4 => 4,
            16 => 8,
            _ => {
                return Err(TiffFileError::Damaged {
                    page,
                    problem: "a tag has not the type that it should have",
                });
            }
        };
        if entry.count > MOST_VALUES {
            return Err(TiffFileError::Damaged {
                page,
                problem: "a tag has too many values",
            });
        }
        self.spend(entry.count * u64::from(size), page)?;
        self.reader
            .seek(SeekFrom::Start(entry.offset))
            .map_err(TiffFileError::Read)?;
        (0..entry.count).map(|_| self.unsigned(size, page)).collect()
    }

    /// The number of an entry of fractions; `None` if it is none.
    pub(super) fn rational(&mut self, entry: Entry, page: usize) -> Result<Option<f64>, TiffFileError> {
        if (entry.kind, entry.count) != (5, 1) {
            return Ok(None);
        }
        self.spend(8, page)?;
        self.reader
            .seek(SeekFrom::Start(entry.offset))
            .map_err(TiffFileError::Read)?;
        let (numerator, denominator) = (self.unsigned(4, page)?, self.unsigned(4, page)?);
        // Both are numbers of 32 bits.
        let fraction = numerator as f64 / denominator as f64;
        Ok(fraction.is_finite().then_some(fraction))
    }

    /// The first value of an entry of unsigned numbers.
    pub(super) fn first(&mut self, entry: Entry, page: usize) -> Result<u64, TiffFileError> {
        let values = self.values(Entry { count: 1, ..entry }, page)?;
        values.first().copied().ok_or(TiffFileError::Truncated { page })
    }

    /// Where the directory is that was handed out last.
    pub(super) fn directory_place(&self) -> u64 {
        self.place
    }

    /// How the file writes numbers.
    pub(super) fn is_big_endian(&self) -> bool {
        !self.little_endian
    }

    /// How many bytes the file has.
    pub(super) fn file_bytes(&self) -> u64 {
        self.file_bytes
    }

    /// The text of an entry, up to its first zero byte; bytes that are not UTF-8 are replaced.
    pub(super) fn text(&mut self, entry: Entry, page: usize) -> Result<String, TiffFileError> {
        let fits = entry
            .offset
            .checked_add(entry.count)
            .is_some_and(|end| end <= self.file_bytes);
        if entry.count > MOST_TEXT_BYTES || !fits {
            return Err(TiffFileError::Damaged {
                page,
                problem: "its description is longer than it can be",
            });
        }
        self.reader
            .seek(SeekFrom::Start(entry.offset))
            .map_err(TiffFileError::Read)?;
        let mut bytes = Vec::new();
        self.reader
            .by_ref()
            .take(entry.count)
            .read_to_end(&mut bytes)
            .map_err(TiffFileError::Read)?;
        let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
        bytes.truncate(end);
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// An unsigned number of 1 to 8 bytes at the present place.
    fn unsigned(&mut self, size: u8, page: usize) -> Result<u64, TiffFileError> {
        let mut bytes = [0_u8; 8];
        let used = usize::from(size).min(bytes.len());
        if self.little_endian {
            self.fill(&mut bytes[..used], page)?;
            Ok(u64::from_le_bytes(bytes))
        } else {
            let unused = bytes.len() - used;
            self.fill(&mut bytes[unused..], page)?;
            Ok(u64::from_be_bytes(bytes))
        }
    }

    fn bytes<const N: usize>(&mut self, page: usize) -> Result<[u8; N], TiffFileError> {
        let mut bytes = [0_u8; N];
        self.fill(&mut bytes, page)?;
        Ok(bytes)
    }

    fn fill(&mut self, bytes: &mut [u8], page: usize) -> Result<(), TiffFileError> {
        self.reader.read_exact(bytes).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => TiffFileError::Truncated { page },
            _ => TiffFileError::Read(error),
        })
    }

    /// The reader, at an unspecified place.
    pub(super) fn into_inner(self) -> R {
        self.reader
    }
}

/// The size of a value of this kind, TIFF 6.0 section 2 and BigTIFF.
fn value_bytes(kind: u16) -> Option<u64> {
    match kind {
        1 | 2 | 6 | 7 => Some(1),
        3 | 8 => Some(2),
        4 | 9 | 11 | 13 => Some(4),
        5 | 10 | 12 | 16 | 17 | 18 => Some(8),
        _ => None,
    }
}
