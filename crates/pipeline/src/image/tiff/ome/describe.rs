//! OME-XML for files that are written here: one image, its pages in one order.

use tensor_ops::DataType;

use crate::image::{PixelSize, Unit};

/// What the description has to say of the pages; the lengths are those of the axes.
pub(in crate::image::tiff) struct Sizes {
    pub(in crate::image::tiff) frames: usize,
    pub(in crate::image::tiff) slices: usize,
    pub(in crate::image::tiff) channels: usize,
    pub(in crate::image::tiff) height: u32,
    pub(in crate::image::tiff) width: u32,
}

/// The simple type `PixelType` of the OME schema 2016-06; it has no integers of 64 bits.
fn pixel_type(data_type: DataType) -> Option<&'static str> {
    match data_type {
        // Truth values are written as bytes.
        DataType::Bool | DataType::Uint8 => Some("uint8"),
        DataType::Int8 => Some("int8"),
        DataType::Uint16 => Some("uint16"),
        DataType::Int16 => Some("int16"),
        DataType::Uint32 => Some("uint32"),
        DataType::Int32 => Some("int32"),
        DataType::Float32 => Some("float"),
        DataType::Float64 => Some("double"),
        DataType::Uint64 | DataType::Int64 => None,
    }
}

/// A description by the schema 2016-06: pages whose channels run fastest, then slices, then frames.
///
/// `None` for the types without a name there.
pub(in crate::image::tiff) fn describe(
    sizes: &Sizes,
    data_type: DataType,
    pixel_size: &PixelSize,
) -> Option<String> {
    let kind = pixel_type(data_type)?;
    let Sizes {
        frames,
        slices,
        channels,
        height,
        width,
    } = sizes;
    let mut distances = String::new();
    for (letter, name, default) in [
        ('x', "PhysicalSizeX", Unit::Micrometer),
        ('y', "PhysicalSizeY", Unit::Micrometer),
        ('z', "PhysicalSizeZ", Unit::Micrometer),
        ('t', "TimeIncrement", Unit::Second),
    ] {
        if let Some(spacing) = pixel_size.get(letter) {
            distances += &format!(" {name}=\"{}\"", spacing.value());
            // Descriptions in TIFF are ASCII, so the unit that is meant anyway is left out.
            if spacing.unit() != default {
                let unit = spacing
                    .unit()
                    .symbol()
                    .replace('µ', "&#181;")
                    .replace('Å', "&#197;");
                distances += &format!(" {name}Unit=\"{unit}\"");
            }
        }
    }
    let channel_tags: String = (0..*channels)
        .map(|channel| format!("<Channel ID=\"Channel:0:{channel}\" SamplesPerPixel=\"1\"/>"))
        .collect();
    let planes = frames.checked_mul(*slices)?.checked_mul(*channels)?;
    Some(format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
         <OME xmlns=\"http://www.openmicroscopy.org/Schemas/OME/2016-06\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
         xsi:schemaLocation=\"http://www.openmicroscopy.org/Schemas/OME/2016-06 \
         http://www.openmicroscopy.org/Schemas/OME/2016-06/ome.xsd\">\
         <Image ID=\"Image:0\"><Pixels ID=\"Pixels:0\" DimensionOrder=\"XYCZT\" Type=\"{kind}\" BigEndian=\"false\" \
         SizeX=\"{width}\" SizeY=\"{height}\" SizeC=\"{channels}\" SizeZ=\"{slices}\" SizeT=\"{frames}\"{distances}>\
         {channel_tags}<TiffData IFD=\"0\" PlaneCount=\"{planes}\"/></Pixels></Image></OME>"
    ))
}
