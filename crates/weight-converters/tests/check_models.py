"""Checks ONNX models: the rules of `onnx.checker`, and what onnxruntime computes with them.

    python check_models.py FOLDER

For each NAME.onnx of the folder, the inputs NAME.input_0.npy, ... go in and NAME.output_0.npy, ... have to come out.
Needs numpy, onnx and onnxruntime.
"""

import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime


def arrays(folder: Path, name: str, kind: str):
    """The arrays of a model, in order."""
    paths = (folder / f"{name}.{kind}_{index}.npy" for index in range(100))
    return [np.load(path) for path in paths if path.exists()]


def check(path: Path):
    """Raises where a model is wrong."""
    onnx.checker.check_model(str(path), full_check=True)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    inputs = arrays(path.parent, path.stem, "input")
    expected = arrays(path.parent, path.stem, "output")
    results = session.run(None, {port.name: array for port, array in zip(session.get_inputs(), inputs, strict=True)})
    assert len(results) == len(expected) > 0, f"{len(results)} outputs, expected {len(expected)}"
    for index, (result, wanted) in enumerate(zip(results, expected)):
        assert result.dtype == wanted.dtype and result.shape == wanted.shape, f"output {index}: {result.dtype}{result.shape}"
        difference = np.abs(result.astype("f8") - wanted).max(initial=0)
        assert difference <= 1e-4 * max(1, np.abs(wanted).max(initial=0)), f"output {index} differs by {difference}"


def main():
    paths = sorted(Path(sys.argv[1]).glob("*.onnx"))
    for path in paths:
        try:
            check(path)
        except Exception as error:
            sys.exit(f"{path.stem}: {error}")
    print(f"{len(paths)} models are right")


if __name__ == "__main__":
    main()
