//! Checks between fields, one family a file, listed in one table.

mod arguments;
mod names;
mod processing;
mod references;
mod shapes;
mod smallest;
mod test_tensors;
mod weights;

use crate::diagnostic::{Code, Diagnostic};
use crate::document::DocPath;
use crate::parsed::read_model;
use crate::read::Reader;
use crate::v0_4::{InputTensor, ModelRdf, OutputTensor, Weights};
use crate::write::{ToTree, to_node};

/// What the rules look at: the parts that could be read. What could not be is left out, and the rules run on the rest.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts<'a> {
    pub(crate) inputs: Tensors<'a, InputTensor>,
    pub(crate) outputs: Tensors<'a, OutputTensor>,
    /// The name of every tensor that has one, with its place.
    pub(crate) names: Vec<(DocPath, &'a str)>,
    /// How many files are listed, if there is a list.
    pub(crate) test_inputs: Option<usize>,
    pub(crate) test_outputs: Option<usize>,
    /// The weights that could be read.
    pub(crate) weights: Option<&'a Weights>,
}

/// The tensors of one list that could be read.
#[derive(Clone, Debug)]
pub(crate) struct Tensors<'a, T> {
    readable: &'a [T],
    /// Where each of them stands in the list.
    places: Vec<usize>,
    /// How many the list has, if there is a list.
    listed: Option<usize>,
}

impl<T> Default for Tensors<'_, T> {
    fn default() -> Self {
        Self {
            readable: &[],
            places: Vec::new(),
            listed: None,
        }
    }
}

impl<'a, T> Tensors<'a, T> {
    /// What could be read of a list, where it stands there, and how long the list is.
    pub(crate) fn some(readable: &'a [T], places: Vec<usize>, listed: usize) -> Self {
        Self {
            readable,
            places,
            listed: Some(listed),
        }
    }

    /// True if nothing is left out, so that what is not here does not exist.
    fn is_complete(&self) -> bool {
        self.listed == Some(self.readable.len())
    }
}

impl<'a> Facts<'a> {
    fn inputs(&self) -> &'a [InputTensor] {
        self.inputs.readable
    }

    fn outputs(&self) -> &'a [OutputTensor] {
        self.outputs.readable
    }

    /// The path of a readable input.
    fn input_path(&self, at: usize) -> DocPath {
        let place = self.inputs.places.get(at).copied().unwrap_or(at);
        DocPath::root().join("inputs").join(place)
    }

    /// The path of a readable output.
    fn output_path(&self, at: usize) -> DocPath {
        let place = self.outputs.places.get(at).copied().unwrap_or(at);
        DocPath::root().join("outputs").join(place)
    }
}

/// One check between fields.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// What has to hold, in one sentence.
    pub statement: &'static str,
    /// The code of a violation.
    pub code: Code,
    check: fn(&Facts<'_>, &mut Vec<Diagnostic>),
}

