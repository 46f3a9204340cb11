//! Parts of files: each equals that part of the whole image.

use ndarray::{ArrayD, Axis, Slice};
use pipeline::axes::ImageAxes;
use pipeline::image::{
    ImageErrorKind, ImageSource, MappedSource, SourceOptions, TiffCompression, WriteOptions, open_source,
    open_source_with, read_image, write_image,
};
use proptest::prelude::*;
use tensor_ops::{DataType, Tensor};
use tiling::{Region, TileSource};

use crate::tensors::numbered;
use crate::tiff_builder::{CLASSIC, Page, Style, Values, build};

fn axes(text: &str) -> ImageAxes {
    text.parse().unwrap()
}

/// That part of a tensor, by the means of ndarray.
pub(crate) fn part(tensor: &Tensor, region: &Region) -> Tensor {
    fn slice<T: Clone>(array: &ArrayD<T>, region: &Region) -> ArrayD<T> {
        let mut view = array.view();
        for axis in 0..region.rank() {
            view.slice_axis_inplace(Axis(axis), Slice::from(region.range(axis)));
        }
        view.as_standard_layout().into_owned()
    }
    match tensor {
        Tensor::Bool(array) => slice(array, region).into(),
        Tensor::Uint8(array) => slice(array, region).into(),
        Tensor::Int8(array) => slice(array, region).into(),
        Tensor::Uint16(array) => slice(array, region).into(),
        Tensor::Int16(array) => slice(array, region).into(),
        Tensor::Uint32(array) => slice(array, region).into(),
        Tensor::Int32(array) => slice(array, region).into(),
        Tensor::Uint64(array) => slice(array, region).into(),
        Tensor::Int64(array) => slice(array, region).into(),
        Tensor::Float32(array) => slice(array, region).into(),
        Tensor::Float64(array) => slice(array, region).into(),
        _ => panic!("another type"),
    }
}

/// A region of an array, from numbers of any size.
pub(crate) fn region_from(shape: &[usize], numbers: &[(usize, usize)]) -> Region {
    let (start, lengths): (Vec<usize>, Vec<usize>) = shape
        .iter()
        .zip(numbers)
        .map(|(&length, &(start, count))| {
            let start = start % (length + 1);
            (start, count % (length - start + 1))
        })
        .unzip();
    Region::new(start, lengths).unwrap()
}

fn check_regions(source: &mut dyn ImageSource, whole: &Tensor, numbers: &[Vec<(usize, usize)>]) {
    assert_eq!(source.shape(), whole.shape());
    assert_eq!(source.data_type(), whole.data_type());
    for numbers in numbers {
        let region = region_from(whole.shape(), numbers);
        assert_eq!(source.read(&region).unwrap(), part(whole, &region), "{region}");
    }
    assert_eq!(source.read(&Region::whole(whole.shape())).unwrap(), *whole);
}

