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
    if let Some(kwargs) = kwargs.filter(|_| name == "sigmoid") {
        reader.within("kwargs", |reader| {
            let message = "`sigmoid` has no arguments, not even an empty `kwargs`";
            reader.report(Code::UnknownField, kwargs, message).help = Some("remove `kwargs`".to_owned());
        });
        return Some(ProcessingStep::Sigmoid);
    }
    match kwargs {
        Some(kwargs) => reader.within("kwargs", |reader| read_arguments(&name, kwargs, reader, stage)),
        // Without the key, the arguments are an empty mapping at the place of the operation.
        None => {
            let empty = Node {
                kind: NodeKind::Mapping(Mapping::default()),
                span: node.span,
            };
            reader.within("kwargs", |reader| read_arguments(&name, &empty, reader, stage))
        }
    }
}

fn read_arguments(name: &str, node: &Node, reader: &mut Reader, stage: Stage) -> Option<ProcessingStep> {
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
        "scale_linear" => read_scale_linear(&mut fields, reader, stage),
        "sigmoid" => Some(ProcessingStep::Sigmoid),
        "zero_mean_unit_variance" => read_zero_mean_unit_variance(&mut fields, reader),
        "scale_range" => read_scale_range(&mut fields, reader),
        _ => {
            let mode = read_mode(&mut fields, reader, None);
            let axes = read_optional_axes(&mut fields, reader, stage);
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

fn read_scale_linear(fields: &mut Fields<'_>, reader: &mut Reader, stage: Stage) -> Option<ProcessingStep> {
    let axes = read_optional_axes(fields, reader, stage);
    // Readers in use take empty lists here; that they fit no axes is found where these are known.
    let gain = read_optional(fields, reader, "gain", AnyLength(Coefficients::Scalar(1.0)));
    let offset = read_optional(fields, reader, "offset", AnyLength(Coefficients::Scalar(0.0)));
    Some(ProcessingStep::ScaleLinear {
        axes: axes?,
        gain: gain?.0,
        offset: offset?.0,
    })
}

fn read_zero_mean_unit_variance(fields: &mut Fields<'_>, reader: &mut Reader) -> Option<ProcessingStep> {
    let mode = read_mode(fields, reader, Some(StatisticsMode::Fixed));
    let axes = read_axes(fields, reader, Presence::Required);
    let mean = read_optional_value(fields, reader, "mean");
    let std = read_optional_value(fields, reader, "std");
    let eps = read_eps(fields, reader);
    Some(ProcessingStep::ZeroMeanUnitVariance {
        mode: mode?,
        axes: axes?,
        mean: mean?,
        std: std?,
        eps: eps?,
    })
}

fn read_scale_range(fields: &mut Fields<'_>, reader: &mut Reader) -> Option<ProcessingStep> {
    let mode = read_mode(fields, reader, None);
    let axes = read_axes(fields, reader, Presence::Required);
    let min = read_optional(fields, reader, "min_percentile", Percentile(0.0));
    let max = read_optional(fields, reader, "max_percentile", Percentile(100.0));
    let eps = read_eps(fields, reader);
    let reference_tensor = fields.nullable(reader, "reference_tensor");
    let (Percentile(min), Percentile(max)) = (min?, max?);
    if let Some(node) = fields.node("min_percentile").filter(|_| min >= 100.0) {
        reader.within("min_percentile", |reader| {
            let message = format!("the lower percentile is smaller than 100, found {min}");
            reader.report(Code::InvalidValue, node, message);
        });
        return None;
    }
    if let Some(node) = fields.node("max_percentile").filter(|_| max <= 1.0) {
        reader.within("max_percentile", |reader| {
            let message = format!("the upper percentile is larger than 1 and at most 100, found {max}");
            reader.report(Code::InvalidValue, node, message).help =
                Some("percentiles are given in percent: 99.8, not 0.998".to_owned());
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

/// An argument that may be left out or null: `None` only if it cannot be read.
fn read_optional_value<T: FromNode>(
    fields: &mut Fields<'_>,
    reader: &mut Reader,
    key: &'static str,
) -> Option<Option<T>> {
    match fields.given(reader, key) {
        Some(node) => reader.read(key, node).map(Some),
        None => Some(None),
    }
}

/// The argument `axes` of operations that do without it. After the network, the newest reference refuses
/// descriptions that leave it out; what they mean is clear all the same.
fn read_optional_axes(fields: &mut Fields<'_>, reader: &mut Reader, stage: Stage) -> Option<Option<Axes>> {
    let node = fields.node("axes").filter(|node| !node.is_null());
    if node.is_none() && stage == Stage::Postprocessing {
        let path = reader.path().join("axes");
        let message =
            "`axes` is needed in postprocessing: the newest reference refuses the operation without it";
        let diagnostic = Diagnostic::new(Code::MissingField, path, message)
            .at(fields.start())
            .help("state the axes that are taken together, for example `axes: yx`");
        reader.push(diagnostic);
        return Some(None);
    }
    read_axes(fields, reader, Presence::Optional)
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
        }
        // Out of bounds, but something to compute with.
        (eps.is_finite() && eps >= 0.0).then_some(eps)
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

/// Coefficients, also none at all.
struct AnyLength(Coefficients);

impl FromNode for AnyLength {
    fn from_node(node: &Node, reader: &mut Reader) -> Option<Self> {
        if node.as_sequence().is_some() {
            let values: Vec<Finite> = FromNode::from_node(node, reader)?;
            let values = values.into_iter().map(|value| value.0).collect();
            return Some(Self(Coefficients::List(values)));
        }
        Finite::from_node(node, reader).map(|value| Self(Coefficients::Scalar(value.0)))
    }
}

impl FromNode for Coefficients {
    fn from_node(node: &Node, reader: &mut Reader) -> Option<Self> {
        let AnyLength(coefficients) = AnyLength::from_node(node, reader)?;
        if coefficients.values().is_empty() {
            let message = format!("{} needs at least one number", reader.subject());
            reader.report(Code::EmptyList, node, message);
            return None;
        }
        Some(coefficients)
    }
}
