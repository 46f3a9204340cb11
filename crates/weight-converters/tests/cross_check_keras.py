"""Checks the lowering of Keras layers against Keras, layer by layer, and the attributes of each.

Each case is a small model that is built with Keras 3 (`keras`) or Keras 2 (`tf_keras`), given random weights, saved as HDF5,
converted to ONNX by the example `convert`, checked by `onnx.checker`, run by onnxruntime, and compared with what Keras
computes.

    pip install tensorflow-cpu tf_keras keras h5py onnx onnxruntime numpy
    cargo build --release -p weight-converters --features keras --example convert
    python crates/weight-converters/tests/cross_check_keras.py target/release/examples/convert keras|tf_keras [SEED [NAME...]]

The seed chooses the settings that are random: kernels, strides, dilations, groups, paddings. With names, only cases run
whose name contains one of them. Settings that Keras itself cannot compute are counted apart.
"""

import os
import subprocess
import sys
import tempfile
import warnings

CONVERTER, WHICH = sys.argv[1], sys.argv[2]
SEED = int(sys.argv[3]) if len(sys.argv) > 3 else 0
NAMES_WANTED = sys.argv[4:]
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"

import logging

import numpy as np
import onnx
import onnxruntime

if WHICH == "tf_keras":
    os.environ["TF_USE_LEGACY_KERAS"] = "1"
    import tf_keras as K
else:
    import keras as K
import tensorflow as tf

logging.disable(logging.WARNING)
warnings.filterwarnings("ignore")
L = K.layers
K3 = WHICH == "keras"
GENERATOR = np.random.default_rng(SEED)
CASES = {}


def pick(*choices):
    """One of these, at random."""
    return choices[GENERATOR.integers(len(choices))]


def sizes(count, *choices):
    return [int(pick(*choices)) for _ in range(count)]


def case(name, build, *shapes, dtype="float32"):
    """A function of input tensors, and their shapes without the batch axis."""
    CASES[name] = (build, shapes, dtype)


def layer(name, shape, kind, *args, dtype="float32", **settings):
    """One layer."""
    case(name, lambda x: getattr(L, kind)(*args, **settings)(x), shape, dtype=dtype)


def behind(name, shape, kind, *args, **settings):
    """One layer behind a convolution, whose result has its channels in the order of ONNX."""
    case(name, lambda x: getattr(L, kind)(*args, **settings)(L.Conv2D(4, 3, padding="same")(x)), shape)


# --- convolutions ----------------------------------------------------------------------------------------------------
for n in (1, 2, 3):
    for number in range(8):
        settings = dict(filters=4, kernel_size=sizes(n, 1, 2, 3, 4), padding=pick("same", "valid"), groups=pick(1, 2))
        settings["padding"] = "causal" if n == 1 and number % 3 == 0 else settings["padding"]
        settings["strides" if number % 2 else "dilation_rate"] = [int(pick(1, 2, 3))] * n
        settings.update(use_bias=bool(pick(0, 1)), activation=pick(None, "relu", "tanh", "softmax"))
        layer(f"Conv{n}D {number}", sizes(n, 9, 10, 13) + [4], f"Conv{n}D", **settings)
        stride = int(pick(1, 2, 3))
        settings = dict(filters=3, kernel_size=sizes(n, 1, 2, 3, 4, 5), padding=pick("same", "valid"), strides=[stride] * n)
        if stride > 1 and number % 2:
            settings["output_padding"] = sizes(n, *range(stride))
        elif stride == 1 and n < 3:
            settings["dilation_rate"] = [int(pick(1, 2))] * n
        layer(f"Conv{n}DTranspose {number}", sizes(n, 5, 6, 7) + [4], f"Conv{n}DTranspose", **settings)
        for kind in ("Max", "Average"):
            settings = dict(pool_size=sizes(n, 2, 3), padding=pick("same", "valid"), strides=sizes(n, 1, 2, 3))
            settings = {k: v[0] if n == 1 and k != "padding" else v for k, v in settings.items()}
            layer(f"{kind}Pooling{n}D {number}", sizes(n, 6, 7, 9) + [3], f"{kind}Pooling{n}D", **settings)
    for kind in ("Max", "Average"):
        for keep in (False, True):
            layer(f"Global{kind}Pooling{n}D {keep}", [5] * n + [3], f"Global{kind}Pooling{n}D", keepdims=keep)
    pairs = ((1, 2), (0, 3), (2, 0))[:n] if n > 1 else (1, 2)
    layer(f"UpSampling{n}D", [4] * n + [2], f"UpSampling{n}D", (2, 3, 2)[:n] if n > 1 else 3)
    layer(f"ZeroPadding{n}D", [4] * n + [2], f"ZeroPadding{n}D", pairs)
    layer(f"Cropping{n}D", [6] * n + [2], f"Cropping{n}D", pairs)
