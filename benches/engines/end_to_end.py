"""Compares whole programs, from start to exit: the test of a model by ours and by the Python reference.

    cargo build --release --workspace
    eval "$(bash ci/native-libs.sh)"
    python benches/engines/end_to_end.py MODEL --reference PATH_OF/bioimageio

Both test the onnx weights only. They take turns; ratios are medians of the ratios within a round, of the time that passed
and of the time that processors worked for the program and its children.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def run(command, variables):
    """Seconds that passed, and seconds of work."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, env={**os.environ, **variables}, capture_output=True, text=True)
    passed, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(f"{command} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return passed, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model")
    parser.add_argument("--reference", required=True)
    parser.add_argument("--rounds", type=int, default=9)
    given = parser.parse_args()
    ours = [str(ROOT / "target/release/modelhub"), "test-model", "--weights", "onnx", given.model]
    programs = {
        "reference": ([given.reference, "test", "--weight-format", "onnx", given.model], {}),
        "ours with ort": ([*ours, "--backend", "ort"], {}),
        "ours with tract": ([*ours, "--backend", "tract"], {}),
    }
    measured = {name: [] for name in programs}
    for name, (command, variables) in programs.items():
        run(command, variables)
    for _ in range(given.rounds):
        for name, (command, variables) in programs.items():
            measured[name].append(run(command, variables))
    print("| program | median s | smallest s | median work s | times faster | times less work |\n|---|---|---|---|---|---|")
    for name, runs in measured.items():
        passed, work = ([pair[at] for pair in runs] for at in (0, 1))
        faster, less = (
            statistics.median(reference[at] / max(own[at], 1e-9) for own, reference in zip(runs, measured["reference"]))
            for at in (0, 1)
        )
        print(f"| {name} | {statistics.median(passed):.2f} | {min(passed):.2f} | {statistics.median(work):.2f} | {faster:.1f} | {less:.1f} |")


if __name__ == "__main__":
    main()
