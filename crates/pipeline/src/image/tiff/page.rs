//! What a page of a TIFF file is, checked.

use std::io::{Read, Seek};

use super::TiffFileError;
use super::directory::{Directory, DirectoryReader, Entry};
use super::layout::{Arrangement, Kind, Layout};

/// Tags, TIFF 6.0.
mod tag {
    pub(super) const NEW_SUBFILE_TYPE: u16 = 254;
    pub(super) const WIDTH: u16 = 256;
    pub(super) const LENGTH: u16 = 257;
    pub(super) const BITS_PER_SAMPLE: u16 = 258;
    pub(super) const COMPRESSION: u16 = 259;
    pub(super) const PHOTOMETRIC: u16 = 262;
    pub(super) const DESCRIPTION: u16 = 270;
    pub(super) const STRIP_OFFSETS: u16 = 273;
    pub(super) const SAMPLES_PER_PIXEL: u16 = 277;
    pub(super) const ROWS_PER_STRIP: u16 = 278;
    pub(super) const PLANAR_CONFIGURATION: u16 = 284;
    pub(super) const TILE_WIDTH: u16 = 322;
    pub(super) const TILE_LENGTH: u16 = 323;
    pub(super) const STRIP_COUNTS: u16 = 279;
    pub(super) const X_RESOLUTION: u16 = 282;
    pub(super) const Y_RESOLUTION: u16 = 283;
    pub(super) const PREDICTOR: u16 = 317;
    pub(super) const TILE_OFFSETS: u16 = 324;
    pub(super) const TILE_COUNTS: u16 = 325;
    pub(super) const SAMPLE_FORMAT: u16 = 339;
}

/// A page, as far as its directory tells.
#[derive(Debug, Clone)]
pub(super) struct Page {
    pub(super) layout: Layout,
    /// Width and length of a tile; `None` for strips.
    pub(super) tile: Option<(u32, u32)>,
    /// A smaller copy of another page, which is no data of its own.
    pub(super) is_reduced_copy: bool,
    /// Rows of a strip, at most those of the page.
    pub(super) rows_per_strip: u32,
    /// Where the strips or tiles are.
    pub(super) offsets: Entry,
    /// How many bytes each has.
    pub(super) counts: Option<Entry>,
    pub(super) compression: u16,
    pub(super) predictor: u16,
    photometric: u64,
}

