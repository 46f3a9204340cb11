//! Attention, written out as products and a softmax.

use super::super::arguments::Arguments;
use super::super::context::{Context, LoweringError};
use super::super::value::Value;
use super::matmul::linear_of;
use super::operands::{Lowered, fresh, optional_tensor, size, tensor};
use super::{Operator, row};
use crate::graph::{Binary, Reduction, TensorRef, Unary};
use crate::tensor::{ScalarType, TensorData};

pub(super) const OPERATORS: &[Operator] = &[
    row(
        "aten::scaled_dot_product_attention",
        dot_product_attention,
        "masks, `is_causal`, `scale`, `enable_gqa`; no dropout",
    ),
    row(
        "aten::_native_multi_head_attention",
        multi_head_attention,
        "self-attention as `nn.MultiheadAttention` calls it",
    ),
    row(
        "aten::_transformer_encoder_layer_fwd",
        encoder_layer,
        "the fast path of `nn.TransformerEncoderLayer`",
    ),
];

/// `scaled_dot_product_attention(query, key, value, attn_mask=None, dropout_p=0, is_causal=False, *, scale=None,
/// enable_gqa=False)`
fn dot_product_attention(cx: &mut Context, args: &Arguments) -> Lowered {
    let query = tensor(cx, args, 0, "query")?;
    let mut key = tensor(cx, args, 1, "key")?;
    let mut value = tensor(cx, args, 2, "value")?;
    let mask = optional_tensor(cx, args, 3, "attn_mask")?;
    if args.float_or(4, "dropout_p", 0.0)? != 0.0 {
        return Err(LoweringError::new(
            "dropout gives random results: save the network after `model.eval()`",
        ));
    }
    let causal = args.bool_or(5, "is_causal", false)?;
    let scale = args.optional_float(6, "scale")?;
    if args.bool_or(7, "enable_gqa", false)? {
        key = shared_heads(cx, &key, &query)?;
        value = shared_heads(cx, &value, &query)?;
    }
    let (result, _) = attend(cx, [&query, &key, &value], mask.as_ref(), causal, scale)?;
    fresh(result)
}

/// Repeats each head so that there are as many as in the query.
fn shared_heads(cx: &mut Context, x: &TensorRef, query: &TensorRef) -> Lowered<TensorRef> {
    let (Some(axis), Some(query_axis)) = (x.rank().checked_sub(3), query.rank().checked_sub(3)) else {
        return Err(LoweringError::new("`enable_gqa` needs an axis of heads"));
    };
    let (own, wanted) = (x.shape[axis], query.shape[query_axis]);
    if own == 0 || wanted % own != 0 {
        return Err(LoweringError::new(format!("{own} heads do not divide {wanted}")));
    }
    let mut split = x.shape.clone();
    split.insert(axis + 1, 1);
    let split = cx.graph.reshape(x, &split)?;
    let mut wide = split.shape.clone();
    wide[axis + 1] = wanted / own;
    let wide = cx.graph.expand(&split, &wide)?;
    let mut shape = x.shape.clone();
    shape[axis] = wanted;
    Ok(cx.graph.reshape(&wide, &shape)?)
}

/// `softmax(q k^T scale + mask) v`, and the weights.
fn attend(
    cx: &mut Context,
    [query, key, value]: [&TensorRef; 3],
    mask: Option<&TensorRef>,
    causal: bool,
    scale: Option<f64>,
) -> Lowered<(TensorRef, TensorRef)> {
    if query.rank() < 2 || key.rank() < 2 {
        return Err(LoweringError::new(format!(
            "shapes {:?} and {:?} are no attention",
            query.shape, key.shape
        )));
    }
    let depth = query.shape[query.rank() - 1];
    let scale = scale.unwrap_or(1.0 / (depth as f64).sqrt());
    let turned = cx.graph.swap_axes(key, key.rank() - 2, key.rank() - 1)?;
    let scaled = cx.graph.binary_number(Binary::Mul, query, scale)?;
    let mut scores = cx.graph.matmul(&scaled, &turned)?;
    if causal {
        let (rows, columns) = (scores.shape[scores.rank() - 2], scores.shape[scores.rank() - 1]);
        if rows.saturating_mul(columns) > 1 << 26 {
            return Err(LoweringError::new(format!(
                "a causal mask of {rows} x {columns} elements is too large"
            )));
        }
        let allowed: Vec<i64> = (0..rows * columns)
            .map(|index| i64::from(index % columns <= index / columns))
            .collect();
        let allowed = cx.graph.computed(TensorData::from_i64(
            ScalarType::Bool,
            &[rows, columns],
            &allowed,
        )?);
        scores = masked(cx, &scores, &allowed)?;
    }
    if let Some(mask) = mask {
        scores = masked(cx, &scores, mask)?;
    }
    let weights = cx.graph.softmax("Softmax", &scores, scores.rank() - 1)?;
    Ok((cx.graph.matmul(&weights, value)?, weights))
}

