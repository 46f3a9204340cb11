"""Checks whole networks of Keras: as HDF5, as archive and as SavedModel, against what Keras computes.

Networks of `keras.applications` and of the literature of bioimage analysis (StarDist, CARE, attention and transformer
variants of the U-Net) are built with Keras 3 (`keras`) or Keras 2 (`tf_keras`), given random weights and statistics, saved in
each format, converted to ONNX by the examples `convert` and `convert_tensorflow`, run by onnxruntime, and compared.

    pip install tensorflow-cpu tf_keras keras h5py onnxruntime numpy
    cargo build --release -p weight-converters --features tfjs --example convert --example convert_tensorflow
    python crates/weight-converters/tests/cross_check_networks.py target/release/examples keras|tf_keras [NAME...]

With names, only networks run whose name contains one of them. The script needs 2 GB of memory and some minutes.
"""

import os
import subprocess
import sys
import tempfile
import warnings

EXAMPLES, WHICH = sys.argv[1], sys.argv[2]
NAMES_WANTED = sys.argv[3:]
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"

import logging

import numpy as np
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
A = K.applications
K3 = WHICH == "keras"
GENERATOR = np.random.default_rng(0)
NETWORKS = {}


def network(*shapes):
    """A function that builds a model, and the shapes that it is tried with."""

    def remember(build):
        NETWORKS[build.__name__] = (build, shapes)
        return build

    return remember


def application(name, size, **settings):
    """A network of `keras.applications`, with a head of ten classes: its sums, as softmax hides differences."""
    if hasattr(A, name):
        common = {"weights": None, "input_shape": (size, size, 3), "classes": 10, "classifier_activation": None}
        NETWORKS[name + "".join(f" {key}" for key in settings)] = (
            lambda: getattr(A, name)(**common, **settings),
            [(1, size, size, 3)],
        )


# --- bioimage analysis -----------------------------------------------------------------------------------------------
def conv(n, filters, kernel=3, **settings):
    settings.setdefault("padding", "same")
    return getattr(L, f"Conv{n}D")(filters, (kernel,) * n, **settings)


def unet(n, x, base, depth, pool, norm=False, dropout=0.0, per_level=2):
    """The U-Net of CSBDeep: max-pooling down, repetition and concatenation up."""

    def block(x, filters):
        x = conv(n, filters, use_bias=not norm)(x)
        x = L.BatchNormalization()(x) if norm else x
        x = L.Activation("relu")(x)
        return L.Dropout(dropout)(x) if dropout else x

    skips = []
    for level in range(depth):
        for _ in range(per_level):
            x = block(x, base * 2**level)
        skips.append(x)
        x = getattr(L, f"MaxPooling{n}D")(pool)(x)
    for _ in range(per_level - 1):
        x = block(x, base * 2**depth)
    x = block(x, base * 2 ** max(0, depth - 1))
    for level in reversed(range(depth)):
        x = L.Concatenate(axis=-1)([getattr(L, f"UpSampling{n}D")(pool)(x), skips[level]])
        for _ in range(per_level - 1):
            x = block(x, base * 2**level)
        x = block(x, base * 2 ** max(0, level - 1))
    return x


@network((1, 64, 80, 1))
def stardist_2d_unet():
    """StarDist in two dimensions: a U-Net behind a grid, 32 rays, and probabilities."""
    image = L.Input((None, None, 1), name="input")
    x = image
    for _ in range(2):
        x = conv(2, 16, activation="relu", kernel_initializer="he_normal")(x)
    x = L.MaxPooling2D((2, 2))(x)
    x = conv(2, 64, name="features", activation="relu")(unet(2, x, 16, 2, (2, 2)))
    prob = conv(2, 1, 1, name="prob", activation="sigmoid")(x)
    dist = conv(2, 32, 1, name="dist", activation="linear")(x)
    classes = conv(2, 4, 1, name="prob_class", activation="softmax")(x)
    return K.Model(image, [prob, dist, classes])


