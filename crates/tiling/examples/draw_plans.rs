//! Draws the plans that `docs/tile-geometry.md` shows, as SVG files in the folder that is given:
//!
//! ```sh
//! cargo run --release -p tiling --example draw_plans -- docs/tile-geometry
//! ```

use std::error::Error;
use std::fmt::Write as _;
use std::path::PathBuf;

use tiling::{
    Dimension, Extent, Geometry, InputAxis, InputGeometry, OutputAxis, OutputGeometry, Scale, Sizes,
    TilePlan, TileRequest,
};

/// A network with one input and one output of one axis, and the image and tile of a plan.
struct Drawing {
    file: &'static str,
    sizes: Sizes,
    scale: (u32, u32),
    twice_offset: i64,
    halo: usize,
    image: usize,
    tile: usize,
}

const DRAWINGS: [Drawing; 4] = [
    Drawing {
        file: "inside.svg",
        sizes: Sizes::Stepped { min: 32, step: 16 },
        scale: (1, 1),
        twice_offset: 0,
        halo: 16,
        image: 304,
        tile: 96,
    },
    Drawing {
        file: "padded.svg",
        sizes: Sizes::Stepped { min: 32, step: 16 },
        scale: (1, 1),
        twice_offset: 0,
        halo: 16,
        image: 250,
        tile: 96,
    },
    Drawing {
        file: "offset.svg",
        sizes: Sizes::Stepped { min: 28, step: 2 },
        scale: (1, 1),
        twice_offset: -14,
        halo: 2,
        image: 100,
        tile: 40,
    },
    Drawing {
        file: "half.svg",
        sizes: Sizes::Stepped { min: 32, step: 8 },
        scale: (1, 2),
        twice_offset: 0,
        halo: 4,
        image: 160,
        tile: 64,
    },
];

const WIDTH: f64 = 720.0;
const LEFT: f64 = 80.0;
const ROW: f64 = 24.0;
const BAR: f64 = 14.0;

impl Drawing {
    fn plan(&self) -> Result<TilePlan, Box<dyn Error>> {
        let scale = Scale::new(self.scale.0, self.scale.1)?;
        let (twice_offset, halo) = (self.twice_offset, self.halo);
        let geometry = Geometry::new(
            vec![Dimension {
                name: "x".into(),
                extent: Extent::Tiled,
            }],
            vec![InputGeometry {
                name: "input".into(),
                axes: vec![InputAxis {
                    dimension: 0,
                    sizes: self.sizes,
                }],
            }],
            vec![OutputGeometry {
                name: "output".into(),
                reference: 0,
                axes: vec![OutputAxis::Follows {
                    axis: 0,
                    scale,
                    twice_offset,
                    halo,
                }],
            }],
        )?;
        Ok(TilePlan::new(
            &geometry,
            &[vec![self.image]],
            &TileRequest::default().with_tile(0, self.tile),
        )?)
    }

    /// The image above, the tiles in the middle, the output below. Light is what a tile covers, dark what is kept of it; the
    /// output is drawn at the size of the input.
    fn svg(&self) -> Result<String, Box<dyn Error>> {
        let plan = self.plan()?;
        let padded = plan.dimensions()[0].padded;
        let rows = plan.len() + 2;
        let height = ROW * rows as f64 + 30.0;
        let unit = (WIDTH - LEFT - 20.0) / padded as f64;
        // An element of the output stands where the input is that it is about: `index = scale * position + offset`.
        let output = |at: usize| {
            let position = (at as f64 - self.twice_offset as f64 / 2.0) * f64::from(self.scale.1)
                / f64::from(self.scale.0);
            LEFT + position * unit
        };
        let input = |at: usize| LEFT + at as f64 * unit;
        let mut svg = String::new();
        writeln!(
            svg,
            r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="11">
<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>"##
        )?;
        let mut bar = |from: f64, to: f64, row: usize, colour: &str| {
            let (top, width) = (10.0 + ROW * row as f64, to - from);
            writeln!(
                svg,
                r#"<rect x="{from:.1}" y="{top}" width="{width:.1}" height="{BAR}" fill="{colour}" stroke="{INK}" stroke-width="0.5"/>"#
            )
        };
        bar(input(0), input(self.image), 0, "#c8c8c8")?;
        if padded > self.image {
            bar(input(self.image), input(padded), 0, "#f6c35c")?;
        }
        for (at, tile) in plan.iter().enumerate() {
            let part = tile.inputs[0].region().range(0);
            bar(input(part.start), input(part.end), at + 1, "#cfe2f7")?;
            let kept = tile.outputs[0].region().range(0);
            bar(output(kept.start), output(kept.end), at + 1, "#2f6fb7")?;
            bar(
                output(kept.start),
                output(kept.end),
                rows - 1,
                if at % 2 == 0 { "#2f6fb7" } else { "#6b9fd8" },
            )?;
        }
        let mut label = |text: &str, x: f64, y: f64, anchor: &str| {
            writeln!(
                svg,
                r#"<text x="{x:.1}" y="{y}" text-anchor="{anchor}" fill="{INK}">{text}</text>"#
            )
        };
        let baseline = |row: usize| 21.0 + ROW * row as f64;
        label("image", LEFT - 8.0, baseline(0), "end")?;
        for (at, tile) in plan.iter().enumerate() {
            label(&format!("tile {at}"), LEFT - 8.0, baseline(at + 1), "end")?;
            let (part, kept) = (
                tile.inputs[0].region().range(0),
                tile.outputs[0].region().range(0),
            );
            let text = format!("{}..{} gives {}..{}", part.start, part.end, kept.start, kept.end);
            match input(part.end) + 150.0 < WIDTH {
                true => label(&text, input(part.end) + 6.0, baseline(at + 1), "start")?,
                false => label(&text, input(part.start) - 6.0, baseline(at + 1), "end")?,
            }
        }
        label("output", LEFT - 8.0, baseline(rows - 1), "end")?;
        label("0", input(0), height - 6.0, "middle")?;
        label(&padded.to_string(), input(padded), height - 6.0, "middle")?;
        if padded > self.image {
            label(
                &self.image.to_string(),
                input(self.image) - 4.0,
                height - 6.0,
                "end",
            )?;
        }
        svg.push_str("</svg>\n");
        Ok(svg)
    }
}

const INK: &str = "#222222";

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(
        std::env::args_os()
            .nth(1)
            .ok_or("give the folder for the drawings")?,
    );
    for drawing in &DRAWINGS {
        std::fs::write(folder.join(drawing.file), drawing.svg()?)?;
    }
    Ok(())
}