/// Truth values say what takes part; numbers are added.
fn masked(cx: &mut Context, scores: &TensorRef, mask: &TensorRef) -> Lowered<TensorRef> {
    if mask.dtype == ScalarType::Bool {
        let never = cx.graph.scalar(scores.dtype, f64::NEG_INFINITY);
        return Ok(cx.graph.choose(mask, scores, &never)?);
    }
    let mask = cx.graph.cast(mask, scores.dtype)?;
    Ok(cx.graph.add(scores, &mask)?)
}

/// Weights of self-attention with joined projections.
struct Heads<'a> {
    count: usize,
    joined: [Option<&'a TensorRef>; 2],
    output: [Option<&'a TensorRef>; 2],
}

/// Self-attention of `x`: (batch, sequence, features); the result, and the weights of each head.
fn self_attention(
    cx: &mut Context,
    x: &TensorRef,
    heads: &Heads<'_>,
    mask: Option<&TensorRef>,
) -> Lowered<(TensorRef, TensorRef)> {
    let &[batch, length, features] = &x.shape[..] else {
        return Err(LoweringError::new(format!(
            "(batch, sequence, features) is expected, found {:?}",
            x.shape
        )));
    };
    let ([Some(weight), bias], [Some(output), output_bias]) = (heads.joined, heads.output) else {
        return Err(LoweringError::new("weights are missing"));
    };
    if heads.count == 0 || features % heads.count != 0 {
        return Err(LoweringError::new(format!(
            "{} heads do not divide {features} features",
            heads.count
        )));
    }
    let joined = linear_of(cx, x, weight, bias)?;
    let split = cx
        .graph
        .reshape(&joined, &[batch, length, 3, heads.count, features / heads.count])?;
    let turned = cx.graph.transpose(&split, &[2, 0, 3, 1, 4])?;
    let mut parts = Vec::new();
    for index in 0..3 {
        parts.push(cx.graph.select(&turned, 0, index)?);
    }
    let (attended, weights) = attend(cx, [&parts[0], &parts[1], &parts[2]], mask, false, None)?;
    let back = cx.graph.transpose(&attended, &[0, 2, 1, 3])?;
    let back = cx.graph.reshape(&back, &[batch, length, features])?;
    Ok((linear_of(cx, &back, output, output_bias)?, weights))
}

/// Masks of the native operators say what is left out; type 0 is (length, length), 1 is (batch, length).
fn native_mask(
    cx: &mut Context,
    args: &Arguments,
    index: usize,
    kind: Option<i64>,
) -> Lowered<Option<TensorRef>> {
    let Some(mask) = optional_tensor(cx, args, index, "mask")? else {
        return Ok(None);
    };
    let shape = match (kind, &mask.shape[..]) {
        (Some(1), &[batch, length]) => vec![batch, 1, 1, length],
        (_, &[rows, columns]) => vec![1, 1, rows, columns],
        _ => mask.shape.clone(),
    };
    let mask = cx.graph.reshape(&mask, &shape)?;
    let mask = cx.graph.cast(&mask, ScalarType::Bool)?;
    Ok(Some(cx.graph.not(&mask)?))
}

/// `(query, key, value, embed_dim, num_head, qkv_weight, qkv_bias, proj_weight, proj_bias, mask, need_weights,
/// average_attn_weights, mask_type)`
fn multi_head_attention(cx: &mut Context, args: &Arguments) -> Lowered {
    let query = tensor(cx, args, 0, "query")?;
    let (key, value) = (tensor(cx, args, 1, "key")?, tensor(cx, args, 2, "value")?);
    if !query.is(&key) || !query.is(&value) {
        return Err(LoweringError::new(
            "query, key and value have to be the same tensor in this form",
        ));
    }
    let weights = read_weights(cx, args, 5)?;
    let [weight, bias, output, output_bias] = &weights;
    let heads = Heads {
        count: size(args.int(4, "num_head")?, "num_head")?,
        joined: [weight.as_ref(), bias.as_ref()],
        output: [output.as_ref(), output_bias.as_ref()],
    };
    let kind = args.optional_int(12, "mask_type")?;
    let mask = native_mask(cx, args, 9, kind)?;
    let (result, weights) = self_attention(cx, &query, &heads, mask.as_ref())?;
    let second = if args.bool_or(10, "need_weights", true)? {
        let average = args.bool_or(11, "average_attn_weights", true)?;
        Value::from(if average {
            cx.graph.reduce(Reduction::Mean, &weights, &[1], false)?
        } else {
            weights
        })
    } else {
        Value::None
    };
    Ok(Value::tuple(vec![Value::from(result), second]))
}

/// Four tensors from a place on.
fn read_weights(cx: &mut Context, args: &Arguments, first: usize) -> Lowered<[Option<TensorRef>; 4]> {
    Ok([
        optional_tensor(cx, args, first, "qkv_weight")?,
        optional_tensor(cx, args, first + 1, "qkv_bias")?,
        optional_tensor(cx, args, first + 2, "proj_weight")?,
        optional_tensor(cx, args, first + 3, "proj_bias")?,
    ])
}

/// `(src, embed_dim, num_heads, qkv_weight, qkv_bias, proj_weight, proj_bias, use_gelu, norm_first, eps, norm_weight_1,
/// norm_bias_1, norm_weight_2, norm_bias_2, ffn_weight_1, ffn_bias_1, ffn_weight_2, ffn_bias_2, mask, mask_type)`
fn encoder_layer(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "src")?;
    let weights = read_weights(cx, args, 3)?;
    let [weight, bias, output, output_bias] = &weights;
    let heads = Heads {
        count: size(args.int(2, "num_heads")?, "num_heads")?,
        joined: [weight.as_ref(), bias.as_ref()],
        output: [output.as_ref(), output_bias.as_ref()],
    };
    let (use_gelu, norm_first) = (args.bool(7, "use_gelu")?, args.bool(8, "norm_first")?);
    let epsilon = args.float(9, "eps")?;
    let mut parameters = Vec::new();
    for index in 10..18 {
        parameters.push(tensor(cx, args, index, "weight")?);
    }
    let kind = args.optional_int(19, "mask_type")?;
    let mask = native_mask(cx, args, 18, kind)?;
    let last = x.rank().saturating_sub(1);
    let norm = |cx: &mut Context, x: &TensorRef, first: usize| -> Lowered<TensorRef> {
        Ok(cx.graph.layer_normalization(
            x,
            Some(&parameters[first]),
            Some(&parameters[first + 1]),
            last,
            epsilon,
        )?)
    };
    let attend = |cx: &mut Context, x: &TensorRef| -> Lowered<TensorRef> {
        Ok(self_attention(cx, x, &heads, mask.as_ref())?.0)
    };
    let feed_forward = |cx: &mut Context, x: &TensorRef| -> Lowered<TensorRef> {
        let hidden = linear_of(cx, x, &parameters[4], Some(&parameters[5]))?;
        let active = if use_gelu {
            exact_gelu(cx, &hidden)?
        } else {
            cx.graph.unary(Unary::Relu, &hidden)?
        };
        linear_of(cx, &active, &parameters[6], Some(&parameters[7]))
    };
    if norm_first {
        let normal = norm(cx, &x, 0)?;
        let attended = attend(cx, &normal)?;
        let x = cx.graph.add(&x, &attended)?;
        let normal = norm(cx, &x, 2)?;
        let fed = feed_forward(cx, &normal)?;
        return fresh(cx.graph.add(&x, &fed)?);
    }
    let attended = attend(cx, &x)?;
    let sum = cx.graph.add(&x, &attended)?;
    let x = norm(cx, &sum, 0)?;
    let fed = feed_forward(cx, &x)?;
    let sum = cx.graph.add(&x, &fed)?;
    fresh(norm(cx, &sum, 2)?)
}

/// `x / 2 (1 + erf(x / sqrt(2)))`
fn exact_gelu(cx: &mut Context, x: &TensorRef) -> Lowered<TensorRef> {
    let scaled = cx
        .graph
        .binary_number(Binary::Mul, x, std::f64::consts::FRAC_1_SQRT_2)?;
    let erf = cx.graph.unary(Unary::Erf, &scaled)?;
    let shifted = cx.graph.binary_number(Binary::Add, &erf, 1.0)?;
    let product = cx.graph.mul(x, &shifted)?;
    Ok(cx.graph.binary_number(Binary::Mul, &product, 0.5)?)
}