@network((1, 16, 32, 32, 2))
def stardist_3d_resnet():
    """StarDist in three dimensions: residual blocks, an anisotropic grid."""

    def block(x, filters, pool):
        short = x
        x = conv(3, filters, strides=pool, activation="relu")(x)
        x = conv(3, filters, activation="relu")(x)
        x = conv(3, filters)(x)
        if pool != (1, 1, 1) or short.shape[-1] != filters:
            short = conv(3, filters, 1, strides=pool)(short)
        return L.Activation("relu")(L.Add()([short, x]))

    image = L.Input((None, None, None, 2), name="input")
    x = conv(3, 8, 7, activation="relu")(image)
    x = conv(3, 8, activation="relu")(x)
    for pool in ((1, 2, 2), (2, 2, 2), (1, 1, 1)):
        x = block(x, 16, pool)
    x = conv(3, 32, name="features", activation="relu")(x)
    prob = conv(3, 1, 1, name="prob", activation="sigmoid")(x)
    return K.Model(image, [prob, conv(3, 24, 1, name="dist")(x)])


@network((1, 32, 48, 1))
def care_2d():
    """CARE: a U-Net that computes a residual."""
    image = L.Input((None, None, 1), name="input")
    last = conv(2, 1, 1, activation="linear")(unet(2, image, 32, 2, (2, 2), norm=True, dropout=0.1))
    return K.Model(image, L.Activation("linear")(L.Add()([last, image])))


@network((1, 8, 32, 32, 1))
def care_3d_probabilistic():
    """CARE in three dimensions with a scale for each voxel."""
    image = L.Input((None, None, None, 1), name="input")
    x = unet(3, image, 8, 2, (1, 2, 2))
    scale = conv(3, 1, 1, activation="softplus")(x)
    return K.Model(image, L.Concatenate(axis=-1)([L.Add()([conv(3, 1, 1)(x), image]), scale]))


@network((1, 16, 64, 64, 1))
def care_projection():
    """CARE for projections: the planes are weighted by what a small network says of them, then summed."""
    image = L.Input((16, 64, 64, 1), name="input")
    x = image
    for _ in range(2):
        x = L.MaxPooling3D((1, 2, 2))(conv(3, 8, activation="relu")(x))
    x = conv(3, 1, activation="linear")(x)
    x = L.UpSampling3D((1, 4, 4))(x)
    weights = L.Softmax(axis=1)(x)
    product = L.Multiply()([weights, image])
    plane = L.Reshape((64, 64, 1))(L.AveragePooling3D((16, 1, 1))(product))
    return K.Model(image, unet(2, plane, 8, 2, (2, 2)))


@network((1, 64, 64, 3))
def attention_unet():
    """Gates on the skip connections, transposed convolutions, group normalisation."""

    def block(x, filters):
        for _ in range(2):
            x = L.LeakyReLU(0.1)(L.GroupNormalization(4)(conv(2, filters)(x)))
        return x

    def gate(skip, signal, filters):
        theta = L.Conv2D(filters, 2, strides=2, padding="same", use_bias=False)(skip)
        x = L.Activation("relu")(L.Add()([theta, L.Conv2D(filters, 1)(signal)]))
        x = L.UpSampling2D(2, interpolation="bilinear")(L.Conv2D(1, 1, activation="sigmoid")(x))
        return L.Multiply()([skip, x])

    x = image = L.Input((64, 64, 3))
    skips = []
    for filters in (8, 16, 32):
        x = block(x, filters)
        skips.append(x)
        x = L.MaxPooling2D()(x)
    x = block(x, 64)
    for filters, skip in zip((32, 16, 8), reversed(skips)):
        skip = gate(skip, x, filters)
        x = L.Conv2DTranspose(filters, 3, strides=2, padding="same")(x)
        x = block(L.Concatenate()([skip, x]), filters)
    return K.Model(image, L.Conv2D(3, 1, activation="softmax")(x))


@network((1, 64, 64, 3))
def deeplab():
    """Dilated separable convolutions, pooling of the whole image, bilinear resizing."""
    image = L.Input((64, 64, 3))
    x = L.Rescaling(1 / 127.5, offset=-1)(image)
    for filters in (16, 32, 64):
        x = L.SeparableConv2D(filters, 3, strides=2, padding="same", use_bias=False)(x)
        x = L.ReLU(6.0)(L.BatchNormalization(epsilon=1e-3)(x))
    low = x
    branches = [L.Conv2D(32, 1, activation="relu")(x)]
    for rate in (2, 4, 6):
        y = L.DepthwiseConv2D(3, dilation_rate=rate, padding="same")(x)
        branches.append(L.Conv2D(32, 1, activation="relu")(L.BatchNormalization()(y)))
    pooled = L.Conv2D(32, 1, activation="relu")(L.GlobalAveragePooling2D(keepdims=True)(x))
    branches.append(L.UpSampling2D(8, interpolation="bilinear")(pooled))
    x = L.Concatenate()(branches + [L.ZeroPadding2D(1)(L.Cropping2D(1)(low))])
    x = L.Resizing(64, 64, interpolation="bilinear")(L.SpatialDropout2D(0.1)(x))
    return K.Model(image, L.Conv2D(2, 1, activation="sigmoid")(x))


