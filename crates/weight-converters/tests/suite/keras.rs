//! Models that Keras wrote, converted.

use std::io::Cursor;

use crate::keras_files::{ARCHIVES, MODELS, archive, changed_archive, convert, inputs, model, replaced};
use weight_converters::keras::{ConvertError, check_keras, convert_keras, supported_layers};
use weight_converters::{InputSpec, Options, ScalarType};

fn message(file: &[u8], shapes: &[&[usize]]) -> String {
    convert(file, shapes).unwrap_err().to_string()
}

#[test]
fn every_model_is_converted_the_same_each_time() {
    for (name, shapes) in MODELS {
        check_keras(Cursor::new(model(name))).unwrap();
        let first = convert(&model(name), shapes).unwrap();
        assert_eq!(first, convert(&model(name), shapes).unwrap(), "{name}");
        assert_eq!(first.opset, 17);
        assert!(!first.model.is_empty());
    }
}

#[test]
fn outputs_are_named_after_their_layers() {
    let converted = convert(&model("blocks"), &[&[1, 6, 6, 2], &[1, 6, 6, 2]]).unwrap();
    let ports: Vec<(&str, &[usize])> = converted
        .outputs
        .iter()
        .map(|port| (port.name.as_str(), port.shape.as_slice()))
        .collect();
    assert_eq!(ports, [("head", &[1, 4, 4, 4][..]), ("block", &[1, 6, 6, 4][..])]);
}

#[test]
fn outputs_can_be_named() {
    let options = Options::with_output_names(["probabilities"]);
    let given = inputs(&[&[1, 16, 16, 1]]);
    let converted = convert_keras(Cursor::new(model("unet")), &given, &options).unwrap();
    assert_eq!(converted.outputs[0].name, "probabilities");
    let options = Options::with_output_names(["a", "b"]);
    let error = convert_keras(Cursor::new(model("unet")), &given, &options).unwrap_err();
    assert!(matches!(error, ConvertError::Outputs { .. }), "{error}");
}

#[test]
fn only_inputs_and_outputs_are_transposed() {
    // one channel goes in, which moves no element: the transposition of the result is left
    let converted = convert(&model("unet"), &[&[1, 16, 16, 1]]).unwrap();
    assert!(
        converted.notes[0].starts_with("1 transpositions"),
        "{:?}",
        converted.notes
    );
}

#[test]
fn another_shape_is_another_conversion() {
    assert_eq!(
        message(&model("unet"), &[&[1, 32, 48, 1]]),
        "inputs of the network: `input_0`: the network takes the shape (?, 16, 16, 1) in its input `image`, found [1, \
         32, 48, 1]"
    );
    let batch = convert(&model("unet"), &[&[3, 16, 16, 1]]).unwrap();
    assert_eq!(batch.outputs[0].shape, [3, 16, 16, 2]);
}

#[test]
fn inputs_of_other_types_are_cast() {
    let input = InputSpec::new("image", ScalarType::UInt8, [1, 16, 16, 1]);
    let converted = convert_keras(Cursor::new(model("unet")), &[input], &Options::default()).unwrap();
    assert_eq!(converted.inputs[0].dtype, ScalarType::UInt8);
    assert_eq!(converted.outputs[0].dtype, ScalarType::Float32);
}

#[test]
fn the_number_of_inputs_has_to_fit() {
    assert_eq!(
        message(&model("blocks"), &[&[1, 6, 6, 2]]),
        "inputs of the network: the network takes 2 (a, b), found 1"
    );
}

#[test]
fn all_unsupported_layers_are_listed() {
    let error = convert(&model("refused"), &[&[1, 4, 4, 1]]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "2 classes of layers of the network cannot be converted to ONNX:\
         \n  `Lambda` at double, halve: it holds Python code, which is not run: write it with layers of Keras, or \
         export the network to ONNX\
         \n  `Attention>Gate` at inner/gate"
    );
    let ConvertError::UnsupportedLayers { layers } = error else {
        panic!("{error}");
    };
    assert_eq!(layers[0].uses, 2);
}

#[test]
fn recurrent_layers_are_refused_with_a_way_out() {
    for class in ["LSTM", "ConvLSTM2D", "Bidirectional"] {
        let file = changed_archive("parts", "config.json", |bytes| {
            let text = String::from_utf8(bytes).unwrap();
            text.replace(
                "\"class_name\": \"PReLU\"",
                &format!("\"class_name\": \"{class}\""),
            )
            .into_bytes()
        });
        assert_eq!(
            message(&file, &[&[1, 6, 4]]),
            format!(
                "1 class of layers of the network cannot be converted to ONNX:\n  `{class}` at slopes: recurrent layers are \
                 not converted: export the network to ONNX with tf2onnx, or run its Keras file with the backend `python`"
            )
        );
    }
}

#[test]
fn weights_alone_are_no_model() {
    let error = convert(&model("weights_only"), &[&[1, 4]]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "not a Keras model, but an HDF5 file of weights without the model (`model_config` is missing): load the network \
         with its Python code and write the whole model, `model.save(\"model.h5\")`"
    );
}

