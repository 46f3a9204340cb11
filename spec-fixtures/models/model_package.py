"""What both fixture packages need: processing steps, export to both weights formats, and the checks of what came out.

Every check raises ``AssertionError``, so a package that is finished has passed all of them.
"""

from __future__ import annotations

import copy
import hashlib
import io
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from PIL import Image
from torch import Tensor, nn

OPSET_VERSION = 17
# ONNX IR version 8 is the one that came with opset 17: older engines refuse a file with a newer one.
IR_VERSION = 8
PYTORCH_VERSION = torch.__version__.split("+")[0]

# Plain operators, which every engine has.
ALLOWED_OPERATORS = {"Concat", "Conv", "ConvTranspose", "MaxPool", "Relu", "Resize"}


# Processing steps of the format, in double precision, with a float32 result.


def zero_mean_unit_variance(array: np.ndarray, axes: tuple[int, ...], eps: float = 1e-6) -> np.ndarray:
    """``(x - mean) / (std + eps)`` with the population deviation over ``axes``."""
    values = array.astype(np.float64)
    mean = values.mean(axis=axes, keepdims=True)
    std = values.std(axis=axes, keepdims=True)
    return ((values - mean) / (std + eps)).astype(np.float32)


def scale_linear(array: np.ndarray, gain: float, offset: float) -> np.ndarray:
    """``x * gain + offset``."""
    return (array.astype(np.float64) * gain + offset).astype(np.float32)


def run_torch(net: nn.Module, inputs: list[np.ndarray]) -> list[np.ndarray]:
    """The logits of a network (eager or TorchScript), always as a list."""
    with torch.no_grad():
        outputs = net(*(torch.from_numpy(array) for array in inputs))
    outputs = (outputs,) if isinstance(outputs, Tensor) else outputs
    return [output.numpy() for output in outputs]


def sigmoid(logits: np.ndarray) -> np.ndarray:
    """PyTorch's sigmoid in float32."""
    return torch.sigmoid(torch.from_numpy(logits)).numpy()


# Export.


def export_onnx(
    net: nn.Module, example: list[np.ndarray], input_names: list[str], outputs: dict[str, tuple[str, str]], path: Path
) -> None:
    """Write the network as ONNX with free batch size, height and width.

    ``outputs`` gives the names of the height and width symbols of every output.
    """
    stride = net.stride
    # Height and width are multiples of the stride: without this the exporter would have to guard every concatenation.
    # A batch of two in `example` keeps it from taking the batch size for a constant one.
    dims = {
        0: torch.export.Dim("batch", min=1, max=4096),
        2: stride * torch.export.Dim("rows", min=1, max=4096),
        3: stride * torch.export.Dim("columns", min=1, max=4096),
    }
    program = torch.onnx.export(
        net,
        tuple(torch.from_numpy(array) for array in example),
        input_names=input_names,
        output_names=list(outputs),
        opset_version=OPSET_VERSION,
        dynamic_shapes=tuple(dims for _ in example),
        dynamo=True,
        verbose=False,
    )
    model = program.model_proto

    # The exporter records where in the Python source each node came from, and derived symbols such as "4*rows" for
    # every intermediate. Neither belongs into a published file, and not every engine can parse the symbols.
    def without_metadata(values):
        for value in values:
            del value.metadata_props[:]
            value.doc_string = ""

    without_metadata([model, model.graph, *model.graph.node, *model.graph.initializer])
    without_metadata([*model.graph.input, *model.graph.output])
    del model.graph.value_info[:]
    symbols = {name: ("height", "width") for name in input_names} | outputs
    for value in [*model.graph.input, *model.graph.output]:
        shape = value.type.tensor_type.shape
        for axis, symbol in zip((0, 2, 3), ("batch", *symbols[value.name])):
            shape.dim[axis].dim_param = symbol
    model.graph.name = type(net).__name__
    model.producer_version = PYTORCH_VERSION
    model.ir_version = IR_VERSION

    onnx.checker.check_model(model, full_check=True)
    assert [(entry.domain, entry.version) for entry in model.opset_import] == [("", OPSET_VERSION)]
    assert not model.functions
    operators = {node.op_type for node in model.graph.node}
    assert operators <= ALLOWED_OPERATORS, f"operators {operators - ALLOWED_OPERATORS} are not plain"
    assert all(tensor.data_location == onnx.TensorProto.DEFAULT for tensor in model.graph.initializer)
    path.write_bytes(model.SerializeToString(deterministic=True))


