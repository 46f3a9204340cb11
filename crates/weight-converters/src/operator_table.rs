//! Tables of operators: one row an operator, one slice a family.

use std::collections::HashMap;

/// An operator that can be converted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SupportedOperator {
    /// The name: of TensorFlow that in graphs, `Conv2D`; of TorchScript the qualified one, `aten::conv2d` for `torch.conv2d`,
    /// whose form that works in place, `aten::relu_` of `aten::relu`, is supported with it.
    pub name: &'static str,
    /// What kind of operator it is: `convolution`, `pooling`, ...
    pub family: &'static str,
    /// Restrictions, and what it becomes where that is not obvious; may be empty.
    pub notes: &'static str,
}

/// One row, with the function that adds the nodes of the operator to the graph.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Operator<L: 'static> {
    /// The name.
    pub(crate) name: &'static str,
    /// What to know when using it: restrictions, and what it becomes where that is not obvious.
    pub(crate) notes: &'static str,
    /// The function.
    pub(crate) lowering: L,
}

/// Families with their rows, in the order of the documentation.
pub(crate) type Families<L> = &'static [(&'static str, &'static [Operator<L>])];

/// All rows by name.
pub(crate) fn by_name<L>(families: Families<L>) -> HashMap<&'static str, &'static Operator<L>> {
    let rows = families.iter().flat_map(|(_, rows)| *rows);
    rows.map(|row| (row.name, row)).collect()
}

/// All rows as users see them.
pub(crate) fn listing<L>(families: Families<L>) -> impl Iterator<Item = SupportedOperator> {
    families.iter().flat_map(|&(family, rows)| {
        rows.iter().map(move |row| SupportedOperator {
            name: row.name,
            family,
            notes: row.notes,
        })
    })
}
