//! Bundles, frozen graphs and TensorFlow.js models through the public API: what they become, and what harms them.

use std::io::{Cursor, Read, Write};

use proptest::prelude::*;
use weight_converters::tensorflow::{ConvertError, GraphOptions, OutputSpec, convert_saved_model};
use weight_converters::tfjs::{self, convert_tfjs};
use weight_converters::{Converted, InputSpec, ModelFiles, ScalarType};
use zip::write::SimpleFileOptions;

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(format!(
        "{}/tests/fixtures/tensorflow/{name}",
        env!("CARGO_MANIFEST_DIR")
    ))
    .unwrap()
}

fn image() -> InputSpec {
    InputSpec::new("image", ScalarType::Float32, [1, 16, 16, 1])
}

fn convert(bytes: &[u8], inputs: &[InputSpec], options: &GraphOptions) -> Result<Converted, ConvertError> {
    convert_saved_model(&mut ModelFiles::from_bytes(bytes)?, inputs, options)
}

fn convert_js(bytes: &[u8]) -> Result<Converted, tfjs::ConvertError> {
    convert_tfjs(
        &mut ModelFiles::from_bytes(bytes)?,
        &[image()],
        &GraphOptions::default(),
    )
}

/// The archive with one file changed.
fn changed(archive: &[u8], name: &str, change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut zip = zip::ZipArchive::new(Cursor::new(archive)).unwrap();
    let mut target = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let mut change = Some(change);
    for index in 0..zip.len() {
        let mut file = zip.by_index(index).unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        let entry = file.name().unwrap().into_owned();
        if entry == name {
            (change.take().unwrap())(&mut bytes);
        }
        target.start_file(entry, SimpleFileOptions::default()).unwrap();
        target.write_all(&bytes).unwrap();
    }
    assert!(change.is_none(), "{name} is not in the archive");
    target.finish().unwrap().into_inner()
}

#[test]
fn every_form_becomes_the_same_network() {
    let options = GraphOptions::default();
    let reference = convert(&fixture("unet_tf2.zip"), &[image()], &options).unwrap();
    assert_eq!(reference.outputs[0].name, "mask");
    assert_eq!(reference.outputs[0].shape, [1, 16, 16, 2]);
    for name in [
        "unet_tf2_in_folder.zip",
        "unet_tf1.zip",
        "unet_tf1_keras.zip",
        "unet_frozen.pb",
    ] {
        let other = convert(&fixture(name), &[image()], &options).unwrap();
        assert_eq!(other.outputs, reference.outputs, "{name}");
    }
    let tfjs = convert_js(&fixture("unet_tfjs.zip")).unwrap();
    assert_eq!(tfjs.outputs, reference.outputs);
    // the dilated convolution is one operator, and channels move once
    let note = "channels come last in the network and first in ONNX: 1 transposition left";
    assert_eq!(reference.notes, [note]);
}

#[test]
fn a_folder_is_read_like_its_archive() {
    let folder = tempfile::tempdir().unwrap();
    let archive = fixture("unet_tf2.zip");
    zip::ZipArchive::new(Cursor::new(&archive))
        .unwrap()
        .extract(folder.path())
        .unwrap();
    let from_zip = convert(&archive, &[image()], &GraphOptions::default()).unwrap();
    for path in [folder.path().to_owned(), folder.path().join("saved_model.pb")] {
        let mut files = ModelFiles::open(&path).unwrap();
        let from_folder = convert_saved_model(&mut files, &[image()], &GraphOptions::default()).unwrap();
        assert!(from_folder == from_zip);
    }
}