def export_torchscript(net: nn.Module, example: list[np.ndarray], path: Path) -> None:
    """Write the network as traced TorchScript.

    A trace is enough, and free of control flow: nothing in the networks depends on the size of the input.
    """
    traced = torch.jit.trace(net, tuple(torch.from_numpy(array) for array in example))
    buffer = io.BytesIO()
    torch.jit.save(traced, buffer)
    buffer.seek(0)

    # Copy the archive without the debug records (source locations on the machine that traced the network) and the
    # record of the example inputs. PyTorch's own writer keeps the tensors aligned for mapping, which `zipfile` cannot.
    reader = torch._C.PyTorchFileReader(buffer)
    stripped = io.BytesIO()
    writer = torch._C.PyTorchFileWriter(stripped)
    for name in reader.get_all_records():
        written_by_writer = name in {"version", "byteorder", ".data/serialization_id"}
        dispensable = name.endswith(".debug_pkl") or name.startswith("traced_inputs")
        if written_by_writer or dispensable:
            continue
        record = reader.get_record(name)
        writer.write_record(name, record, len(record))
    writer.write_record("byteorder", b"little", len(b"little"))
    writer.write_end_of_file()
    path.write_bytes(stripped.getvalue())


def check_equivalence(net: nn.Module, folder: Path, input_names: list[str], example: list[np.ndarray]) -> None:
    """Both weights files give the results of the eager network, for several sizes and for a batch of two.

    ``example`` is a normalised batch of one; other sizes are cut from it.
    """
    session = onnxruntime.InferenceSession(str(folder / "weights.onnx"), providers=["CPUExecutionProvider"])
    script = torch.jit.load(folder / "weights.pt")
    height, width = example[0].shape[2:]
    stride = net.stride

    def cut(rows: int, columns: int) -> list[np.ndarray]:
        return [np.ascontiguousarray(array[:, :, :rows, :columns]) for array in example]

    cases = [
        example,
        cut(height - 2 * stride, width - stride),
        [np.concatenate([array, array[:, :, ::-1, :]]) for array in cut(height // 2 // stride * stride, width)],
    ]
    for inputs in cases:
        expected = run_torch(net, inputs)
        by_onnx = session.run(None, dict(zip(input_names, inputs)))
        by_script = run_torch(script, inputs)
        for format_name, outputs in (("onnx", by_onnx), ("torchscript", by_script)):
            for got, want in zip(outputs, expected, strict=True):
                assert got.dtype == np.float32 and got.shape == want.shape
                logits = float(np.abs(got - want).max())
                probabilities = float(np.abs(sigmoid(got) - sigmoid(want)).max())
                shape = "x".join(map(str, inputs[0].shape))
                print(f"{format_name} on {shape}: difference of logits {logits:.1e}, probabilities {probabilities:.1e}")
                # Rounding errors of a logit are proportional to the terms that it is summed from.
                assert logits < 1e-5 * max(1.0, float(np.abs(want).max()))
                assert probabilities < 1e-5


# Halo.


def receptive_radius(net: nn.Module, input_count: int, output: int, scale: float) -> int:
    """How far, in pixels of an output, one of its pixels looks beyond its own footprint in the input.

    Measured, not derived by hand: with positive weights everywhere, average for max pooling and no ReLU in effect, the
    gradient of an output pixel is non-zero exactly on the input pixels that it can depend on. The reach differs with
    the position of the pixel on the pooling lattice, so all positions are tried.
    """
    probe = copy.deepcopy(net).double()
    for module in probe.modules():
        for name, child in module.named_children():
            if isinstance(child, nn.MaxPool2d):
                setattr(module, name, nn.AvgPool2d(child.kernel_size))
        if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d)):
            # The mean instead of the sum keeps the values within the range of a double.
            nn.init.constant_(module.weight, 1.0 / module.weight[0].numel())
            nn.init.constant_(module.bias, 0.0)

    size = 256
    inputs = [torch.ones(1, 1, size, size, dtype=torch.float64, requires_grad=True) for _ in range(input_count)]
    result = probe(*inputs)
    result = result if isinstance(result, Tensor) else result[output]
    centre = int(size * scale) // 2
    radius = 0
    for position in range(centre, centre + net.stride):
        gradients = torch.autograd.grad(result[0, 0, position, position], inputs, retain_graph=True)
        touched = torch.stack([gradient[0, 0] for gradient in gradients]).abs().sum(dim=0)
        rows = torch.nonzero(touched.sum(dim=1)).flatten()
        first, last = int(rows[0]), int(rows[-1])
        assert first > 0 and last < size - 1, "the probe image is too small"
        before = position / scale - first
        after = last - ((position + 1) / scale - 1)
        radius = max(radius, int(np.ceil(max(before, after) * scale)))
    return radius


