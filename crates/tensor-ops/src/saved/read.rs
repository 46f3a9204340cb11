//! Reading and checking the values of a file.

use ndarray::{ArrayD, IxDyn};
use serde_json::{Map, Value};

use crate::percentile::Percentile;
use crate::saved::{FORMAT, SavedStatistics, SavedStatisticsError, VERSION};
use crate::statistics::Statistics;
use crate::statistics::grouped::GroupedMoments;
use crate::statistics::moments::Moments;
use crate::statistics::percentiles::{GroupedPercentiles, with_last};

/// The largest relative difference between a standard deviation and that which follows from `m2`.
const STD_TOLERANCE: f64 = 1e-6;

type Result<T> = std::result::Result<T, SavedStatisticsError>;

/// A value and where it is.
struct At<'a> {
    path: String,
    value: &'a Value,
}

pub(super) fn statistics(value: &Value) -> Result<SavedStatistics> {
    let root = At {
        path: String::new(),
        value,
    };
    let format = root.get("format")?;
    if format.value.as_str() != Some(FORMAT) {
        return Err(format.error(&format!("\"{FORMAT}\"")));
    }
    let version = root.get("version")?;
    if version.value.as_u64() != Some(VERSION) {
        return Err(version.error(&format!(
            "version {VERSION}; a newer program may have written the file"
        )));
    }
    root.check_keys(&["format", "version", "samples", "tensors"])?;
    let samples = match root.find("samples") {
        Some(samples) => Some(samples.natural()?),
        None => None,
    };
    let tensors = root.get("tensors")?;
    let tensors = tensors
        .object()?
        .keys()
        .map(|name| Ok((name.clone(), tensor(&tensors.get(name)?)?)));
    Ok(SavedStatistics {
        samples,
        tensors: tensors.collect::<Result<_>>()?,
    })
}

fn tensor(at: &At<'_>) -> Result<Statistics> {
    at.check_keys(&["moments", "percentiles"])?;
    let list = |key: &str| match at.find(key) {
        Some(list) => list.list(),
        None => Ok(Vec::new()),
    };
    let moments = list("moments")?;
    let percentiles = list("percentiles")?;
    Ok(Statistics::from_parts(
        moments.iter().map(grouped_moments).collect::<Result<_>>()?,
        percentiles
            .iter()
            .map(grouped_percentiles)
            .collect::<Result<_>>()?,
    ))
}

/// Which groups there are.
struct Groups {
    axes: Vec<usize>,
    shape: Vec<usize>,
    number: usize,
}

fn groups(at: &At<'_>) -> Result<Groups> {
    let axes_at = at.get("axes")?;
    let shape_at = at.get("shape")?;
    let lengths = |at: &At<'_>| -> Result<Vec<usize>> {
        let length =
            |item: &At<'_>| usize::try_from(item.natural()?).map_err(|_| item.error("a smaller number"));
        at.list()?.iter().map(length).collect()
    };
    let (axes, shape) = (lengths(&axes_at)?, lengths(&shape_at)?);
    let is_ascending = axes.windows(2).all(|pair| pair[0] < pair[1]);
    if !is_ascending || axes.last().is_some_and(|&axis| axis >= shape.len()) {
        return Err(axes_at.error("indices of axes of `shape` in ascending order"));
    }
    if axes.iter().any(|&axis| shape[axis] != 1) {
        return Err(shape_at.error("the length 1 for the axes in `axes`"));
    }
    let number = shape
        .iter()
        .try_fold(1_usize, |product, &length| product.checked_mul(length));
    let number = number.ok_or_else(|| shape_at.error("a shape of as many elements as there are values"))?;
    Ok(Groups { axes, shape, number })
}

fn grouped_moments(at: &At<'_>) -> Result<GroupedMoments> {
    at.check_keys(&["axes", "shape", "count", "mean", "std", "m2"])?;
    let groups = groups(at)?;
    let counts = at.get("count")?.naturals(groups.number)?;
    let means = at.get("mean")?.numbers(groups.number)?;
    let std_at = at.find("std");
    let stds = match &std_at {
        Some(std) => Some(std.numbers(groups.number)?),
        None => None,
    };
    let m2s = match (at.find("m2"), &stds) {
        (Some(m2), _) => m2.numbers(groups.number)?,
        (None, Some(stds)) => {
            let squares = stds
                .iter()
                .zip(&counts)
                .map(|(std, &count)| std * std * count as f64);
            squares.collect()
        }
        (None, None) => return Err(at.missing("m2")),
    };
    if m2s.iter().any(|&m2| m2 < 0.0) {
        return Err(at.error("no negative sum of squares in `m2`"));
    }
    let values: Vec<_> = counts
        .iter()
        .zip(&means)
        .zip(&m2s)
        .map(|((&count, &mean), &m2)| Moments::from_parts(count, mean, m2))
        .collect();
    if let (Some(at), Some(stds)) = (&std_at, &stds) {
        let agrees = values.iter().zip(stds).all(|(moments, &std)| {
            let expected = moments.std();
            expected == std
                || (expected.is_nan() && std.is_nan())
                || (expected - std).abs() <= STD_TOLERANCE * expected
        });
        if !agrees {
            return Err(
                at.error("the standard deviations sqrt(m2 / count); change both or leave out one of them")
            );
        }
    }
    let array = ArrayD::from_shape_vec(IxDyn(&groups.shape), values);
    let array = array.map_err(|_| at.error("as many values as `shape` has elements"))?;
    Ok(GroupedMoments::from_parts(groups.axes, array))
}

