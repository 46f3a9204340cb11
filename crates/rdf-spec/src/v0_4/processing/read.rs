//! Reading of operations and their arguments.

use super::{Coefficients, ProcessingStep, StatisticsMode};
use crate::diagnostic::{Code, Diagnostic};
use crate::document::{Mapping, Node, NodeKind, quoted};
use crate::read::{Fields, FromNode, Reader};
use crate::value::{Axes, TensorName};

/// Before or after the network.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::v0_4) enum Stage {
    Preprocessing,
    Postprocessing,
}

const OPERATIONS: [&str; 7] = [
    "binarize",
    "clip",
    "scale_linear",
    "sigmoid",
    "zero_mean_unit_variance",
    "scale_range",
    "scale_mean_variance",
];

/// Reads the list of operations of a tensor; `None` if one of them cannot be read.
pub(in crate::v0_4) fn read_steps(
    fields: &mut Fields<'_>,
    reader: &mut Reader,
    stage: Stage,
) -> Option<Vec<ProcessingStep>> {
    let key = match stage {
        Stage::Preprocessing => "preprocessing",
        Stage::Postprocessing => "postprocessing",
    };
    let Some(node) = fields.node(key) else {
        return Some(Vec::new());
    };
    reader.within(key, |reader| {
        let Some(items) = node.as_sequence() else {
            reader.wrong_type(node, "a list");
            return None;
        };
        let steps: Vec<Option<ProcessingStep>> = items
            .iter()
            .enumerate()
            .map(|(at, item)| reader.within(at, |reader| read_step(item, reader, stage)))
            .collect();
        steps.into_iter().collect()
    })
}

fn read_step(node: &Node, reader: &mut Reader, stage: Stage) -> Option<ProcessingStep> {
    let mut fields = reader.fields(node)?;
    let name: Option<String> = fields.required(reader, "name");
    let name_node = fields.node("name");
    let kwargs = fields.node("kwargs");
    fields.finish(reader);
    let (name, name_node) = (name?, name_node?);
    let known = OPERATIONS.contains(&name.as_str());
    if !known || (name == "scale_mean_variance" && stage == Stage::Preprocessing) {
        let message = if known {
            format!("the operation `{name}` is allowed only in postprocessing")
        } else {
            format!("there is no operation {}", quoted(&name))
        };
        let allowed = OPERATIONS
            .iter()
            .filter(|other| stage == Stage::Postprocessing || **other != "scale_mean_variance");
        let help = format!(
            "operations here: {}",
            allowed.copied().collect::<Vec<_>>().join(", ")
        );
        reader.within("name", |reader| {
            reader.report(Code::UnknownOperation, name_node, message).help = Some(help);
        });
        return None;
    }
    match kwargs {
        Some(kwargs) => reader.within("kwargs", |reader| read_arguments(&name, kwargs, reader)),
        // Without the key, the arguments are an empty mapping at the place of the operation.
        None => {
            let empty = Node {
                kind: NodeKind::Mapping(Mapping::default()),
                span: node.span,
            };
            reader.within("kwargs", |reader| read_arguments(&name, &empty, reader))
        }
    }
}

fn read_arguments(name: &str, node: &Node, reader: &mut Reader) -> Option<ProcessingStep> {
    let mut fields = reader.fields(node)?;
    let step = match name {
        "binarize" => {
            let threshold: Option<Finite> = fields.required(reader, "threshold");
            threshold.map(|threshold| ProcessingStep::Binarize {
                threshold: threshold.0,
            })
        }
        "clip" => {
            let min: Option<Finite> = fields.required(reader, "min");
            let max: Option<Finite> = fields.required(reader, "max");
            min.zip(max).map(|(min, max)| ProcessingStep::Clip {
                min: min.0,
                max: max.0,
            })
        }
        "scale_linear" => read_scale_linear(&mut fields, reader, node),
        "sigmoid" => Some(ProcessingStep::Sigmoid),
        "zero_mean_unit_variance" => read_zero_mean_unit_variance(&mut fields, reader),
        "scale_range" => read_scale_range(&mut fields, reader),
        _ => {
            let mode = read_mode(&mut fields, reader, None);
            let axes = read_axes(&mut fields, reader, Presence::Optional);
            let eps = read_eps(&mut fields, reader);
            let reference_tensor: Option<TensorName> = fields.required(reader, "reference_tensor");
            match (mode, axes, eps, reference_tensor) {
                (Some(mode), Some(axes), Some(eps), Some(reference_tensor)) => {
                    Some(ProcessingStep::ScaleMeanVariance {
                        mode,
                        axes,
                        eps,
                        reference_tensor,
                    })
                }
                _ => None,
            }
        }
    };
    fields.finish(reader);
    step
}

