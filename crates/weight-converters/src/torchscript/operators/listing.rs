//! What is supported, for documentation and for people.

use super::table;

/// An operator that can be converted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SupportedOperator {
    /// Qualified name, `aten::conv2d` for `torch.conv2d`. The form that works in place, `aten::relu_` of `aten::relu`,
    /// is supported with it.
    pub name: &'static str,
    /// What kind of operator it is: `convolution`, `pooling`, ...
    pub family: &'static str,
    /// Restrictions, and what it becomes where that is not obvious; may be empty.
    pub notes: &'static str,
}

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
    table().map(|(family, operator)| SupportedOperator {
        name: operator.name,
        family,
        notes: operator.notes,
    })
}
