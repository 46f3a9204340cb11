//! Laws of mapping and guessing axes.

use ndarray::ArrayD;
use pipeline::axes::{AxesError, ImageAxes, infer_axes, map_from_tensor, map_to_tensor};
use pipeline::image::ImageFormat;
use proptest::prelude::*;
use tensor_ops::{DataType, Tensor};

use crate::tensors::numbered;

fn axes(text: &str) -> ImageAxes {
    text.parse().unwrap()
}

fn zeros(shape: &[usize]) -> Tensor {
    Tensor::from(ArrayD::<u8>::zeros(shape))
}

#[test]
fn axes_are_distinct_known_letters() {
    assert!(matches!("".parse::<ImageAxes>(), Err(AxesError::Empty)));
    assert!(matches!(
        "bcYx".parse::<ImageAxes>(),
        Err(AxesError::UnknownLetter { letter: 'Y', .. })
    ));
    assert!(matches!(
        "bcxx".parse::<ImageAxes>(),
        Err(AxesError::RepeatedLetter { letter: 'x', .. })
    ));
    assert!(matches!(
        "bü".parse::<ImageAxes>(),
        Err(AxesError::UnknownLetter { letter: 'ü', .. })
    ));
    assert_eq!(axes(ImageAxes::LETTERS).to_string(), "bitczyx");
}

#[test]
fn axes_of_length_one_come_and_go() {
    for (shape, from, to, expected) in [
        (vec![5, 6], "yx", "bcyx", vec![1, 1, 5, 6]),
        (vec![5, 6], "xy", "bitczyx", vec![1, 1, 1, 1, 1, 6, 5]),
        (vec![5, 6, 3], "yxc", "bcyx", vec![1, 3, 5, 6]),
        (vec![1, 5, 1, 6], "tyzx", "xyb", vec![6, 5, 1]),
        (vec![2, 3, 5, 6], "bcyx", "byxc", vec![2, 5, 6, 3]),
    ] {
        let mapped = map_to_tensor(zeros(&shape), &axes(from), &axes(to)).unwrap();
        assert_eq!(mapped.shape(), expected, "{from} -> {to}");
    }
}

#[test]
fn what_needs_a_decision_is_an_error_that_shows_it() {
    let surplus = map_to_tensor(zeros(&[5, 8, 9]), &axes("zyx"), &axes("bcyx")).unwrap_err();
    let message = surplus.to_string();
    for words in ["'zyx'", "'bcyx'", "[5, 8, 9]", "5 positions along 'z'", "--axes"] {
        assert!(message.contains(words), "{message}: expected {words}");
    }
    let missing = map_to_tensor(zeros(&[5, 8]), &axes("cx"), &axes("bcyx")).unwrap_err();
    assert!(matches!(missing, AxesError::MissingSpatial { letter: 'y', .. }));
    assert!(missing.to_string().contains("--axes"));
    let rank = map_to_tensor(zeros(&[5, 8]), &axes("cyx"), &axes("bcyx")).unwrap_err();
    assert!(matches!(rank, AxesError::RankMismatch { .. }));
    let empty = map_to_tensor(zeros(&[0, 5, 8]), &axes("tyx"), &axes("yx")).unwrap_err();
    assert!(matches!(empty, AxesError::Surplus { length: 0, .. }));
}

#[test]
fn arrays_without_axes_get_those_of_the_model() {
    for (shape, wanted, expected) in [
        (vec![1, 1, 5, 6], "bcyx", "bcyx"),
        (vec![64, 64], "bcyx", "yx"),
        (vec![64, 64], "bczyx", "yx"),
        (vec![5, 64, 64], "bcyx", "cyx"),
        (vec![64, 48, 3], "bcyx", "yxc"),
        (vec![64, 48, 1], "bcyx", "yxc"),
        (vec![3, 64, 48], "byxc", "cyx"),
        (vec![64, 48, 9], "byxc", "yxc"),
        (vec![3, 64, 4], "bcyx", "cyx"),
        (vec![8, 4, 4], "bcyx", "cyx"),
        (vec![30, 64, 64, 3], "bczyx", "zyxc"),
        (vec![30, 64, 64], "bzyx", "zyx"),
        (vec![30, 64, 64], "bzyxc", ""),
        (vec![30, 64, 64], "bczyx", ""),
        (vec![64], "bcyx", ""),
        (vec![1, 1, 1, 64, 64], "bcyx", ""),
        (vec![], "bcyx", ""),
        (vec![10], "bc", "c"),
    ] {
        match infer_axes(&shape, None, &axes(wanted)) {
            Ok(found) => assert_eq!(found.as_str(), expected, "{shape:?} for {wanted}"),
            Err(error) => {
                assert_eq!(expected, "", "{shape:?} for {wanted}: {error}");
                assert!(error.to_string().contains("--axes"), "{error}");
            }
        }
    }
    match infer_axes(&[30, 64, 64], None, &axes("bczyx")) {
        Err(AxesError::Ambiguous { candidates, .. }) => assert_eq!(candidates, [axes("zyx"), axes("cyx")]),
        other => panic!("{other:?}"),
    }
}

