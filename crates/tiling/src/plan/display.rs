//! Plans as text.

use std::fmt;

use super::{Tile, TilePlan};

/// A summary: shapes, and for each dimension that is cut or padded how the tiles lie.
///
/// ```text
/// 2 tiles
///   y: 100 elements, padded to 112; 2 tiles of 64, starting at multiples of 16: 0, 48
///   output `mask`: [100]
/// ```
impl fmt::Display for TilePlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.len();
        write!(f, "{count} tile{}", if count == 1 { "" } else { "s" })?;
        for dimension in &self.dimensions {
            write!(f, "\n  {}: {} elements", dimension.name, dimension.image)?;
            if dimension.padded > dimension.image {
                write!(f, ", padded to {}", dimension.padded)?;
            }
            let spans = &dimension.spans;
            if spans.len() == 1 {
                write!(f, "; 1 tile")?;
                continue;
            }
            write!(f, "; {} tiles of {}", spans.len(), dimension.tile)?;
            if let Some(last) = spans.last().filter(|last| last.size != dimension.tile) {
                write!(f, ", the last of {}", last.size)?;
            }
            write!(f, ", starting at multiples of {}: ", dimension.phase)?;
            let shown = if spans.len() > 6 { &spans[..3] } else { &spans[..] };
            let starts: Vec<String> = shown.iter().map(|span| span.start.to_string()).collect();
            write!(f, "{}", starts.join(", "))?;
            if let (true, Some(last)) = (spans.len() > 6, spans.last()) {
                write!(f, ", ..., {}", last.start)?;
            }
        }
        for (output, shape) in self.geometry.outputs().iter().zip(&self.output_shapes) {
            write!(f, "\n  output `{}`: {shape:?}", output.name)?;
        }
        Ok(())
    }
}

/// One line: `tile 1: [48..112] -> [56..100]`, inputs before the arrow (in the padded image), outputs behind it.
impl fmt::Display for Tile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tile {}:", self.index)?;
        for part in &self.inputs {
            write!(
                f,
                " {}{}",
                part.region(),
                if part.is_padded() { " (padded)" } else { "" }
            )?;
        }
        f.write_str(" ->")?;
        for part in &self.outputs {
            write!(f, " {}", part.region())?;
        }
        Ok(())
    }
}
