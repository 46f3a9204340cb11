//! What is supported, for documentation and for people.

use super::FAMILIES;
use crate::operator_table::{SupportedOperator, listing};

/// The operators on tensors that can be converted, by family.
///
/// Operators on numbers, texts and lists are evaluated while converting and not listed.
///
/// ```
/// use weight_converters::torchscript::supported_operators;
///
/// let convolution = supported_operators().find(|operator| operator.name == "aten::conv2d").unwrap();
/// assert_eq!(convolution.family, "convolution");
/// ```
pub fn supported_operators() -> impl Iterator<Item = SupportedOperator> {
    listing(FAMILIES)
}
