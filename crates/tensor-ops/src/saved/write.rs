//! The text of a file: like `serde_json`'s pretty form, but with lists of numbers in one line.

use std::fmt::Write;

use crate::saved::{FORMAT, SavedStatistics, VERSION};
use crate::statistics::Statistics;
use crate::statistics::moments::Moments;

pub(super) fn text(saved: &SavedStatistics) -> String {
    let mut text = format!("{{\n  \"format\": \"{FORMAT}\",\n  \"version\": {VERSION},\n");
    if let Some(samples) = saved.samples {
        // Writing to a string cannot fail, here and below.
        let _ = writeln!(text, "  \"samples\": {samples},");
    }
    let tensors = saved.tensors.iter().map(|(name, statistics)| {
        let name = serde_json::Value::from(name.as_str());
        format!("    {name}: {}", tensor(statistics))
    });
    let _ = writeln!(text, "  \"tensors\": {}\n}}", block("{", tensors, "}", 2));
    text
}

fn tensor(statistics: &Statistics) -> String {
    let moments = statistics.all_moments().iter().map(|grouped| {
        let groups = grouped.groups();
        object(&[
            ("axes", list(grouped.reduced_axes())),
            ("shape", list(grouped.kept_shape())),
            ("count", list(groups.iter().map(Moments::count))),
            ("mean", numbers(groups.iter().map(Moments::mean))),
            ("std", numbers(groups.iter().map(Moments::std))),
            ("m2", numbers(groups.iter().map(Moments::m2))),
        ])
    });
    let percentiles = statistics.all_percentiles().iter().map(|grouped| {
        let values = grouped.percentiles().iter().map(|&percentile| {
            let values = grouped.values(percentile).unwrap_or_default();
            format!("            \"{percentile}\": {}", numbers(values))
        });
        object(&[
            ("axes", list(grouped.reduced_axes())),
            ("shape", list(grouped.kept_shape())),
            ("count", list(grouped.counts())),
            ("values", block("{", values, "}", 10)),
        ])
    });
    let mut entries = Vec::new();
    if moments.len() > 0 {
        entries.push(format!("      \"moments\": {}", block("[", moments, "]", 6)));
    }
    if percentiles.len() > 0 {
        entries.push(format!(
            "      \"percentiles\": {}",
            block("[", percentiles, "]", 6)
        ));
    }
    block("{", entries, "}", 4)
}

/// An object in a list of a tensor.
fn object(entries: &[(&str, String)]) -> String {
    let entries = entries
        .iter()
        .map(|(key, value)| format!("          \"{key}\": {value}"));
    format!("        {}", block("{", entries, "}", 8))
}

/// Entries in lines of their own, the closing bracket behind `indent` spaces.
fn block(open: &str, entries: impl IntoIterator<Item = String>, close: &str, indent: usize) -> String {
    let entries: Vec<_> = entries.into_iter().collect();
    if entries.is_empty() {
        return format!("{open}{close}");
    }
    format!("{open}\n{}\n{:indent$}{close}", entries.join(",\n"), "")
}

fn list(values: impl IntoIterator<Item = impl ToString>) -> String {
    let values: Vec<_> = values.into_iter().map(|value| value.to_string()).collect();
    format!("[{}]", values.join(", "))
}

/// JSON has no NaN and no infinities: they are written as text.
fn numbers(values: impl IntoIterator<Item = f64>) -> String {
    list(values.into_iter().map(|value| match value {
        value if value.is_finite() => serde_json::Value::from(value).to_string(),
        value if value.is_nan() => "\"nan\"".to_owned(),
        value if value > 0.0 => "\"inf\"".to_owned(),
        _ => "\"-inf\"".to_owned(),
    }))
}
