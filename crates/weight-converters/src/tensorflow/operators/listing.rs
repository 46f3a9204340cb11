//! What is supported, for documentation and for people.

use super::{FAMILIES, STRUCTURE};
use crate::operator_table::{SupportedOperator, listing};

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
    listing(FAMILIES).chain(structure)
}
