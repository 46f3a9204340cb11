"""Compares engines on one network: ours with onnxruntime, tract and libtorch, those of Python, and the reference.

    eval "$(bash ci/native-libs.sh onnxruntime libtorch)"
    cargo build --release -p modelhub-benches --no-default-features --features tch --example engine_worker_tch
    cargo build --release --workspace --examples
    python benches/engines/compare.py MODEL --reference PYTHON_WITH_BIOIMAGEIO_CORE --write

MODEL is a folder with rdf.yaml, weights.onnx, test_input.npy and, for libtorch and torch.jit, weights.pt. Needs numpy;
onnxruntime and torch are compared if the interpreter has them (or that of --torch), libtorch if its worker was built, the
reference if --reference is given. Every engine is a process of its own that stays; in a round each of them takes turns
with Python's onnxruntime, first the one and in the next round first the other, so that a load on the machine meets both. A turn
is a pause (threads of the engine before may still spin) and two calls, of which the second is timed. The table has
medians, and the median of the ratios to Python's onnxruntime in the turn beside: of the time that passed and, on Linux, of
the time that processors worked for it, which other programs disturb less. The reference runs its whole pipeline, with
preprocessing and postprocessing, on the test input; all others the bare network. --write puts the table into
docs/performance.md.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy

import table

ROOT = Path(__file__).resolve().parents[2]
BASE = "Python onnxruntime"
REFERENCE = "reference, with processing"

PYTHON = """
import sys, time
import numpy
engine, weights, threads, shape = sys.argv[1], sys.argv[2], int(sys.argv[3]), [int(n) for n in sys.argv[4].split(",")]
count = int(numpy.prod(shape))
image = ((numpy.arange(count, dtype=numpy.int64) * 7919 % 1009).astype(numpy.float32) / numpy.float32(1009)).reshape(shape)
if engine == "onnxruntime":
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    run = lambda: session.run(None, {name: image})[0]
else:
    import torch
    torch.set_num_threads(threads)
    network = torch.jit.load(weights).eval()
    tensor = torch.from_numpy(image)
    def run():
        with torch.no_grad():
            return network(tensor).numpy()
for line in sys.stdin:
    start = time.perf_counter()
    output = run()
    print((time.perf_counter() - start) * 1e3, float(output.sum(dtype=numpy.float64)), flush=True)
"""


class Engine:
    def __init__(self, name, command):
        self.name = name
        self.times = []
        self.work = []
        self.sums = set()
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def worked(self):
        """Milliseconds that processors have worked for its threads; 0 where the system does not tell."""
        try:
            tasks = Path(f"/proc/{self.process.pid}/task").iterdir()
            return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e6
        except OSError:
            return 0.0

    def run(self, count=True):
        before = self.worked()
        self.process.stdin.write("run\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().split()
        if len(answer) != 2:
            sys.exit(f"{self.name} ended")
        self.sums.add(float(answer[1]))
        if count:
            self.times.append(float(answer[0]))
            self.work.append(self.worked() - before)


def has(python, module):
    """Whether an interpreter has a module."""
    found = subprocess.run([python, "-c", f"import importlib.util as u, sys; sys.exit(u.find_spec({module!r}) is None)"])
    return found.returncode == 0


def engines(given, shape, threads, library):
    folder = ROOT / "target/release/examples"
    onnx, script = given.model / "weights.onnx", given.model / "weights.pt"
    arguments = [str(onnx), str(threads), shape]
    yield Engine("ours with ort", [folder / "engine_worker", "ort", *arguments, library])
    if script.is_file() and (folder / "engine_worker_tch").is_file():
        yield Engine("ours with tch", [folder / "engine_worker_tch", str(script), str(threads), shape])
    yield Engine("ours with tract", [folder / "engine_worker", "tract", *arguments])
    if has(sys.executable, "onnxruntime"):
        yield Engine(BASE, [sys.executable, "-c", PYTHON, "onnxruntime", *arguments])
    if script.is_file() and has(given.torch, "torch"):
        yield Engine("Python torch.jit", [given.torch, "-c", PYTHON, "torch", str(script), str(threads), shape])
    if given.reference:
        program = Path(__file__).with_name("reference.py")
        yield Engine(REFERENCE, [given.reference, program, "serve", str(given.model), str(threads)])


def turn(engine, pause):
    """One timed call: the time that passed, and that of processors."""
    time.sleep(pause)
    # Some machines take memory away that was not used for a second: what is timed follows one call that is not.
    engine.run(count=False)
    engine.run()
    return engine.times[-1], engine.work[-1]


def median_ratio(pairs, which):
    """The median of the ratios of an engine to the base, within their turns."""
    if not pairs or not all(base[which] for _, base in pairs):
        return "-"
    return f"{statistics.median(own[which] / base[which] for own, base in pairs):.2f}"


def compare(given, shape, threads, library):
    """The rows for that number of threads."""
    running = list(engines(given, shape, threads, library))
    for engine in running:
        for _ in range(2):
            engine.run(count=False)
    base = next((engine for engine in running if engine.name == BASE), None)
    pairs = {engine.name: [] for engine in running}
    for number in range(given.rounds):
        for engine in running:
            if base is None or engine is base:
                turn(engine, given.pause)
                continue
            order = [engine, base] if number % 2 == 0 else [base, engine]
            measured = {each.name: turn(each, given.pause) for each in order}
            pairs[engine.name].append((measured[engine.name], measured[BASE]))
    for engine in running:
        ratios = [median_ratio(pairs[engine.name], which) for which in (0, 1)]
        if engine is base:
            ratios = ["1.00", "1.00"]
        yield engine.name, threads, f"{statistics.median(engine.times):.0f}", f"{min(engine.times):.0f}", *ratios
    sums = [total for engine in running if engine.name != REFERENCE for total in engine.sums]
    if max(sums) - min(sums) > 1e-3 * max(abs(total) for total in sums):
        sys.exit(f"the engines disagree: sums of the output from {min(sums)} to {max(sums)}")
    for engine in running:
        engine.process.stdin.close()
        engine.process.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("--reference", help="interpreter that has bioimageio.core and onnxruntime")
    parser.add_argument("--torch", default=sys.executable, help="interpreter that has torch and numpy")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--pause", type=float, default=0.4)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--write", action="store_true", help="put the table into docs/performance.md")
    given = parser.parse_args()
    library = os.environ.get("ORT_DYLIB_PATH") or sys.exit('ORT_DYLIB_PATH is not set: eval "$(bash ci/native-libs.sh)"')
    shape = ",".join(map(str, numpy.load(given.model / "test_input.npy", mmap_mode="r").shape))
    lines = [
        "| engine | threads | median ms | smallest ms | ratio to Python onnxruntime | ratio of work |",
        "|---|---|---|---|---|---|",
    ]
    print("\n".join(lines))
    for threads in given.threads:
        for row in compare(given, shape, threads, library):
            lines.append("| " + " | ".join(map(str, row)) + " |")
            print(lines[-1], flush=True)
    if given.write:
        about = f"`benches/engines/compare.py`, `{given.model.name}`, {shape.replace(',', 'x')}, {given.rounds} rounds."
        table.replace("engines", "\n".join([about, f"Machine: {table.machine()}.", "", *lines]))


if __name__ == "__main__":
    main()
