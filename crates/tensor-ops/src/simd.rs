//! Loops compiled for several instruction sets, of which the best one is taken at run time.

use pulp::{Arch, Simd, WithSimd};

/// A loop over slices. `run` and what it calls must be `#[inline(always)]`, so that they are compiled anew for
/// each instruction set.
pub(crate) trait Kernel {
    /// What the loop returns.
    type Output;

    /// The loop. Where the processor multiplies and adds in one instruction, `is_fused` holds.
    fn run(self, is_fused: bool) -> Self::Output;
}

struct Job<K>(K);

impl<K: Kernel> WithSimd for Job<K> {
    type Output = K::Output;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> K::Output {
        // All instruction sets for vectors of 256 bits or more that `pulp` knows have it, and that of ARM.
        let is_fused = size_of::<S::f64s>() >= 32 || cfg!(target_arch = "aarch64");
        self.0.run(is_fused)
    }
}

/// Runs the loop with the widest vectors that the processor has.
pub(crate) fn dispatch<K: Kernel>(kernel: K) -> K::Output {
    Arch::new().dispatch(Job(kernel))
}
