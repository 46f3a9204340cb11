//! Archives that PyTorch wrote, converted.

use std::fs;
use std::path::Path;

use weight_converters::ScalarType;
use weight_converters::torchscript::convert_torchscript;
use weight_converters::{InputSpec, Options};
use zip::CompressionMethod;

use crate::archives::{self, FIXTURES, convert, fixture, folder, inputs, pack, unpack};

/// Length of axes and type of a numpy file.
fn npy(path: &Path) -> (String, Vec<usize>) {
    let bytes = fs::read(path).unwrap();
    let header =
        String::from_utf8_lossy(&bytes[10..10 + usize::from(bytes[8]) + 256 * usize::from(bytes[9])])
            .into_owned();
    let descr = header
        .split("'descr': '")
        .nth(1)
        .unwrap()
        .split('\'')
        .next()
        .unwrap()
        .to_owned();
    let shape = header
        .split("'shape': (")
        .nth(1)
        .unwrap()
        .split(')')
        .next()
        .unwrap();
    (
        descr,
        shape
            .split(',')
            .filter_map(|length| length.trim().parse().ok())
            .collect(),
    )
}

fn numpy_type(dtype: ScalarType) -> &'static str {
    match dtype {
        ScalarType::Float64 => "<f8",
        ScalarType::Float32 => "<f4",
        ScalarType::Float16 => "<f2",
        ScalarType::Int64 => "<i8",
        ScalarType::Int32 => "<i4",
        ScalarType::UInt8 => "|u1",
        other => panic!("{other}"),
    }
}

#[test]
fn fixtures_have_the_outputs_of_pytorch() {
    for (name, shapes) in FIXTURES {
        let converted = convert(&fixture(name), shapes).unwrap();
        let arrays = if name == "big_endian" { "data_types" } else { name };
        assert!(!converted.outputs.is_empty());
        for (index, output) in converted.outputs.iter().enumerate() {
            let (descr, shape) = npy(&folder().join(format!("{arrays}.output_{index}.npy")));
            assert_eq!(
                (numpy_type(output.dtype), &output.shape),
                (&*descr, &shape),
                "{name} {index}"
            );
        }
    }
}

#[test]
fn byte_order_compression_and_folder_make_no_difference() {
    let same = |name: &str, files: &[(String, Vec<u8>)], compression| {
        let shapes = FIXTURES.iter().find(|(other, _)| *other == name).unwrap().1;
        assert_eq!(
            convert(&pack(files, compression), shapes).unwrap(),
            convert(&fixture(name), shapes).unwrap()
        );
    };
    let mut files = unpack(&fixture("scripted"));
    same("scripted", &files, CompressionMethod::Stored);
    same("scripted", &files, CompressionMethod::Deflated);
    // what the lite interpreter adds, extra files, and a version in the other place
    files.push(("bytecode.pkl".into(), b"\x80\x02).".to_vec()));
    files.push(("extra/config.json".into(), b"{}".to_vec()));
    let version = files.iter_mut().find(|(name, _)| name == "version").unwrap();
    version.0 = ".data/version".into();
    same("scripted", &files, CompressionMethod::Deflated);
    assert_eq!(
        convert(&fixture("big_endian"), &[&[4]]).unwrap().model,
        convert(&fixture("data_types"), &[&[4]]).unwrap().model
    );
}

#[test]
fn names_of_inputs_and_outputs() {
    let input = || [InputSpec::new("image", ScalarType::Float32, [1, 1, 32, 16])];
    let convert =
        |options: &Options| convert_torchscript(std::io::Cursor::new(fixture("scripted")), &input(), options);
    let converted = convert(&Options::with_output_names(["classes"])).unwrap();
    assert_eq!(
        (&*converted.inputs[0].name, &*converted.outputs[0].name),
        ("image", "classes")
    );
    assert_eq!(converted.outputs[0].shape, [1, 2, 32, 16]);
    assert_eq!(convert(&Options::default()).unwrap().outputs[0].name, "output");
    let message = convert(&Options::with_output_names(["a", "b"]))
        .unwrap_err()
        .to_string();
    assert_eq!(
        message,
        "outputs of the network: 2 names are given, the network returns 1 tensors"
    );
    let message = convert(&Options::with_output_names(["image"]))
        .unwrap_err()
        .to_string();
    assert_eq!(
        message,
        "outputs of the network: the name `image` is empty, or that of another input or output"
    );

    let structured = archives::convert(&fixture("structured"), &[&[1, 3, 4, 4], &[1, 3, 1, 1]]).unwrap();
    let names: Vec<_> = structured.outputs.iter().map(|port| &*port.name).collect();
    assert_eq!(
        names,
        ["result_labels", "result_scores", "more_labels", "more_scores"]
    );
}

/// Weights are named after their modules, so that a reader of the ONNX file knows the network.
#[test]
fn weights_keep_their_names() {
    let model = convert(&fixture("scripted"), &[&[1, 1, 16, 16]]).unwrap().model;
    for name in ["down.0.first.weight", "up.1.second.weight", "head.bias"] {
        assert!(
            model.windows(name.len()).any(|window| window == name.as_bytes()),
            "{name}"
        );
    }
}

/// The directory of such an archive looks as if it began one entry later.
#[test]
fn an_archive_whose_first_name_has_30_bytes() {
    let archive = fixture("first_entry_of_30_bytes");
    assert!(
        archive
            .windows(30)
            .any(|window| window == b"first_entry_of_30_bytes/data/0")
    );
    assert_eq!(convert(&archive, &[&[4]]).unwrap().outputs[0].shape, [4]);
}

/// All networks of the reference data, if the folder is given.
#[test]
fn reference_networks() {
    let Some(reference) = std::env::var_os("MODELHUB_REFERENCE") else {
        println!("skipped: MODELHUB_REFERENCE names no folder with reference data");
        return;
    };
    let mut count = 0;
    for entry in fs::read_dir(Path::new(&reference).join("zoo")).unwrap() {
        let folder = entry.unwrap().path();
        if !folder.file_name().unwrap().to_string_lossy().starts_with("ts_") {
            continue;
        }
        let array = |name: &str| -> Vec<(String, Vec<usize>)> {
            let single = folder.join(format!("test_{name}.npy"));
            let several = (0..)
                .map(|index| folder.join(format!("test_{name}_{index}.npy")))
                .take_while(|path| path.exists());
            if single.exists() {
                vec![npy(&single)]
            } else {
                several.map(|path| npy(&path)).collect()
            }
        };
        let shapes: Vec<Vec<usize>> = array("input").into_iter().map(|(_, shape)| shape).collect();
        let shapes: Vec<&[usize]> = shapes.iter().map(Vec::as_slice).collect();
        let archive = fs::File::open(folder.join("weights.pt")).unwrap();
        let converted = convert_torchscript(archive, &inputs(&shapes), &Options::default());
        let converted = converted.unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        let expected: Vec<Vec<usize>> = array("output").into_iter().map(|(_, shape)| shape).collect();
        let found: Vec<Vec<usize>> = converted.outputs.into_iter().map(|port| port.shape).collect();
        assert_eq!(found, expected, "{}", folder.display());
        count += 1;
    }
    assert!(count > 0);
}
