"""Packages with networks of known receptive field and stride, for tests of tiling.

The weights are random numbers of fixed seeds, the test images are drawn by ``synthetic_cells.py``. The figures of each
README are measured by this script, and it stops with an error if a declared halo is not what the README says of it.

    python make_tiling.py

Needs the packages of ``requirements.txt``, without PyTorch.
"""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

from synthetic_cells import gaussian_blur, nuclei_scene, scene_rng

HERE = Path(__file__).resolve().parent
OPSET_VERSION = 17
IR_VERSION = 8
SEED = 20240611


# Networks.


class Graph:
    """An ONNX graph under construction: plain operators in float32.

    A *probe* has the same structure with positive weights, averages for maxima and no ReLU: where an input is changed, all
    elements that can depend on it change.
    """

    def __init__(self, rank: int, channels: int, seed: int, probe: bool) -> None:
        self.rank, self.probe = rank, probe
        self.rng = np.random.default_rng(seed)
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []
        self.channels = {"input": channels}

    def add(self, operator: str, inputs: list[str], channels: int, **attributes) -> str:
        name = f"{operator.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [name], **attributes))
        self.channels[name] = channels
        return name

    def constant(self, values: np.ndarray) -> str:
        name = f"constant_{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(values, name))
        return name

    def conv(self, source: str, channels: int, size: int = 3, stride: int = 1, valid: bool = False, relu: bool = True) -> str:
        inputs = self.channels[source]
        taps = size**self.rank * inputs
        weights = self.rng.normal(0.0, np.sqrt(2.0 / taps), (channels, inputs, *[size] * self.rank))
        bias = self.rng.normal(0.0, 0.1, channels)
        if self.probe:
            weights, bias = np.full_like(weights, 1.0 / taps), np.zeros_like(bias)
        pads = [0 if valid else (size - 1) // 2] * (2 * self.rank)
        constants = [self.constant(values.astype(np.float32)) for values in (weights, bias)]
        found = self.add(
            "Conv", [source, *constants], channels,
            kernel_shape=[size] * self.rank, strides=[stride] * self.rank, pads=pads,
        )
        return self.add("Relu", [found], channels) if relu and not self.probe else found

    def pool(self, source: str) -> str:
        operator = "AveragePool" if self.probe else "MaxPool"
        sizes = {"kernel_shape": [2] * self.rank, "strides": [2] * self.rank}
        return self.add(operator, [source], self.channels[source], **sizes)

    def enlarge(self, source: str) -> str:
        scales = self.constant(np.array([1.0, 1.0] + [2.0] * self.rank, np.float32))
        return self.add(
            "Resize", [source, "", scales], self.channels[source],
            mode="nearest", nearest_mode="floor", coordinate_transformation_mode="asymmetric",
        )

    def crop(self, source: str, by: int) -> str:
        """Without the outermost ``by`` elements along all axes of space."""
        lists = ([by] * self.rank, [-by] * self.rank, list(range(2, 2 + self.rank)))
        return self.add("Slice", [source, *(self.constant(np.array(one, np.int64)) for one in lists)], self.channels[source])

    def concat(self, *sources: str) -> str:
        return self.add("Concat", list(sources), sum(self.channels[source] for source in sources), axis=1)

    def finish(self, outputs: list[str]) -> onnx.ModelProto:
        free = ["depth", "height", "width"][-self.rank :]

        def port(name: str, channels: int, suffix: str) -> onnx.ValueInfoProto:
            shape = ["batch", channels, *(f"{axis}{suffix}" for axis in free)]
            return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)

        names = [f"output_{k}" for k in range(len(outputs))]
        for found, name in zip(outputs, names):
            self.nodes.append(helper.make_node("Identity", [found], [name]))
        ports = [port(name, self.channels[found], f"_{name}") for found, name in zip(outputs, names)]
        graph = helper.make_graph(
            self.nodes, "tiling", [port("input", self.channels["input"], "")], ports, initializer=self.weights
        )
        opsets = [helper.make_opsetid("", OPSET_VERSION)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION, producer_name="")
        onnx.checker.check_model(model, full_check=True)
        return model


def unet(graph: Graph) -> list[str]:
    """Two poolings: a total stride of 4."""
    level0 = graph.conv("input", 6)
    level1 = graph.conv(graph.pool(level0), 8)
    level2 = graph.conv(graph.pool(level1), 12)
    level1 = graph.conv(graph.concat(level1, graph.enlarge(level2)), 8)
    level0 = graph.conv(graph.concat(level0, graph.enlarge(level1)), 6)
    return [graph.conv(level0, 1, size=1, relu=False)]