for n, kind in ((1, "DepthwiseConv1D"), (2, "DepthwiseConv2D"), (1, "SeparableConv1D"), (2, "SeparableConv2D")):
    for number in range(5):
        settings = dict(kernel_size=[int(pick(2, 3))] * n, padding=pick("same", "valid"), depth_multiplier=pick(1, 2))
        settings.update(use_bias=bool(pick(0, 1)), strides=[int(pick(1, 2))] * n)
        if "Separable" in kind:
            settings["filters"] = 5
        layer(f"{kind} {number}", [int(pick(9, 10))] * n + [3], kind, **settings)

# --- images ----------------------------------------------------------------------------------------------------------
for method in ("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5") + (() if K3 else ("area", "gaussian", "mitchellcubic")):
    for factors in ((2, 2), (3, 2), (4, 5)):
        layer(f"UpSampling2D {method} {factors}", [5, 6, 2], "UpSampling2D", factors, interpolation=method)
    layer(f"Resizing {method} smaller", [5, 9, 2], "Resizing", 7, 5, interpolation=method)
    layer(f"Resizing {method} larger", [8, 6, 3], "Resizing", 11, 13, interpolation=method)
layer("Rescaling", [4, 4, 3], "Rescaling", 1 / 255, offset=-0.5)
layer("CenterCrop", [6, 9, 2], "CenterCrop", 3, 4)
layer("RandomFlip", [5, 5, 2], "RandomFlip")

# --- normalisation ---------------------------------------------------------------------------------------------------
for number, shape in enumerate(([6], [5, 4], [5, 6, 4], [3, 4, 5, 4])):
    for scale in (False, True):
        layer(f"BatchNormalization {number} {scale}", shape, "BatchNormalization", scale=scale, center=bool(pick(0, 1)))
for axis in (1, 2):
    layer(f"BatchNormalization axis {axis}", [5, 6, 4], "BatchNormalization", axis=axis)
    behind(f"BatchNormalization behind axis {axis}", [5, 6, 4], "BatchNormalization", axis=axis)
for axis in (-1, [1, 2], 1, [-2, -1], 2):
    layer(f"LayerNormalization {axis}", [5, 6, 4], "LayerNormalization", axis=axis, scale=bool(pick(0, 1)))
    behind(f"LayerNormalization behind {axis}", [5, 6, 4], "LayerNormalization", axis=axis)
for groups in (2, 4, -1, 1):
    layer(f"GroupNormalization {groups}", [5, 6, 4], "GroupNormalization", groups=groups)
layer("GroupNormalization axis 1", [4, 5, 6], "GroupNormalization", groups=2, axis=1)
for axis in (-1, 1, (1, 2)):
    layer(f"UnitNormalization {axis}", [5, 6, 4], "UnitNormalization", axis=axis)
layer("Normalization given", [5, 3], "Normalization", mean=[1.0, 2.0, 3.0], variance=[1.0, 4.0, 2.0])
layer("Normalization stored", [4, 4, 3], "Normalization")

# --- activations -----------------------------------------------------------------------------------------------------
NAMES = "linear relu sigmoid tanh elu selu softplus softsign exponential swish gelu mish hard_sigmoid softmax leaky_relu".split()
NAMES += "log_softmax relu6 silu".split()
NAMES += "celu hard_silu hard_tanh log_sigmoid tanh_shrink soft_shrink hard_shrink squareplus".split() if K3 else []
for name in NAMES:
    layer(f"Activation {name}", [5, 4], "Activation", name)
    layer(f"Conv2D with {name}", [5, 6, 4], "Conv2D", 4, 3, activation=name)
for number, settings in enumerate((
    {}, {"max_value": 1.0}, {"negative_slope": 0.1}, {"negative_slope": 0.1, "max_value": 0.5}, {"threshold": 0.3},
    {"threshold": 0.3, "max_value": 0.8, "negative_slope": 0.2},
)):
    layer(f"ReLU {number}", [6, 5], "ReLU", **settings)
layer("LeakyReLU", [6, 5], "LeakyReLU", 0.17)
layer("ELU", [6, 5], "ELU", 0.7)
if not K3:
    layer("ThresholdedReLU", [6, 5], "ThresholdedReLU", 0.4)
layer("Softmax", [6, 5], "Softmax")
behind("Softmax axis 1", [6, 5, 2], "Softmax", axis=1)
for shared in (None, [1, 2], [1]):
    layer(f"PReLU {shared}", [6, 5, 2], "PReLU", shared_axes=shared)
    behind(f"PReLU behind {shared}", [6, 5, 2], "PReLU", shared_axes=shared)

