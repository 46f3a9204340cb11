//! What the network is shown, and what is shown instead beyond a cut.

use ndarray::{ArrayD, ArrayViewMutD};

use crate::probe::Probe;

/// Data and how they are changed. Units that are 0 for one are not for another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Excitation {
    /// The test data, and a number added.
    Shifted(f32),
    /// Noise, and other noise of an amplitude.
    Noise(f32),
}

/// All that are tried. Test data have a standard deviation of 1.
pub(super) const VARIANTS: [Excitation; 4] = [
    Excitation::Noise(3.0),
    Excitation::Noise(30.0),
    Excitation::Shifted(-10.0),
    Excitation::Shifted(10.0),
];

impl Excitation {
    /// The data before the change.
    pub(super) fn base(self, probe: &Probe, shapes: &[Vec<usize>]) -> Vec<ArrayD<f32>> {
        let mut data = probe.data(shapes);
        if let Self::Noise(_) = self {
            for (at, data) in data.iter_mut().enumerate() {
                let mut noise = Noise::new(at as u64);
                data.mapv_inplace(|_| noise.number());
            }
        }
        data
    }

    pub(super) fn change(self, data: &mut ArrayViewMutD<'_, f32>) {
        match self {
            Self::Shifted(amount) => data.mapv_inplace(|value| value + amount),
            Self::Noise(amplitude) => {
                let mut noise = Noise::new(u64::MAX);
                data.mapv_inplace(|_| amplitude * noise.number());
            }
        }
    }
}

/// Numbers from -1.7 to 1.7, of variance 1, the same in every run (splitmix64).
struct Noise(u64);

impl Noise {
    fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    fn number(&mut self) -> f32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^= bits >> 31;
        ((bits >> 40) as f32 / (1_u32 << 23) as f32 - 1.0) * 3.0_f32.sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_has_mean_0_and_variance_1() {
        let mut noise = Noise::new(3);
        let values: Vec<f64> = (0..20_000).map(|_| f64::from(noise.number())).collect();
        let mean = values.iter().sum::<f64>() / 2e4;
        let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / 2e4;
        assert!(
            mean.abs() < 0.03 && (variance - 1.0).abs() < 0.03,
            "{mean} {variance}"
        );
    }
}
