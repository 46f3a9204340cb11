//! Operators that are refused for a reason that can be told.

/// Why an operator is not supported, where there is more to say than that it has no lowering.
pub(crate) fn refused(name: &str) -> Option<&'static str> {
    let (domain, base) = name.split_once("::")?;
    match domain {
        "quantized" => {
            return Some(
                "quantised networks are not supported: save the network with floating-point weights",
            );
        }
        "torchvision" => {
            return Some("operators of torchvision are not supported: boxes and regions depend on contents");
        }
        "aten" | "prim" => {}
        _ => return Some("operators of extensions are not supported"),
    }
    let base = base.strip_suffix('_').unwrap_or(base);
    Some(match base {
        "rand" | "randn" | "randint" | "randperm" | "rand_like" | "randn_like" | "randint_like"
        | "bernoulli" | "normal" | "uniform" | "multinomial" | "poisson" | "exponential" | "random"
        | "log_normal" | "cauchy" | "geometric" => "gives random numbers, so results could not be reproduced",
        "nonzero" | "nonzero_numpy" | "argwhere" | "masked_select" | "unique" | "_unique" | "_unique2"
        | "unique_consecutive" | "unique_dim" | "masked_scatter" | "bincount" => {
            "gives a size that depends on contents, but shapes have to be known before the network runs"
        }
        "fft_fft" | "fft_ifft" | "fft_fft2" | "fft_ifft2" | "fft_fftn" | "fft_ifftn" | "fft_rfft"
        | "fft_irfft" | "fft_rfft2" | "fft_irfft2" | "fft_rfftn" | "fft_irfftn" | "stft" | "istft"
        | "complex" | "view_as_complex" | "view_as_real" | "imag" | "angle" | "polar" => {
            "works with complex numbers, which are not supported"
        }
        "quantize_per_tensor"
        | "quantize_per_channel"
        | "dequantize"
        | "int_repr"
        | "q_scale"
        | "q_zero_point"
        | "fake_quantize_per_tensor_affine"
        | "fake_quantize_per_channel_affine" => {
            "quantised tensors are not supported: save the network with floating-point weights"
        }
        "lstm_cell" | "gru_cell" | "rnn_tanh_cell" | "rnn_relu_cell" | "quantized_lstm" => {
            "single cells of recurrent layers are not supported"
        }
        "linalg_svd" | "svd" | "linalg_eigh" | "linalg_eig" | "linalg_qr" | "linalg_cholesky"
        | "linalg_inv" | "inverse" | "linalg_solve" | "pinverse" | "linalg_pinv" | "det" | "linalg_det"
        | "slogdet" => "decompositions of matrices are not supported: ONNX has none",
        "to_sparse" | "sparse_coo_tensor" | "_sparse_coo_tensor_unsafe" | "coalesce" | "to_dense" => {
            "sparse tensors are not supported"
        }
        "set" | "resize" | "resize_as" | "as_strided" => {
            "changes the memory behind a tensor, which is not supported"
        }
        _ => return None,
    })
}