# --- merging ---------------------------------------------------------------------------------------------------------
for kind in ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate"):
    def merged(a, b, kind=kind):
        return getattr(L, kind)()([L.Conv2D(3, 2, padding="same")(a), b])
    case(kind, merged, [4, 5, 3], [4, 5, 3])
    if kind != "Concatenate":
        case(f"{kind} broadcast", merged, [4, 5, 3], [1, 1, 3])
        case(f"{kind} fewer axes", merged, [4, 5, 3], [3])
case("Concatenate axis 1", lambda a, b: L.Concatenate(axis=1)([L.Conv2D(3, 2, padding="same")(a), b]), [4, 5, 3], [2, 5, 3])
for axes in (1, 2, (1, 2), (2, 1)):
    for normalize in (False, True):
        case(f"Dot {axes} {normalize}", lambda a, b, x=axes, n=normalize: L.Dot(axes=x, normalize=n)([a, b]), [4, 4], [4, 4])
case("Dot of vectors", lambda a, b: L.Dot(axes=1)([a, b]), [4], [4])

# --- core and shape --------------------------------------------------------------------------------------------------
layer("Dense", [4], "Dense", 5, activation="relu")
layer("Dense sequence", [3, 4], "Dense", 5)
behind("Dense behind", [6, 6, 2], "Dense", 5, activation="sigmoid")
layer("Embedding", [6], "Embedding", 20, 5, dtype="int32")
case("Flatten", lambda x: L.Dense(3)(L.Flatten()(L.Conv2D(3, 3)(x))), [6, 6, 2])
behind("Reshape", [6, 6, 2], "Reshape", (-1, 6))
behind("Permute", [6, 5, 2], "Permute", (3, 1, 2))
layer("RepeatVector", [4], "RepeatVector", 3)
case("TimeDistributed", lambda x: L.TimeDistributed(L.Conv2D(3, 3, activation="relu"))(x), [4, 6, 6, 2])
case("TimeDistributed statistics", lambda x: L.TimeDistributed(L.BatchNormalization())(x), [4, 6])
for kind in ("Dropout", "SpatialDropout2D", "GaussianNoise", "GaussianDropout", "AlphaDropout", "ActivityRegularization"):
    behind(kind, [5, 5, 2], kind, 0.2)


for bias in (True, False):
    case(f"MultiHeadAttention {bias}", lambda a, b, u=bias: L.MultiHeadAttention(2, 3, value_dim=4, use_bias=u)(a, b), [5, 6], [7, 6])
case("MultiHeadAttention key", lambda a, b, c: L.MultiHeadAttention(2, 3)(a, b, key=c), [5, 6], [7, 6], [7, 4])
case("MultiHeadAttention named", lambda a, b: L.MultiHeadAttention(2, 3, output_shape=5)(query=a, value=b), [5, 6], [7, 6])
case("MultiHeadAttention of one", lambda x: L.LayerNormalization()(L.MultiHeadAttention(2, 3)(x, x) + x), [5, 6])
case("Attention", lambda a, b: L.Attention(use_scale=True)([a, b]), [5, 6], [7, 6])
case("Attention key", lambda a, b, c: L.Attention()([a, b, c]), [5, 6], [7, 6], [7, 6])

# --- models within models --------------------------------------------------------------------------------------------
def nested(x):
    start = L.Input((8, 8, 3))
    y = L.BatchNormalization()(L.Conv2D(4, 3, padding="same")(start))
    block = K.Model(start, L.Conv2D(4, 3, padding="same")(y))
    block.layers[1].trainable = False
    head = K.Sequential([L.Input((8, 8, 4)), L.Conv2D(3, 3, padding="same"), L.BatchNormalization(), L.Activation("relu")])
    return head(block(x))


def shared(a, b):
    conv, start = L.Conv2D(3, 3, padding="same"), L.Input((6, 6, 3))
    block = K.Model(start, L.BatchNormalization()(L.Conv2D(3, 1)(start)))
    p, q = conv(a), conv(b)
    return [L.Add()([block(p), block(q)]), L.Concatenate()([p, q]), block(p)]


case("nested", nested, [8, 8, 3])
case("shared", shared, [6, 6, 2], [6, 6, 2])