fn grouped_percentiles(at: &At<'_>) -> Result<GroupedPercentiles> {
    at.check_keys(&["axes", "shape", "count", "values"])?;
    let groups = groups(at)?;
    let counts = at.get("count")?.naturals(groups.number)?;
    let values_at = at.get("values")?;
    let mut columns = Vec::new();
    for key in values_at.object()?.keys() {
        let column = values_at.get(key)?;
        let percentile = key.parse().ok().and_then(|number| Percentile::new(number).ok());
        let percentile =
            percentile.ok_or_else(|| values_at.found(key, "percentiles from 0 to 100 as keys"))?;
        columns.push((percentile, column.numbers(groups.number)?));
    }
    columns.sort_by_key(|(percentile, _)| *percentile);
    for pair in columns.windows(2) {
        if pair[0].0 == pair[1].0 {
            return Err(values_at.found(&pair[0].0.to_string(), "each percentile once"));
        }
        if pair[0]
            .1
            .iter()
            .zip(&pair[1].1)
            .any(|(lower, upper)| lower > upper)
        {
            let found = format!("a value of {} above that of {}", pair[0].0, pair[1].0);
            return Err(values_at.found(&found, "values that do not fall with the percentile"));
        }
    }
    let flat =
        (0..groups.number).flat_map(|group| columns.iter().filter_map(move |(_, column)| column.get(group)));
    let values = ArrayD::from_shape_vec(
        IxDyn(&with_last(&groups.shape, columns.len())),
        flat.copied().collect(),
    );
    let counts = ArrayD::from_shape_vec(IxDyn(&groups.shape), counts);
    match (counts, values) {
        (Ok(counts), Ok(values)) => {
            let percentiles = columns.into_iter().map(|(percentile, _)| percentile).collect();
            Ok(GroupedPercentiles::from_parts(
                groups.axes,
                percentiles,
                counts,
                values,
            ))
        }
        _ => Err(at.error("as many values as `shape` has elements")),
    }
}

impl<'a> At<'a> {
    fn error(&self, expected: &str) -> SavedStatisticsError {
        let found = match self.value {
            Value::Object(_) => "an object".to_owned(),
            value => value.to_string(),
        };
        self.found(&found, expected)
    }

    fn found(&self, found: &str, expected: &str) -> SavedStatisticsError {
        /// Longer ones are cut.
        const LONGEST: usize = 80;
        let mut found = found.to_owned();
        if let Some((end, _)) = found.char_indices().nth(LONGEST) {
            found.truncate(end);
            found.push_str("...");
        }
        SavedStatisticsError::Value {
            path: if self.path.is_empty() {
                "the file".to_owned()
            } else {
                self.path.clone()
            },
            found,
            expected: expected.to_owned(),
        }
    }

    fn missing(&self, key: &str) -> SavedStatisticsError {
        self.found(&format!("no key `{key}`"), "it")
    }

    fn object(&self) -> Result<&'a Map<String, Value>> {
        self.value.as_object().ok_or_else(|| self.error("an object"))
    }

    fn find(&self, key: &str) -> Option<At<'a>> {
        let value = self.value.get(key)?;
        let separator = if self.path.is_empty() { "" } else { "." };
        Some(At {
            path: format!("{}{separator}{key}", self.path),
            value,
        })
    }

    fn get(&self, key: &str) -> Result<At<'a>> {
        self.object()?;
        self.find(key).ok_or_else(|| self.missing(key))
    }

    fn check_keys(&self, known: &[&str]) -> Result<()> {
        match self.object()?.keys().find(|key| !known.contains(&key.as_str())) {
            Some(key) => Err(self.found(
                &format!("the key `{key}`"),
                &format!("one of {}", known.join(", ")),
            )),
            None => Ok(()),
        }
    }

    fn list(&self) -> Result<Vec<At<'a>>> {
        let items = self.value.as_array().ok_or_else(|| self.error("a list"))?;
        let at = |(number, value)| At {
            path: format!("{}[{number}]", self.path),
            value,
        };
        Ok(items.iter().enumerate().map(at).collect())
    }

    fn natural(&self) -> Result<u64> {
        self.value
            .as_u64()
            .ok_or_else(|| self.error("a whole number that is not negative"))
    }

    fn number(&self) -> Result<f64> {
        let text = match self.value.as_str() {
            Some("nan") => Some(f64::NAN),
            Some("inf") => Some(f64::INFINITY),
            Some("-inf") => Some(f64::NEG_INFINITY),
            _ => None,
        };
        text.or_else(|| self.value.as_f64())
            .ok_or_else(|| self.error("a number, or one of the texts \"nan\", \"inf\", \"-inf\""))
    }

    fn items_of(&self, length: usize) -> Result<Vec<At<'a>>> {
        let items = self.value.as_array().ok_or_else(|| self.error("a list"))?;
        if items.len() == length {
            self.list()
        } else {
            let expected = format!("{length}, one for each group of `shape`");
            Err(self.found(&format!("{} values", items.len()), &expected))
        }
    }

    fn naturals(&self, length: usize) -> Result<Vec<u64>> {
        self.items_of(length)?.iter().map(At::natural).collect()
    }

    fn numbers(&self, length: usize) -> Result<Vec<f64>> {
        self.items_of(length)?.iter().map(At::number).collect()
    }
}
