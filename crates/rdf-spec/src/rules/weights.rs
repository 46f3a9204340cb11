//! Weights that were converted from other weights.

use super::Facts;
use crate::diagnostic::{Code, Diagnostic};
use crate::document::DocPath;
use crate::v0_4::WeightsFormat;

/// Reports weights whose parents lead back to themselves; weights that are their own parent are reported where
/// they are read.
pub(super) fn parents_end(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let Some(weights) = facts.weights else { return };
    let parent = |format: WeightsFormat| weights.get(format).and_then(|entry| entry.parent);
    for start in weights.formats() {
        let mut at = parent(start);
        let mut steps = 1;
        // No way without a circle is longer than there are formats.
        while let Some(format) = at.filter(|&format| format != start && steps < WeightsFormat::ALL.len()) {
            at = parent(format);
            steps += 1;
        }
        if at == Some(start) {
            let path = DocPath::root().join("weights").join(start.name()).join("parent");
            let message =
                format!("the {start} weights are said to be converted from themselves, in {steps} steps");
            found.push(
                Diagnostic::new(Code::WeightsParentCycle, path, message)
                    .help("leave `parent` out for the weights that training gave"),
            );
        }
    }
}