@network((1, 32, 32, 1))
def vision_transformer():
    """Patches, attention, layer normalisation, and a decoder back to the image."""
    image = L.Input((32, 32, 1))
    x = L.Reshape((64, 24))(L.Conv2D(24, 4, strides=4)(image))
    for _ in range(2):
        y = L.LayerNormalization(epsilon=1e-6)(x)
        x = L.Add()([x, L.MultiHeadAttention(4, 6, dropout=0.1)(y, y)])
        y = L.LayerNormalization(epsilon=1e-6)(x)
        y = L.Dense(24)(L.Dense(48, activation="gelu")(y))
        x = L.Add()([x, L.Dropout(0.1)(y)])
    x = L.Permute((2, 1))(x)
    x = L.Permute((2, 3, 1))(L.Reshape((24, 8, 8))(x))
    x = L.Conv2DTranspose(8, 4, strides=4, activation="elu")(x)
    return K.Model(image, L.Conv2D(1, 1)(L.Concatenate()([x, image])))


@network((1, 40, 40, 1), (1, 40, 40, 2))
def two_inputs_nested():
    """Models within a model, used twice, two inputs and two outputs."""
    inner_input = L.Input((40, 40, 4))
    inner = K.Model(inner_input, L.PReLU(shared_axes=[1, 2])(L.Conv2D(4, 3, padding="same")(inner_input)), name="inner")
    head = K.Sequential([L.Conv2D(4, 1), L.BatchNormalization(), L.Activation("swish")], name="head")
    first, second = L.Input((40, 40, 1), name="first"), L.Input((40, 40, 2), name="second")
    x = inner(head(L.Concatenate()([first, second])))
    y = inner(L.Average()([x, L.Maximum()([x, L.Minimum()([x, x])])]))
    return K.Model([first, second], [L.GlobalMaxPooling2D()(x), L.Flatten()(L.AveragePooling2D(4)(y))])


@network((1, 32, 32, 2))
def functions_on_tensors():
    """Functions of TensorFlow or Keras in a functional model, as people write them without thinking of layers."""
    image = L.Input((32, 32, 2))
    ops = K.ops if K3 else tf.nn
    x = L.Conv2D(8, 3, padding="same")(image)
    x = ops.relu(x) * 2.0 + x / 3.0
    a, b = x[..., :4], x[..., 4:]
    x = a * ops.sigmoid(b) - 0.1
    mean = K.ops.mean(x, axis=(1, 2), keepdims=True) if K3 else tf.reduce_mean(x, axis=[1, 2], keepdims=True)
    x = (x - mean) ** 2
    x = K.ops.concatenate([x, image], axis=-1) if K3 else tf.concat([x, image], axis=-1)
    return K.Model(image, L.Conv2D(1, 1)(x))


# --- networks of keras.applications ------------------------------------------------------------------------------------
for name in ("EfficientNetB0", "ResNet50", "DenseNet121", "MobileNetV3Small"):
    application(name, 64)
for name in ("Xception", "InceptionV3"):
    application(name, 96)
application("MobileNetV3Small", 64, minimalistic=True)
for name in ("EfficientNetV2B0", "ConvNeXtTiny", "MobileNetV2", "MobileNet", "RegNetX002", "NASNetMobile", "ResNet50V2", "ResNetRS50"):
    application(name, 64)
application("InceptionResNetV2", 96)