def half_size(graph: Graph) -> list[str]:
    """A convolution with stride 2 between two with stride 1."""
    found = graph.conv(graph.conv("input", 6), 8, stride=2)
    return [graph.conv(found, 2, relu=False)]


def double_size(graph: Graph) -> list[str]:
    """Nearest neighbours between two convolutions."""
    found = graph.conv(graph.enlarge(graph.conv("input", 6)), 6)
    return [graph.conv(found, 1, size=1, relu=False)]


def valid_unet(graph: Graph) -> list[str]:
    """No convolution pads; the last one has a window of 2, so nine elements are lost in all."""
    level0 = graph.conv("input", 6, valid=True)
    level1 = graph.conv(graph.pool(level0), 8, valid=True)
    level0 = graph.concat(graph.crop(level0, 2), graph.enlarge(level1))
    level0 = graph.conv(level0, 6, valid=True)
    return [graph.conv(level0, 1, size=2, valid=True, relu=False)]


def volume_unet(graph: Graph) -> list[str]:
    """One pooling in three dimensions."""
    level0 = graph.conv("input", 4)
    level1 = graph.conv(graph.pool(level0), 6)
    level0 = graph.conv(graph.concat(level0, graph.enlarge(level1)), 4)
    return [graph.conv(level0, 1, size=1, relu=False)]


def two_outputs(graph: Graph) -> list[str]:
    """One output of full size, one of half the size and with two channels."""
    level0 = graph.conv("input", 6)
    level1 = graph.conv(graph.pool(level0), 8)
    return [graph.conv(level0, 1, relu=False), graph.conv(level1, 2, relu=False)]


# Packages.


@dataclass
class Output:
    name: str
    channels: int
    scale: float
    twice_offset: int
    halo: int
    postprocessing: str = ""


@dataclass
class Fixture:
    folder: str
    title: str
    sentence: str
    build: Callable[[Graph], list[str]]
    stride: int
    minimum: int
    step: int
    size: tuple[int, ...]
    outputs: list[Output]
    rank: int = 2
    seed: int = 0
    normalised: bool = False
    is_honest: bool = True
    notes: list[str] = field(default_factory=list)


FIXTURES = [
    Fixture(
        "tiling-unet-stride4", "Tiling U-Net of stride 4",
        "A U-Net with two poolings, an honest halo, preprocessing by statistics of the image, and a sigmoid.",
        unet, 4, 48, 4, (96, 128), [Output("probability", 1, 1.0, 0, 16, "sigmoid")], normalised=True,
    ),
    Fixture(
        "tiling-dishonest-halo", "Tiling U-Net that declares too small a halo",
        "The network of tiling-unet-stride4, without processing, with a halo of 2 where 13 is needed.",
        unet, 4, 32, 4, (96, 128), [Output("output", 1, 1.0, 0, 2)], is_honest=False,
        notes=["Tiles of this package show seams. It is there so that tests can see that they are noticed."],
    ),
    Fixture(
        "tiling-fixed-size", "Tiling U-Net of fixed size",
        "The network of tiling-unet-stride4, without processing, described with one size only.",
        unet, 4, 64, 0, (64, 64), [Output("output", 1, 1.0, 0, 16)],
        notes=["The description cannot say that the total stride is 4: whoever tiles it has to know."],
    ),
    Fixture(
        "tiling-half-size", "Tiling network of half size",
        "A strided convolution: the output has half the size of the input.",
        half_size, 2, 32, 2, (96, 128), [Output("half", 2, 0.5, 0, 3)], seed=1,
    ),
    Fixture(
        "tiling-double-size", "Tiling network of double size",
        "Nearest neighbours: the output has twice the size of the input.",
        double_size, 1, 16, 1, (60, 81), [Output("double", 1, 2.0, 0, 4)], seed=2,
    ),
    Fixture(
        "tiling-valid-unet", "Tiling U-Net without padding",
        "Convolutions without padding: the output is 9 elements smaller than the input, an offset of -4.5.",
        valid_unet, 2, 28, 2, (96, 128), [Output("output", 1, 1.0, -9, 2)], seed=3,
    ),
    Fixture(
        "tiling-volume", "Tiling U-Net for volumes",
        "A U-Net in three dimensions with one pooling.",
        volume_unet, 2, 16, 2, (24, 28, 32), [Output("output", 1, 1.0, 0, 6)], rank=3, seed=4,
    ),
    Fixture(
        "tiling-two-outputs", "Tiling network of two outputs",
        "One output of full size, one of half the size that is normalised by its own statistics.",
        two_outputs, 2, 32, 2, (96, 128),
        [Output("full", 1, 1.0, 0, 2), Output("half", 2, 0.5, 0, 3, "zero_mean_unit_variance")], seed=5,
    ),
]


