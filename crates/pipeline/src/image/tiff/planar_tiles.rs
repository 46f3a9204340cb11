//! Pages in tiles whose samples are in planes of their own.

use std::io::{Read, Seek};

use ::tiff::TiffResult;
use ::tiff::decoder::{Decoder, DecodingResult};

use super::layout::Layout;

/// Decode all planes of the current page, one after the other.
///
/// The decoder cuts the last row of tiles of the first plane to the height of the page, but not those of the others;
/// so each tile is read by itself here and cut to where it goes.
pub(super) fn read<R: Read + Seek>(
    decoder: &mut Decoder<R>,
    layout: &Layout,
    (tile_width, tile_length): (u32, u32),
) -> TiffResult<Option<DecodingResult>> {
    let across = layout.width.div_ceil(tile_width);
    let down = layout.height.div_ceil(tile_length);
    let mut page: Option<DecodingResult> = None;
    // The number of tiles was checked to be a u32.
    for index in 0..across * down * u32::from(layout.samples) {
        let (plane, in_plane) = (index / (across * down), index % (across * down));
        let place = Place {
            row: plane as usize * layout.height as usize
                + (in_plane / across) as usize * tile_length as usize,
            column: (in_plane % across * tile_width) as usize,
            rows: tile_length.min(layout.height - in_plane / across * tile_length) as usize,
            columns: tile_width.min(layout.width - in_plane % across * tile_width) as usize,
            page_rows: layout.height as usize * usize::from(layout.samples),
            page_columns: layout.width as usize,
        };
        let tile = decoder.read_chunk(index)?;
        macro_rules! paste_alike {
            ($($kind:ident),+) => {
                match (page, tile) {
                    $(
                        (None, DecodingResult::$kind(tile)) => {
                            let mut page = vec![Default::default(); place.page_rows * place.page_columns];
                            place.paste(&mut page, &tile);
                            Some(DecodingResult::$kind(page))
                        }
                        (Some(DecodingResult::$kind(mut page)), DecodingResult::$kind(tile)) => {
                            place.paste(&mut page, &tile);
                            Some(DecodingResult::$kind(page))
                        }
                    )+
                    _ => return Ok(None),
                }
            };
        }
        page = paste_alike!(U8, U16, U32, U64, I8, I16, I32, I64, F32, F64);
    }
    Ok(page)
}

/// Where a tile goes in a page whose planes lie below each other.
struct Place {
    row: usize,
    column: usize,
    rows: usize,
    columns: usize,
    page_rows: usize,
    page_columns: usize,
}

impl Place {
    fn paste<T: Copy>(&self, page: &mut [T], tile: &[T]) {
        let rows = page
            .chunks_exact_mut(self.page_columns)
            .skip(self.row)
            .take(self.rows);
        for (row, tile_row) in rows.zip(tile.chunks_exact(self.columns)) {
            if let Some(target) = row.get_mut(self.column..self.column + self.columns) {
                target.copy_from_slice(tile_row);
            }
        }
    }
}