fn read_scale_linear(fields: &mut Fields<'_>, reader: &mut Reader, node: &Node) -> Option<ProcessingStep> {
    let axes = read_axes(fields, reader, Presence::Optional);
    let gain = read_optional(fields, reader, "gain", Coefficients::Scalar(1.0));
    let offset = read_optional(fields, reader, "offset", Coefficients::Scalar(0.0));
    let (axes, gain, offset) = (axes?, gain?, offset?);
    if gain.values().iter().all(|&gain| gain == 1.0) && offset.values().iter().all(|&offset| offset == 0.0) {
        reader
            .report(
                Code::ScaleLinearWithoutEffect,
                node,
                "`scale_linear` with gain 1 and offset 0 changes nothing",
            )
            .help = Some("state `gain` or `offset`, or remove the operation".to_owned());
    }
    Some(ProcessingStep::ScaleLinear { axes, gain, offset })
}

fn read_zero_mean_unit_variance(fields: &mut Fields<'_>, reader: &mut Reader) -> Option<ProcessingStep> {
    let mode = read_mode(fields, reader, Some(StatisticsMode::Fixed));
    let axes = read_axes(fields, reader, Presence::Required);
    let (mean_node, std_node) = (fields.node("mean"), fields.node("std"));
    let mean: Option<Coefficients> = fields.nullable(reader, "mean");
    let std: Option<Coefficients> = fields.nullable(reader, "std");
    let eps = read_eps(fields, reader);
    let (mode, axes, eps) = (mode?, axes?, eps?);
    for (key, node) in [("mean", mean_node), ("std", std_node)] {
        let node = node.filter(|node| !node.is_null());
        match (mode, node) {
            (StatisticsMode::Fixed, None) => {
                let path = reader.path().join(key);
                let message = format!("`{key}` is required with mode `fixed`");
                let diagnostic = Diagnostic::new(Code::StatisticsArguments, path, message)
                    .at(fields.start())
                    .help("state `mean` and `std`, or set `mode: per_sample`");
                reader.push(diagnostic);
            }
            (StatisticsMode::PerSample | StatisticsMode::PerDataset, Some(node)) => {
                let message = format!(
                    "`{key}` is only allowed with mode `fixed`, the mode is `{}`",
                    mode.name()
                );
                reader.within(key, |reader| {
                    reader.report(Code::StatisticsArguments, node, message);
                });
            }
            _ => {}
        }
    }
    Some(ProcessingStep::ZeroMeanUnitVariance {
        mode,
        axes,
        mean,
        std,
        eps,
    })
}

fn read_scale_range(fields: &mut Fields<'_>, reader: &mut Reader) -> Option<ProcessingStep> {
    let mode = read_mode(fields, reader, None);
    let axes = read_axes(fields, reader, Presence::Required);
    let (max_key, max_node) = match fields.node("max_percentile") {
        Some(node) => ("max_percentile", Some(node)),
        None => ("min_percentile", fields.node("min_percentile")),
    };
    let min = read_optional(fields, reader, "min_percentile", Percentile(0.0));
    let max = read_optional(fields, reader, "max_percentile", Percentile(100.0));
    let eps = read_eps(fields, reader);
    let reference_tensor = fields.nullable(reader, "reference_tensor");
    let (Percentile(min), Percentile(max)) = (min?, max?);
    if let Some(node) = max_node {
        reader.within(max_key, |reader| {
            if max <= 1.0 {
                let message = format!("the upper percentile is larger than 1 and at most 100, found {max}");
                reader.report(Code::InvalidValue, node, message).help =
                    Some("percentiles are given in percent: 99.8, not 0.998".to_owned());
            } else if min >= max {
                let message =
                    format!("`min_percentile` must be smaller than `max_percentile`, found {min} and {max}");
                reader.report(Code::PercentileOrder, node, message);
            }
        });
    }
    Some(ProcessingStep::ScaleRange {
        mode: mode?,
        axes: axes?,
        min_percentile: min,
        max_percentile: max,
        eps: eps?,
        reference_tensor,
    })
}