#[test]
fn other_files_are_told_apart() {
    for (bytes, part) in [
        (&b""[..], "an empty file"),
        (b"PK\x03\x04....", "the zip file"),
        (
            b"{\"format\": \"layers-model\"}",
            "begins neither as HDF5 nor as a zip archive does",
        ),
    ] {
        let error = check_keras(Cursor::new(bytes)).unwrap_err();
        assert!(error.to_string().contains(part), "{error}");
        assert_eq!(error.to_string(), message(bytes, &[&[1, 4]]));
    }
}

#[test]
fn an_archive_is_converted_as_the_same_model_in_hdf5() {
    for (name, shapes) in ARCHIVES {
        check_keras(Cursor::new(archive(name))).unwrap();
        let (found, expected) = (
            convert(&archive(name), shapes).unwrap(),
            convert(&model(name), shapes).unwrap(),
        );
        assert_eq!(found.outputs, expected.outputs, "{name}");
        assert!(found.model == expected.model, "{name}");
    }
}

#[test]
fn archives_that_are_incomplete_or_mixed_up_are_refused() {
    let shapes = ARCHIVES[0].1;
    for entry in ["config.json", "metadata.json", "model.weights.h5"] {
        let file = changed_archive("blocks_keras3", entry, |_| Vec::new());
        let text = message(&file, shapes);
        assert!(
            text.contains(&format!("a zip archive without `{entry}`")),
            "{text}"
        );
        assert_eq!(check_keras(Cursor::new(file)).unwrap_err().to_string(), text);
    }
    let renamed = changed_archive("blocks_keras3", "config.json", |bytes| {
        String::from_utf8(bytes)
            .unwrap()
            .replace("\"shared\"", "\"other\"")
            .into_bytes()
    });
    let text = message(&renamed, shapes);
    assert!(
        text.starts_with("weights of layer `other`")
            && text.contains("has the weights of the layer `shared`"),
        "{text}"
    );
    let fewer = changed_archive("parts", "config.json", |bytes| {
        let text = String::from_utf8(bytes).unwrap();
        text.replacen("\"use_bias\": true", "\"use_bias\": false", 1)
            .into_bytes()
    });
    let text = message(&fewer, &[&[1, 6, 4]]);
    assert!(text.contains("has 2 weights, 1 expected"), "{text}");
    let cut = changed_archive("parts", "model.weights.h5", |bytes| {
        bytes[..bytes.len() / 2].to_vec()
    });
    let text = message(&cut, &[&[1, 6, 4]]);
    assert!(text.contains("it was cut off"), "{text}");
}

#[test]
fn files_that_were_cut_off_are_refused() {
    let whole = model("unet");
    let text = message(&whole[..whole.len() - 1], &[&[1, 16, 16, 1]]);
    assert!(text.contains("it was cut off"), "{text}");
}

#[test]
fn weights_of_another_kind_are_refused() {
    let file = replaced("unet_keras2", "conv2d/kernel:0", "conv2d/biases:0");
    let text = message(&file, &[&[1, 16, 16, 1]]);
    assert!(text.starts_with("weights of layer `conv2d"), "{text}");
}

#[test]
fn layers_have_one_row() {
    let mut names: Vec<&str> = supported_layers()
        .filter(|layer| !layer.family.contains("functions"))
        .flat_map(|layer| layer.aliases.iter().copied().chain([layer.class]))
        .collect();
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count);
}

/// The files of the reference packages, where there are any.
#[test]
fn models_of_reference_packages() {
    let Some(reference) = std::env::var_os("MODELHUB_REFERENCE") else {
        println!("skipped: MODELHUB_REFERENCE names no folder of reference packages");
        return;
    };
    let zoo = std::path::Path::new(&reference).join("zoo");
    for (name, shapes, results) in [
        (
            "tf_unet2d_keras3",
            vec![vec![1, 64, 96, 1]],
            vec![vec![1, 64, 96, 1]],
        ),
        (
            "tf_unet3d_keras2",
            vec![vec![1, 8, 16, 16, 1]],
            vec![vec![1, 8, 16, 16, 2]],
        ),
        (
            "tf_stardist2d_grid2",
            vec![vec![1, 64, 96, 1]],
            vec![vec![1, 32, 48, 1], vec![1, 32, 48, 16]],
        ),
    ] {
        let file = std::fs::File::open(zoo.join(name).join("keras_weights.h5")).unwrap();
        let inputs: Vec<InputSpec> = shapes
            .into_iter()
            .enumerate()
            .map(|(index, shape)| InputSpec::new(format!("input_{index}"), ScalarType::Float32, shape))
            .collect();
        let converted = convert_keras(file, &inputs, &Options::default()).unwrap();
        let found: Vec<Vec<usize>> = converted.outputs.into_iter().map(|port| port.shape).collect();
        assert_eq!(found, results, "{name}");
    }
}
