"""Checks the lowering tables against PyTorch, operator by operator.

Each case is a small function that is traced (and scripted, where it is given as text), saved, converted to ONNX by the
example `convert`, checked by `onnx.checker`, run by onnxruntime, and compared with what PyTorch computes.

    pip install torch onnx onnxruntime numpy
    cargo build --release -p weight-converters --example convert
    python crates/weight-converters/tests/cross_check.py target/release/examples/convert [NAME...]

`--keep DIR` leaves models, inputs and expected outputs in DIR, so that another engine can run them.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import warnings

import numpy as np
import onnx
import onnxruntime
import torch
import torch.nn.functional as F
from torch import nn

warnings.filterwarnings("ignore")
torch.manual_seed(0)
aten = torch.ops.aten

CASES = []


def case(name, function, *inputs, tolerance=1e-5, covers=()):
    """A function of tensors, and its inputs: shapes (standard normal numbers) or tensors."""
    tensors = [torch.randn(*i) if isinstance(i, tuple) else i for i in inputs]
    CASES.append((name, function, tensors, tolerance))


def weights(*shape):
    return torch.randn(*shape) * 0.5


def integers(*shape, low=-5, high=6, dtype=torch.int64):
    return torch.randint(low, high, shape).to(dtype)


def truth(*shape):
    return torch.rand(*shape) > 0.5


# --- convolutions ----------------------------------------------------------------------------------------------------
for n, sizes in ((1, (13,)), (2, (9, 11)), (3, (5, 6, 7))):
    conv = getattr(F, f"conv{n}d")
    transposed = getattr(F, f"conv_transpose{n}d")
    k = (3,) * n
    w, wg, wt, b = weights(6, 4, *k), weights(6, 2, *k), weights(4, 3, *k), weights(6)
    case(f"conv{n}d", lambda x, conv=conv, w=w, b=b: conv(x, w, b), (2, 4, *sizes))
    case(f"conv{n}d stride pad dilation groups", lambda x, conv=conv, w=wg, b=b: conv(x, w, b, 2, 2, 2, 2), (2, 4, *sizes))
    case(f"conv{n}d same", lambda x, conv=conv, w=w: conv(x, w, None, 1, "same", 2), (1, 4, *sizes))
    we = weights(6, 4, *((4,) + (2,) * (n - 1)))
    case(f"conv{n}d same, even kernel", lambda x, conv=conv, w=we: conv(x, w, None, 1, "same"), (1, 4, *sizes))
    case(f"conv{n}d valid", lambda x, conv=conv, w=w: conv(x, w, None, 1, "valid"), (1, 4, *sizes))
    case(f"conv{n}d without batch", lambda x, conv=conv, w=w, b=b: conv(x, w, b), (4, *sizes))
    case(f"conv{n}d depthwise", lambda x, conv=conv, w=weights(8, 1, *k): conv(x, w, None, 1, 1, 1, 4), (1, 4, *sizes))
    case(f"conv_transpose{n}d", lambda x, t=transposed, w=wt: t(x, w, None, 2), (2, 4, *sizes))
    case(f"conv_transpose{n}d pad output_padding groups dilation", lambda x, t=transposed, w=wt, b=b: t(x, w, b, 3, 1, 2, 2, 2), (2, 4, *sizes))
    case(f"conv_transpose{n}d output_padding without padding", lambda x, t=transposed, w=wt: t(x, w, None, 2, 0, 1), (2, 4, *sizes))
case("_convolution_mode", lambda x, w=weights(3, 2, 3, 3): aten._convolution_mode(x, w, None, [1, 1], "same", [1, 1], 1), (1, 2, 8, 8))

# --- pooling ---------------------------------------------------------------------------------------------------------
for n, sizes in ((1, (17,)), (2, (10, 13)), (3, (7, 8, 9))):
    most, mean = getattr(F, f"max_pool{n}d"), getattr(F, f"avg_pool{n}d")
    for kernel, stride, padding, dilation, ceil in ((2, 2, 0, 1, False), (3, 2, 1, 1, False), (3, 2, 1, 1, True), (2, 3, 1, 1, True), (3, 1, 1, 2, False), (2, 2, 1, 3, True), (3, 3, 0, 1, True)):
        case(f"max_pool{n}d {kernel} {stride} {padding} {dilation} {ceil}", lambda x, m=most, a=(kernel, stride, padding, dilation, ceil): m(x, *a), (2, 3, *sizes))
    for kernel, stride, padding, ceil, count in ((2, 2, 0, False, True), (3, 2, 1, False, True), (3, 2, 1, True, True), (3, 2, 1, True, False), (2, 3, 1, True, True), (4, 3, 2, True, True), (3, 2, 1, False, False)):
        case(f"avg_pool{n}d {kernel} {stride} {padding} {ceil} {count}", lambda x, m=mean, a=(kernel, stride, padding, ceil, count): m(x, *a), (2, 3, *sizes))
    if n > 1:
        case(f"avg_pool{n}d divisor", lambda x, m=mean: m(x, 3, 2, 1, True, True, 5), (2, 3, *sizes))
    case(f"max_pool{n}d without batch", lambda x, m=most: m(x, 2), (3, *sizes))
    for target in (1, 4, 5, 20):
        average, maximum = getattr(F, f"adaptive_avg_pool{n}d"), getattr(F, f"adaptive_max_pool{n}d")
        case(f"adaptive_avg_pool{n}d {target}", lambda x, a=average, t=target: a(x, t), (2, 3, *sizes))
        case(f"adaptive_max_pool{n}d {target}", lambda x, a=maximum, t=target: a(x, t), (2, 3, *sizes))
case("max_pool2d_with_indices", lambda x: F.max_pool2d(x, 2, return_indices=True), (2, 3, 8, 8))
case("max_unpool2d", lambda x: aten.max_unpool2d(*F.max_pool2d(x, 2, return_indices=True), [8, 8]), (2, 3, 8, 8))
case("max_unpool2d size", lambda x: F.max_unpool2d(*F.max_pool2d(x, 2, return_indices=True), 2, output_size=(9, 7)), (2, 3, 9, 7))
case("max_unpool3d", lambda x: aten.max_unpool3d(*F.max_pool3d(x, 2, return_indices=True), [4, 6, 8], [2, 2, 2], [0, 0, 0]), (2, 3, 4, 6, 8))
case("adaptive_avg_pool2d None", lambda x: F.adaptive_avg_pool2d(x, (None, 1)), (2, 3, 8, 9))
case("lp_pool2d", lambda x: F.lp_pool2d(x.abs(), 2, 3, 2), (1, 2, 9, 9), tolerance=1e-4)

# --- normalisation ---------------------------------------------------------------------------------------------------
for n, sizes in ((0, ()), (1, (9,)), (2, (5, 7)), (3, (3, 4, 5))):
    m, v, g, b = weights(4), torch.rand(4) + 0.5, weights(4), weights(4)
    case(f"batch_norm {n}d", lambda x, p=(m, v, g, b): F.batch_norm(x, *p), (3, 4, *sizes))
    case(f"batch_norm {n}d plain", lambda x, p=(m, v): F.batch_norm(x, *p, eps=1e-3), (3, 4, *sizes))
    case(f"group_norm {n}d", lambda x, p=(g, b): F.group_norm(x, 2, *p), (3, 4, *sizes, 2))
    if n:
        case(f"batch_norm {n}d of the batch", lambda x, p=(g, b): F.batch_norm(x, None, None, *p, True), (3, 4, *sizes))
        case(f"instance_norm {n}d", lambda x, p=(g, b): F.instance_norm(x, None, None, *p), (3, 4, *sizes))
        case(f"instance_norm {n}d stored", lambda x, p=(m, v, g, b): F.instance_norm(x, *p, use_input_stats=False), (3, 4, *sizes))
case("layer_norm", lambda x, g=weights(6), b=weights(6): F.layer_norm(x, (6,), g, b), (2, 5, 6))
case("layer_norm two axes", lambda x, g=weights(5, 6): F.layer_norm(x, (5, 6), g), (2, 5, 6))
case("layer_norm plain", lambda x: F.layer_norm(x, (6,)), (2, 5, 6))
case("native_layer_norm", lambda x, g=weights(6), b=weights(6): aten.native_layer_norm(x, [6], g, b, 1e-5)[0], (2, 5, 6))
case("native_group_norm", lambda x, g=weights(4), b=weights(4): aten.native_group_norm(x, g, b, 2, 4, 15, 2, 1e-5)[0], (2, 4, 3, 5))
case("rms_norm", lambda x, g=weights(6): F.rms_norm(x, (6,), g), (2, 5, 6))
case("local_response_norm", lambda x: F.local_response_norm(x, 3), (2, 6, 5, 5))
case("local_response_norm even", lambda x: F.local_response_norm(x, 4, 0.1, 0.5, 2.0), (2, 6, 5, 5))
case("normalize", lambda x: F.normalize(x), (2, 5, 6))
case("normalize 1", lambda x: F.normalize(x, p=1.0, dim=-1), (2, 5, 6))
case("_weight_norm", lambda x, v=weights(4, 3, 3, 3), g=weights(4, 1, 1, 1): F.conv2d(x, torch._weight_norm(v, g, 0)), (1, 3, 8, 8))
case("_weight_norm -1", lambda x, v=weights(4, 3, 3, 3), g=torch.tensor(1.5): F.conv2d(x, torch._weight_norm(v, g, -1)), (1, 3, 8, 8))

# --- activations -----------------------------------------------------------------------------------------------------
for name in "relu relu6 hardtanh leaky_relu elu selu celu gelu silu mish sigmoid hardsigmoid hardswish logsigmoid softplus softsign tanh tanhshrink softshrink hardshrink".split():
    case(name, getattr(F, name) if hasattr(F, name) else getattr(torch, name), torch.randn(3, 50) * 4)
    case(f"{name} 3d", getattr(F, name) if hasattr(F, name) else getattr(torch, name), torch.randn(2, 3, 4, 5) * 2)
for name in "relu_ relu6 hardtanh_ leaky_relu_ elu_ selu_ celu_ silu".split():
    case(f"in place {name}", lambda x, f=getattr(F, name): f(x.clone()), torch.randn(3, 50) * 4)
case("leaky_relu 0.2", lambda x: F.leaky_relu(x, 0.2), (3, 50))
case("elu alpha", lambda x: F.elu(x, 0.7), (3, 50))
case("elu scales", lambda x: aten.elu(x, 0.7, 1.3, 0.5), (3, 50))
case("celu alpha", lambda x: F.celu(x, 0.7), (3, 50))
case("gelu tanh", lambda x: F.gelu(x, approximate="tanh"), (3, 50))
case("softplus beta", lambda x: F.softplus(x * 10, 2.0, 5.0), (3, 50))
case("threshold", lambda x: F.threshold(x, 0.3, -2.0), (3, 50))
case("glu", lambda x: F.glu(x, 1), (3, 6, 4))
case("prelu one", lambda x: F.prelu(x, torch.tensor([0.3])), (2, 4, 5, 6))
case("prelu channels", lambda x, w=weights(4): F.prelu(x, w), (2, 4, 5, 6))
case("prelu vector", lambda x, w=weights(4): F.prelu(x, w), (3, 4))
case("rrelu", lambda x: F.rrelu(x, 0.1, 0.4), (3, 50))
for dim in (0, 1, 2, -1):
    case(f"softmax {dim}", lambda x, d=dim: F.softmax(x, d), (3, 4, 5))
    case(f"log_softmax {dim}", lambda x, d=dim: F.log_softmax(x, d), (3, 4, 5))
case("softmin", lambda x: F.softmin(x, 1), (3, 4, 5))
case("softmax dtype", lambda x: F.softmax(x, 1, dtype=torch.float64), (3, 4, 5))
case("dropouts", lambda x: F.alpha_dropout(F.dropout2d(F.dropout(x, 0.5, False), 0.5, False), 0.5, False) + 1, (3, 4, 5, 5))

# --- upsampling ------------------------------------------------------------------------------------------------------
for n, sizes, bigger, smaller in ((1, (7,), (15,), (4,)), (2, (6, 7), (13, 9), (4, 3)), (3, (4, 5, 6), (7, 9, 13), (2, 3, 4))):
    line = {1: "linear", 2: "bilinear", 3: "trilinear"}[n]
    modes = ["nearest", "nearest-exact", line] + (["bicubic"] if n == 2 else [])
    for mode in modes:
        for align in ((False, True) if mode not in ("nearest", "nearest-exact") else (None,)):
            for size in (bigger, smaller, (1,) * n):
                case(f"{mode} {n}d align {align} size {size}", lambda x, m=mode, a=align, s=size: F.interpolate(x, size=s, mode=m, align_corners=a), (2, 3, *sizes))
            for factor in (2.0, 3.0, 1.5, 0.5, 0.7, 1.3):
                case(f"{mode} {n}d align {align} factor {factor}", lambda x, m=mode, a=align, f=factor: F.interpolate(x, scale_factor=f, mode=m, align_corners=a), (2, 3, *sizes))
            case(f"{mode} {n}d align {align} recomputed factor", lambda x, m=mode, a=align: F.interpolate(x, scale_factor=1.3, mode=m, align_corners=a, recompute_scale_factor=True), (2, 3, *sizes))
for mode in ("bilinear", "bicubic"):
    for align in (False, True):
        for size in ((13, 9), (4, 3), (3, 15)):
            case(f"{mode} anti-aliased {align} {size}", lambda x, m=mode, a=align, s=size: F.interpolate(x, size=s, mode=m, align_corners=a, antialias=True), (2, 3, 10, 12))
case("area", lambda x: F.interpolate(x, size=(3, 5), mode="area"), (1, 2, 7, 9))
for mode in ("bilinear", "nearest", "bicubic"):
    for border in ("zeros", "border", "reflection"):
        for align in (False, True):
            case(f"grid_sample {mode} {border} {align}", lambda x, g, a=(mode, border, align): F.grid_sample(x, g, *a), (2, 3, 5, 6), torch.rand(2, 4, 5, 2) * 2.6 - 1.3, tolerance=1e-4)
case("affine_grid", lambda t: F.affine_grid(t, [2, 3, 4, 5], align_corners=False), (2, 2, 3))
case("affine_grid aligned 3d", lambda t: F.affine_grid(t, [2, 3, 4, 5, 6], align_corners=True), (2, 3, 4))

# --- padding ---------------------------------------------------------------------------------------------------------
for n, sizes in ((1, (7,)), (2, (6, 7)), (3, (4, 5, 6))):
    pads = (1, 2, 3, 0, 2, 1)[: 2 * n]
    for mode in ("constant", "reflect", "replicate", "circular"):
        case(f"pad {mode} {n}d", lambda x, p=pads, m=mode: F.pad(x, p, m), (2, 3, *sizes))
case("pad negative", lambda x: F.pad(x, (-1, 2, 1, -2)), (2, 3, 6, 7))
case("pad value", lambda x: F.pad(x, (1, 1), value=3.5), (2, 3, 6))
case("pad integers", lambda x: F.pad(x, (1, 1), value=2), integers(2, 5))
case("pad truth values", lambda x: F.pad(x, (1, 1), value=True), truth(2, 5))
for n in (1, 2, 3):
    case(f"reflection_pad{n}d", lambda x, f=getattr(aten, f"reflection_pad{n}d"), p=[1, 2] * n: f(x, p), (2, 3) + (5,) * n)
    case(f"replication_pad{n}d", lambda x, f=getattr(aten, f"replication_pad{n}d"), p=[1, 2] * n: f(x, p), (2, 3) + (5,) * n)

# --- patches ---------------------------------------------------------------------------------------------------------
case("unfold", lambda x: F.unfold(x, 3), (2, 3, 7, 8))
case("unfold all", lambda x: F.unfold(x, (2, 3), 2, 1, (2, 1)), (2, 3, 9, 8))
case("fold", lambda x: F.fold(x, (7, 8), 3), (2, 27, 30))
case("fold all", lambda x: F.fold(x, (9, 8), (2, 3), 2, 1, (2, 1)), (2, 18, 30))
case("Tensor.unfold", lambda x: x.unfold(1, 3, 2).unfold(2, 2, 1), (2, 9, 8))

# --- arithmetic ------------------------------------------------------------------------------------------------------
A, B = (3, 1, 5), (4, 5)
case("add", lambda a, b: torch.add(a, b, alpha=2), A, B)
case("sub", lambda a, b: torch.sub(a, b, alpha=2), A, B)
case("rsub", lambda a, b: torch.rsub(a, b, alpha=2), A, B)
case("rsub number", lambda a: 3 - a, A)
case("mul", lambda a, b: a * b, A, B)
case("div", lambda a, b: a / b, A, B)
for mode in ("trunc", "floor"):
    case(f"div {mode}", lambda a, b, m=mode: torch.div(a * 5, b, rounding_mode=m), A, B)
    case(f"div {mode} integers", lambda a, b, m=mode: torch.div(a, b * 2 + 1, rounding_mode=m), integers(*A), integers(*B))
case("div integers", lambda a, b: a / (b * 2 + 1), integers(*A), integers(*B))
case("floor_divide", lambda a, b: a // (b * 2 + 1), integers(*A), integers(*B))
case("floor_divide floats", lambda a: (a * 7) // 2.0, A)
case("remainder", lambda a, b: torch.remainder(a * 5, b), A, B, tolerance=1e-4)
case("remainder integers", lambda a, b: a % (b * 2 + 1), integers(*A), integers(*B))
case("fmod", lambda a, b: torch.fmod(a * 5, b), A, B, tolerance=1e-4)
case("fmod integers", lambda a, b: torch.fmod(a, b * 2 + 1), integers(*A), integers(*B))
for exponent in (2, 3, 0.5, -1, -0.5, 2.5, 0):
    case(f"pow {exponent}", lambda a, e=exponent: torch.pow(a.abs() + 0.1, e), A)
case("pow number base", lambda a: 2 ** a, A)
case("pow tensors", lambda a, b: (a.abs() + 0.1) ** b, A, B)
case("pow integers", lambda a: a ** 2, integers(*A))
case("maximum minimum", lambda a, b: (torch.maximum(a, b), torch.minimum(a, b)), A, B)
case("maximum integers", lambda a, b: torch.maximum(a, b), integers(*A), integers(*B))
case("clamp", lambda a: (a.clamp(-0.5, 0.5), a.clamp(min=0.1), a.clamp(max=0.1), a.clamp_min(0.2), a.clamp_max(0.2)), A)
case("clamp tensors", lambda a, b, c: torch.clamp(a, b, c), A, B, (5,))
case("clamp integers", lambda a: a.clamp(-2, 3), integers(*A))
case("clamp integer with float", lambda a: a.clamp(-1.5, 3.5), integers(*A))
case("clamp crossed", lambda a: a.clamp(0.5, -0.5), A)
case("lerp", lambda a, b: torch.lerp(a, b, 0.3), A, B)
case("lerp tensor", lambda a, b, c: torch.lerp(a, b, c), A, B, (5,))
case("addcmul addcdiv", lambda x, a, b: (torch.addcmul(x, a, b, value=0.5), torch.addcdiv(x, a, b, value=0.5)), (3, 4, 5), A, B, tolerance=1e-4)
case("hypot atan2 logaddexp copysign", lambda a, b: (torch.hypot(a, b), torch.atan2(a, b), torch.logaddexp(a, b), torch.copysign(a, b)), A, B)
case("xlogy", lambda a, b: torch.xlogy(a, b.abs()), torch.tensor([0.0, 1.0, 2.0]), (4, 3))
case("uint8 arithmetic", lambda a, b: (a + b, a * 3, a - b), integers(4, 5, low=0, high=200, dtype=torch.uint8), integers(4, 5, low=0, high=200, dtype=torch.uint8))
case("uint8 with float", lambda a: a / 255.0, integers(4, 5, low=0, high=200, dtype=torch.uint8))
case("uint8 with number", lambda a: a + 1.5, integers(4, 5, low=0, high=200, dtype=torch.uint8))
case("int16 arithmetic", lambda a, b: (a + b, torch.maximum(a, b), a > b), integers(4, 5, dtype=torch.int16), integers(4, 5, dtype=torch.int16))
case("int32 and int64", lambda a, b: a + b, integers(4, 5, dtype=torch.int32), integers(4, 5))
case("float64", lambda a, b: a * b + 1, torch.randn(3, 4, dtype=torch.float64), (4,))
case("truth arithmetic", lambda a, b: (a + b, a * b, a + 1, a * 2.5), truth(3, 4), truth(3, 4))
case("in place arithmetic", lambda a, b: a.clone().add_(b).mul_(2).sub_(1, alpha=3).div_(4).pow_(2), (3, 4), (4,))
case("square float_power", lambda a: (torch.square(a), torch.float_power(a, 2)), A)
case("dist", lambda a, b: torch.dist(a, b), (3, 4), (4,))

# --- functions of one element ----------------------------------------------------------------------------------------
for name in "abs neg sign exp exp2 expm1 erf erfc sin cos tan atan sinh cosh tanh asinh floor ceil round trunc frac sigmoid positive deg2rad rad2deg isnan isinf isfinite".split():
    case(f"torch.{name}", getattr(torch, name), torch.randn(4, 30) * 2, tolerance=2e-5)
for name in "log log2 log10 log1p sqrt rsqrt reciprocal".split():
    case(f"torch.{name}", getattr(torch, name), torch.rand(4, 30) + 0.05, tolerance=2e-5)
for name in "asin acos atanh".split():
    case(f"torch.{name}", getattr(torch, name), torch.rand(4, 30) * 1.8 - 0.9)
case("acosh", torch.acosh, torch.rand(4, 30) + 1.01)
case("log1p near zero", lambda x: torch.log1p(x * 1e-5) * 1e5, (50,))
case("expm1 near zero", lambda x: torch.expm1(x * 1e-5) * 1e5, (50,))
case("round halves", torch.round, torch.arange(-5, 6) / 2)
case("round decimals", lambda x: torch.round(x, decimals=2), (50,))
case("logit", lambda x: (torch.logit(x), torch.logit(x, 0.2)), torch.rand(30) * 0.9 + 0.05)
case("nan_to_num", lambda x: torch.nan_to_num(x, 1.0, 2.0, -3.0), torch.tensor([float("nan"), float("inf"), -float("inf"), 1.5]))
case("functions of integers", lambda x: (torch.abs(x), torch.neg(x), torch.sign(x), torch.exp(x), torch.sqrt(x.abs()), torch.floor(x)), integers(4, 5))
case("special numbers", lambda x: (torch.isnan(x), torch.isinf(x), torch.isfinite(x)), torch.tensor([float("nan"), float("inf"), -float("inf"), 1.5]))

# --- comparison and choice -------------------------------------------------------------------------------------------
for name in "eq ne lt le gt ge".split():
    f = getattr(torch, name)
    case(f"torch.{name}", f, integers(*A).float(), integers(*B).float())
    case(f"torch.{name} integers", f, integers(*A), integers(*B))
    case(f"torch.{name} number", lambda a, f=f: (f(a, 1), f(a, 0.5)), integers(*A))
    case(f"torch.{name} truth", f, truth(*A), truth(*B))
    case(f"torch.{name} uint8", lambda a, f=f: f(a, 3), integers(*A, low=0, dtype=torch.uint8))
case("logical", lambda a, b: (torch.logical_and(a, b), torch.logical_or(a, b), torch.logical_xor(a, b), torch.logical_not(a)), integers(*A), truth(*B))
case("bitwise truth", lambda a, b: (a & b, a | b, a ^ b, ~a), truth(*A), truth(*B))
case("bitwise not of integers", lambda a: ~a, integers(*A))
case("where", lambda c, a, b: torch.where(c, a, b), truth(3, 4, 5), A, B)
case("where numbers", lambda c, a: (torch.where(c, a, 2.0), torch.where(c, 1, 0)), truth(3, 4, 5), B)
case("where truth", lambda c, a, b: torch.where(c, a, b), truth(3, 4, 5), truth(*A), truth(*B))
case("where uint8", lambda c, a: torch.where(c, a, torch.zeros_like(a)), truth(3, 5), integers(3, 5, low=0, dtype=torch.uint8))
case("masked_fill", lambda a, m: a.masked_fill(m, -1e9), (3, 4, 5), truth(4, 5))
case("masked_fill integers", lambda a, m: a.masked_fill(m, 7), integers(3, 4), truth(3, 4))
case("isclose", lambda a, b: torch.isclose(a, b, rtol=0.1, atol=0.1), A, B)
case("heaviside", lambda a, b: torch.heaviside(a, b), torch.tensor([-1.0, 0.0, 2.0]), torch.tensor([0.5, 0.3, 0.1]))

# --- reductions ------------------------------------------------------------------------------------------------------
S = (3, 4, 5)
for name in "sum mean prod amax amin logsumexp var std".split():
    f = getattr(torch, name)
    if name not in ("logsumexp",):
        case(f"{name} of all", f, S, tolerance=5e-5)
    case(f"{name} axis", lambda x, f=f: f(x, 1), S)
    case(f"{name} last, kept", lambda x, f=f: f(x, -1, keepdim=True), S)
    if name != "prod":
        case(f"{name} axes", lambda x, f=f: f(x, (0, 2)), S)
case("sum integers", lambda x: (x.sum(), x.sum(1), x.int().sum(0)), integers(*S))
case("sum truth", lambda x: x.sum(1), truth(*S))
case("sum dtype", lambda x: (x.sum(dtype=torch.float64), x.sum(1, dtype=torch.float64)), S)
case("mean dtype", lambda x: x.mean(1, dtype=torch.float32), integers(*S))
case("prod integers", lambda x: x.prod(1), integers(*S))
for name in ("max", "min"):
    f = getattr(torch, name)
    case(f"{name} of all", f, S)
    case(f"{name} axis", lambda x, f=f: f(x, 1), S)
    case(f"{name} kept", lambda x, f=f: f(x, -1, keepdim=True), S)
    case(f"{name} of two", f, S, (4, 5))
    case(f"{name} integers", lambda x, f=f: (f(x), f(x, 1)[0]), integers(*S))
    case(f"arg{name}", lambda x, f=getattr(torch, f"arg{name}"): (f(x), f(x, 1), f(x, -1, keepdim=True)), S)
case("aminmax", lambda x: torch.aminmax(x, dim=1), S)
case("any all", lambda x: (x.any(), x.all(), x.any(1), x.all(-1, keepdim=True), (x | ~x).all()), truth(*S))
case("any numbers", lambda x: (x.any(), x.all(1)), integers(*S))
case("var forms", lambda x: (x.var(), x.var(unbiased=False), x.var(1, unbiased=False), x.std(1, True, True), torch.var(x, 1, correction=2)), S)
case("var_mean", lambda x: torch.var_mean(x, (0, 2), unbiased=False), S)
case("std_mean", lambda x: torch.std_mean(x, 1), S)
for p in (0, 1, 2, 3, float("inf"), -float("inf")):
    case(f"norm {p}", lambda x, p=p: (torch.norm(x, p), torch.norm(x, p, 1), torch.norm(x, p, (0, 2), True)), S)
    case(f"vector_norm {p}", lambda x, p=p: torch.linalg.vector_norm(x, p, 1), S)
case("frobenius", lambda x: (torch.norm(x), torch.linalg.norm(x), aten.frobenius_norm(x, [1, 2])), S)
case("cumsum", lambda x: (x.cumsum(1), x.cumsum(-1)), S)
case("cumsum integers", lambda x: x.cumsum(1), integers(*S))
case("count_nonzero", lambda x: (torch.count_nonzero(x), torch.count_nonzero(x, 1)), integers(*S))
case("nansum", lambda x: x.nansum(), torch.tensor([1.0, float("nan"), 2.0]))

# --- order -----------------------------------------------------------------------------------------------------------
case("topk", lambda x: (*torch.topk(x, 3, 1), *torch.topk(x, 2, -1, False)), (3, 7, 5))
case("sort", lambda x: (*torch.sort(x, 1), *torch.sort(x, 0, True)), (3, 7))
case("argsort", lambda x: torch.argsort(x, 1, True), (3, 7))
case("median", lambda x: (x.median(), *x.median(1), *x.median(1, True)), (4, 6))
case("kthvalue", lambda x: torch.kthvalue(x, 2, 1), (4, 6))

# --- shape -----------------------------------------------------------------------------------------------------------
T = (2, 3, 4, 5)
case("views", lambda x: (x.view(6, -1), x.reshape(2, -1, 5), x.flatten(1), x.flatten(1, 2), x.flatten(), x.ravel()), T)
case("unflatten", lambda x: x.unflatten(1, (1, -1)), T)
case("squeeze unsqueeze", lambda x: (x.squeeze(), x.squeeze(1), x.squeeze(0), x.squeeze((0, 2)), x.unsqueeze(0), x.unsqueeze(-1)), (1, 3, 1, 5))
case("permute", lambda x: (x.permute(0, 2, 3, 1), x.transpose(1, -1), x.swapaxes(0, 1), x.movedim(1, -1), x.movedim((0, 1), (2, 3)), x.mT), T)
case("t", lambda x: (x.t(), x.T), (3, 4))
case("slices", lambda x: (x[1], x[:, 1:], x[..., ::2], x[:, -1], x[:, :-1], x[0, 1:3, None, 2], x[:, 1:100], x[:, 3:1]), T)
case("narrow select", lambda x: (x.narrow(1, 1, 2), x.select(2, -1), x.narrow(-1, -3, 2)), T)
case("expand", lambda x: (x.expand(4, 3, 5), x.expand(2, 4, -1, -1), x.expand_as(torch.zeros(2, 4, 3, 5)), x.broadcast_to(4, 3, 5)), (1, 3, 5))
case("repeat tile", lambda x: (x.repeat(2, 3), x.repeat(2, 1, 3), x.tile(2), x.tile(2, 1, 3)), (3, 4))
case("repeat_interleave", lambda x: (x.repeat_interleave(3), x.repeat_interleave(2, 1), x.repeat_interleave(torch.tensor([1, 2, 0]), 0)), (3, 4))
case("flip", lambda x: (x.flip(1), x.flip(0, -1), x.fliplr(), x.flipud()), (3, 4, 5))
case("roll", lambda x: (x.roll(2, 1), x.roll((1, -2), (0, 2)), x.roll(3)), (3, 4, 5))
for turns in (0, 1, 2, -1):
    case(f"rot90 {turns}", lambda x, k=turns: torch.rot90(x, k, (1, 2)), (3, 4, 5))
case("diagonal", lambda x: (x.diagonal(), x.diagonal(1, 1, 2), x.diagonal(-1, -1, 0)), (3, 4, 5))
case("diag", lambda x, v: (torch.diag(x), torch.diag(x, 1), torch.diag(v), torch.diag_embed(x)), (3, 4), (4,))
case("tril triu", lambda x: (x.tril(), x.triu(1), x.tril(-1)), (2, 4, 5))
case("pixel_shuffle", lambda x: (F.pixel_shuffle(x, 2), F.pixel_unshuffle(x, 2)), (2, 8, 4, 6))
case("channel_shuffle", lambda x: F.channel_shuffle(x, 3), (2, 6, 4, 5))
case("meshgrid", lambda a, b: (*torch.meshgrid(a, b, indexing="ij"), *torch.meshgrid(a, b, indexing="xy")), (3,), (4,))
case("atleast", lambda b: (torch.atleast_1d(b.sum()), torch.atleast_2d(b), torch.atleast_3d(b)), (4,))

# --- joining and splitting -------------------------------------------------------------------------------------------
case("cat", lambda a, b: (torch.cat([a, b], 1), torch.cat([a, b.double()], -2), torch.cat([a, torch.empty(0)], 1)), (2, 3, 4), (2, 5, 4))
case("stack", lambda a, b: (torch.stack([a, b]), torch.stack([a, b], -1), torch.hstack([a, b]), torch.vstack([a, b]), torch.dstack([a, b])), (3, 4), (3, 4))
case("chunk", lambda x: (*x.chunk(3, 1), *x.chunk(2, -1), *x.chunk(5, 1)), (2, 7, 4))
case("split", lambda x: (*x.split(3, 1), *x.split([1, 2, 4], 1), *torch.tensor_split(x, 3, 1), *torch.tensor_split(x, (1, 3), 1)), (2, 7, 4))
case("unbind", lambda x: (*x.unbind(), *x.unbind(-1)), (2, 3))
case("broadcast_tensors", lambda a, b: torch.broadcast_tensors(a, b), A, B)

# --- indexing --------------------------------------------------------------------------------------------------------
I = torch.tensor([2, 0, -1])
J = torch.tensor([[1], [3]])
case("index constant", lambda x: (x[I], x[:, I], x[I, I], x[:, I, J], x[I, :, I], x[I, :, J], x[..., I], x[I, 1], x[None, I]), (4, 5, 6))
case("index computed", lambda x, i: (x[i], x[:, i], x[i, i], x[i, :, i]), (4, 5, 6), torch.tensor([1, -2, 0]))
case("index mask", lambda x: x[torch.tensor([True, False, True, True])], (4, 5))
case("index mask 2d", lambda x: x[:, torch.tensor([[True, False], [False, True], [True, True]])], (4, 3, 2))
case("index_select gather", lambda x, i: (x.index_select(1, i), x.gather(1, i.expand(4, 3)), torch.take(x, i), torch.take_along_dim(x, i[:, None], 0)), (4, 5), torch.tensor([1, 3, 0]))
case("embedding", lambda i, w=weights(7, 4): F.embedding(i, w), integers(3, 5, low=0, high=7))
case("one_hot", lambda i: F.one_hot(i, 7), integers(3, 5, low=0, high=7))
case("index_put", lambda x: x.clone().index_put_((I,), torch.tensor(1.0)) + 0, (4, 5))


def put(x, v):
    x = x.clone()
    x[:, I[:2]] = v
    x[0, ::2] = 7
    x[1:3, 1] += 2
    x[..., -1] = x[..., 0] * 2
    x[x > 1.5] = 0
    return x


case("writes by index", put, (4, 5), (4, 2))


def paste(x, y):
    z = torch.zeros(2, 3, 8, 9)
    z[:, :, 2:6, 1:7] = x
    z[:, 1].mul_(3)
    z[:, :, ::3, 1::4] = y
    z.view(2, -1)[:, 5] = 4
    z.transpose(1, 3)[0, 2] = 1
    return z + z.sum()


case("writes into views", paste, (2, 3, 4, 6), (1, 3, 3, 2))
case("scatter", lambda x, s: (x.scatter(1, torch.tensor([[0, 2], [1, 3]]), s), x.scatter(1, torch.tensor([[0, 2], [1, 3]]), 5.0), x.scatter_add(0, torch.tensor([[0, 2, 0, 0], [1, 3, 1, 1]]), s)), (4, 5), (2, 4))
case("index_add copy fill", lambda x, s: (x.index_add(1, torch.tensor([0, 2]), s, alpha=2), x.index_copy(1, torch.tensor([0, 2]), s), x.index_fill(1, torch.tensor([0, 2]), 3.0)), (4, 5), (4, 2))
case("select_scatter", lambda x, s: (torch.select_scatter(x, s, 1, 2), torch.slice_scatter(x, torch.stack([s, s], 1), 1, 1, 4, 2)), (4, 5), (4,))

# --- matrix products -------------------------------------------------------------------------------------------------
for a, b in (((3, 4), (4, 5)), ((2, 3, 4), (4, 5)), ((4,), (4, 5)), ((3, 4), (4,)), ((4,), (4,)), ((2, 1, 3, 4), (5, 4, 6)), ((4,), (2, 4, 5)), ((2, 3, 4), (4,))):
    case(f"matmul {a} {b}", torch.matmul, a, b)
case("mm bmm", lambda a, b: (torch.mm(a[0], b[0]), torch.bmm(a, b), torch.mv(a[0], b[0, :, 0]), torch.dot(a[0, 0], b[0, :, 0])), (2, 3, 4), (2, 4, 5))
case("linear", lambda x, w=weights(6, 4), b=weights(6): (F.linear(x, w, b), F.linear(x, w), F.linear(x[0], w, b)), (2, 3, 4))
case("addmm", lambda x, a, b: (torch.addmm(x, a, b, beta=0.5, alpha=2), torch.addmv(x[:, 0], a, b[:, 0])), (3, 5), (3, 4), (4, 5))
case("baddbmm", lambda x, a, b: (torch.baddbmm(x, a, b, beta=0.5, alpha=2), torch.addbmm(x[0], a, b)), (2, 3, 5), (2, 3, 4), (2, 4, 5))
case("outer inner", lambda a, b: (torch.outer(a, b), torch.inner(a, a)), (3,), (4,))
case("bilinear", lambda a, b, w=weights(3, 4, 5), c=weights(3): F.bilinear(a, b, w, c), (2, 4), (2, 5))
case("cosine_similarity", lambda a, b: F.cosine_similarity(a, b, 1), (3, 4, 5), (3, 4, 5))
for equation, *shapes in (("ij,jk->ik", (3, 4), (4, 5)), ("bhid,bhjd->bhij", (2, 3, 4, 5), (2, 3, 6, 5)), ("bhij,bhjd->bhid", (2, 3, 4, 6), (2, 3, 6, 5)), ("ij->ji", (3, 4)), ("ij->j", (3, 4)), ("i,j->ij", (3,), (4,)), ("bij,bjk", (2, 3, 4), (2, 4, 5)), ("...ij,jk->...ik", (2, 3, 4), (4, 5)), ("bchw,bkhw->bck", (2, 3, 4, 5), (2, 6, 4, 5)), ("ab,bc,cd->ad", (3, 4), (4, 5), (5, 6)), ("b x y , b x -> b y".replace(" ", ""), (2, 3, 4), (2, 3)), ("nctkv,kvw->nctw", (2, 3, 4, 2, 5), (2, 5, 6)), ("bhwc,hkc->bhwk", (2, 3, 4, 5), (3, 6, 5)), ("ij,ij->", (3, 4), (3, 4)), ("ik,ijl->", (3, 4), (3, 5, 6))):
    case(f"einsum {equation}", lambda *x, e=equation: torch.einsum(e, *x), *shapes)

case("tensordot", lambda a, b: (torch.tensordot(a, b, ([1, 2], [0, 2])), torch.tensordot(a, b[0, 0], 1)), (2, 3, 4), (3, 5, 4))
case("cdist", lambda a, b: (torch.cdist(a, b), torch.cdist(a, b, 1.0)), (2, 3, 4), (2, 5, 4), tolerance=1e-4)

# --- attention -------------------------------------------------------------------------------------------------------
Q = (2, 3, 5, 4)
case("attention", lambda q, k, v: F.scaled_dot_product_attention(q, k, v), Q, (2, 3, 6, 4), (2, 3, 6, 7))
case("attention masks", lambda q, k, v, m, b: (F.scaled_dot_product_attention(q, k, v, m), F.scaled_dot_product_attention(q, k, v, b), F.scaled_dot_product_attention(q, k, v, is_causal=True), F.scaled_dot_product_attention(q, k, v, scale=0.3)), Q, Q, Q, (5, 5), torch.ones(5, 5).tril() > 0)
case("attention grouped", lambda q, k, v: F.scaled_dot_product_attention(q, k, v, enable_gqa=True), (2, 6, 5, 4), (2, 3, 5, 4), (2, 3, 5, 4))
for first in (False, True):
    layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True, norm_first=first, activation="gelu").eval().requires_grad_(False)
    case(f"encoder layer {first}", lambda x, l=layer: l(x), (2, 5, 8))
mha = nn.MultiheadAttention(8, 2, batch_first=True).eval().requires_grad_(False)
case("MultiheadAttention", lambda x, m=mha: m(x, x, x), (2, 5, 8))
case("MultiheadAttention of two", lambda x, y, m=mha: m(x, y, y), (2, 5, 8), (2, 6, 8))

# --- creation --------------------------------------------------------------------------------------------------------
case("creation", lambda x: (x + torch.zeros(3) + torch.ones(3) + torch.full((3,), 2.5), x + torch.arange(3), x + torch.arange(1, 4), x * torch.arange(0, 6, 2), x * torch.arange(0, 1.5, 0.5), x + torch.linspace(0, 1, 3), x + torch.eye(3), x + torch.tensor([1, 2, 3]), x + torch.zeros_like(x), x + torch.ones_like(x), x + torch.full_like(x, 3), x + x.new_zeros(3), x + x.new_ones(3), x + x.new_full((3,), 4)), (3,))
case("creation of outputs", lambda x: (torch.arange(5), torch.eye(2, 3), torch.zeros(2, dtype=torch.int64), torch.full((2,), 3), torch.tril_indices(3, 3), x), (3,))

# --- types and copies ------------------------------------------------------------------------------------------------
case("casts", lambda x: (x.long(), x.int(), x.double(), x.bool(), x.to(torch.uint8).float(), x.to(x), x.type_as(torch.zeros(1, dtype=torch.float64)), x.half().float()), torch.tensor([1.5, 2.7, 0.0, 3.2]), tolerance=1e-2)
case("casts of truth", lambda x: (x.float(), x.long(), (~x).int()), truth(3, 4))
case("clone and write", lambda x: (lambda y: (y.add_(1), x, y))(x.clone()), (3, 4))
case("fill copy", lambda x, y: (x.clone().fill_(2), x.clone().zero_(), x.clone().copy_(y), x.detach()), (3, 4), (4,))
case("half network", lambda x, w=weights(2, 3, 3, 3).half(): F.conv2d(x.half(), w).float(), (1, 3, 8, 8), tolerance=2e-2)


# --- modules, traced and scripted ------------------------------------------------------------------------------------
P = (2, 4, 9, 11)
MODULES = [
    (nn.Conv2d(4, 6, 3, 2, padding=2, dilation=2, padding_mode="zeros"), P),
    (nn.Conv2d(4, 6, 3, padding="same"), P),
    (nn.Conv2d(4, 6, 3, padding=1, padding_mode="reflect"), P),
    (nn.Conv2d(4, 6, 3, padding=(1, 2), padding_mode="replicate"), P),
    (nn.Conv2d(4, 6, 3, padding="same", padding_mode="circular"), P),
    (nn.ConvTranspose2d(4, 6, 3, 2, 1, output_padding=1), P),
    (nn.ConvTranspose3d(2, 3, 2, 2, groups=1), (1, 2, 3, 4, 5)),
    (nn.MaxPool2d(3, 2, 1, ceil_mode=True), P),
    (nn.AvgPool2d(3, 2, 1, ceil_mode=True, count_include_pad=False), P),
    (nn.LPPool2d(2, 2), P),
    (nn.AdaptiveAvgPool2d((3, None)), P),
    (nn.AdaptiveMaxPool2d((3, 4)), P),
    (nn.ReflectionPad2d((1, 2, 3, 0)), P),
    (nn.ReplicationPad2d(2), P),
    (nn.ZeroPad2d((1, -1, 2, 0)), P),
    (nn.ConstantPad2d(1, 3.5), P),
    (nn.CircularPad2d(2), P),
    (nn.BatchNorm2d(4), P),
    (nn.InstanceNorm2d(4, affine=True), P),
    (nn.InstanceNorm2d(4, affine=True, track_running_stats=True), P),
    (nn.GroupNorm(2, 4), P),
    (nn.LayerNorm(11), P),
    (nn.LocalResponseNorm(3), P),
    (nn.Upsample(scale_factor=2), P),
    (nn.Upsample(scale_factor=(2.0, 1.5), mode="bilinear"), P),
    (nn.Upsample(size=(17, 5), mode="bilinear", align_corners=True), P),
    (nn.Upsample(scale_factor=0.6, mode="bicubic"), P),
    (nn.UpsamplingBilinear2d(scale_factor=2), P),
    (nn.UpsamplingNearest2d(size=(5, 20)), P),
    (nn.PixelShuffle(2), P),
    (nn.PixelUnshuffle(3), (1, 2, 6, 9)),
    (nn.ChannelShuffle(2), P),
    (nn.Softmax2d(), P),
    (nn.PReLU(4), P),
    (nn.RReLU(), P),
    (nn.GLU(1), P),
    (nn.Softplus(2.0, 5.0), P),
    (nn.Mish(), P),
    (nn.GELU("tanh"), P),
    (nn.Threshold(0.1, 7.0), P),
    (nn.Dropout2d(), P),
    (nn.AlphaDropout(), P),
    (nn.Flatten(), P),
    (nn.Unflatten(1, (2, 2)), P),
    (nn.Unfold(3, padding=1, stride=2), P),
    (nn.Fold((9, 11), 3, padding=1), (2, 18, 99)),
    (nn.Linear(11, 5), P),
    (nn.CosineSimilarity(1), P, P),
    (nn.PairwiseDistance(), (3, 5), (3, 5)),
    (nn.Bilinear(4, 5, 3), (2, 4), (2, 5)),
    (nn.LSTM(4, 5, 2, bidirectional=True), (6, 2, 4)),
    (nn.LSTM(4, 5, batch_first=True, bias=False), (2, 6, 4)),
    (nn.GRU(4, 5, 2), (6, 2, 4)),
    (nn.GRU(4, 5, bidirectional=True, batch_first=True), (2, 6, 4)),
    (nn.RNN(4, 5, nonlinearity="relu", bidirectional=True), (6, 2, 4)),
    (nn.RNN(4, 5), (6, 2, 4)),
    (nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), 2), (2, 5, 8)),
    (nn.TransformerEncoderLayer(8, 2, 16), (5, 2, 8)),
    (nn.TransformerDecoderLayer(8, 2, 16, batch_first=True), (2, 5, 8), (2, 6, 8)),
    (nn.utils.parametrizations.weight_norm(nn.Conv2d(4, 6, 3)), P),
    (nn.utils.weight_norm(nn.Conv2d(4, 6, 3)), P),
    (nn.utils.spectral_norm(nn.Conv2d(4, 6, 3)), P),
]
for module, *shapes in MODULES:
    if hasattr(module, "weight_u"):
        for _ in range(50):  # the spectral norm converges while training
            module(torch.randn(*shapes[0]))
    module = module.eval().requires_grad_(False)
    if hasattr(module, "running_mean") and module.running_mean is not None:
        module.running_mean.normal_()
        module.running_var.uniform_(0.5, 1.5)
    text = f"{type(module).__name__} {module.extra_repr()}"
    case(f"traced {text}", module, *shapes)
    try:
        scripted = torch.jit.script(module)
        scripted(*[torch.randn(*shape) for shape in shapes])
        case(f"scripted {text}", scripted, *shapes)
    except Exception:  # what PyTorch itself cannot script, or not run then
        print(f"not scripted: {text}")


class Wrapped(nn.Module):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, *x):
        return self.function(*x)


def tensors_of(value):
    if isinstance(value, torch.Tensor):
        return [value]
    return [tensor for part in value for tensor in tensors_of(part)]


def check(converter, folder, number, name, function, inputs, tolerance):
    """None, or what is wrong."""
    path = os.path.join(folder, f"case_{number}")
    with torch.no_grad():
        if isinstance(function, torch.jit.ScriptModule):
            module = function
        else:
            wrapped = function if isinstance(function, nn.Module) else Wrapped(function)
            module = torch.jit.trace(wrapped, tuple(t.clone() for t in inputs), check_trace=False)
        module.save(path + ".pt")
        module = torch.jit.load(path + ".pt")  # what a saved number becomes is what counts
        expected = [t.numpy() for t in tensors_of(module(*[t.clone() for t in inputs]))]
    specs = ["{}:{}".format(str(t.dtype).split(".")[1], "x".join(map(str, t.shape))) for t in inputs]
    run = subprocess.run([converter, path + ".pt", path + ".onnx", *specs], capture_output=True, text=True)
    if run.returncode:
        return "conversion: " + run.stderr.strip()
    arrays = [t.numpy() for t in inputs]
    np.savez(path + ".npz", *expected)
    with open(path + ".inputs", "w") as file:
        for index, array in enumerate(arrays):
            with open(f"{path}.in{index}", "wb") as data:
                data.write(f"{array.dtype} {' '.join(map(str, array.shape))}\n".encode() + array.tobytes())
            file.write(f"{path}.in{index}\n")
    try:
        onnx.checker.check_model(path + ".onnx", full_check=True)
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        session = onnxruntime.InferenceSession(path + ".onnx", options, providers=["CPUExecutionProvider"])
        names = [i.name for i in session.get_inputs()]
        found = session.run(None, dict(zip(names, arrays)))
    except Exception as error:
        return f"onnxruntime: {str(error)[:400]}"
    if len(found) != len(expected):
        return f"{len(expected)} outputs expected, found {len(found)}"
    for index, (a, b) in enumerate(zip(found, expected)):
        if a.shape != b.shape or a.dtype != b.dtype:
            return f"output {index}: {b.dtype}{b.shape} expected, found {a.dtype}{a.shape}"
        if a.size and not np.allclose(a.astype(np.float64), b.astype(np.float64), rtol=tolerance, atol=tolerance, equal_nan=True):
            worst = np.nanmax(np.abs(a.astype(np.float64) - b.astype(np.float64)))
            return f"output {index} differs by {worst}"
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("converter")
    parser.add_argument("names", nargs="*", help="only cases whose name contains one of these")
    parser.add_argument("--keep")
    options = parser.parse_args()
    folder = options.keep or tempfile.mkdtemp()
    os.makedirs(folder, exist_ok=True)
    failed = count = 0
    with open(os.path.join(folder, "names.txt"), "w") as names:
        for number, (name, function, inputs, tolerance) in enumerate(CASES):
            if options.names and not any(part in name for part in options.names):
                continue
            count += 1
            names.write(f"case_{number}\t{name}\n")
            try:
                problem = check(options.converter, folder, number, name, function, inputs, tolerance)
            except Exception as error:
                problem = f"PyTorch: {str(error)[:300]}"
            if problem:
                failed += 1
                print(f"{name}: {problem}", flush=True)
    print(f"{count - failed} of {count} cases agree")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