# --- the comparison --------------------------------------------------------------------------------------------------
def randomise(model):
    """Weights as large as those of a trained network, statistics that are not those of the start."""
    for weight in model.weights:
        shape, name = tuple(weight.shape), (getattr(weight, "path", "") or weight.name)
        if "int" in str(weight.dtype) or "count" in name or "seed" in name:
            continue
        if "variance" in name:
            values = GENERATOR.uniform(0.5, 1.5, shape)
        elif "gamma" in name:
            values = GENERATOR.uniform(0.7, 1.2, shape)
        elif len(shape) < 2:
            values = GENERATOR.normal(size=shape) * 0.1
        else:
            inputs = np.prod(shape[:-2]) if "depthwise" in name else np.prod(shape[:-1])
            values = GENERATOR.normal(size=shape) * np.sqrt(2 / max(1, inputs))
        weight.assign(values.astype("float32"))


def difference(found, wanted):
    """What is wrong with results, or how far they are off."""
    if [a.shape for a in found] != [a.shape for a in wanted]:
        return f"shapes {[a.shape for a in wanted]} expected, found {[a.shape for a in found]}"
    off = max(np.abs(a - b).max(initial=0) / max(1e-3, np.abs(b).max(initial=0)) for a, b in zip(found, wanted))
    return off if off <= 1e-4 else f"differs by {off:.2g} of the largest value"


def converted(converter, source, target, ports):
    done = subprocess.run([os.path.join(EXAMPLES, converter), source, target, *ports], capture_output=True, text=True)
    if done.returncode:
        raise ValueError(f"convert: {done.stderr[:1500]}")
    return done.stdout


def run(target, arrays):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(target, options, providers=["CPUExecutionProvider"])
    names = [port.name for port in session.get_inputs()]
    results = session.run(None, dict(zip(names, (arrays[name] for name in names))))
    return dict(zip([port.name for port in session.get_outputs()], results))


def of_hdf5(model, folder, arrays, wanted):
    return of_file("model.h5", model, folder, arrays, wanted)


def of_archive(model, folder, arrays, wanted):
    return of_file("model.keras", model, folder, arrays, wanted)


def of_file(name, model, folder, arrays, wanted):
    source, target = os.path.join(folder, name), os.path.join(folder, "file.onnx")
    model.save(source)
    ports = [f"i{i}:float32:{'x'.join(map(str, a.shape))}" for i, a in enumerate(arrays)]
    converted("convert", source, target, ports)
    return difference(list(run(target, {f"i{i}": a for i, a in enumerate(arrays)}).values()), wanted)


def of_saved_model(model, folder, arrays, wanted):
    source, target = os.path.join(folder, "bundle"), os.path.join(folder, "bundle.onnx")
    model.export(source, verbose=False) if K3 else model.save(source, save_format="tf")
    signature = tf.saved_model.load(source).signatures["serving_default"]
    keys = list(signature.structured_input_signature[1])
    given = {key: next(a for a in arrays if a.shape[-1] == signature.structured_input_signature[1][key].shape[-1]) for key in keys}
    results = signature(**{key: tf.constant(array) for key, array in given.items()})
    ports = [f"{key}:{'x'.join(map(str, array.shape))}" for key, array in given.items()]
    converted("convert_tensorflow", source, target, ports)
    found = run(target, given)
    if set(found) != set(results):
        return f"outputs {list(results)} expected, found {list(found)}"
    return difference([found[key] for key in results], [np.asarray(results[key]) for key in results])


def main():
    failed = count = 0
    for name, (build, shapes) in NETWORKS.items():
        if NAMES_WANTED and not any(part in name for part in NAMES_WANTED):
            continue
        K.backend.clear_session()
        model = build()
        randomise(model)
        arrays = [GENERATOR.uniform(0, 1, shape).astype("float32") for shape in shapes]
        wanted = model(arrays if len(arrays) > 1 else arrays[0], training=False)
        wanted = [np.asarray(array) for array in (wanted if isinstance(wanted, (list, tuple)) else [wanted])]
        for check in (of_hdf5, of_archive, of_saved_model):
            count += 1
            with tempfile.TemporaryDirectory() as folder:
                try:
                    result = check(model, folder, arrays, wanted)
                except Exception as error:
                    result = str(error)[:1500]
            failed += isinstance(result, str)
            print(f"{name} {check.__name__}: {result if isinstance(result, str) else f'agrees to {result:.1e}'}", flush=True)
    print(f"{count - failed} of {count} conversions agree")
    return 1 if failed or not count else 0


if __name__ == "__main__":
    sys.exit(main())