def session(fixture: Fixture, probe: bool) -> tuple[onnxruntime.InferenceSession, bytes]:
    graph = Graph(fixture.rank, 1, SEED + fixture.seed, probe)
    data = graph.finish(fixture.build(graph)).SerializeToString(deterministic=True)
    return onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"]), data


def needed_halo(fixture: Fixture, output: int) -> int:
    """How many elements at a cut side are wrong at least, measured with the probe on tiles that start in phase."""
    network, _ = session(fixture, probe=True)
    described = fixture.outputs[output]
    reference = 8 * fixture.stride
    side = fixture.minimum + (12 * fixture.stride if fixture.step else 0)
    worst = 0
    # Cut along one axis, whole along the others.
    whole_size = side + 4 * reference
    shape = [1, 1, whole_size, *[fixture.minimum] * (fixture.rank - 1)]
    image = np.ones(shape, np.float32)
    whole = network.run(None, {"input": image})[output]
    for start in range(fixture.stride, 4 * reference - fixture.stride, fixture.stride):
        tile = network.run(None, {"input": image[:, :, start : start + side]})[output]
        first = round(start * described.scale)
        expected = whole[:, :, first : first + tile.shape[2]]
        wrong = np.flatnonzero(np.abs(tile - expected).max(axis=(0, 1, *range(3, tile.ndim))) > 1e-6)
        if wrong.size:
            half = tile.shape[2] // 2
            left = max((int(at) + 1 for at in wrong if at < half), default=0)
            right = max((tile.shape[2] - int(at) for at in wrong if at >= half), default=0)
            worst = max(worst, left, right)
    return worst


def draw(fixture: Fixture) -> np.ndarray:
    """A test image in camera counts, or around zero where nothing normalises it."""
    rng = scene_rng(SEED, "example", fixture.seed)
    if fixture.rank == 3:
        depth, height, width = fixture.size
        planes = np.stack([rng.normal(0.0, 1.0, (height, width)) for _ in range(depth)])
        smooth = np.stack([gaussian_blur(plane, 2.0) for plane in planes])
        image = (smooth + np.roll(smooth, 1, 0) + np.roll(smooth, -1, 0)) / smooth.std()
    else:
        image = nuclei_scene(rng, *fixture.size).image
        if not fixture.normalised:
            image = (image - image.mean()) / image.std()
    return np.ascontiguousarray(image.astype(np.float32)[np.newaxis, np.newaxis])


def normalise(values: np.ndarray, axes: tuple[int, ...]) -> np.ndarray:
    """Zero mean and unit variance, with the statistics in double precision."""
    values = values.astype(np.float64)
    mean, std = values.mean(axis=axes, keepdims=True), values.std(axis=axes, keepdims=True)
    return ((values - mean) / (std + 1e-6)).astype(np.float32)


def postprocess(output: Output, values: np.ndarray, axes: tuple[int, ...]) -> np.ndarray:
    if output.postprocessing == "sigmoid":
        return (1.0 / (1.0 + np.exp(-values.astype(np.float64)))).astype(np.float32)
    return normalise(values, axes) if output.postprocessing else values


STATISTICS = """      - name: zero_mean_unit_variance
        kwargs:
          mode: per_sample
          axes: yx
          eps: 1.0e-6
"""


def description(fixture: Fixture, digest: str) -> str:
    space = "zyx"[-fixture.rank :]
    axes = f"bc{space}"

    def every(first: list, value: float) -> str:
        return "[" + ", ".join(str(one) for one in [*first, *[value] * fixture.rank]) + "]"

    if fixture.step:
        shape = f"    shape:\n      min: {every([1, 1], fixture.minimum)}\n      step: {every([0, 0], fixture.step)}\n"
    else:
        shape = f"    shape: {every([1, 1], fixture.minimum)}\n"
    processing = f"    preprocessing:\n{STATISTICS}" if fixture.normalised else ""
    outputs = ""
    for output in fixture.outputs:
        # Channels that are not those of the input: nothing of their number, and twice the offset.
        scale, offset = (1.0, 0.0) if output.channels == 1 else (0.0, output.channels / 2)
        steps = {"sigmoid": "      - name: sigmoid\n", "zero_mean_unit_variance": STATISTICS}.get(output.postprocessing, "")
        steps = f"    postprocessing:\n{steps}" if steps else ""
        outputs += f"""  - name: {output.name}
    description: what the network makes of the image
    axes: {axes}
    data_type: float32
    data_range: [-.inf, .inf]
    shape:
      reference_tensor: image
      scale: {every([1.0, scale], output.scale)}
      offset: {every([0.0, offset], output.twice_offset / 2)}
    halo: {every([0, 0], output.halo)}
{steps}"""
    tests = ", ".join(f"test_{output.name}.npy" for output in fixture.outputs)
    return f"""# Written by make_tiling.py.
format_version: 0.4.9
type: model

name: {fixture.title}
description: "{fixture.sentence}"
version: 1.0.0
timestamp: 2024-06-11T09:00:00Z  # fixed, so that making the package again changes nothing
authors:
  - name: The modelhub developers
cite:
  - text: "Ronneberger O, Fischer P, Brox T. U-Net: Convolutional Networks for Biomedical Image Segmentation. MICCAI 2015."
    doi: 10.1007/978-3-319-24574-4_28
license: MIT
documentation: README.md
covers: [cover.png]
tags: [tiling, synthetic-data, {"3d" if fixture.rank == 3 else "2d"}]

inputs:
  - name: image
    description: one channel of fluorescence
    axes: {axes}
    data_type: float32
    data_range: [-.inf, .inf]
{shape}{processing}
outputs:
{outputs}
test_inputs: [test_image.npy]
test_outputs: [{tests}]

weights:
  onnx:
    source: weights.onnx
    sha256: {digest}
    opset_version: {OPSET_VERSION}
"""


