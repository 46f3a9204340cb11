//! Scans of which several threads do a part each.

use crate::error::OpError;
use crate::statistics::moments::Moments;
use crate::statistics::scan::Scan;
use crate::statistics::scan::counting::Counting;

impl Scan {
    /// A scan in the same pass that has seen nothing of it, for tiles that another thread reads; see
    /// [`merge`](Self::merge). It takes as much memory as the original.
    #[must_use]
    pub fn fork(&self) -> Self {
        let mut fork = self.clone();
        fork.elements = 0;
        for (_, groups) in &mut fork.moments {
            groups.fill(Moments::default());
        }
        fork.percentiles.iter_mut().for_each(Counting::clear);
        fork
    }

    /// Adds what a [fork](Self::fork) has seen in this pass, as if its tiles had been given to `self`.
    ///
    /// # Errors
    /// [`OpError::ScansDiffer`] if it is not a fork of the same scan in the same pass,
    /// [`OpError::DataTypesDiffer`] if its tiles had another data type; then nothing is changed.
    pub fn merge(&mut self, fork: &Self) -> Result<(), OpError> {
        let same_moments = self.moments.len() == fork.moments.len()
            && self
                .moments
                .iter()
                .zip(&fork.moments)
                .all(|(ours, theirs)| ours.0 == theirs.0);
        let same_counting = self.percentiles.len() == fork.percentiles.len()
            && self
                .percentiles
                .iter()
                .zip(&fork.percentiles)
                .all(|(ours, theirs)| ours.is_like(theirs));
        let same = self.shape == fork.shape && self.pass == fork.pass && self.is_open == fork.is_open;
        if !same || !same_moments || !same_counting {
            return Err(OpError::ScansDiffer);
        }
        match (self.data_type, fork.data_type) {
            (Some(expected), Some(found)) if expected != found => {
                return Err(OpError::DataTypesDiffer { expected, found });
            }
            (ours, theirs) => self.data_type = ours.or(theirs),
        }
        self.elements = self.elements.saturating_add(fork.elements);
        if self.pass == 1 {
            for ((_, ours), (_, theirs)) in self.moments.iter_mut().zip(&fork.moments) {
                ours.zip_mut_with(theirs, Moments::merge);
            }
        }
        for (ours, theirs) in self.percentiles.iter_mut().zip(&fork.percentiles) {
            ours.merge(theirs);
        }
        Ok(())
    }
}