# --- functions as layers ---------------------------------------------------------------------------------------------
case("arithmetic", lambda x: 1.0 - ((x + 1.0) * 2.0 - 0.5) / 3.0, [4, 3])
case("arithmetic behind", lambda x: L.Conv2D(3, 3, padding="same")(x) * x + x, [4, 4, 3])
case("slices", lambda x: L.Conv2D(3, 3, padding="same")(x)[:, 1:3, ::2, ...], [4, 5, 3])
case("last channel", lambda x: x[..., 0], [4, 5, 3])
case("last row", lambda x: x[:, -1], [4, 5, 3])
if K3:
    o = K.ops
    case("mean", lambda x: o.mean(L.Conv2D(3, 3)(x), axis=(1, 2), keepdims=True), [4, 5, 3])
    case("concatenate", lambda x: o.concatenate([x, x * 2], axis=-1), [4, 5, 3])
    case("clip", lambda x: o.clip(o.relu(x), -0.5, 0.5), [4, 3])
    case("several", lambda x: o.sqrt(o.square(x) + 1.0) + o.exp(-o.abs(x)) + o.maximum(x, 0.1), [4, 3])
    case("shapes", lambda x: o.squeeze(o.expand_dims(o.transpose(o.reshape(x, (-1, 3, 4)), (0, 2, 1)), 1), 1), [4, 3])
    case("sums", lambda x: o.sum(x, axis=-1) + o.max(x, axis=1)[:, :1], [4, 3])
else:
    case("mean", lambda x: tf.reduce_mean(L.Conv2D(3, 3)(x), axis=[1, 2], keepdims=True), [4, 5, 3])
    case("concatenate", lambda x: tf.concat([x, x * 2], axis=-1), [4, 5, 3])
    case("clip", lambda x: tf.clip_by_value(tf.nn.relu(x), -0.5, 0.5), [4, 3])
    m = tf.math
    case("several", lambda x: m.sqrt(m.square(x) + 1.0) + m.exp(-m.abs(x)) + m.maximum(x, 0.1), [4, 3])
    case("shapes", lambda x: tf.squeeze(tf.expand_dims(tf.transpose(tf.reshape(x, (-1, 3, 4)), (0, 2, 1)), 1), 1), [4, 3])
    case("sums", lambda x: tf.reduce_sum(x, axis=-1) + tf.reduce_max(x, axis=1)[:, :1], [4, 3])


def expected(path, build, shapes, dtype):
    """Saves the model; what goes in and what Keras makes of it."""
    K.backend.clear_session()
    inputs = [L.Input(tuple(shape), dtype=dtype) for shape in shapes]
    results = build(*inputs)
    model = K.Model(inputs if len(inputs) > 1 else inputs[0], results)
    for weight in model.weights:
        values = GENERATOR.normal(size=tuple(weight.shape)) * 0.5
        if "count" not in weight.name:
            weight.assign((np.abs(values) + 0.3 if "variance" in weight.name else values).astype("float32"))
    if dtype == "int32":
        arrays = [GENERATOR.integers(0, 20, (2, *shape)).astype("int32") for shape in shapes]
    else:
        arrays = [GENERATOR.normal(size=(2, *shape)).astype("float32") for shape in shapes]
    results = model(arrays if len(arrays) > 1 else arrays[0], training=False)
    results = results if isinstance(results, (list, tuple)) else [results]
    model.save(path)
    return arrays, [np.asarray(result) for result in results]


def problem(folder, build, shapes, dtype):
    """What is wrong with a case, or None."""
    source, target = os.path.join(folder, "model.h5"), os.path.join(folder, "model.onnx")
    arrays, wanted = expected(source, build, shapes, dtype)
    ports = [f"i{i}:{a.dtype}:{'x'.join(map(str, a.shape))}" for i, a in enumerate(arrays)]
    done = subprocess.run([CONVERTER, source, target, *ports], capture_output=True, text=True)
    if done.returncode:
        return f"convert: {done.stderr[:400]}"
    try:
        onnx.checker.check_model(target, full_check=True)
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        session = onnxruntime.InferenceSession(target, options, providers=["CPUExecutionProvider"])
        found = session.run(None, {f"i{i}": a for i, a in enumerate(arrays)})
    except Exception as error:
        return f"onnxruntime: {str(error)[:400]}"
    if [a.shape for a in found] != [a.shape for a in wanted]:
        return f"shapes {[a.shape for a in wanted]} expected, found {[a.shape for a in found]}"
    for index, (a, b) in enumerate(zip(found, wanted)):
        difference = np.abs(a - b).max(initial=0)
        if not difference <= 2e-5 * max(1, np.abs(b).max(initial=0)):
            return f"output {index} differs by {difference}"
    return None


def main():
    failed = unknown = count = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, (build, shapes, dtype) in CASES.items():
            if NAMES_WANTED and not any(part in name for part in NAMES_WANTED):
                continue
            count += 1
            try:
                trouble = problem(folder, build, shapes, dtype)
            except Exception as error:
                unknown += 1
                print(f"{name}: {WHICH} fails: {str(error)[-200:]}", flush=True)
                continue
            if trouble:
                failed += 1
                print(f"{name}: {trouble}", flush=True)
    print(f"{count - failed - unknown} of {count} cases agree, {unknown} fail in Keras itself")
    return 1 if failed or unknown == count else 0


if __name__ == "__main__":
    sys.exit(main())
