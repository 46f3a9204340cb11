//! What is supported, for documentation and for people.

use super::{STRUCTURE, table};

/// An operator that can be converted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SupportedOperator {
    /// The name in graphs.
    pub name: &'static str,
    /// What kind of operator it is: `convolution`, `pooling`, ...
    pub family: &'static str,
    /// Restrictions, and what it becomes where that is not obvious; may be empty.
    pub notes: &'static str,
}

/// The operators that can be converted, by family.
///
/// ```
/// use weight_converters::tensorflow::supported_operators;
///
/// let convolution = supported_operators().find(|operator| operator.name == "Conv2D").unwrap();
/// assert_eq!(convolution.family, "convolution");
/// ```
pub fn supported_operators() -> impl Iterator<Item = SupportedOperator> {
    let structure = STRUCTURE.iter().map(|&(name, notes)| SupportedOperator {
        name,
        family: "variables, functions and control flow",
        notes,
    });
    let lowered = table().map(|(family, operator)| SupportedOperator {
        name: operator.name,
        family,
        notes: operator.notes,
    });
    lowered.chain(structure)
}
