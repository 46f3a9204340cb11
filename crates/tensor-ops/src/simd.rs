//! Loops compiled for several instruction sets, of which the best one is taken at run time.

use pulp::{Arch, NullaryFnOnce};

/// A loop over slices. `run` and what it calls must be `#[inline(always)]`, so that they are compiled anew for
/// each instruction set.
pub(crate) trait Kernel {
    /// What the loop returns.
    type Output;

    /// The loop.
    fn run(self) -> Self::Output;
}

struct Job<K>(K);

impl<K: Kernel> NullaryFnOnce for Job<K> {
    type Output = K::Output;

    #[inline(always)]
    fn call(self) -> K::Output {
        self.0.run()
    }
}

/// Runs the loop with the widest vectors that the processor has.
pub(crate) fn dispatch<K: Kernel>(kernel: K) -> K::Output {
    Arch::new().dispatch(Job(kernel))
}

/// Whether the processor multiplies and adds in one instruction in loops that are [dispatched](dispatch).
pub(crate) fn has_fused_multiply_add() -> bool {
    cfg!(target_arch = "aarch64")
        || (cfg!(any(target_arch = "x86", target_arch = "x86_64")) && !matches!(Arch::new(), Arch::Scalar))
}
