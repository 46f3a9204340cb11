//! OME-Zarr: what is read, what is refused, and interrupted runs.

use std::fs;
use std::path::Path;

use pipeline::axes::ImageAxes;
use pipeline::image::{
    ImageSink, OmeZarrVersion, PixelSize, SinkOptions, WriteOptions, ZarrOptions, ZarrSink, create_sink,
    open_source, read_image, write_image,
};
use proptest::prelude::*;
use tensor_ops::{DataType, Tensor};
use tiling::{Region, TileSink, TileSource};

use crate::sinks::tiles;
use crate::sources::part;
use crate::tensors::numbered;

fn axes(text: &str) -> ImageAxes {
    text.parse().unwrap()
}

/// An array of version 2 with these fields instead of the usual ones.
fn array_v2(folder: &Path, fields: &[(&str, &str)]) {
    let mut all = vec![
        ("zarr_format", "2"),
        ("shape", "[4, 6]"),
        ("chunks", "[4, 3]"),
        ("dtype", "\"|u1\""),
        ("compressor", "null"),
        ("fill_value", "7"),
        ("order", "\"C\""),
        ("filters", "null"),
    ];
    for &(key, value) in fields {
        all.retain(|&(other, _)| other != key);
        all.push((key, value));
    }
    let text: Vec<String> = all
        .iter()
        .map(|(key, value)| format!("\"{key}\": {value}"))
        .collect();
    fs::create_dir_all(folder).unwrap();
    fs::write(folder.join(".zarray"), format!("{{{}}}", text.join(", "))).unwrap();
}

#[test]
fn missing_chunks_have_the_fill_value() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.zarr");
    array_v2(&path, &[]);
    fs::write(path.join("0.1"), (0..12).collect::<Vec<u8>>()).unwrap();
    let image = read_image(&path).unwrap();
    assert_eq!(image.axes, None);
    let expected = [
        7_u8, 7, 7, 0, 1, 2, 7, 7, 7, 3, 4, 5, 7, 7, 7, 6, 7, 8, 7, 7, 7, 9, 10, 11,
    ];
    let expected = ndarray::ArrayD::from_shape_vec(vec![4, 6], expected.to_vec()).unwrap();
    assert_eq!(image.tensor, Tensor::from(expected));
}