#[test]
fn known_axes_only_have_to_fit() {
    assert_eq!(
        infer_axes(&[3, 4], Some(&axes("xy")), &axes("bcyx")).unwrap(),
        axes("xy")
    );
    assert!(infer_axes(&[3, 4], Some(&axes("xyc")), &axes("bcyx")).is_err());
}

#[test]
fn files_get_the_axes_that_they_can_hold() {
    let cases = [
        (vec![1, 1, 5, 6], "bcyx", ImageFormat::Png, Some("yx")),
        (vec![1, 3, 5, 6], "bcyx", ImageFormat::Png, Some("yxc")),
        (vec![1, 5, 5, 6], "bcyx", ImageFormat::Png, None),
        (vec![1, 5, 5, 6], "bcyx", ImageFormat::Tiff, Some("cyx")),
        (vec![1, 6, 5, 4, 3, 2], "bxyzct", ImageFormat::Tiff, Some("tzcyx")),
        (vec![2, 1, 5, 6], "bcyx", ImageFormat::Tiff, None),
        (vec![2, 1, 5, 6], "bcyx", ImageFormat::Npy, Some("bcyx")),
        (vec![1, 2, 5, 6], "zcyx", ImageFormat::Png, Some("yxc")),
        (vec![2, 5, 6], "zyx", ImageFormat::Png, None),
        (vec![1, 10], "bc", ImageFormat::Tiff, None),
        (vec![1, 10], "bc", ImageFormat::Npy, Some("bc")),
        (vec![1, 0, 5, 6], "bcyx", ImageFormat::Tiff, None),
        (vec![0, 6], "yx", ImageFormat::Png, None),
    ];
    for (shape, from, format, expected) in cases {
        match map_from_tensor(zeros(&shape), &axes(from), format) {
            Ok((tensor, found)) => {
                assert_eq!(Some(found.as_str()), expected, "{shape:?} {from} {format}");
                assert_eq!(tensor.ndim(), found.rank());
            }
            Err(error) => {
                assert_eq!(None, expected, "{shape:?} {from} {format}: {error}");
                assert!(error.to_string().contains(".npy"), "{error}");
            }
        }
    }
}

/// Two orders of the same letters, with a length for each letter of the first.
fn orders() -> impl Strategy<Value = (ImageAxes, Vec<usize>, ImageAxes)> {
    let letters: Vec<char> = ImageAxes::LETTERS.chars().collect();
    proptest::sample::subsequence(letters, 1..=5).prop_flat_map(|letters| {
        let lengths = proptest::collection::vec(1_usize..4, letters.len());
        let order = Just(letters.clone()).prop_shuffle();
        (Just(letters).prop_shuffle(), lengths, order).prop_map(|(first, lengths, second)| {
            (
                axes(&String::from_iter(first)),
                lengths,
                axes(&String::from_iter(second)),
            )
        })
    })
}

proptest! {
    #[test]
    fn a_permutation_and_its_inverse_change_nothing((from, shape, to) in orders()) {
        let tensor = numbered(DataType::Int32, &shape);
        let there = map_to_tensor(tensor.clone(), &from, &to).unwrap();
        for (axis, letter) in to.letters().enumerate() {
            prop_assert_eq!(there.shape()[axis], shape[from.position(letter).unwrap()]);
        }
        prop_assert_eq!(map_to_tensor(there, &to, &from).unwrap(), tensor);
    }

    #[test]
    fn added_axes_can_be_dropped_again(height in 1_usize..5, width in 1_usize..5, channels in 1_usize..4) {
        let tensor = numbered(DataType::Float32, &[height, width, channels]);
        let (image, model) = (axes("yxc"), axes("bitzcyx"));
        let there = map_to_tensor(tensor.clone(), &image, &model).unwrap();
        prop_assert_eq!(there.shape(), [1, 1, 1, 1, channels, height, width]);
        prop_assert_eq!(map_to_tensor(there, &model, &image).unwrap(), tensor);
    }

    #[test]
    fn guessed_axes_always_map(
        shape in proptest::collection::vec(1_usize..40, 0..6),
        wanted in proptest::sample::select(vec!["bcyx", "byxc", "bczyx", "bzyxc", "yx", "btcyx", "bxyc", "bixy"]),
    ) {
        let wanted = axes(wanted);
        if let Ok(found) = infer_axes(&shape, None, &wanted) {
            prop_assert_eq!(found.rank(), shape.len());
            let mapped = map_to_tensor(zeros(&shape), &found, &wanted).unwrap();
            prop_assert_eq!(mapped.ndim(), wanted.rank());
        }
    }
}