fn any_regions() -> impl Strategy<Value = Vec<Vec<(usize, usize)>>> {
    proptest::collection::vec(proptest::collection::vec(any::<(usize, usize)>(), 5), 1..6)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn parts_of_files_that_are_written_here(
        data_type in proptest::sample::select(DataType::ALL.to_vec()),
        shape in proptest::collection::vec(1_usize..7, 3),
        extension in proptest::sample::select(vec!["npy", "tif", "zarr"]),
        compression in proptest::sample::select(vec![TiffCompression::None, TiffCompression::Deflate, TiffCompression::Lzw]),
        regions in any_regions(),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("image").with_extension(extension);
        let tensor = numbered(data_type, &shape);
        let options = WriteOptions::default().with_tiff_compression(compression);
        write_image(&path, &tensor, &axes("zyx"), &options).unwrap();
        let whole = read_image(&path).unwrap();
        let mut source = open_source(&path).unwrap();
        prop_assert_eq!(source.axes().cloned(), whole.axes);
        check_regions(source.as_mut(), &whole.tensor, &regions);
    }

    #[test]
    fn parts_of_npy_in_both_orders(
        shape in proptest::collection::vec(0_usize..6, 0..5),
        fortran in any::<bool>(),
        big_endian in any::<bool>(),
        regions in any_regions(),
    ) {
        let count: usize = shape.iter().product();
        let dimensions: String = shape.iter().map(|length| format!("{length}, ")).collect();
        let order = if big_endian { '>' } else { '<' };
        let fortran_order = if fortran { "True" } else { "False" };
        let header = format!("{{'descr': '{order}i4', 'fortran_order': {fortran_order}, 'shape': ({dimensions})}}\n")
            .replace(" )", ")");
        let mut file = b"\x93NUMPY\x01\x00".to_vec();
        file.extend((header.len() as u16).to_le_bytes());
        file.extend(header.as_bytes());
        for value in 0..i32::try_from(count).unwrap() {
            let value = value * 1_000_003;
            file.extend(if big_endian { value.to_be_bytes() } else { value.to_le_bytes() });
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("array.npy");
        std::fs::write(&path, file).unwrap();
        let whole = read_image(&path).unwrap().tensor;
        check_regions(open_source(&path).unwrap().as_mut(), &whole, &regions);
    }

    #[test]
    fn parts_of_tiles_strips_and_planes(
        (width, height) in (1_u32..40, 1_u32..40),
        (tile_width, tile_height) in (1_u32..3, 1_u32..3),
        samples in 1_u16..4,
        (tiled, planar, big_endian, big_tiff) in any::<(bool, bool, bool, bool)>(),
        packed in any::<bool>(),
        cache in proptest::sample::select(vec![0_usize, 300, 1 << 20]),
        regions in any_regions(),
    ) {
        let (tile_width, tile_height) = (16 * tile_width, 16 * tile_height);
        let style = Style { big_endian, big_tiff };
        let planes = if planar { samples } else { 1 };
        let in_part = if planar { 1 } else { samples };
        // Every element tells where it is.
        let value = |x: u32, y: u32, c: u16| (x * 7 + y * 300 + u32::from(c) * 13) as u16;
        let (columns, rows) = if tiled { (tile_width, tile_height) } else { (width, tile_height) };
        let mut parts = Vec::new();
        for plane in 0..planes {
            for top in (0..height).step_by(rows as usize) {
                for left in (0..width).step_by(columns as usize) {
                    let rows = if tiled { rows } else { rows.min(height - top) };
                    let mut bytes = Vec::new();
                    for (y, x) in (top..top + rows).flat_map(|y| (left..left + columns).map(move |x| (y, x))) {
                        for c in 0..in_part {
                            let value = value(x, y, plane + c);
                            bytes.extend(if big_endian { value.to_be_bytes() } else { value.to_le_bytes() });
                        }
                    }
                    if packed {
                        // PackBits without runs: blocks of literals.
                        bytes = bytes.chunks(128).flat_map(|block| [&[block.len() as u8 - 1], block].concat()).collect();
                    }
                    parts.push(bytes);
                }
            }
        }
        let mut page = Page::new(width, height, samples, 16)
            .with(259, Values::Short(vec![if packed { 32773 } else { 1 }]))
            .with(262, Values::Short(vec![1]))
            .with(284, Values::Short(vec![if planar { 2 } else { 1 }]));
        page = if tiled { page.tiles(tile_width, tile_height, parts) } else { page.strips(rows, parts) };
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("image.tif");
        std::fs::write(&path, build(style, &[page])).unwrap();

        let (h, w, c) = (height as usize, width as usize, usize::from(samples));
        let shape = match (samples, planar) {
            (1, _) => vec![h, w],
            (_, true) => vec![c, h, w],
            (_, false) => vec![h, w, c],
        };
        let array = ArrayD::from_shape_fn(shape, |index| match (samples, planar) {
            (1, _) => value(index[1] as u32, index[0] as u32, 0),
            (_, true) => value(index[2] as u32, index[1] as u32, index[0] as u16),
            (_, false) => value(index[1] as u32, index[0] as u32, index[2] as u16),
        });
        let options = SourceOptions::default().with_cache_bytes(cache);
        let mut source = open_source_with(&path, &options).unwrap();
        prop_assert_eq!(source.chunk_shape().is_some(), tiled || packed);
        check_regions(source.as_mut(), &Tensor::from(array), &regions);
    }

    #[test]
    fn mapped_parts_equal_the_mapped_whole(
        from in Just("tyxc".chars().collect::<Vec<_>>()).prop_shuffle(),
        to in Just("btyxcz".chars().collect::<Vec<_>>()).prop_shuffle(),
        lengths in proptest::collection::vec(1_usize..5, 4),
        regions in any_regions(),
    ) {
        let (from, to) = (axes(&from.iter().collect::<String>()), axes(&to.iter().collect::<String>()));
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("image.npy");
        let tensor = numbered(DataType::Uint16, &lengths);
        pipeline::image::write_npy(&path, &tensor).unwrap();
        let whole = pipeline::axes::map_to_tensor(tensor, &from, &to).unwrap().into_standard_layout();
        let mut source = MappedSource::new(open_source(&path).unwrap(), &from, &to, &[]).unwrap();
        let regions: Vec<_> = regions.into_iter().map(|mut numbers| { numbers.push((3, 1)); numbers }).collect();
        check_regions(&mut source, &whole, &regions);
    }
}

#[test]
fn png_is_read_in_parts() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("image.png");
    let image = numbered(DataType::Uint8, &[9, 7, 3]);
    write_image(&path, &image, &axes("yxc"), &WriteOptions::default()).unwrap();
    let mut source = open_source(&path).unwrap();
    assert_eq!(source.axes(), Some(&axes("yxc")));
    let region = Region::new([2, 3, 1], [4, 2, 2]).unwrap();
    assert_eq!(source.read(&region).unwrap(), part(&image, &region));
}

