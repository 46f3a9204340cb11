//! Which of tract's kernels compute a network.

use tract_onnx::prelude::{TractResult, TypedModel};
use tract_onnx::tract_core::internal::TypedOp;
use tract_onnx::tract_core::knobs::KnobScope;
use tract_onnx::tract_core::ops::cnn::Conv;

/// Elements of the input that one output element of a convolution depends on, above which a matrix product is faster
/// than tract's direct kernel.
///
/// Measured on x86-64 with AVX2, four 3x3 convolutions on 256x256 points: with 8 channels (72 elements) the direct
/// kernel needs half the time of the matrix product, with 16 (144) they are even, with 64 (576) it needs three times.
/// Beyond 576 tract never takes it.
const MATRIX_PRODUCT_ABOVE: usize = 144;

/// Chooses a kernel for each operator.
pub(super) fn optimise(mut network: TypedModel) -> TractResult<TypedModel> {
    network.declutter()?;
    if cfg!(target_arch = "x86_64") {
        // Set for this thread while convolutions are lowered, and for nothing else in the process.
        let scope = KnobScope::new([("TRACT_DISABLE_DIRECT_SPATIAL", "true")])?;
        scope.enter(|| lower_wide_convolutions(&mut network))?;
    }
    network.optimize()?;
    Ok(network)
}

/// Lowers the convolutions that the direct kernel is too slow for, before tract lowers the others.
fn lower_wide_convolutions(network: &mut TypedModel) -> TractResult<()> {
    // Patches add nodes behind these and leave their places.
    for id in 0..network.nodes.len() {
        let node = &network.nodes[id];
        let Some(convolution) = node.op_as::<Conv>() else {
            continue;
        };
        let taps = convolution
            .pool_spec
            .kernel_shape
            .iter()
            .try_fold(1_usize, |taps, &length| taps.checked_mul(length));
        let elements = taps.and_then(|taps| taps.checked_mul(convolution.input_channels()));
        if convolution.group != 1 || elements.is_none_or(|elements| elements <= MATRIX_PRODUCT_ABOVE) {
            continue;
        }
        if let Some(patch) = convolution.codegen(network, node)? {
            patch.apply(network)?;
        }
    }
    Ok(())
}
