//! Plans as text.

use std::fmt;

use super::{OutputCut, Tile, TilePlan};

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
        let described = self.geometry.outputs().iter().zip(&self.output_shapes);
        for (output, (description, shape)) in described.enumerate() {
            write!(f, "\n  output `{}`: {shape:?}", description.name)?;
            self.write_chunks(f, output)?;
        }
        Ok(())
    }
}

impl TilePlan {
    /// `, in chunks of y=250, x=250`, where any are known.
    fn write_chunks(&self, f: &mut fmt::Formatter<'_>, output: usize) -> fmt::Result {
        let mut before = ", in chunks of ";
        let mut crossed = 0;
        for cut in &self.outputs[output] {
            let OutputCut::Cut {
                dimension,
                chunk: Some(chunk),
                cuts,
                ..
            } = cut
            else {
                continue;
            };
            let name = &self.dimensions[*dimension].name;
            write!(f, "{before}{name}={chunk}")?;
            before = ", ";
            let inner = cuts.iter().filter(|&&at| at < cut.size());
            crossed += inner.filter(|&&at| at % chunk != 0).count();
        }
        match crossed {
            0 => Ok(()),
            1 => f.write_str("; 1 cut between tiles goes through chunks"),
            _ => write!(f, "; {crossed} cuts between tiles go through chunks"),
        }
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
