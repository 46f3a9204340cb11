//! Test tensors.

use super::Facts;
use crate::diagnostic::{Code, Diagnostic};
use crate::document::DocPath;

/// One test tensor for each tensor: otherwise the model cannot be tested.
pub(super) fn one_for_each(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let pairs = [
        ("test_inputs", facts.test_inputs, "inputs", facts.inputs.listed),
        (
            "test_outputs",
            facts.test_outputs,
            "outputs",
            facts.outputs.listed,
        ),
    ];
    for (key, files, tensors_key, tensors) in pairs {
        if let (Some(files), Some(tensors)) = (files, tensors)
            && files != tensors
        {
            let message = format!("`{key}` lists {files} files for {tensors} {tensors_key}");
            let diagnostic = Diagnostic::new(Code::TestTensorCount, DocPath::root().join(key), message);
            found.push(diagnostic.help("list one .npy file for each tensor, in the same order"));
        }
    }
}
