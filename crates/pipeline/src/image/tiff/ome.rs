//! The order of pages that an OME-XML description states.
//!
//! Of the OME schema (2016-06) only the element `Pixels` and its `TiffData` are looked at.

mod describe;
mod tags;

use super::TiffFileError;
use super::page_axes::check_page_count;
use crate::image::{PixelSize, Spacing, Unit};
pub(super) use describe::{Sizes, describe};
use tags::{StartTag, start_tags};

const SOURCE: &str = "OME-XML";

pub(super) fn is_ome(description: &str) -> bool {
    start_tags(description)
        .next()
        .is_some_and(|tag| tag.name == "OME")
}

/// The axes of the pages by `DimensionOrder`, whose first letters run fastest.
pub(super) fn page_axes(
    description: &str,
    pages: usize,
    samples: u16,
) -> Result<Vec<(char, usize)>, TiffFileError> {
    let wrong = |stated: String, found: &str| TiffFileError::Description {
        source_name: SOURCE,
        stated,
        found: found.to_owned(),
    };
    let mut images = start_tags(description).filter(|tag| tag.name == "Pixels");
    let pixels = images
        .next()
        .ok_or_else(|| wrong("no Pixels".to_owned(), "pages"))?;
    if images.next().is_some() {
        return Err(TiffFileError::Unsupported {
            page: 0,
            feature: "an OME-XML description of more than one image".to_owned(),
            advice: "save each image as a file",
        });
    }
    let number = |tag: &StartTag<'_>, name: &str, default: Option<u64>| match tag.attribute(name) {
        None => default.ok_or_else(|| wrong(format!("no {name}"), "pages that need it")),
        Some(text) => text
            .parse::<u64>()
            .map_err(|_| wrong(format!("{name} = {text:?}"), "no such number")),
    };
    let samples = u64::from(samples);
    let channels = number(&pixels, "SizeC", None)?;
    if !channels.is_multiple_of(samples) {
        return Err(wrong(
            format!("{channels} channels"),
            &format!("{samples} in each page"),
        ));
    }
    let sizes = [
        ('Z', number(&pixels, "SizeZ", None)?),
        ('C', channels / samples),
        ('T', number(&pixels, "SizeT", None)?),
    ];
    let order = pixels.attribute("DimensionOrder").unwrap_or_default();
    let fastest_first: Option<Vec<(char, u64)>> = match order.strip_prefix("XY") {
        Some(rest) if rest.len() == sizes.len() && sizes.iter().all(|(letter, _)| rest.contains(*letter)) => {
            rest.chars()
                .map(|letter| sizes.iter().copied().find(|(other, _)| *other == letter))
                .collect()
        }
        _ => None,
    };
    let fastest_first = fastest_first.ok_or_else(|| {
        wrong(
            format!("DimensionOrder = {order:?}"),
            "pages in an order like XYZCT",
        )
    })?;
    let slowest_first: Vec<(char, u64)> = fastest_first
        .iter()
        .rev()
        .map(|&(letter, length)| (letter.to_ascii_lowercase(), length))
        .collect();
    let axes = check_page_count(SOURCE, &slowest_first, pages)?;

    for data in start_tags(description).filter(|tag| tag.name == "TiffData") {
        let mut place = 0_u64;
        let mut stride = 1_u64;
        for &(letter, length) in &fastest_first {
            let first = match letter {
                'Z' => number(&data, "FirstZ", Some(0))?,
                'C' => number(&data, "FirstC", Some(0))? / samples,
                _ => number(&data, "FirstT", Some(0))?,
            };
            place = place.saturating_add(first.saturating_mul(stride));
            // The product of the lengths is the number of pages.
            stride = stride.saturating_mul(length);
        }
        let page = number(&data, "IFD", Some(0))?;
        if place != page {
            return Err(wrong(
                format!("that page {page} is plane {place}"),
                &format!("pages that are read in the order {order}"),
            ));
        }
    }
    Ok(axes)
}

/// How far apart pixels are by the attributes of `Pixels`; units are those that the schema has for want of others.
pub(super) fn pixel_size(description: &str) -> PixelSize {
    let mut size = PixelSize::default();
    let Some(pixels) = start_tags(description).find(|tag| tag.name == "Pixels") else {
        return size;
    };
    for (letter, name, default) in [
        ('x', "PhysicalSizeX", Unit::Micrometer),
        ('y', "PhysicalSizeY", Unit::Micrometer),
        ('z', "PhysicalSizeZ", Unit::Micrometer),
        ('t', "TimeIncrement", Unit::Second),
    ] {
        let value = pixels.attribute(name).and_then(|text| text.trim().parse().ok());
        let unit = match pixels.attribute(&format!("{name}Unit")) {
            None => Some(default),
            // The letter may be escaped; there is no other in a unit that could.
            Some(text) => Unit::parse(
                &text
                    .replace("&#181;", "µ")
                    .replace("&#xB5;", "µ")
                    .replace("&#xb5;", "µ")
                    .replace("&#197;", "Å"),
            ),
        };
        let spacing = value
            .zip(unit)
            .and_then(|(value, unit)| Spacing::new(value, unit));
        size.set(letter, spacing);
    }
    size
}