#[test]
fn refusals_say_why() {
    let folder = tempfile::tempdir().unwrap();
    for (number, (fields, words)) in [
        (vec![("zarr_format", "3")], "zarr_format is 3, expected 2"),
        (vec![("shape", "[4, -6]")], "shape"),
        (vec![("shape", "\"many\"")], "expected a list"),
        (vec![("chunks", "[4, 0]")], "chunks"),
        (vec![("chunks", "[4]")], "as many lengths"),
        (vec![("dtype", "\"<f2\"")], "float16"),
        (vec![("dtype", "[[\"a\", \"<f4\"]]")], "records"),
        (vec![("compressor", "{\"id\": \"lzma\"}")], "lzma"),
        (vec![("filters", "[{\"id\": \"delta\"}]")], "filters"),
        (vec![("fill_value", "300")], "fill_value is 300"),
        (vec![("order", "\"K\"")], "C or F"),
        (
            vec![("shape", "[4611686018427387904, 4611686018427387904]")],
            "larger than any file",
        ),
        (
            vec![("shape", "[100000, 100000]"), ("chunks", "[100000, 100000]")],
            "smaller strips, tiles or chunks",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let path = folder.path().join(format!("{number}.zarr"));
        array_v2(&path, &fields);
        let message = open_source(&path).map(|_| ()).unwrap_err().to_string();
        assert!(message.contains(words), "{message}");
    }
    let path = folder.path().join("text.zarr");
    fs::create_dir(&path).unwrap();
    let message = |path: &Path| open_source(path).map(|_| ()).unwrap_err().to_string();
    assert!(message(&path).contains("no Zarr array or image"));
    fs::write(path.join(".zattrs"), "{").unwrap();
    assert!(message(&path).contains("no JSON"));
    fs::write(path.join(".zattrs"), "[".repeat(100_000)).unwrap();
    assert!(message(&path).contains("no JSON"));
    fs::write(path.join(".zattrs"), "{\"plate\": {}}").unwrap();
    assert!(message(&path).contains("wells of a plate"));
    for escape in ["../other", "/etc", "a/../../b", "..\\\\b"] {
        let text = format!("{{\"multiscales\": [{{\"datasets\": [{{\"path\": \"{escape}\"}}]}}]}}");
        fs::write(path.join(".zattrs"), text).unwrap();
        let message = message(&path);
        assert!(message.contains("path"), "{message}");
    }
}

#[test]
fn chunks_that_decode_to_too_much_are_errors() {
    let folder = tempfile::tempdir().unwrap();
    for (number, compressor) in ["gzip", "zlib"].into_iter().enumerate() {
        let path = folder.path().join(format!("{number}.zarr"));
        // The chunks of a large array in the place of those of a small one.
        let large = folder.path().join("large.zarr");
        let version = if compressor == "gzip" {
            OmeZarrVersion::V0_5
        } else {
            OmeZarrVersion::V0_4
        };
        let options = ZarrOptions::default().with_version(version);
        let none = PixelSize::default();
        let sink = ZarrSink::create(
            &large,
            &[512, 512],
            DataType::Uint8,
            &axes("yx"),
            &none,
            &options,
            "",
        );
        let mut sink = sink.unwrap();
        sink.write(
            &Region::whole(&[512, 512]),
            &numbered(DataType::Uint8, &[512, 512]).cast(DataType::Uint8),
        )
        .unwrap();
        Box::new(sink).finish().unwrap();
        let chunk = if compressor == "gzip" { "0/c/0/0" } else { "0/0/0" };
        array_v2(
            &path,
            &[
                ("shape", "[512, 512]"),
                ("chunks", "[500, 500]"),
                ("compressor", &format!("{{\"id\": \"{compressor}\"}}")),
            ],
        );
        fs::copy(large.join(chunk), path.join("0.0")).unwrap();
        let message = open_source(&path)
            .unwrap()
            .read(&Region::whole(&[10, 10]))
            .unwrap_err()
            .to_string();
        assert!(
            message.contains("0.0") && message.contains("more than the expected 250000 bytes"),
            "{message}"
        );
        fs::remove_dir_all(&large).unwrap();
    }
}

#[test]
fn an_image_below_a_group_can_be_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("group.zarr");
    array_v2(&path.join("images/first"), &[]);
    assert_eq!(
        read_image(path.join("images/first")).unwrap().tensor.shape(),
        [4, 6]
    );
}

fn tile_plan() -> (Tensor, Vec<Region>) {
    let tensor = numbered(DataType::Float32, &[1, 2, 50, 60]);
    let regions = tiles(tensor.shape(), &[1, 2, 17, 16]);
    (tensor, regions)
}

fn create(path: &Path, options: &ZarrOptions) -> ZarrSink {
    let (tensor, _) = tile_plan();
    let none = PixelSize::default();
    ZarrSink::create(
        path,
        tensor.shape(),
        tensor.data_type(),
        &axes("bcyx"),
        &none,
        options,
        "plan",
    )
    .unwrap()
}