/// All checks between fields of a model description.
pub static RULES: &[Rule] = &[
    Rule {
        statement: "Names of tensors are unique over inputs and outputs.",
        code: Code::DuplicateTensorName,
        check: names::unique,
    },
    Rule {
        statement: "`axes` and `shape` of a tensor have the same length.",
        code: Code::AxesShapeMismatch,
        check: shapes::axes_fit_shape,
    },
    Rule {
        statement: "`min` and `step`, or `scale` and `offset`, have the same length.",
        code: Code::ShapeLengthMismatch,
        check: shapes::lists_fit,
    },
    Rule {
        statement: "The batch axis of an input has size 1 and step 0.",
        code: Code::BatchSizeNotOne,
        check: shapes::batch_is_one,
    },
    Rule {
        statement: "Offsets are multiples of 0.5.",
        code: Code::OffsetNotHalfInteger,
        check: shapes::offsets_are_halves,
    },
    Rule {
        statement: "An axis with `scale: null` has a size: its offset is not 0.",
        code: Code::NewAxisWithoutSize,
        check: shapes::new_axes_have_a_size,
    },
    Rule {
        statement: "The reference tensor of a shape or an operation exists.",
        code: Code::UnknownReferenceTensor,
        check: references::references_exist,
    },
    Rule {
        statement: "The reference tensor of an operation is an input, and another one than the tensor itself.",
        code: Code::UnknownReferenceTensor,
        check: processing::references_are_inputs,
    },
    Rule {
        statement: "Output shapes do not refer to each other in a circle.",
        code: Code::CircularReferenceTensor,
        check: references::references_end,
    },
    Rule {
        statement: "A scale has as many numbers as the reference tensor has axes, not counting null.",
        code: Code::ReferenceRankMismatch,
        check: references::ranks_fit,
    },
    Rule {
        statement: "`halo` is empty or as long as the shape of its output.",
        code: Code::HaloLengthMismatch,
        check: shapes::halo_fits,
    },
    Rule {
        statement: "At least one pixel is left of the smallest output once the halo is cut off both sides.",
        code: Code::OutputTooSmall,
        check: smallest::outputs_are_large_enough,
    },
    Rule {
        statement: "The axes of an operation are axes of its tensor, out of `czyx`.",
        code: Code::AxesNotInTensor,
        check: processing::axes_fit_tensor,
    },
    Rule {
        statement: "Mean and standard deviation are given with mode `fixed`, and with no other.",
        code: Code::StatisticsArguments,
        check: arguments::statistics_fit_mode,
    },
    Rule {
        statement: "Lists of numbers are as long as the axes that they run along.",
        code: Code::CoefficientCount,
        check: arguments::lists_fit_axes,
    },
    Rule {
        statement: "The lower percentile is below the upper one.",
        code: Code::PercentileOrder,
        check: arguments::percentiles_in_order,
    },
    Rule {
        statement: "The lower limit of `clip` is below the upper one.",
        code: Code::ClipOrder,
        check: arguments::limits_in_order,
    },
    Rule {
        statement: "A linear scaling changes something.",
        code: Code::ScaleLinearWithoutEffect,
        check: arguments::scaling_has_effect,
    },
    Rule {
        statement: "The smallest value of a data range is not above the largest.",
        code: Code::DataRangeOrder,
        check: shapes::data_ranges_in_order,
    },
    Rule {
        statement: "Weights are not converted from each other in a circle.",
        code: Code::WeightsParentCycle,
        check: weights::parents_end,
    },
    Rule {
        statement: "There is one test tensor for each tensor.",
        code: Code::TestTensorCount,
        check: test_tensors::one_for_each,
    },
];

/// The violations of all rules, without positions.
pub(crate) fn check_facts(facts: &Facts<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for rule in RULES {
        (rule.check)(facts, &mut found);
    }
    found
}

/// Checks a description that was built or changed in code: everything that is checked of one that was read from
/// text, in the order of the fields and without positions.
///
/// ```
/// # let text = include_str!("../tests/documents/minimal.yaml");
/// use rdf_spec::{Code, ModelRdf, check_model};
///
/// let mut model = ModelRdf::from_yaml(text).into_result().unwrap();
/// model.outputs[0].name = model.inputs[0].name.clone();
/// model.authors.clear();
/// let codes: Vec<Code> = check_model(&model).iter().map(|finding| finding.code).collect();
/// assert!(codes.contains(&Code::DuplicateTensorName));
/// assert!(codes.contains(&Code::EmptyList));
/// ```
#[must_use]
pub fn check_model(model: &ModelRdf) -> Vec<Diagnostic> {
    let root = match to_node(&model.to_tree()) {
        Ok(root) => root,
        Err(diagnostic) => return vec![diagnostic],
    };
    let mut reader = Reader::default();
    // The description is at hand; the findings are what is wanted.
    let _ = read_model(&root, &mut reader);
    let mut found = reader.into_diagnostics();
    for diagnostic in &mut found {
        diagnostic.position = None;
        for related in &mut diagnostic.related {
            related.position = None;
        }
    }
    found
}
