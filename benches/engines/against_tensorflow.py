"""Compares converted TensorFlow formats with TensorFlow itself on one network.

    eval "$(bash ci/native-libs.sh)"
    cargo build --release --workspace --examples
    python benches/engines/against_tensorflow.py --write

Needs tensorflow (the CPU wheel) in the Python that runs it. Makes a U-Net of about 2 million parameters with random
weights, and saves it as SavedModel bundle and Keras HDF5. Ours convert both to ONNX and run them with onnxruntime and
with tract; TensorFlow runs the bundle. Every engine is a process of its own that stays; they take turns, as in
compare.py. --write puts the table into docs/performance.md.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import table
from compare import Engine, ratio

ROOT = Path(__file__).resolve().parents[2]
BASE = "TensorFlow"

WORKER = """
import sys, time
import numpy
import tensorflow as tf
folder, threads, shape = sys.argv[1], int(sys.argv[2]), [int(n) for n in sys.argv[3].split(",")]
tf.config.threading.set_intra_op_parallelism_threads(threads)
tf.config.threading.set_inter_op_parallelism_threads(1)
count = int(numpy.prod(shape))
image = ((numpy.arange(count, dtype=numpy.int64) * 7919 % 1009).astype(numpy.float32) / numpy.float32(1009)).reshape(shape)
network = tf.saved_model.load(folder).signatures["serving_default"]
[name] = network.structured_input_signature[1]
tensor = tf.constant(image)
def run():
    [output] = network(**{name: tensor}).values()
    return output.numpy()
for line in sys.stdin:
    start = time.perf_counter()
    output = run()
    print((time.perf_counter() - start) * 1e3, float(output.sum(dtype=numpy.float64)), flush=True)
"""


def make(folder):
    """A U-Net with three poolings; returns the number of its parameters."""
    import keras
    from keras import layers

    keras.utils.set_random_seed(1)

    def twice(x, filters):
        for _ in range(2):
            x = layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
        return x

    image = layers.Input((None, None, 1))
    x, kept = image, []
    for filters in (32, 64, 128):
        x = twice(x, filters)
        kept.append(x)
        x = layers.MaxPooling2D()(x)
    x = twice(x, 256)
    for filters, skip in zip((128, 64, 32), reversed(kept)):
        x = layers.Conv2DTranspose(filters, 2, strides=2, padding="same")(x)
        x = twice(layers.Concatenate()([x, skip]), filters)
    model = keras.Model(image, layers.Conv2D(1, 1, activation="sigmoid")(x))
    model.export(folder / "bundle", verbose=False)
    model.save(folder / "model.h5")
    return model.count_params()


def engines(folder, threads, shape, library):
    program = ROOT / "target/release/examples/engine_worker"
    for name, weights in [("SavedModel", folder / "bundle"), ("Keras HDF5", folder / "model.h5")]:
        arguments = [weights, str(threads), shape]
        yield Engine(f"ours with ort, {name}", [program, "ort", *arguments, library])
        yield Engine(f"ours with tract, {name}", [program, "tract", *arguments])
    yield Engine(BASE, [sys.executable, "-c", WORKER, folder / "bundle", str(threads), shape])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--pause", type=float, default=0.4)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--write", action="store_true", help="put the table into docs/performance.md")
    given = parser.parse_args()
    library = os.environ.get("ORT_DYLIB_PATH") or sys.exit('ORT_DYLIB_PATH is not set: eval "$(bash ci/native-libs.sh)"')
    shape = f"1,{given.size},{given.size},1"
    lines = [
        "| engine | threads | median ms | smallest ms | ratio to TensorFlow | ratio of work |",
        "|---|---|---|---|---|---|",
    ]
    with tempfile.TemporaryDirectory() as folder:
        parameters = make(Path(folder))
        print("\n".join(lines))
        for threads in given.threads:
            running = list(engines(Path(folder), threads, shape, library))
            for engine in running:
                for _ in range(2):
                    engine.run(count=False)
            for _ in range(given.rounds):
                for engine in running:
                    time.sleep(given.pause)
                    engine.run()
            sums = [total for engine in running for total in engine.sums]
            if max(sums) - min(sums) > 1e-3 * max(map(abs, sums)):
                sys.exit(f"the engines disagree: sums of the output from {min(sums)} to {max(sums)}")
            base = running[-1]
            for engine in running:
                median, least = statistics.median(engine.times), min(engine.times)
                ratios = [ratio(engine.times, base.times), ratio(engine.work, base.work)]
                cells = [engine.name, threads, f"{median:.0f}", f"{least:.0f}", *ratios]
                lines.append("| " + " | ".join(map(str, cells)) + " |")
                print(lines[-1], flush=True)
                engine.process.stdin.close()
                engine.process.wait()
    if given.write:
        import tensorflow

        about = f"`benches/engines/against_tensorflow.py`: a U-Net of {parameters / 1e6:.1f} million parameters, {shape.replace(',', 'x')}, "
        about += f"TensorFlow {tensorflow.__version__}, {given.rounds} rounds."
        table.replace("tensorflow", "\n".join([about, f"Machine: {table.machine()}.", "", *lines]))


if __name__ == "__main__":
    main()