#[cfg(test)]
mod tests {
    use super::*;

    fn describe_pixels(pixels: &str, inside: &str) -> String {
        format!(
            "<?xml version=\"1.0\"?><OME xmlns=\"x\"><!-- <Pixels> --><Image><Pixels {pixels}>{inside}</Pixels></Image></OME>"
        )
    }

    #[test]
    fn the_first_letters_run_fastest() {
        let text = describe_pixels(
            "DimensionOrder=\"XYZCT\" SizeC='2' SizeT=\"4\" SizeZ=\"3\" Name='a > b'",
            "",
        );
        assert!(is_ome(&text));
        assert_eq!(page_axes(&text, 24, 1).unwrap(), [('t', 4), ('c', 2), ('z', 3)]);
        let text = text.replace("XYZCT", "XYCTZ");
        assert_eq!(page_axes(&text, 24, 1).unwrap(), [('z', 3), ('t', 4), ('c', 2)]);
        assert_eq!(page_axes(&text, 12, 2).unwrap(), [('z', 3), ('t', 4), ('c', 1)]);
    }

    #[test]
    fn planes_must_be_in_the_stated_order() {
        let pixels = "DimensionOrder=\"XYCZT\" SizeC=\"2\" SizeT=\"1\" SizeZ=\"2\"";
        let text = describe_pixels(pixels, "<TiffData IFD=\"0\" PlaneCount=\"4\"/>");
        assert_eq!(page_axes(&text, 4, 1).unwrap(), [('t', 1), ('z', 2), ('c', 2)]);
        let text = describe_pixels(
            pixels,
            "<TiffData IFD=\"2\" FirstZ=\"1\"/><ns:TiffData IFD=\"1\" FirstC=\"1\"></ns:TiffData>",
        );
        assert!(page_axes(&text, 4, 1).is_ok());
        let text = describe_pixels(pixels, "<TiffData IFD=\"1\" FirstZ=\"1\"/>");
        assert!(
            page_axes(&text, 4, 1)
                .unwrap_err()
                .to_string()
                .contains("page 1 is plane 2")
        );
    }

    #[test]
    fn distances_have_units() {
        let text = describe_pixels(
            "PhysicalSizeX=\"0.5\" PhysicalSizeY='500' PhysicalSizeYUnit='nm' PhysicalSizeZ=\"2\" \
             PhysicalSizeZUnit=\"&#181;m\" TimeIncrement=\"3\" TimeIncrementUnit=\"reference frame\"",
            "",
        );
        let size = pixel_size(&text);
        assert_eq!(size.get('x'), Spacing::new(0.5, Unit::Micrometer));
        assert_eq!(size.get('y'), Spacing::new(500.0, Unit::Nanometer));
        assert_eq!(size.get('z'), Spacing::new(2.0, Unit::Micrometer));
        assert_eq!(size.get('t'), None);
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        let good = describe_pixels("DimensionOrder=\"XYCZT\" SizeC=\"2\" SizeT=\"1\" SizeZ=\"2\"", "");
        assert!(page_axes(&good, 5, 1).is_err());
        assert!(page_axes(&good, 4, 3).is_err());
        assert!(page_axes(&good.replace("XYCZT", "XYCZZ"), 4, 1).is_err());
        assert!(page_axes(&good.replace("SizeT=\"1\"", ""), 4, 1).is_err());
        assert!(page_axes(&good.replace("SizeT=\"1\"", "SizeT=\"one\""), 4, 1).is_err());
        assert!(
            page_axes(
                &good.replace("</Image>", "</Image><Image><Pixels/></Image>"),
                4,
                1
            )
            .is_err()
        );
        assert!(page_axes("<OME></OME>", 1, 1).is_err());
        assert!(!is_ome("<html>"));
        assert!(!is_ome("a < b"));
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in "(<|>|/|!--|\"|'|=|OME|Pixels|TiffData| SizeC| IFD|XYZCT|9| |é|-->|<!\\[CDATA\\[){0,40}") {
            let _ = is_ome(&text);
            let _ = page_axes(&text, 1, 1);
        }
    }
}