/// A number that is neither infinite nor NaN.
struct Finite(f64);

impl FromNode for Finite {
    fn from_node(node: &Node, reader: &mut Reader) -> Option<Self> {
        let value = f64::from_node(node, reader)?;
        if !value.is_finite() {
            reader.report(
                Code::InvalidValue,
                node,
                format!("{} must be finite, found {value}", reader.subject()),
            );
            return None;
        }
        Some(Self(value))
    }
}

struct Percentile(f64);

impl FromNode for Percentile {
    fn from_node(node: &Node, reader: &mut Reader) -> Option<Self> {
        let value = f64::from_node(node, reader)?;
        if !(0.0..=100.0).contains(&value) {
            let message = format!("a percentile lies between 0 and 100, found {value}");
            reader.report(Code::InvalidValue, node, message);
            return None;
        }
        Some(Self(value))
    }
}

/// An optional argument: its default if it is left out, `None` only if it cannot be read.
fn read_optional<T: FromNode>(
    fields: &mut Fields<'_>,
    reader: &mut Reader,
    key: &'static str,
    default: T,
) -> Option<T> {
    match fields.node(key) {
        Some(node) => reader.read(key, node),
        None => Some(default),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Presence {
    Required,
    Optional,
}

/// The argument `axes`: `None` only if it cannot be read, `Some(None)` if it is left out.
fn read_axes(fields: &mut Fields<'_>, reader: &mut Reader, presence: Presence) -> Option<Option<Axes>> {
    match (fields.node("axes"), presence) {
        (None, Presence::Optional) => Some(None),
        (Some(node), Presence::Optional) if node.is_null() => Some(None),
        _ => fields.required(reader, "axes").map(Some),
    }
}

fn read_eps(fields: &mut Fields<'_>, reader: &mut Reader) -> Option<f64> {
    let Some(node) = fields.node("eps") else {
        return Some(ProcessingStep::DEFAULT_EPS);
    };
    reader.within("eps", |reader| {
        let eps = f64::from_node(node, reader)?;
        if !(eps > 0.0 && eps <= 0.1) {
            reader.report(
                Code::InvalidValue,
                node,
                format!("`eps` is larger than 0 and at most 0.1, found {eps}"),
            );
            return None;
        }
        Some(eps)
    })
}

/// The argument `mode`; an operation without a default has the mode `fixed` neither.
fn read_mode(
    fields: &mut Fields<'_>,
    reader: &mut Reader,
    default: Option<StatisticsMode>,
) -> Option<StatisticsMode> {
    let Some(node) = fields.node("mode") else {
        return match default {
            Some(mode) => Some(mode),
            None => fields.required::<String>(reader, "mode").and(None),
        };
    };
    let modes = [
        StatisticsMode::Fixed,
        StatisticsMode::PerDataset,
        StatisticsMode::PerSample,
    ];
    let allowed = if default.is_some() {
        &modes[..]
    } else {
        &modes[1..]
    };
    reader.within("mode", |reader| {
        let text = String::from_node(node, reader)?;
        let mode = allowed.iter().copied().find(|mode| mode.name() == text);
        if mode.is_none() {
            let names: Vec<_> = allowed.iter().map(|mode| mode.name()).collect();
            let message = format!("the mode is one of {}, found {}", names.join(", "), quoted(&text));
            reader.report(Code::InvalidValue, node, message);
        }
        mode
    })
}

impl FromNode for Coefficients {
    fn from_node(node: &Node, reader: &mut Reader) -> Option<Self> {
        if node.as_sequence().is_some() {
            let values: Vec<Finite> = FromNode::from_node(node, reader)?;
            if values.is_empty() {
                reader.report(
                    Code::EmptyList,
                    node,
                    format!("{} needs at least one number", reader.subject()),
                );
                return None;
            }
            return Some(Self::List(values.into_iter().map(|value| value.0).collect()));
        }
        Finite::from_node(node, reader).map(|value| Self::Scalar(value.0))
    }
}
