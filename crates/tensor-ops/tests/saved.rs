//! Statistics in files: what is written is read again, bit by bit, and what is wrong is named.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use ndarray::{ArrayD, IxDyn, array};
use proptest::prelude::*;
use tensor_ops::{Need, Percentile, SavedStatistics, SavedStatisticsError, Statistics, TensorView};

fn saved(x: &ArrayD<f64>, axes: &[usize]) -> SavedStatistics {
    let percentiles = [Percentile::MIN, Percentile::new(99.8).unwrap()];
    let needs = [Need::moments(axes), Need::percentiles(axes, &percentiles)];
    let mut saved = SavedStatistics::default();
    let measured = Statistics::measure(&needs, &TensorView::from(x.view())).unwrap();
    saved.tensors.insert("raw \"π\"".to_owned(), measured);
    saved.tensors.insert("nothing".to_owned(), Statistics::default());
    saved.samples = Some(3);
    saved
}

proptest! {
    #[test]
    fn what_was_written_is_read(bits in prop::collection::vec(any::<u64>(), 12), seed in 0_usize..4) {
        let values: Vec<f64> = bits.into_iter().map(f64::from_bits).collect();
        let x = ArrayD::from_shape_vec(IxDyn(&[2, 3, 2]), values).unwrap();
        let axes = [&[][..], &[1], &[0, 2], &[0, 1, 2]][seed];
        let saved = saved(&x, axes);
        let text = saved.to_json().unwrap();
        let read = SavedStatistics::from_json(&text).unwrap();
        // NaN is not equal to itself; texts are compared, in which every number has all its digits.
        prop_assert_eq!(read.to_json().unwrap(), text);
        prop_assert_eq!(read.tensors.len(), 2);
    }

    #[test]
    fn damaged_texts_never_panic(at in any::<prop::sample::Index>(), byte in 32_u8..127) {
        let mut text = saved(&array![[1.0, 2.0]].into_dyn(), &[1]).to_json().unwrap().into_bytes();
        let at = at.index(text.len());
        text[at] = byte;
        if let Ok(text) = String::from_utf8(text) {
            let _ = SavedStatistics::from_json(&text);
        }
    }
}

const TEXT: &str = r#"{
  "format": "tensor-ops statistics",
  "version": 1,
  "tensors": {
    "raw": {
      "moments": [
        {
          "axes": [1],
          "shape": [2, 1],
          "count": [4, 4],
          "mean": [1.0, "nan"],
          "std": [0.5, "nan"]
        }
      ],
      "percentiles": [
        {
          "axes": [0, 1],
          "shape": [1, 1],
          "count": [8],
          "values": {
            "100": [7.5],
            "1": ["-inf"]
          }
        }
      ]
    }
  }
}"#;

#[test]
fn a_text_written_by_hand() {
    let read = SavedStatistics::from_reader(TEXT.as_bytes()).unwrap();
    assert_eq!(read.samples, None);
    let raw = &read.tensors["raw"];
    let groups = raw.moments(&[1]).unwrap().groups();
    assert_eq!(
        (groups[0].mean(), groups[0].std(), groups[0].m2()),
        (1.0, 0.5, 1.0)
    );
    assert!(groups[1].mean().is_nan());
    let percentiles = raw.percentiles(&[0, 1]).unwrap();
    assert_eq!(percentiles.values(Percentile::MAX), Some(vec![7.5]));
    assert_eq!(
        percentiles.values(Percentile::new(1.0).unwrap()),
        Some(vec![f64::NEG_INFINITY])
    );
}

#[test]
fn what_is_wrong_is_named() {
    let cases = [
        (
            "tensor-ops statistics",
            "other",
            r#"format: found "other", expected "tensor-ops statistics""#,
        ),
        (
            "\"version\": 1",
            "\"version\": 2",
            "version: found 2, expected version 1; a newer program may have written the file",
        ),
        (
            "\"tensors\"",
            "\"tensor\"",
            "the file: found the key `tensor`, expected one of format, version, samples, tensors",
        ),
        (
            "\"axes\": [1]",
            "\"axes\": [2]",
            "tensors.raw.moments[0].axes: found [2], expected indices of axes of `shape` in ascending order",
        ),
        (
            "\"axes\": [1]",
            "\"axes\": [0]",
            "tensors.raw.moments[0].shape: found [2,1], expected the length 1 for the axes in `axes`",
        ),
        (
            "[4, 4]",
            "[4]",
            "tensors.raw.moments[0].count: found 1 values, expected 2, one for each group of `shape`",
        ),
        (
            "[4, 4]",
            "[4, -4]",
            "tensors.raw.moments[0].count[1]: found -4, expected a whole number that is not negative",
        ),
        (
            "\"std\"",
            "\"sd\"",
            "tensors.raw.moments[0]: found the key `sd`, expected one of axes, shape, count, mean, std, m2",
        ),
        (
            "\"mean\": [1.0, \"nan\"]",
            "\"mean\": [1.0, \"none\"]",
            "tensors.raw.moments[0].mean[1]: found \"none\", expected a number, or one of the texts \"nan\", \"inf\", \"-inf\"",
        ),
        (
            "\"std\":",
            "\"m2\": [3.0, 1.0], \"std\":",
            "tensors.raw.moments[0].std: found [0.5,\"nan\"], expected the standard deviations sqrt(m2 / count); change both or leave out one of them",
        ),
        (
            "[7.5]",
            "[7.5, 8]",
            "tensors.raw.percentiles[0].values.100: found 2 values, expected 1, one for each group of `shape`",
        ),
        (
            "[\"-inf\"]",
            "[9]",
            "tensors.raw.percentiles[0].values: found a value of 1 above that of 100, expected values that do not fall with the percentile",
        ),
        (
            "\"1\":",
            "\"101\":",
            "tensors.raw.percentiles[0].values: found 101, expected percentiles from 0 to 100 as keys",
        ),
        (
            "\"1\":",
            "\"100.0\":",
            "tensors.raw.percentiles[0].values: found 100, expected each percentile once",
        ),
        (
            "\"shape\": [2, 1]",
            "\"shape\": [9223372036854775807, 1, 4]",
            "tensors.raw.moments[0].shape: found [9223372036854775807,1,4], expected a shape of as many elements as there are values",
        ),
    ];
    for (old, new, expected) in cases {
        let text = TEXT.replacen(old, new, 1);
        assert_ne!(text, TEXT, "{old}");
        let error = SavedStatistics::from_json(&text).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
    assert!(matches!(
        SavedStatistics::from_json("{"),
        Err(SavedStatisticsError::Json(_))
    ));
    let large = " ".repeat(SavedStatistics::MAX_BYTES + 1);
    assert!(matches!(
        SavedStatistics::from_json(&large),
        Err(SavedStatisticsError::TooLarge)
    ));
    assert!(matches!(
        SavedStatistics::from_reader(large.as_bytes()),
        Err(SavedStatisticsError::TooLarge)
    ));
    let nested = "[".repeat(100_000);
    assert!(matches!(
        SavedStatistics::from_json(&nested),
        Err(SavedStatisticsError::Json(_))
    ));
}
