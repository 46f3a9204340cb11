//! TIFF: which axes pages run along.

use ndarray::{ArrayD, Axis};
use pipeline::axes::ImageAxes;
use pipeline::image::{WriteOptions, read_image, write_image};
use tensor_ops::Tensor;
use tiff::decoder::Decoder;
use tiff::tags::Tag;

use crate::tiff_builder::{CLASSIC, Page, Values, build};
use crate::tiff_layouts::read;

fn axes(text: &str) -> ImageAxes {
    text.parse().unwrap()
}

/// `count` pages of one row of two pixels: the number of the page, and 100 more. The first has the description.
fn numbered_pages(count: u8, description: Option<&str>) -> Vec<Page> {
    let mut pages: Vec<Page> = (0..count)
        .map(|page| Page::new(2, 1, 1, 8).strips(1, vec![vec![page, page + 100]]))
        .collect();
    if let (Some(text), Some(first)) = (description, pages.first_mut()) {
        first.entries.push((270, Values::Text(text.to_owned())));
    }
    pages
}

/// The number of the page at each position of the axes of the pages.
fn page_numbers(tensor: Tensor) -> Vec<u8> {
    let Tensor::Uint8(values) = tensor else {
        panic!("not uint8")
    };
    let last = values.ndim() - 1;
    values.index_axis(Axis(last), 0).iter().copied().collect()
}

#[test]
fn pages_are_slices_unless_something_says_otherwise() {
    for description in [None, Some("made by hand"), Some("{\"shape\": [3, 1, 2]}")] {
        let image = read(&build(CLASSIC, &numbered_pages(3, description))).unwrap();
        assert_eq!(image.axes, Some(axes("zyx")));
        assert_eq!(image.tensor.shape(), [3, 1, 2]);
        assert_eq!(page_numbers(image.tensor), [0, 1, 2]);
    }
}

#[test]
fn channels_of_an_imagej_hyperstack_run_fastest() {
    let description =
        "ImageJ=1.53t\nimages=12\nchannels=2\nslices=3\nframes=2\nhyperstack=true\nmode=color\n";
    let image = read(&build(CLASSIC, &numbered_pages(12, Some(description)))).unwrap();
    assert_eq!(image.axes, Some(axes("tzcyx")));
    assert_eq!(image.tensor.shape(), [2, 3, 2, 1, 2]);
    let Tensor::Uint8(values) = image.tensor else {
        panic!("not uint8")
    };
    assert_eq!(
        (
            values[[0, 0, 1, 0, 0]],
            values[[0, 2, 0, 0, 0]],
            values[[1, 0, 0, 0, 1]]
        ),
        (1, 4, 106)
    );
    let description = "ImageJ=1.53t\nimages=4\nchannels=4\nmode=composite\n";
    assert_eq!(
        read(&build(CLASSIC, &numbered_pages(4, Some(description))))
            .unwrap()
            .axes,
        Some(axes("cyx"))
    );
}

#[test]
fn an_imagej_stack_may_have_one_directory() {
    // As ImageJ writes stacks beyond 4 GiB: the pixels of the other pages are behind those of the first.
    let description = "ImageJ=1.53t\nimages=12\nslices=12\n";
    let mut file = build(CLASSIC, &numbered_pages(1, Some(description)));
    let message = read(&file).unwrap_err().to_string();
    assert!(
        message.contains("ImageJ") && message.contains("z = 12") && message.contains("1 page"),
        "{message}"
    );
    // The only strip is moved to the end, and its place in the directory with it.
    let entry = file
        .windows(2)
        .position(|tag| tag == 273_u16.to_le_bytes())
        .unwrap();
    let end = file.len() as u32;
    file[entry + 8..entry + 12].copy_from_slice(&end.to_le_bytes());
    file.extend((0..12).flat_map(|page| [page, 100]));
    let image = read(&file).unwrap();
    assert_eq!(image.axes, Some(axes("zyx")));
    assert_eq!(page_numbers(image.tensor), (0..12).collect::<Vec<u8>>());
    assert!(read(&file[..file.len() - 1]).is_err());
}

