//! What does not fit is an error that shows both sides, never a panic.

use ndarray::{ArrayD, IxDyn, array};
use tensor_ops::{
    Clip, Coefficients, DataType, GroupedMoments, Need, OpError, Operation, Percentile, ReferenceAxes,
    ScaleLinear, ScaleRange, Statistics, Tensor, TensorError, TensorView, Tolerance, ZeroMeanUnitVariance,
    compare,
};

fn zeros(shape: &[usize]) -> ArrayD<f32> {
    ArrayD::zeros(IxDyn(shape))
}

fn tensor(shape: &[usize]) -> Tensor {
    Tensor::from(zeros(shape))
}

#[test]
fn data_types_round_trip_by_name() {
    for data_type in DataType::ALL {
        assert_eq!(data_type.name().parse(), Ok(data_type));
        let tensor = tensor(&[2]).cast(data_type);
        assert_eq!(
            (tensor.data_type(), tensor.view().data_type()),
            (data_type, data_type)
        );
        assert_eq!(tensor.view().to_tensor(), tensor);
    }
    let message = "float16".parse::<DataType>().unwrap_err().to_string();
    assert!(
        message.starts_with("`float16` is not a supported data type, expected one of bool, uint8"),
        "{message}"
    );
}

#[test]
fn axes_of_tensors() {
    assert_eq!(tensor(&[2, 3]).insert_axis(2).unwrap().shape(), [2, 3, 1]);
    assert_eq!(
        tensor(&[2, 3]).insert_axis(3),
        Err(TensorError::AxisOutOfRange { axis: 3, ndim: 2 })
    );
    assert_eq!(tensor(&[2, 1, 3]).remove_axis(1).unwrap().shape(), [2, 3]);
    assert_eq!(
        tensor(&[2, 3]).remove_axis(1),
        Err(TensorError::AxisNotSingle { axis: 1, length: 3 })
    );
    assert_eq!(
        tensor(&[2, 3]).remove_axis(2),
        Err(TensorError::AxisOutOfRange { axis: 2, ndim: 2 })
    );
    for wrong in [&[0, 0][..], &[0], &[0, 2], &[0, 1, 2]] {
        let expected = TensorError::NotAPermutation {
            axes: wrong.to_vec(),
            ndim: 2,
        };
        assert_eq!(tensor(&[2, 3]).permuted_axes(wrong), Err(expected));
    }
    let permuted = Tensor::from(array![[1_u8, 2], [3, 4]].into_dyn())
        .permuted_axes(&[1, 0])
        .unwrap();
    let Tensor::Uint8(array) = permuted.into_standard_layout() else {
        panic!("the type changed")
    };
    assert_eq!(array.as_slice(), Some(&[1, 3, 2, 4][..]));
}

#[test]
fn typed_arrays_name_both_types() {
    let error = ArrayD::<u8>::try_from(tensor(&[1])).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the tensor holds float32 but uint8 was expected; cast it first"
    );
}

#[test]
fn comparisons_at_the_edges() {
    let error = compare(&tensor(&[2, 3]), &tensor(&[3, 2]), &Tolerance::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the result has the shape [2, 3] but the shape [3, 2] was expected"
    );

    let exactly = |absolute| Tolerance {
        absolute,
        relative: 0.0,
    };
    let case = |actual: f64, expected: f64, tolerance: Tolerance| {
        compare(
            &Tensor::from(array![actual].into_dyn()),
            &Tensor::from(array![expected].into_dyn()),
            &tolerance,
        )
        .unwrap()
    };
    assert!(case(1.5, 1.0, exactly(0.5)).is_match()); // the bound itself is allowed
    assert!(!case(1.5, 1.0, exactly(0.25)).is_match());
    assert!(case(f64::NAN, f64::NAN, exactly(0.0)).is_match());
    assert!(case(f64::INFINITY, f64::INFINITY, exactly(0.0)).is_match());
    for (actual, expected) in [
        (f64::NAN, 1.0),
        (1.0, f64::NAN),
        (f64::INFINITY, f64::NEG_INFINITY),
        (1.0, f64::INFINITY),
    ] {
        let comparison = case(actual, expected, Tolerance::default());
        assert_eq!(
            (comparison.mismatched, comparison.max_abs_diff),
            (1, f64::INFINITY)
        );
        assert_eq!(comparison.max_rel_diff, f64::INFINITY);
        assert_eq!(
            comparison.nan_mismatched,
            u64::from(actual.is_nan() || expected.is_nan())
        );
    }
    assert_eq!(case(1e-4, 0.0, Tolerance::default()).max_rel_diff, 0.0);
    assert_eq!(case(1e-2, 0.0, Tolerance::default()).max_rel_diff, f64::INFINITY);

    let actual = Tensor::from(array![[0_u8, 1, 2], [3, 9, 5]].into_dyn());
    let expected = Tensor::from(array![[0_i16, 1, 4], [3, 4, 5]].into_dyn());
    let comparison = compare(&actual, &expected, &Tolerance::default()).unwrap();
    assert_eq!((comparison.elements, comparison.mismatched), (6, 2));
    assert_eq!(comparison.worst_index, Some(vec![1, 1]));
    assert_eq!(comparison.worst, Some((9.0, 4.0)));
    assert_eq!((comparison.max_abs_diff, comparison.max_rel_diff), (5.0, 1.25));

    let empty = compare(&tensor(&[0, 3]), &tensor(&[0, 3]), &Tolerance::default()).unwrap();
    assert!(empty.is_match() && empty.mismatched_ppm() == 0.0);
}

