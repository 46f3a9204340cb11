"""Compares the whole prediction of one large image, from start to exit: `modelhub predict` and the Python reference.

    cargo build --release --workspace
    eval "$(bash ci/native-libs.sh)"
    python benches/engines/predict.py MODEL --reference PYTHON_WITH_BIOIMAGEIO_CORE --write

Both read an .npy file, predict the image in one piece with onnxruntime on all processors, and write an .npy file; the
results have to agree. They take turns; the ratio is the median of the ratios within a round. A row has the time of the
reference without starting Python and importing its packages, too: its processing and network alone. Needs numpy. --write
puts the table into docs/performance.md.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy

import table

ROOT = Path(__file__).resolve().parents[2]

HEADING = """## Whole predictions

`modelhub predict` and the reference on one large image, from start to exit: both read an `.npy` file, normalise it, run the
network with onnxruntime on all processors, and write an `.npy` file. The goal is to be 1.3 times faster.
"""


def run(command):
    """Seconds that passed, and what was printed."""
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True)
    passed = time.perf_counter() - start
    if done.returncode:
        sys.exit(f"{command} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return passed, done.stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("--reference", required=True, help="interpreter that has bioimageio.core and onnxruntime")
    parser.add_argument("--size", type=int, default=2048)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--write", action="store_true", help="put the table into docs/performance.md")
    given = parser.parse_args()
    shape = numpy.load(given.model / "test_input.npy", mmap_mode="r").shape
    shape = (*shape[:-2], given.size, given.size)
    with tempfile.TemporaryDirectory() as folder:
        image, own, other = (str(Path(folder) / name) for name in ("image.npy", "ours.npy", "reference.npy"))
        numpy.save(image, numpy.random.default_rng(0).random(shape, dtype=numpy.float32) * 1000)
        ours = [str(ROOT / "target/release/modelhub"), "predict", str(given.model), "--input", image, "--output", own]
        ours += ["--weights", "onnx", "--backend", "ort", "--no-tiling", "--overwrite"]
        program = str(Path(__file__).with_name("reference.py"))
        reference = [given.reference, program, "predict", str(given.model), image, other]
        times = {"ours with ort": [], "reference": [], "reference, without start and imports": []}
        for round_ in range(given.rounds + 1):
            measured = [run(ours)[0], *run(reference)]
            measured[2] = float(measured[2]) / 1e3
            if round_:
                for name, seconds in zip(times, measured):
                    times[name].append(seconds)
        a, b = numpy.load(own), numpy.load(other)
        if a.shape != b.shape or not numpy.allclose(a, b, rtol=1e-3, atol=1e-3):
            sys.exit(f"the results disagree: {a.shape} {b.shape}, {numpy.abs(a - b).max() if a.shape == b.shape else ''}")
    lines = ["| program | median s | smallest s | ratio to ours |", "|---|---|---|---|"]
    for name, seconds in times.items():
        ratio = statistics.median(theirs / own for theirs, own in zip(seconds, times["ours with ort"]))
        lines.append(f"| {name} | {statistics.median(seconds):.2f} | {min(seconds):.2f} | {ratio:.2f} |")
    print("\n".join(lines))
    if given.write:
        about = f"`benches/engines/predict.py`, `{given.model.name}`, {'x'.join(map(str, shape))}, {given.rounds} rounds."
        table.replace("whole prediction", "\n".join([HEADING, about, f"Machine: {table.machine()}.", "", *lines]))


if __name__ == "__main__":
    main()