#[test]
fn regions_that_are_not_in_the_image_are_errors() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a.npy", "b.tif", "c.png", "d.zarr"] {
        let path = folder.path().join(name);
        write_image(
            &path,
            &numbered(DataType::Uint8, &[5, 6]),
            &axes("yx"),
            &WriteOptions::default(),
        )
        .unwrap();
        let mut source = open_source(&path).unwrap();
        for region in [
            Region::new([0, 0], [6, 1]).unwrap(),
            Region::new([5, 6], [1, 0]).unwrap(),
            Region::new([0], [1]).unwrap(),
            Region::new([usize::MAX, 0], [0, 1]).unwrap(),
        ] {
            let error = source.read(&region).unwrap_err();
            assert!(
                matches!(error.kind(), ImageErrorKind::Region(_)),
                "{name}: {error}"
            );
            assert!(error.to_string().contains(name), "{error}");
        }
    }
}

#[test]
fn positions_are_chosen_only_where_there_is_a_choice() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("film.npy");
    pipeline::image::write_npy(&path, &numbered(DataType::Uint8, &[4, 5, 6])).unwrap();
    let open = |wanted: &str, selected: &[(char, usize)]| {
        MappedSource::new(open_source(&path).unwrap(), &axes("tyx"), &axes(wanted), selected).map(|_| ())
    };
    open("yx", &[('t', 3)]).unwrap();
    assert!(open("yx", &[]).unwrap_err().to_string().contains("'t'"));
    for (wanted, selected) in [("yx", ('t', 4)), ("tyx", ('t', 0)), ("yx", ('z', 0))] {
        let message = open(wanted, &[selected]).unwrap_err().to_string();
        assert!(message.contains("cannot be chosen"), "{message}");
    }
}

#[test]
fn damage_is_found_when_it_is_read() {
    let page = || Page::new(16, 32, 1, 8).tiles(16, 16, vec![vec![1; 256], vec![2; 256]]);
    let mut file = build(CLASSIC, &[page()]);
    // The place of the second tile is beyond the end.
    let place = file.windows(256).position(|window| window == [2; 256]).unwrap() as u32;
    let entry = file
        .windows(4)
        .rposition(|window| window == place.to_le_bytes())
        .unwrap();
    file[entry..entry + 4].copy_from_slice(&0xFFFF_0000_u32.to_le_bytes());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("image.tif");
    std::fs::write(&path, file).unwrap();
    let mut source = open_source(&path).unwrap();
    assert!(source.read(&Region::new([0, 0], [16, 16]).unwrap()).is_ok());
    let message = source
        .read(&Region::new([15, 0], [2, 1]).unwrap())
        .unwrap_err()
        .to_string();
    assert!(
        message.contains("page 0") && message.contains("beyond the end"),
        "{message}"
    );
}