#[test]
fn coefficients_must_fit() {
    let scale = |axes: &[usize], count: usize, shape: &[usize]| {
        let gain = Coefficients::along(axes, vec![2.0; count]);
        let scale = ScaleLinear {
            gain,
            offset: Coefficients::scalar(0.0),
        };
        scale.apply(zeros(shape).view_mut(), &Statistics::default())
    };
    assert_eq!(scale(&[1], 3, &[1, 3, 4]), Ok(()));
    assert_eq!(scale(&[2, 1], 12, &[1, 3, 4]), Ok(()));
    assert_eq!(scale(&[1], 1, &[1, 3, 4]), Ok(()));
    assert_eq!(
        scale(&[1], 4, &[1, 3, 4]),
        Err(OpError::CoefficientLength {
            axes: vec![1],
            expected: 3,
            found: 4
        })
    );
    assert_eq!(
        scale(&[1], 0, &[1, 3, 4]),
        Err(OpError::CoefficientLength {
            axes: vec![1],
            expected: 3,
            found: 0
        })
    );
    assert_eq!(
        scale(&[], 2, &[2]),
        Err(OpError::CoefficientLength {
            axes: vec![],
            expected: 1,
            found: 2
        })
    );
    assert_eq!(
        scale(&[3], 1, &[1, 3, 4]),
        Err(OpError::AxisOutOfRange { axis: 3, ndim: 3 })
    );
    assert_eq!(
        scale(&[1, 1], 9, &[1, 3, 4]),
        Err(OpError::RepeatedAxis { axis: 1 })
    );
    let message = scale(&[1], 4, &[1, 3, 4]).unwrap_err().to_string();
    assert_eq!(
        message,
        "4 coefficients do not fit the axes [1], which hold 3; give 3 or a single one"
    );
}

#[test]
fn statistics_must_fit() {
    let x = zeros(&[2, 3, 4]);
    let view = TensorView::from(x.view());
    assert_eq!(
        GroupedMoments::measure(&view, &[3]),
        Err(OpError::AxisOutOfRange { axis: 3, ndim: 3 })
    );
    assert_eq!(
        GroupedMoments::measure(&view, &[1, 0, 1]),
        Err(OpError::RepeatedAxis { axis: 1 })
    );
    let empty = zeros(&[0, 1 << 40]);
    let error = GroupedMoments::measure(&TensorView::from(empty.view()), &[0]).unwrap_err();
    assert_eq!(
        error,
        OpError::NoElements {
            shape: vec![0, 1 << 40]
        }
    );

    let normalize = ZeroMeanUnitVariance::measured(&[2, 1], 1e-6);
    assert_eq!(normalize.needs(), [Need::Moments { axes: vec![1, 2] }]);
    let missing = OpError::MissingStatistics { axes: vec![1, 2] };
    assert_eq!(
        normalize.apply(zeros(&[2, 3, 4]).view_mut(), &Statistics::default()),
        Err(missing.clone())
    );

    let mut statistics = Statistics::measure(normalize.needs(), &view).unwrap();
    assert_eq!(normalize.apply(zeros(&[2, 5, 6]).view_mut(), &statistics), Ok(()));
    let mismatch = |found: &[usize]| OpError::ShapeMismatch {
        expected: vec![2, 1, 1],
        found: found.to_vec(),
    };
    for shape in [&[1, 3, 4][..], &[3, 3, 4], &[2, 3], &[2, 3, 4, 1]] {
        assert_eq!(
            normalize.apply(zeros(shape).view_mut(), &statistics),
            Err(mismatch(shape))
        );
    }
    assert_eq!(statistics.merge(&Statistics::default()), Err(missing.clone()));
    assert_eq!(Statistics::default().merge(&statistics), Err(missing));
    let other = Statistics::measure(normalize.needs(), &TensorView::from(zeros(&[3, 3, 4]).view())).unwrap();
    let before = statistics.clone();
    assert_eq!(statistics.merge(&other), Err(mismatch(&[3, 1, 1])));
    assert_eq!(statistics, before);

    let mut over_rows = GroupedMoments::measure(&TensorView::from(zeros(&[5, 1]).view()), &[0]).unwrap();
    let over_both = GroupedMoments::measure(&TensorView::from(zeros(&[5, 1]).view()), &[0, 1]).unwrap();
    let error = OpError::ReducedAxesDiffer {
        expected: vec![0],
        found: vec![0, 1],
    };
    assert_eq!(over_rows.merge(&over_both), Err(error));
}

