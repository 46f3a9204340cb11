#!/usr/bin/env python3
"""Compares the verdicts of `modelhub` with those of the reference implementation and fails below the thresholds.

    conformance.py SCORER REFERENCE

SCORER is the program that counts (it prints `RESULT ...` lines and one `miss NAME ...` or `differs NAME ...` line for
each disagreement), REFERENCE the folder with `documents` and `mutations`. Every disagreement has to be listed by its
name, with the reason, in docs/differences-from-python.md. Needs Python 3.9 and nothing else.
"""

import pathlib
import re
import subprocess
import sys

LEAST = {
    ("documents", "agree"): 99.5,
    ("documents", "place"): 98.0,
    ("documents", "migrated"): 99.0,
    ("mutations", "agree"): 99.0,
    ("mutations", "place"): 97.0,
}


def main():
    scorer, reference = sys.argv[1:]
    root = pathlib.Path(__file__).resolve().parent.parent
    explained = (root / "docs/differences-from-python.md").read_text(encoding="utf8")
    failures, names = [], set()
    for folder in ("documents", "mutations"):
        command = [sys.executable, scorer, "--bin", str(root / "target/release/modelhub"), "--show", "100000"]
        run = subprocess.run([*command, f"{reference}/{folder}"], capture_output=True, text=True)
        if run.returncode != 0:
            failures.append(f"the scorer failed on {folder}: {run.stderr.strip()[-300:]}")
        names.update(re.findall(r"^ +(?:miss|differs) (\S+)", run.stdout, re.M))
        result = re.search(r"^RESULT .*$", run.stdout, re.M)
        print(result[0] if result else f"no result for {folder}")
        for (where, what), least in LEAST.items():
            if where == folder:
                found = re.search(rf"{what} ([\d.]+)%", result[0]) if result else None
                if found is None or float(found[1]) < least:
                    failures.append(f"{folder}: {what} is {found and found[1]} %, at least {least} % is demanded")
    for name in sorted(names):
        if f"`{name}`" not in explained:
            failures.append(f"docs/differences-from-python.md does not say why {name} differs")
    print(f"{len(names)} disagreements, by name in docs/differences-from-python.md")
    for failure in failures:
        print(f"error: {failure}", file=sys.stderr)
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
