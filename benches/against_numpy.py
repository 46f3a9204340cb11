#!/usr/bin/env python3
"""Times the operations of tensor-ops and the reference's formulas in numpy in turns, and writes docs/performance.md.

    python3 benches/against_numpy.py [ROUNDS]

Builds the program `kernel_ratios` with cargo unless KERNEL_RATIOS names one. Uses the numpy of the Python that runs it;
where there is none, it makes an environment of its own in target/ and installs numpy there. Both sides run on one
thread, in turns, and of each operation the shortest time counts. Of numpy it is the time of the processor, since its
operations take longer than a program runs at a stretch on a busy machine; ours is the time of the clock, which is
never shorter.
"""

import json
import os
import pathlib
import platform
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
SHAPES = [(1, 1, 2048, 2048), (1, 1, 64, 512, 512)]
TYPES = ["float32", "uint16", "uint8"]

try:
    import numpy as np
except ImportError:
    if os.environ.get("AGAINST_NUMPY_ENVIRONMENT"):
        raise
    environment = ROOT / "target" / "against-numpy"
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    python = environment / "bin" / "python"
    subprocess.run([str(python), "-m", "pip", "install", "--quiet", "numpy"], check=True)
    os.environ["AGAINST_NUMPY_ENVIRONMENT"] = str(environment)
    os.execv(str(python), [str(python), *sys.argv])


