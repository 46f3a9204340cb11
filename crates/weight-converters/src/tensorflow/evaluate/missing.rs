//! Operators without a lowering: all of them are found before one error lists them.

use std::collections::HashSet;

use super::super::arguments::Arguments;
use super::super::operators::{STRUCTURE, find, reason};
use super::super::proto::NodeDef;
use super::{Evaluator, MAX_DEPTH};

impl<'a> Evaluator<'a> {
    /// Operators without a lowering in what follows an unknown tensor.
    pub(super) fn look_behind_unknown(&mut self, node: &'a NodeDef, args: &Arguments<'_>) {
        if find(&node.op).is_none() && !is_structure(&node.op) {
            self.unsupported(node);
        }
        let mut seen = HashSet::new();
        for attribute in ["then_branch", "else_branch", "cond", "body"] {
            if let Some(function) = self.function_of(node, attribute) {
                self.scan(function, &mut seen);
            }
        }
        for function in args.functions("branches") {
            if let Some((&name, _)) = self.functions.get_key_value(function) {
                self.scan(name, &mut seen);
            }
        }
    }

    /// Operators without a lowering in a function, which is not evaluated.
    pub(super) fn scan(&mut self, function: &'a str, seen: &mut HashSet<&'a str>) {
        if !seen.insert(function) || seen.len() > MAX_DEPTH {
            return;
        }
        let Ok(body) = self.function_body(function) else {
            return;
        };
        for node in body.order(&body.outputs, |name| body.inputs.contains(&name)) {
            let is_call = self.functions.contains_key(node.op.as_str());
            if find(&node.op).is_none() && !is_structure(&node.op) && !is_call {
                self.unsupported(node);
            }
            for attribute in ["f", "then_branch", "else_branch", "cond", "body"] {
                if let Some(inner) = self.function_of(node, attribute) {
                    self.scan(inner, seen);
                }
            }
        }
    }

    /// Notes an operator without a lowering.
    pub(super) fn unsupported(&mut self, node: &NodeDef) {
        self.missing.note(&node.op, node.name.clone(), reason(&node.op));
    }
}

/// Whether the walk itself resolves an operator.
fn is_structure(operator: &str) -> bool {
    STRUCTURE.iter().any(|(name, _)| *name == operator)
}