def readme(fixture: Fixture, halos: list[int]) -> str:
    rows = "\n".join(
        f"| `{output.name}` | {output.scale:g} | {output.twice_offset / 2:g} | {halo} | {output.halo} |"
        for output, halo in zip(fixture.outputs, halos)
    )
    sizes = f"{fixture.minimum} + k·{fixture.step}" if fixture.step else f"only {fixture.minimum}"
    notes = "".join(f"\n{note}\n" for note in fixture.notes)
    return f"""# {fixture.title}

{fixture.sentence} The weights are random numbers: the package is for tests of software that cuts images into tiles, and
good for nothing else. `make_tiling.py` in the folder above makes it.
{notes}
## Facts

Sizes along an axis of space: {sizes}. Total stride: {fixture.stride}.

| output | scale | offset | halo that is needed | halo that is declared |
|---|---|---|---|---|
{rows}

The halo that is needed was measured: with positive weights, averages instead of maxima and no ReLU, it is the number of
elements at a cut side that differ from the whole image, the most among tiles that start at multiples of the total stride.

## Validation

`modelhub test-model` on this folder compares with the output of onnxruntime. There is no task to be good at.
"""


def cover(fixture: Fixture, image: np.ndarray, result: np.ndarray) -> Image.Image:
    def square(values: np.ndarray) -> Image.Image:
        plane = values[0, 0] if fixture.rank == 2 else values[0, 0, values.shape[2] // 2]
        edge = min(plane.shape)
        plane = plane[:edge, :edge].astype(np.float64)
        low, high = np.percentile(plane, (0.5, 99.5))
        grey = np.clip((plane - low) / (high - low), 0.0, 1.0)
        return Image.fromarray(np.rint(255.0 * grey).astype(np.uint8)).resize((256, 256), Image.Resampling.NEAREST)

    picture = Image.new("L", (512, 256))
    picture.paste(square(image), (0, 0))
    picture.paste(square(result), (256, 0))
    return picture


def make(fixture: Fixture) -> None:
    folder = HERE / fixture.folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    halos = [needed_halo(fixture, output) for output in range(len(fixture.outputs))]
    for output, needed in zip(fixture.outputs, halos):
        print(f"{fixture.folder}: {output.name} needs a halo of {needed}, declares {output.halo}")
        assert (output.halo >= needed) == fixture.is_honest

    network, data = session(fixture, probe=False)
    image = draw(fixture)
    space = tuple(range(2, 2 + fixture.rank))
    prepared = normalise(image, space) if fixture.normalised else image
    results = network.run(None, {"input": prepared})
    results = [postprocess(output, result, space) for output, result in zip(fixture.outputs, results, strict=True)]
    for output, result in zip(fixture.outputs, results):
        expected = [1, output.channels, *(int(size * output.scale) + output.twice_offset for size in fixture.size)]
        assert list(result.shape) == expected, (result.shape, expected)
        np.save(folder / f"test_{output.name}.npy", result)
    np.save(folder / "test_image.npy", image)
    (folder / "weights.onnx").write_bytes(data)
    cover(fixture, image, results[0]).save(folder / "cover.png", optimize=True)
    (folder / "README.md").write_text(readme(fixture, halos), encoding="utf-8")
    digest = hashlib.sha256(data).hexdigest()
    (folder / "rdf.yaml").write_text(description(fixture, digest), encoding="utf-8")
    total = sum(file.stat().st_size for file in folder.iterdir())
    assert total < 500_000, f"the package has {total} bytes"


if __name__ == "__main__":
    for fixture in FIXTURES:
        make(fixture)