#[test]
fn references_must_fit() {
    let (min, max) = (Percentile::MIN, Percentile::MAX);
    let x = zeros(&[3, 5]);
    let apply = |axes: ReferenceAxes, shape: &[usize]| {
        let scale = ScaleRange::by_reference(&[1], axes, min, max, 1e-6);
        let measured =
            Statistics::measure(scale.reference_needs(), &TensorView::from(zeros(shape).view())).unwrap();
        scale.apply_with_reference(x.clone().view_mut(), &Statistics::default(), &measured)
    };
    assert_eq!(apply(ReferenceAxes::new(&[0], &[Some(1)]), &[7, 3]), Ok(()));
    assert_eq!(apply(ReferenceAxes::new(&[0], &[Some(2)]), &[7, 1, 3]), Ok(()));
    assert_eq!(apply(ReferenceAxes::new(&[0, 1], &[None]), &[7, 3]), Ok(()));
    let cases = [
        (
            ReferenceAxes::new(&[0], &[]),
            OpError::ReferenceAxesDiffer {
                expected: 1,
                found: 0,
            },
        ),
        (
            ReferenceAxes::new(&[0], &[Some(2)]),
            OpError::AxisOutOfRange { axis: 2, ndim: 2 },
        ),
        (
            ReferenceAxes::new(&[0], &[Some(0)]),
            OpError::RepeatedAxis { axis: 0 },
        ),
        (
            ReferenceAxes::new(&[0], &[None]),
            OpError::UnmatchedReferenceAxis { axis: 1, length: 4 },
        ),
        (
            ReferenceAxes::new(&[0], &[Some(1)]),
            OpError::ShapeMismatch {
                expected: vec![4, 1],
                found: vec![3, 5],
            },
        ),
    ];
    for (axes, expected) in cases {
        assert_eq!(apply(axes, &[7, 4]), Err(expected));
    }
    let scale = ScaleRange::measured(&[1], min, max, 1e-6);
    let other = ScaleRange::measured(&[1], min, Percentile::new(99.8).unwrap(), 1e-6);
    let measured = Statistics::measure(scale.needs(), &TensorView::from(x.view())).unwrap();
    let error = other.apply(x.clone().view_mut(), &measured).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the percentile 99.8 over the axes [1] is needed but was not measured; measure the operation's needs first"
    );
    let map = scale.bind(&[3, 5], &measured, &Statistics::default()).unwrap();
    let error = map.apply(zeros(&[5, 3]).view_mut()).unwrap_err();
    assert_eq!(error.to_string(), "the shape is [5, 3] but [3, 5] was expected");
    let error = map
        .apply_to(&TensorView::from(x.view()), zeros(&[3, 1]).view_mut())
        .unwrap_err();
    assert_eq!(error.to_string(), "the shape is [3, 1] but [3, 5] was expected");
}

#[test]
fn degenerate_ranges() {
    let scale = ScaleRange::measured(&[0], Percentile::MIN, Percentile::MAX, 1e-6);
    let run = |values: &[f32]| {
        let mut x = ndarray::arr1(values).into_dyn();
        let statistics = Statistics::measure(scale.needs(), &TensorView::from(x.view())).unwrap();
        scale.apply(x.view_mut(), &statistics).unwrap();
        x.into_raw_vec_and_offset().0
    };
    assert_eq!(run(&[3.3333; 5]), [0.0; 5]);
    let with_nan = run(&[1.0, f32::NAN, 3.0]);
    assert!(with_nan[0] == 0.0 && with_nan[1].is_nan() && (with_nan[2] - 1.0).abs() < 1e-6);
    assert!(run(&[f32::NAN; 3]).iter().all(|value| value.is_nan()));
    let infinite = run(&[0.0, 1.0, f32::INFINITY]);
    assert_eq!(infinite[..2], [0.0, 0.0]);
    assert!(infinite[2].is_nan());
}

#[test]
fn degenerate_clips_and_shapes() {
    let clip = |min, max| {
        let mut x = array![f32::NAN, -1.0, 5.0].into_dyn();
        Clip { min, max }
            .apply(x.view_mut(), &Statistics::default())
            .unwrap();
        x.iter().copied().collect::<Vec<_>>()
    };
    let upside_down = clip(3.0, 1.0);
    assert!(upside_down[0].is_nan());
    assert_eq!(upside_down[1..], [1.0, 1.0]);
    assert!(clip(f64::NAN, 1.0).iter().all(|value| value.is_nan()));
    // without axes, and without elements
    let fixed = ZeroMeanUnitVariance::fixed(Coefficients::scalar(1.0), Coefficients::scalar(2.0), 0.0);
    let mut single = ArrayD::from_elem(IxDyn(&[]), 5.0_f32);
    fixed.apply(single.view_mut(), &Statistics::default()).unwrap();
    assert_eq!(single[[]], 2.0);
    fixed
        .apply(zeros(&[0, 3]).view_mut(), &Statistics::default())
        .unwrap();
    let measured = GroupedMoments::measure(&TensorView::from(single.view()), &[]).unwrap();
    assert_eq!((measured.kept_shape(), measured.groups().len()), (&[][..], 1));
}
