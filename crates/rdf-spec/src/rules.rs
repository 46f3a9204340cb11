//! Checks between fields, one family a file, listed in one table.

mod names;
mod processing;
mod references;
mod shapes;
mod smallest;
mod test_tensors;

use crate::diagnostic::{Code, Diagnostic};
use crate::document::DocPath;
use crate::v0_4::{InputTensor, ModelRdf, OutputTensor};

/// What the rules look at. A part that could not be read is `None`: the other rules run all the same.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Facts<'a> {
    pub(crate) inputs: Option<&'a [InputTensor]>,
    pub(crate) outputs: Option<&'a [OutputTensor]>,
    pub(crate) test_inputs: Option<usize>,
    pub(crate) test_outputs: Option<usize>,
}

impl<'a> Facts<'a> {
    fn inputs(&self) -> &'a [InputTensor] {
        self.inputs.unwrap_or_default()
    }

    fn outputs(&self) -> &'a [OutputTensor] {
        self.outputs.unwrap_or_default()
    }

    fn input_path(at: usize) -> DocPath {
        DocPath::root().join("inputs").join(at)
    }

    fn output_path(at: usize) -> DocPath {
        DocPath::root().join("outputs").join(at)
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

/// Checks a description that was built in code: the same rules as for one that was read, without positions.
///
/// ```
/// # let text = include_str!("../tests/documents/minimal.yaml");
/// use rdf_spec::{Code, ModelRdf, check_model};
///
/// let mut model = ModelRdf::from_yaml(text).into_result().unwrap();
/// model.outputs[0].name = model.inputs[0].name.clone();
/// let findings = check_model(&model);
/// assert!(findings.iter().any(|finding| finding.code == Code::DuplicateTensorName));
/// ```
#[must_use]
pub fn check_model(model: &ModelRdf) -> Vec<Diagnostic> {
    check_facts(&Facts {
        inputs: Some(&model.inputs),
        outputs: Some(&model.outputs),
        test_inputs: Some(model.test_inputs.len()),
        test_outputs: Some(model.test_outputs.len()),
    })
}