impl Page {
    /// Read and check what the decoder relies on. `limit` bounds the decoded size of a strip or tile.
    pub(super) fn read<R: Read + Seek>(
        file: &mut DirectoryReader<R>,
        page: usize,
        directory: &Directory,
        limit: u64,
    ) -> Result<Self, TiffFileError> {
        let damaged = |problem| TiffFileError::Damaged { page, problem };
        let mut number = |tag: u16, default: Option<u64>, problem: &'static str| match directory.get(&tag) {
            None => default.ok_or(damaged(problem)),
            Some(&entry) => {
                let values = file.values(entry, page)?;
                match values.split_first() {
                    // Per-sample tags repeat their value.
                    Some((&first, rest)) if rest.iter().all(|&other| other == first) => Ok(first),
                    Some(_) => Err(TiffFileError::Unsupported {
                        page,
                        feature: "samples of different types".to_owned(),
                        advice: "save each channel as a page or file of its own",
                    }),
                    None => Err(damaged("a tag has no value")),
                }
            }
        };
        let side = |length: u64| u32::try_from(length).ok().filter(|&length| length > 0);
        let width = side(number(tag::WIDTH, None, "it has no width")?);
        let height = side(number(tag::LENGTH, None, "it has no height")?);
        let (Some(width), Some(height)) = (width, height) else {
            return Err(damaged("its width or height is 0 or too large"));
        };
        let samples = number(tag::SAMPLES_PER_PIXEL, Some(1), "")?;
        let samples = u16::try_from(samples).ok().filter(|&samples| samples > 0);
        let samples = samples.ok_or(damaged("it has 0 or too many samples for a pixel"))?;
        let bits = number(tag::BITS_PER_SAMPLE, Some(1), "")?;
        let bits = u16::try_from(bits).ok().filter(|bits| (1..=64).contains(bits));
        let bits = bits.ok_or(damaged("its samples have 0 or more than 64 bits"))?;
        let kind = match number(tag::SAMPLE_FORMAT, Some(1), "")? {
            // 4 is untyped data, for which readers assume unsigned numbers.
            1 | 4 => Kind::Unsigned,
            2 => Kind::Signed,
            3 => Kind::Float,
            _ => {
                return Err(TiffFileError::Unsupported {
                    page,
                    feature: "complex or unknown samples".to_owned(),
                    advice: "save it with integers or floats",
                });
            }
        };
        let arrangement = match (number(tag::PLANAR_CONFIGURATION, Some(1), "")?, samples) {
            (1, _) | (2, 1) => Arrangement::Interleaved,
            (2, _) => Arrangement::Planes,
            _ => return Err(damaged("its planar configuration is neither 1 nor 2")),
        };
        let short =
            |number| u16::try_from(number).map_err(|_| damaged("a number is larger than its tag allows"));
        let compression = short(number(tag::COMPRESSION, Some(1), "")?)?;
        let predictor = short(number(tag::PREDICTOR, Some(1), "")?)?;
        let photometric = number(tag::PHOTOMETRIC, None, "it has no photometric interpretation")?;
        let is_reduced_copy = number(tag::NEW_SUBFILE_TYPE, Some(0), "")? & 1 == 1;
        let rows_per_strip = number(tag::ROWS_PER_STRIP, Some(u64::from(height)), "")?;
        let (tile, offsets, counts) = match (
            directory.get(&tag::TILE_OFFSETS),
            directory.get(&tag::STRIP_OFFSETS),
        ) {
            (Some(&offsets), None) => {
                let tile_width = side(number(tag::TILE_WIDTH, None, "its tiles have no width")?);
                let tile_length = side(number(tag::TILE_LENGTH, None, "its tiles have no length")?);
                let tile = tile_width.zip(tile_length);
                let tile = tile.ok_or(damaged("its tiles have no size"))?;
                (Some(tile), offsets, directory.get(&tag::TILE_COUNTS))
            }
            (None, Some(&offsets)) => (None, offsets, directory.get(&tag::STRIP_COUNTS)),
            _ => return Err(damaged("it has neither or both of strips and tiles")),
        };
        let layout = Layout {
            width,
            height,
            samples,
            bits,
            kind,
            arrangement,
        };
        let page = Self {
            layout,
            tile,
            is_reduced_copy,
            // The smaller of the two is a height.
            rows_per_strip: rows_per_strip.min(u64::from(height)) as u32,
            offsets,
            counts: counts.copied(),
            compression,
            predictor,
            photometric,
        };
        if rows_per_strip == 0 {
            return Err(damaged("its strips have no rows"));
        }
        if page.part_bytes() > u128::from(limit) && !(page.is_raw() && page.tile.is_none()) {
            return Err(damaged(
                "its strips or tiles are larger than any image that is read",
            ));
        }
        Ok(page)
    }

    /// Whether the file has the samples as they are, so that any of them can be read by itself.
    pub(super) fn is_raw(&self) -> bool {
        self.compression == 1 && self.predictor == 1 && self.layout.bits >= 8
    }

    /// Width and rows of a strip or tile, as it is in the file if it is not the last.
    pub(super) fn part_size(&self) -> (u32, u32) {
        self.tile.unwrap_or((self.layout.width, self.rows_per_strip))
    }

    /// How many strips or tiles a plane has: next to each other, and below each other.
    pub(super) fn parts(&self) -> (u32, u32) {
        let (width, rows) = self.part_size();
        (
            self.layout.width.div_ceil(width),
            self.layout.height.div_ceil(rows),
        )
    }

    /// The size of a decoded strip or tile.
    pub(super) fn part_bytes(&self) -> u128 {
        let (width, rows) = self.part_size();
        let samples = match self.layout.arrangement {
            Arrangement::Interleaved => self.layout.samples,
            Arrangement::Planes => 1,
        };
        u128::from(width) * u128::from(rows) * u128::from(samples) * u128::from(self.layout.bits.div_ceil(8))
    }

    /// Where the text is that the page comes with; 0 if there is none.
    pub(super) fn description_place(directory: &Directory) -> u64 {
        directory.get(&tag::DESCRIPTION).map_or(0, |entry| entry.offset)
    }

    /// The number of pixels in one unit, across and down, that a page states.
    pub(super) fn resolution<R: Read + Seek>(
        file: &mut DirectoryReader<R>,
        page: usize,
        directory: &Directory,
    ) -> Result<[Option<f64>; 2], TiffFileError> {
        let mut resolution = [None, None];
        for (found, tag) in resolution.iter_mut().zip([tag::X_RESOLUTION, tag::Y_RESOLUTION]) {
            if let Some(&entry) = directory.get(&tag) {
                *found = file.rational(entry, page)?;
            }
        }
        Ok(resolution)
    }

    /// That the decoder gives the values of this page, all of them, and as they are.
    pub(super) fn check_supported(&self, page: usize) -> Result<(), TiffFileError> {
        const SAVE_AGAIN: &str = "save it without compression, or with deflate or LZW";
        const GRAY_OR_RGB: &str = "save it as gray or RGB";
        const OTHER_NUMBERS: &str = "save it with 8, 16, 32 or 64 bits, floats with 32 or 64";
        let unsupported = |feature: String, advice| {
            Err(TiffFileError::Unsupported {
                page,
                feature,
                advice,
            })
        };
        let Layout {
            samples, bits, kind, ..
        } = self.layout;
        match self.compression {
            // none, LZW, deflate (two numbers), PackBits
            1 | 5 | 8 | 32946 | 32773 => {}
            6 | 7 => return unsupported("JPEG compression".to_owned(), SAVE_AGAIN),
            other => return unsupported(format!("compression {other}"), SAVE_AGAIN),
        }
        match (kind, bits) {
            (Kind::Unsigned, 1 | 2 | 4) if samples == 1 => {}
            (Kind::Unsigned | Kind::Signed, 8 | 16 | 32 | 64) | (Kind::Float, 32 | 64) => {}
            (Kind::Float, 16) => return unsupported("float16 samples".to_owned(), "save it as float32"),
            _ => return unsupported(format!("samples of {bits} bits"), OTHER_NUMBERS),
        }
        match (self.photometric, samples) {
            // The decoder inverts these, which can be undone exactly only for unsigned numbers.
            (0, 1) if kind == Kind::Unsigned => Ok(()),
            (0, _) => unsupported("values where white is 0".to_owned(), "save it so that black is 0"),
            (1, _) | (2, 3 | 4) => Ok(()),
            (2, _) => unsupported(
                format!("RGB pixels of {samples} samples"),
                "save its channels as pages",
            ),
            (3, _) => unsupported("a colour palette".to_owned(), GRAY_OR_RGB),
            (6, _) => unsupported("YCbCr colours".to_owned(), GRAY_OR_RGB),
            (other, _) => unsupported(format!("photometric interpretation {other}"), GRAY_OR_RGB),
        }
    }

    /// The text that the page comes with.
    pub(super) fn description<R: Read + Seek>(
        file: &mut DirectoryReader<R>,
        page: usize,
        directory: &Directory,
    ) -> Result<Option<String>, TiffFileError> {
        directory
            .get(&tag::DESCRIPTION)
            .map(|&entry| file.text(entry, page))
            .transpose()
    }
}