/// All files of a folder with their content.
fn content(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
                found.push((name, fs::read(path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

#[test]
fn an_interrupted_run_is_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    for version in [OmeZarrVersion::V0_4, OmeZarrVersion::V0_5] {
        let options = ZarrOptions::default()
            .with_version(version)
            .with_chunk('y', 16)
            .with_chunk('x', 16);
        let (tensor, regions) = tile_plan();
        let undisturbed = folder.path().join("undisturbed.zarr");
        let mut sink = create(&undisturbed, &options);
        for region in &regions {
            sink.write(region, &part(&tensor, region)).unwrap();
        }
        Box::new(sink).finish().unwrap();

        let path = folder.path().join("interrupted.zarr");
        let mut sink = create(&path, &options);
        for (number, region) in regions.iter().enumerate().take(7) {
            sink.write(region, &part(&tensor, region)).unwrap();
            // The last one was written, but its end was not noted any more.
            if number < 6 {
                sink.mark_done(number).unwrap();
            }
        }
        // As after a signal: nothing is tidied up, and a line and a chunk are half written.
        drop(sink);
        let partial = folder.path().join("interrupted.zarr.partial");
        let journal = partial.join("tiles.journal");
        let mut text = fs::read_to_string(&journal).unwrap();
        text.push('6');
        fs::write(&journal, text).unwrap();
        let chunk = if version == OmeZarrVersion::V0_4 {
            "0/0/1/2.partial"
        } else {
            "0/c/0/1/2.partial"
        };
        fs::write(partial.join(chunk), b"half").unwrap();

        assert!(ZarrSink::is_unfinished(&path));
        let message = ZarrSink::resume(&path, "other plan")
            .map(|_| ())
            .unwrap_err()
            .to_string();
        assert!(
            message.contains("another fingerprint") && message.contains("other plan"),
            "{message}"
        );
        let mut sink = ZarrSink::resume(&path, "plan").unwrap();
        assert_eq!(
            sink.completed().iter().copied().collect::<Vec<_>>(),
            [0, 1, 2, 3, 4, 5]
        );
        assert_eq!(sink.read_back(&regions[2]).unwrap(), part(&tensor, &regions[2]));
        for (number, region) in regions.iter().enumerate() {
            if !sink.completed().contains(&number) {
                sink.write(region, &part(&tensor, region)).unwrap();
                sink.mark_done(number).unwrap();
            }
        }
        Box::new(sink).finish().unwrap();
        assert!(!partial.exists());
        assert!(content(&path) == content(&undisturbed));
        fs::remove_dir_all(&path).unwrap();
        fs::remove_dir_all(&undisturbed).unwrap();
    }
}

#[test]
fn unfinished_results_are_not_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.zarr");
    assert!(ZarrSink::resume(&path, "plan").is_err());
    drop(create(&path, &ZarrOptions::default()));
    let (tensor, _) = tile_plan();
    let none = PixelSize::default();
    let again = ZarrSink::create(
        &path,
        tensor.shape(),
        tensor.data_type(),
        &axes("bcyx"),
        &none,
        &ZarrOptions::default(),
        "plan",
    );
    let message = again.map(|_| ()).unwrap_err().to_string();
    assert!(
        message.contains("a.zarr.partial") && message.contains("resume it"),
        "{message}"
    );
    ZarrSink::discard(&path).unwrap();
    ZarrSink::discard(&path).unwrap();
    drop(create(&path, &ZarrOptions::default()));
    let journal = folder.path().join("a.zarr.partial/tiles.journal");
    for damage in ["", "{}\n", "no json\n", "{\"journal\": 1}\n3\n"] {
        fs::write(&journal, damage).unwrap();
        let message = ZarrSink::resume(&path, "plan")
            .map(|_| ())
            .unwrap_err()
            .to_string();
        assert!(
            message.contains("journal") && message.contains("damaged"),
            "{message}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_damage_makes_it_panic(
        version in proptest::sample::select(vec![OmeZarrVersion::V0_4, OmeZarrVersion::V0_5]),
        file in 0_usize..4,
        places in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..5),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.zarr");
        write_image(&path, &numbered(DataType::Uint16, &[5, 6]), &axes("yx"), &WriteOptions::default()).unwrap();
        if version == OmeZarrVersion::V0_5 {
            let options = SinkOptions::default().with_zarr(ZarrOptions::default().with_version(version));
            let none = PixelSize::default();
            let mut sink = create_sink(&path, &[5, 6], DataType::Uint16, &axes("yx"), &none, &options).unwrap();
            sink.write(&Region::whole(&[5, 6]), &numbered(DataType::Uint16, &[5, 6])).unwrap();
            sink.finish().unwrap();
        }
        let files = content(&path);
        let (name, mut bytes) = files[file % files.len()].clone();
        for (place, byte) in places {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        fs::write(path.join(name), bytes).unwrap();
        if let Ok(mut source) = open_source(&path) {
            let shape: Vec<usize> = source.shape().iter().map(|&length| length.min(100)).collect();
            let _ = source.read(&Region::whole(&shape));
        }
    }
}
