//! What has to be measured on which tensor, and what was measured.

use std::collections::BTreeSet;

use tensor_ops::{Need, OpError, Statistics, TensorView};

/// On what the statistics of an operation are measured (its argument `mode`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// On the sample at hand.
    Sample,
    /// On all samples of a dataset together.
    Dataset,
}

/// What has to be measured on the raw tensors: those of inputs before preprocessing, those of outputs as the network
/// gives them.
#[derive(Clone, Debug, Default)]
pub(crate) struct TensorNeeds {
    needs: Vec<(String, Scope, Need)>,
}

impl TensorNeeds {
    pub(crate) fn add(&mut self, tensor: &str, scope: Scope, needs: &[Need]) {
        let needs = needs.iter().map(|need| (tensor.to_owned(), scope, need.clone()));
        self.needs.extend(needs);
    }

    /// The tensors that have needs, each once, in no particular order.
    pub(crate) fn tensors(&self, scope: Scope) -> BTreeSet<&str> {
        let ours = self.needs.iter().filter(|(_, of, _)| *of == scope);
        ours.map(|(name, _, _)| name.as_str()).collect()
    }

    /// The needs of one tensor.
    pub(crate) fn of(&self, tensor: &str, scope: Scope) -> Vec<Need> {
        let ours = self
            .needs
            .iter()
            .filter(|(name, of, _)| name == tensor && *of == scope);
        ours.map(|(_, _, need)| need.clone()).collect()
    }
}

/// The statistics of the raw tensors of one sample and of its dataset, by tensor.
#[derive(Clone, Debug, Default)]
pub(crate) struct RawStatistics {
    measured: Vec<(String, Scope, Statistics)>,
    none: Statistics,
}

impl RawStatistics {
    /// Adds statistics, in place of those that there were.
    pub(crate) fn insert(&mut self, tensor: &str, scope: Scope, statistics: Statistics) {
        self.measured
            .retain(|(name, of, _)| !(name == tensor && *of == scope));
        self.measured.push((tensor.to_owned(), scope, statistics));
    }

    /// Those of one tensor; without any values if it was not measured.
    pub(crate) fn of(&self, tensor: &str, scope: Scope) -> &Statistics {
        let mut all = self.measured.iter();
        all.find(|(name, of, _)| name == tensor && *of == scope)
            .map_or(&self.none, |(_, _, statistics)| statistics)
    }

    /// What is needed of a tensor and not known yet, as far as it is asked for: of the sample, and, where there are no
    /// statistics of a dataset, of the sample as the dataset.
    pub(crate) fn unknown(&self, needs: &TensorNeeds, tensor: &str) -> Vec<(Scope, Vec<Need>)> {
        let scopes = [Scope::Sample, Scope::Dataset].into_iter();
        let all = scopes.map(|scope| (scope, needs.of(tensor, scope)));
        all.filter(|(scope, needs)| self.of(tensor, *scope).missing(needs).is_some())
            .collect()
    }

    /// Measures what is needed of a raw tensor. Where there are no statistics of a dataset yet, the sample is the
    /// dataset.
    pub(crate) fn measure(
        &mut self,
        needs: &TensorNeeds,
        tensor: &str,
        values: &TensorView<'_>,
    ) -> Result<(), OpError> {
        for (scope, needs) in self.unknown(needs, tensor) {
            self.insert(tensor, scope, Statistics::measure(&needs, values)?);
        }
        Ok(())
    }
}