def image(shape, dtype):
    """Noise around a background with brighter places, as in benches/src/kernels.rs."""
    random = np.random.default_rng(1)
    values = 1000 + 150 * (random.random((4, *shape), dtype=np.float32).sum(axis=0) - 2)
    position = np.arange(values.size).reshape(shape)
    bright = (position // 64 % 7 == 0) & (position // 65536 % 5 == 0)
    values += 1500 * random.random(shape, dtype=np.float32) * bright
    return (values / 16 if dtype == "uint8" else values).astype(dtype)


def moments(x):
    """Mean and standard deviation as the reference takes them, in float32 for float32 data."""
    mean = x.mean()
    centred = (x - mean).reshape(-1)
    return mean, np.sqrt(np.dot(centred, centred) / x.size)


def zero_mean_unit_variance(x):
    mean, std = moments(x)
    return ((x - mean) / (std + 1e-6)).astype("float32", copy=False)


def scale_range(x):
    low, high = np.nanquantile(x, np.array([0.01, 0.998]))
    return ((x - low) / (high - low + 1e-6)).astype("float32", copy=False)


def scale_mean_variance(x):
    mean, std = moments(x)
    return ((x - mean) / (std + 1e-6) * (18.47 + 1e-6) + 31.5).astype("float32", copy=False)


OPERATIONS = {
    "binarize": lambda x: (x > 0.5).astype("float32"),
    "clip": lambda x: np.clip(x.astype("float32", copy=False), 0.1, 0.9),
    "scale_linear": lambda x: (x * 0.999 + 0.5).astype("float32", copy=False),
    "sigmoid": lambda x: 1 / (1 + np.exp(-x.astype("float32", copy=False))),
    "zero_mean_unit_variance": zero_mean_unit_variance,
    "scale_range": scale_range,
    "scale_mean_variance": scale_mean_variance,
}
GOALS = {"scale_range": 12.0, "zero_mean_unit_variance": 3.0, "scale_mean_variance": 3.0}


def shortest(f, rounds):
    best = float("inf")
    for _ in range(rounds):
        begin = time.process_time()
        f()
        best = min(best, time.process_time() - begin)
    return best


def program():
    if "KERNEL_RATIOS" in os.environ:
        return os.environ["KERNEL_RATIOS"]
    command = ["cargo", "build", "--release", "--quiet", "--package", "modelhub-benches", "--no-default-features"]
    subprocess.run([*command, "--example", "kernel_ratios"], cwd=ROOT, check=True)
    return str(ROOT / "target" / "release" / "examples" / "kernel_ratios")


def ours(binary, shape, dtype):
    """Times of our operations, of a copy and of a bare conversion in seconds, by number of threads and name."""
    label = f"{list(shape)} {dtype} "
    run = subprocess.run([binary, "4", "--json", "--only", label], capture_output=True, text=True, check=True)
    rows = [json.loads(line) for line in run.stdout.splitlines()]
    return {(row["threads"], row["operation"]): (row["seconds"], row["copy"], row["conversion"]) for row in rows}


def processor():
    try:
        lines = pathlib.Path("/proc/cpuinfo").read_text(encoding="utf8").splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.machine()


def measure(binary, rounds):
    cores = os.cpu_count() or 1
    results = {}
    for shape in SHAPES:
        for dtype in TYPES:
            x = image(shape, dtype)
            numpy = dict.fromkeys(OPERATIONS, float("inf"))
            own = {}
            for _ in range(rounds):
                for name, operation in OPERATIONS.items():
                    numpy[name] = min(numpy[name], shortest(lambda operation=operation: operation(x), 2))
                for key, times in ours(binary, shape, dtype).items():
                    own[key] = tuple(map(min, own.get(key, times), times))
            # Copies and conversions are those between the runs of the operation: as many, and of the same minute.
            for name in OPERATIONS:
                results[shape, dtype, name] = numpy[name], own[1, name], own[cores, name]
                single = own[1, name][0]
                print(shape, dtype, name, f"{numpy[name] / single:.1f}", flush=True)
    return cores, results


def traffic(dtype):
    """Bytes read and written for an element by the operation, and by a copy of the array."""
    size = np.dtype(dtype).itemsize
    return size + 4, 2 * size


def report(cores, results):
    lines = [
        "# Performance",
        "",
        "## Kernels",
        "",
        "Written by `benches/against_numpy.py`, do not edit. `cargo bench -p modelhub-benches --bench tensor_ops` measures the same",
        "with criterion.",
        "",
        f"Machine: {processor()}, {cores} cores, {platform.system()}. numpy {np.__version__}, Python {platform.python_version()}.",
        "Both sides and the copy are measured in turns, and the shortest time of each counts.",
        "",
        "- *numpy*: how many times faster than the reference's formulas in numpy, both on one thread. Goals: 3 for",
        "  normalisations, 12 for percentiles.",
        "- *GB/s*: bytes read and written in a second, on one thread: the array once, the `float32` result once. Statistics",
        "  read the array another time, which does not count.",
        "- *of a copy*: GB/s relative to those of a copy of the array, measured in the same way, on one thread and on all cores.",
        "- *time*: that of the operation in units of that of the copy, on one thread. Integer arrays become `float32`, so",
        "  that even a bare conversion of `uint16` moves 1.5 times, of `uint8` 2.5 times the bytes of the copy.",
        "- *of a conversion*: the speed relative to a bare conversion of the array to `float32` (`*y = x as f32`, vectorised), which",
        "  reads and writes the same bytes and does nothing else: what memory allows, on one thread and on all cores.",
        "",
        "`float32` is changed in place, which writes to memory that was just read; other types are converted on the way.",
        "numpy makes a new array for each step. `scale_range` is for the percentiles 1 and 99.8.",
    ]
    for shape in SHAPES:
        lines += ["", "### " + " x ".join(str(length) for length in shape if length > 1), ""]
        lines.append("| type | operation | numpy | GB/s | of a copy | all cores | of a conversion | all cores | time |")
        lines.append("|---|---|---|---|---|---|---|---|---|")
        count = int(np.prod(shape))
        for dtype in TYPES:
            moved, copied = traffic(dtype)
            for name in OPERATIONS:
                numpy, (single, copy, conversion), (many, copies, conversions) = results[shape, dtype, name]
                ratios = [f"{100 * copy / single * moved / copied:.0f} %", "-", "-", "-"]
                if cores > 1:
                    ratios[1] = f"{100 * copies / many * moved / copied:.0f} %"
                if dtype != "float32":
                    ratios[2] = f"{100 * conversion / single:.0f} %"
                if dtype != "float32" and cores > 1:
                    ratios[3] = f"{100 * conversions / many:.0f} %"
                goal = " (goal missed)" if numpy / single < GOALS.get(name, 0) else ""
                lines.append(
                    f"| {dtype} | `{name}` | {numpy / single:.1f}{goal} | {count * moved / single / 1e9:.1f} "
                    f"| {' | '.join(ratios)} | {single / copy:.1f} |"
                )
    return "\n".join(lines) + "\n"


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        if os.environ.get(variable) != "1":
            # Read when numpy is loaded, so start again.
            os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")
            os.execv(sys.executable, [sys.executable, *sys.argv])
    cores, results = measure(program(), rounds)
    path = ROOT / "docs" / "performance.md"
    begin = "<!-- measured elsewhere -->"
    kept = ""
    if path.exists() and begin in path.read_text(encoding="utf8"):
        kept = "\n" + begin + path.read_text(encoding="utf8").split(begin, 1)[1]
    path.write_text(report(cores, results) + kept, encoding="utf8")
    print(f"wrote {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