#[test]
fn signatures_and_tags_are_chosen() {
    let bundle = fixture("unet_tf2.zip");
    let both = GraphOptions::default().with_signature("both");
    let converted = convert(&bundle, &[image()], &both).unwrap();
    let names: Vec<_> = converted.outputs.iter().map(|port| port.name.as_str()).collect();
    assert_eq!(names, ["one", "zero"], "without wishes by key");
    let wanted = both.with_outputs([
        OutputSpec::new("small", vec![None, None, None, Some(1)]),
        OutputSpec::new("one", None),
    ]);
    let converted = convert(&bundle, &[image()], &wanted).unwrap();
    assert_eq!(converted.outputs[0].name, "small");
    assert_eq!(converted.outputs[0].shape, [1, 16, 16, 1]);
    for (options, part) in [
        (
            GraphOptions::default().with_signature("none"),
            "no signature `none`",
        ),
        (
            GraphOptions::default().with_tag("train"),
            "no graph has the tag `train`",
        ),
    ] {
        let error = convert(&bundle, &[image()], &options).unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn inputs_that_do_not_fit_are_told() {
    let bundle = fixture("unet_tf2.zip");
    let wrong = InputSpec::new("image", ScalarType::Float32, [1, 16, 16, 3]);
    for (inputs, part) in [
        (vec![], "the network takes 1 (`image`), found 0"),
        (vec![wrong], "the network takes [?, ?, ?, 1] as `image`"),
    ] {
        let error = convert(&bundle, &inputs, &GraphOptions::default()).unwrap_err();
        assert!(matches!(error, ConvertError::Inputs { .. }));
        assert!(error.to_string().contains(part), "{error}");
    }
}

#[test]
fn integers_are_cast_to_what_the_network_takes() {
    let bytes = InputSpec::new("image", ScalarType::UInt8, [1, 16, 16, 1]);
    let converted = convert(&fixture("unet_tf2.zip"), &[bytes], &GraphOptions::default()).unwrap();
    assert_eq!(converted.inputs[0].dtype, ScalarType::UInt8);
}

#[test]
fn a_changed_weight_is_found_by_its_checksum() {
    const DATA: &str = "variables/variables.data-00000-of-00001";
    let damaged = changed(&fixture("unet_tf2.zip"), DATA, |bytes| bytes[40] ^= 1);
    let error = convert(&damaged, &[image()], &GraphOptions::default()).unwrap_err();
    assert!(error.to_string().contains("checksum"), "{error}");
    let short = changed(&fixture("unet_tf2.zip"), DATA, |bytes| bytes.truncate(40));
    let error = convert(&short, &[image()], &GraphOptions::default()).unwrap_err();
    assert!(error.to_string().contains("truncated"), "{error}");
}

#[test]
fn all_operators_without_a_lowering_are_listed() {
    let graph = String::from_utf8(unpacked(&fixture("unet_tfjs.zip"), "model.json")).unwrap();
    let graph = graph.replace("\"op\": \"Elu\"", "\"op\": \"FFT2D\"");
    let graph = graph.replace("\"op\": \"Sigmoid\"", "\"op\": \"MyOwn\"");
    let archive = changed(&fixture("unet_tfjs.zip"), "model.json", |bytes| {
        *bytes = graph.into_bytes();
    });
    let error = convert_js(&archive).unwrap_err().to_string();
    assert!(
        error.starts_with("2 operators of the network cannot be converted"),
        "{error}"
    );
    assert!(
        error.contains("`FFT2D` at ") && error.contains("`MyOwn` at "),
        "{error}"
    );
}

fn unpacked(archive: &[u8], name: &str) -> Vec<u8> {
    let mut zip = zip::ZipArchive::new(Cursor::new(archive)).unwrap();
    let mut bytes = Vec::new();
    zip.by_name(name).unwrap().read_to_end(&mut bytes).unwrap();
    bytes
}

#[test]
fn hostile_sizes_are_refused() {
    let archive = fixture("unet_tfjs.zip");
    let json = String::from_utf8(unpacked(&archive, "model.json")).unwrap();
    for (from, to) in [
        (
            "\"shape\": [3, 3, 1, 4]",
            "\"shape\": [4294967296, 4294967296, 4, 4]",
        ),
        ("\"shape\": [3, 3, 1, 4]", "\"shape\": [-3, 3, 1, 4]"),
        ("\"shape\": [3, 3, 1, 4]", "\"shape\": [3, 3, 1, 5]"),
        ("group1-shard1of2.bin", "../../etc/passwd"),
        ("group1-shard1of2.bin", "group1-shard2of2.bin"),
        ("graph-model", "other-model"),
    ] {
        assert!(json.contains(from), "{from}");
        let changed = changed(&archive, "model.json", |bytes| {
            *bytes = json.replacen(from, to, 1).into_bytes();
        });
        assert!(convert_js(&changed).is_err(), "{to}");
    }
}

/// An error or a network, but no panic, which would be `Internal`.
fn survives(result: Result<Converted, ConvertError>) -> Result<(), TestCaseError> {
    match result {
        Err(error @ ConvertError::Internal { .. }) => Err(TestCaseError::fail(error.to_string())),
        _ => Ok(()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn changed_graphs_are_survived(position in any::<prop::sample::Index>(), value: u8, cut: bool) {
        let mut graph = fixture("unet_frozen.pb");
        let position = position.index(graph.len());
        if cut {
            graph.truncate(position);
        } else {
            graph[position] = value;
        }
        let result = ModelFiles::from_bytes(&graph)
            .map_err(ConvertError::from)
            .and_then(|mut files| convert_saved_model(&mut files, &[image()], &GraphOptions::default()));
        survives(result)?;
    }

    #[test]
    fn changed_bundles_are_survived(
        file in prop::sample::select(vec!["saved_model.pb", "variables/variables.index"]),
        position in any::<prop::sample::Index>(),
        value: u8,
    ) {
        let archive = changed(&fixture("unet_tf1.zip"), file, |bytes| {
            let position = position.index(bytes.len());
            bytes[position] = value;
        });
        survives(convert(&archive, &[image()], &GraphOptions::default()))?;
    }

    #[test]
    fn truncated_archives_are_errors(position in any::<prop::sample::Index>()) {
        let mut archive = fixture("unet_tf2.zip");
        archive.truncate(position.index(archive.len()));
        let result = ModelFiles::from_bytes(&archive)
            .map_err(ConvertError::from)
            .and_then(|mut files| convert_saved_model(&mut files, &[image()], &GraphOptions::default()));
        prop_assert!(result.is_err());
        survives(result)?;
    }
}