#[test]
fn ome_xml_states_the_order() {
    let ome = |order: &str| {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><OME xmlns=\"http://www.openmicroscopy.org/Schemas/OME/2016-06\">\
             <Image ID=\"Image:0\"><Pixels BigEndian=\"false\" DimensionOrder=\"{order}\" ID=\"Pixels:0\" SizeC=\"2\" \
             SizeT=\"1\" SizeX=\"2\" SizeY=\"1\" SizeZ=\"3\" Type=\"uint8\"><TiffData IFD=\"0\" PlaneCount=\"6\"/>\
             </Pixels></Image></OME>"
        )
    };
    let image = read(&build(CLASSIC, &numbered_pages(6, Some(&ome("XYZCT"))))).unwrap();
    assert_eq!(image.axes, Some(axes("czyx")));
    assert_eq!(image.tensor.shape(), [2, 3, 1, 2]);
    assert_eq!(page_numbers(image.tensor), [0, 1, 2, 3, 4, 5]);
    let image = read(&build(CLASSIC, &numbered_pages(6, Some(&ome("XYCZT"))))).unwrap();
    assert_eq!(image.axes, Some(axes("zcyx")));
    assert!(read(&build(CLASSIC, &numbered_pages(5, Some(&ome("XYZCT"))))).is_err());
}

#[test]
fn colours_come_last_and_pages_before() {
    let pages: Vec<Page> = (0..2)
        .map(|page| Page::new(1, 1, 3, 8).strips(1, vec![vec![page, 10, 20]]))
        .collect();
    let image = read(&build(CLASSIC, &pages)).unwrap();
    assert_eq!(image.axes, Some(axes("zyxc")));
    assert_eq!(image.tensor.shape(), [2, 1, 1, 3]);
    let mut pages = pages;
    pages[0]
        .entries
        .push((270, Values::Text("ImageJ=1\nchannels=2\n".to_owned())));
    assert!(
        read(&build(CLASSIC, &pages))
            .unwrap_err()
            .to_string()
            .contains("pages are channels")
    );
}

#[test]
fn reduced_copies_are_no_data() {
    let mut pages = numbered_pages(2, None);
    let reduced = Page::new(1, 1, 1, 8)
        .strips(1, vec![vec![50]])
        .with(254, Values::Long(vec![1]));
    pages.insert(1, reduced.clone());
    let image = read(&build(CLASSIC, &pages)).unwrap();
    assert_eq!(page_numbers(image.tensor), [0, 1]);
    assert!(read(&build(CLASSIC, &[reduced])).is_err());
}

#[test]
fn written_hyperstacks_are_those_of_imagej() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("stack.tif");
    // The axes of a network, in an order that is not that of the file.
    let values = ArrayD::from_shape_fn(vec![1, 2, 4, 5, 3], |at| (at[1] * 16 + at[4]) as u16);
    write_image(
        &path,
        &Tensor::from(values),
        &axes("bcyxz"),
        &WriteOptions::default(),
    )
    .unwrap();
    let mut decoder = Decoder::new(std::fs::File::open(&path).unwrap()).unwrap();
    let description = decoder.get_tag_ascii_string(Tag::ImageDescription).unwrap();
    for line in [
        "ImageJ=1.11a",
        "images=6",
        "channels=2",
        "slices=3",
        "hyperstack=true",
    ] {
        assert!(
            description.lines().any(|other| other == line),
            "{description}: expected {line}"
        );
    }
    for page in 0..6_u16 {
        if page > 0 {
            decoder.next_image().unwrap();
        }
        let tiff::decoder::DecodingResult::U16(samples) = decoder.read_image().unwrap() else {
            panic!("not uint16")
        };
        assert!(
            samples.iter().all(|&sample| sample == page % 2 * 16 + page / 2),
            "{page}"
        );
    }
    assert!(!decoder.more_images());
    assert_eq!(read_image(&path).unwrap().axes, Some(axes("zcyx")));
}