def check_tile(net: nn.Module, example: list[np.ndarray], output: int, scale: float, halo: int) -> None:
    """A tile cut from the middle of an image gives the values of the whole image, once its halo is cropped."""
    start = 2 * net.stride
    whole = run_torch(net, example)[output]
    tile_inputs = [np.ascontiguousarray(array[:, :, start:-start, start:-start]) for array in example]
    tile = run_torch(net, tile_inputs)[output]
    shift = int(start * scale)
    inner = whole[:, :, shift + halo : -shift - halo, shift + halo : -shift - halo]
    difference = np.abs(tile[:, :, halo:-halo, halo:-halo] - inner).max()
    print(f"tile with halo {halo}: largest difference {difference:.1e}")
    assert difference < 1e-5


# Files.


def sha256(path: Path) -> str:
    """Hexadecimal digest of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def save_tensor(path: Path, array: np.ndarray) -> None:
    """A test tensor in C order."""
    np.save(path, np.ascontiguousarray(array))


def stretch_contrast(plane: np.ndarray) -> np.ndarray:
    """Map the range from the 0.5 to the 99.7 percentile to [0, 1]."""
    low, high = np.percentile(plane, (0.5, 99.7))
    return np.clip((plane - low) / (high - low), 0.0, 1.0)


def colour_ramp(plane: np.ndarray, stops: list[tuple[float, float, float]]) -> np.ndarray:
    """Colour a plane in [0, 1] by equally spaced stops; ``(height, width, 3)`` in [0, 1]."""
    places = np.linspace(0.0, 1.0, len(stops))
    return np.stack([np.interp(plane, places, [stop[k] for stop in stops]) for k in range(3)], axis=-1)


def save_png(path: Path, picture: np.ndarray) -> None:
    """Save a grey or RGB picture in [0, 1] with 8 bits."""
    Image.fromarray(np.rint(255.0 * picture).astype(np.uint8)).save(path, optimize=True)


def save_cover(path: Path, left: np.ndarray, right: np.ndarray) -> None:
    """Save two square RGB pictures in [0, 1] side by side.

    A palette of 256 colours, without dithering, halves the size: camera noise in full colour hardly compresses.
    """
    picture = Image.fromarray(np.rint(255.0 * np.concatenate([left, right], axis=1)).astype(np.uint8))
    picture.quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(path, optimize=True)


def check_package(folder: Path, weights_limit: int) -> None:
    """Sizes, the cover's aspect ratio, and nothing left over in the folder."""
    for name in ("weights.onnx", "weights.pt"):
        size = (folder / name).stat().st_size
        assert size < weights_limit, f"{name} has {size} bytes, more than {weights_limit}"
    cover = Image.open(folder / "cover.png")
    assert cover.width == 2 * cover.height and cover.width >= 512
    assert (folder / "cover.png").stat().st_size < 200_000
    total = sum(file.stat().st_size for file in folder.iterdir())
    assert total < 1_500_000, f"the package has {total} bytes"
    print(f"{folder.name}: {len(list(folder.iterdir()))} files, {total / 1000:.0f} kB")
