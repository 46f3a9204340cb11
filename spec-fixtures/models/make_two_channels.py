"""Make the package ``two-channels-two-outputs``: membrane and nuclei in, cells and half-size cell boundaries out.

    python make_two_channels.py            train, export, check and write the whole package
    python make_two_channels.py --measure  only measure the validation figures of the package that is there
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch

import model_package as package
import training
from networks import TwoChannelsUNet
from synthetic_cells import TissueScene, scene_rng, tissue_scene

FOLDER = Path(__file__).parent / "two-channels-two-outputs"
SEED = 20240618

TRAINING_IMAGES = 60
VALIDATION_IMAGES = 30
STEPS = 300
BATCH = 8
CROP = 96

# 1/128 and -1 are exact in binary, so float32 and float64 engines agree on the scaled membrane to the last bit.
MEMBRANE_GAIN = 0.0078125
MEMBRANE_OFFSET = -1.0

# Halos are counted in pixels of the output they belong to.
HALO = 24
HALO_HALF = 12
MIN_SIZE = 64
STEP = 4
TEST_HEIGHT, TEST_WIDTH = 100, 132
COVER_SIZE = 320

# No probability of the test case may lie this close to the threshold of `binarize`: rounding could flip the pixel.
THRESHOLD = 0.5
THRESHOLD_MARGIN = 1e-4

RDF = """\
# Two images in, two maps out: a fixture for everything that only shows with more than one tensor.
format_version: 0.4.9
type: model

name: Two Channels Two Outputs
description: A very small U-Net that finds touching cells and, at half the size, their boundaries from a membrane and a nuclei channel.
version: 1.0.0
timestamp: 2024-06-18T09:00:00Z  # fixed, so that making the package again changes nothing
authors:
  - name: The modelhub developers
cite:
  - text: "Ronneberger O, Fischer P, Brox T. U-Net: Convolutional Networks for Biomedical Image Segmentation. MICCAI 2015."
    doi: 10.1007/978-3-319-24574-4_28
license: MIT
documentation: README.md
covers: [cover.png]
tags: [unet2d, 2d, cells, membrane, nuclei, semantic-segmentation, fluorescence-light-microscopy, synthetic-data]

inputs:
  - name: membrane
    description: membrane stain as an 8-bit image
    axes: bcyx
    data_type: uint8
    data_range: [0, 255]
    shape:
      min: [1, 1, {min_size}, {min_size}]
      step: [0, 0, {step}, {step}]  # two poolings need multiples of {stride}
    preprocessing:
      - name: scale_linear  # 0 to 255 becomes -1 to just below 1
        kwargs:
          gain: {gain}
          offset: {offset}
  - name: nuclei
    description: nuclear stain, in any unit of intensity
    axes: bcyx
    data_type: float32
    data_range: [-.inf, .inf]
    shape:  # as membrane: both images show the same field of view
      min: [1, 1, {min_size}, {min_size}]
      step: [0, 0, {step}, {step}]
    preprocessing:
      - name: zero_mean_unit_variance
        kwargs:
          mode: per_sample
          axes: cyx
          eps: 1.0e-6

outputs:
  - name: foreground
    description: probability that a pixel belongs to a cell
    axes: bcyx
    data_type: float32
    data_range: [0.0, 1.0]
    shape:
      reference_tensor: membrane
      scale: [1.0, 1.0, 1.0, 1.0]
      offset: [0.0, 0.0, 0.0, 0.0]
    halo: [0, 0, {halo}, {halo}]  # a pixel sees {radius} pixels in each direction
    postprocessing:
      - name: sigmoid  # the network itself returns logits
  - name: boundary_half
    description: 1 where cells end, 0 elsewhere, at half the size
    axes: bcyx
    data_type: float32
    data_range: [0.0, 1.0]
    shape:
      reference_tensor: nuclei
      scale: [1.0, 1.0, 0.5, 0.5]
      offset: [0.0, 0.0, 0.0, 0.0]
    halo: [0, 0, {halo_half}, {halo_half}]  # in pixels of this output; a pixel sees {radius_half}
    postprocessing:
      - name: sigmoid
      - name: binarize
        kwargs:
          threshold: {threshold}

test_inputs: [test_membrane.npy, test_nuclei.npy]
test_outputs: [test_foreground.npy, test_boundary_half.npy]
sample_inputs: [sample_membrane.png, sample_nuclei.png]
sample_outputs: [sample_foreground.png, sample_boundary_half.png]

weights:
  onnx:
    source: weights.onnx
    sha256: {onnx_sha256}
    opset_version: {opset}
  torchscript:
    source: weights.pt
    sha256: {torchscript_sha256}
    pytorch_version: {pytorch}
"""

README = """\
# Two Channels Two Outputs

A very small U-Net ({parameters} parameters) for patches of touching cells. It takes a membrane channel and a nuclei
channel, and gives the probability of every pixel to be inside a cell and, at half the size, a map of the places where
one cell ends. It was made to test software that runs models: two inputs of different data types and preprocessing,
two outputs of different size and postprocessing.

**Do not use it for research.** It has only ever seen synthetic images.

## Input and output

| tensor | axes | size | values |
|---|---|---|---|
| `membrane` | bcyx, one channel | {min_size} + k·{step} pixels in y and in x | uint8; scaled to -1 … 1 |
| `nuclei` | bcyx, one channel | as `membrane` | any intensity; normalised to zero mean and unit variance per image |
| `foreground` | bcyx, one channel | as `membrane` | 0 to 1 |
| `boundary_half` | bcyx, one channel | half the height and width | 0 or 1, the probability cut at {threshold} |

The order matters: membrane first. Tiles need a halo of {halo} pixels of the input ({halo_half} of `boundary_half`).

## Training

The network has two poolings, with 8, 12 and 20 channels from the finest to the coarsest level, and nearest-neighbour
upsampling; `boundary_half` leaves the decoder one level before the end. It was trained for {steps} steps of {batch}
random {crop}x{crop} crops, turned and mirrored, from {training_images} synthetic images, with Adam, on the sum of
cross-entropy, Dice loss and a small penalty on large logits of both outputs, on one CPU core.

The images are drawn by `synthetic_cells.py`: a partition of patches of tissue into cells with curved edges, a stain
along the edges that fades in places, a nucleus in every cell, an uneven background and camera noise.

## Validation

Measured on {validation_images} synthetic images of 192x192 pixels from random seeds that training never used, with
the complete pipeline and a threshold of 0.5 for `foreground`:

| output | IoU, all pixels | IoU, mean of images | IoU, worst image | Dice, all pixels | Dice, mean of images |
|---|---|---|---|---|---|
| `foreground` | {foreground_iou_all:.3f} | {foreground_iou_mean:.3f} | {foreground_iou_worst:.3f} | {foreground_dice_all:.3f} | {foreground_dice_mean:.3f} |
| `boundary_half` | {boundary_iou_all:.3f} | {boundary_iou_mean:.3f} | {boundary_iou_worst:.3f} | {boundary_dice_all:.3f} | {boundary_dice_mean:.3f} |

The true boundary is only one to two pixels of `boundary_half` wide, so that an error of one pixel weighs heavily.
The figures say how well the model solves the synthetic task; they say nothing about real microscopes. To measure them
again with the TorchScript weights of this package, run this in the folder above it:

```sh
pip install -r requirements.txt
python make_two_channels.py --measure
```

To validate the model on images of your own, annotate the cells in at least ten of them, predict, threshold
`foreground` at 0.5, and compare IoU and Dice with the table.
"""


def as_tensor(plane: np.ndarray) -> np.ndarray:
    """A plane as ``bcyx`` tensor."""
    return plane[np.newaxis, np.newaxis]


def preprocess(membrane: np.ndarray, nuclei: np.ndarray) -> list[np.ndarray]:
    """The declared preprocessing of both inputs."""
    return [
        package.scale_linear(membrane, MEMBRANE_GAIN, MEMBRANE_OFFSET),
        package.zero_mean_unit_variance(nuclei, axes=(1, 2, 3)),
    ]


def boundary_at_half_size(boundary: np.ndarray) -> np.ndarray:
    """A half-size pixel is boundary if any of its four pixels is."""
    height, width = boundary.shape
    return boundary.reshape(height // 2, 2, width // 2, 2).any(axis=(1, 3))


def train_network() -> TwoChannelsUNet:
    """Train from scratch; takes about a minute."""
    scenes = [tissue_scene(scene_rng(SEED, "training", i), 160, 160) for i in range(TRAINING_IMAGES)]
    rng = scene_rng(SEED, "training", TRAINING_IMAGES)
    net = TwoChannelsUNet()

    def loss_of_step(_step: int) -> torch.Tensor:
        crops = []
        for index in rng.integers(len(scenes), size=BATCH):
            scene = scenes[index]
            planes = [scene.membrane, scene.nuclei, scene.foreground, scene.boundary]
            crops.append(training.random_crop(rng, planes, CROP))
        membrane, nuclei, foreground = (
            np.stack([as_tensor(crop[k])[0] for crop in crops]) for k in range(3)
        )
        boundary = np.stack([as_tensor(boundary_at_half_size(crop[3]))[0] for crop in crops])
        logits = net(*(torch.from_numpy(array) for array in preprocess(membrane, nuclei)))
        targets = [torch.from_numpy(mask.astype(np.float32)) for mask in (foreground, boundary)]
        return sum(training.segmentation_loss(got, want) for got, want in zip(logits, targets))

    training.train(net, loss_of_step, steps=STEPS, peak_rate=6e-3)
    return net


def predict(net: torch.nn.Module, scene: TissueScene) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities of cell and of boundary: the complete pipeline up to, but without, ``binarize``."""
    inputs = preprocess(as_tensor(scene.membrane), as_tensor(scene.nuclei))
    foreground, boundary = package.run_torch(net, inputs)
    return package.sigmoid(foreground), package.sigmoid(boundary)


def binarize(probability: np.ndarray) -> np.ndarray:
    """1 above the threshold, 0 at and below it."""
    return (probability > THRESHOLD).astype(np.float32)


def measure(net: torch.nn.Module) -> dict[str, float]:
    """IoU and Dice of both outputs on the held-out images."""
    scenes = [tissue_scene(scene_rng(SEED, "validation", i), 192, 192) for i in range(VALIDATION_IMAGES)]
    predictions = [predict(net, scene) for scene in scenes]
    pairs = {
        "foreground": [(got[0, 0] > 0.5, scene.foreground) for (got, _), scene in zip(predictions, scenes)],
        "boundary": [
            (binarize(got)[0, 0] > 0, boundary_at_half_size(scene.boundary))
            for (_, got), scene in zip(predictions, scenes)
        ],
    }
    figures = {}
    for name, masks in pairs.items():
        each = np.array([training.iou_and_dice(mask, truth) for mask, truth in masks])
        iou_all, dice_all = training.iou_and_dice(*(np.stack(side) for side in zip(*masks)))
        figures[f"{name}_iou_all"] = iou_all
        figures[f"{name}_iou_mean"] = float(each[:, 0].mean())
        figures[f"{name}_iou_worst"] = float(each[:, 0].min())
        figures[f"{name}_dice_all"] = dice_all
        figures[f"{name}_dice_mean"] = float(each[:, 1].mean())
    for name, value in figures.items():
        print(f"{name:22} {value:.4f}")
    return figures


def unambiguous_test_case(net: torch.nn.Module) -> tuple[TissueScene, np.ndarray, np.ndarray]:
    """The first example scene with no boundary probability near the threshold, and its two probability maps.

    Engines round differently in the last bits. A probability at the threshold would turn that into a wrong pixel.
    """
    for index in range(1, 100):
        scene = tissue_scene(scene_rng(SEED, "example", index), TEST_HEIGHT, TEST_WIDTH)
        foreground, boundary = predict(net, scene)
        margin = float(np.abs(boundary - THRESHOLD).min())
        share = float(scene.foreground.mean())
        # A test case should show cells as well as background.
        if margin > 2.0 * THRESHOLD_MARGIN and 0.4 < share < 0.85:
            print(f"test case {index}: margin {margin:.1e}, {share:.0%} foreground")
            return scene, foreground, boundary
    raise AssertionError("no example scene keeps its distance from the threshold")


def write_pictures(net: torch.nn.Module, test_scene: TissueScene, foreground: np.ndarray, boundary: np.ndarray) -> None:
    """Sample images of the test case, and the cover: both channels on the left, both outputs on the right."""
    package.save_png(FOLDER / "sample_membrane.png", test_scene.membrane / 255.0)
    package.save_png(FOLDER / "sample_nuclei.png", package.stretch_contrast(test_scene.nuclei))
    package.save_png(FOLDER / "sample_foreground.png", foreground[0, 0])
    package.save_png(FOLDER / "sample_boundary_half.png", boundary[0, 0])

    scene = tissue_scene(scene_rng(SEED, "example", 0), COVER_SIZE, COVER_SIZE)
    cells, edges = (output[0, 0] for output in predict(net, scene))
    membrane = package.stretch_contrast(scene.membrane.astype(np.float64))
    nuclei = package.stretch_contrast(scene.nuclei)
    left = (
        package.colour_ramp(nuclei, [(0.0, 0.0, 0.03), (0.05, 0.25, 0.55), (0.35, 0.75, 1.0)])
        + package.colour_ramp(membrane, [(0.0, 0.0, 0.0), (0.85, 0.30, 0.10), (1.0, 0.75, 0.35)])
    )
    right = package.colour_ramp(cells, [(0.03, 0.03, 0.07), (0.06, 0.24, 0.30), (0.10, 0.47, 0.50)])
    drawn = np.kron(binarize(edges), np.ones((2, 2)))[..., np.newaxis]
    right = right * (1.0 - drawn) + np.array([1.0, 0.86, 0.55]) * drawn
    package.save_cover(FOLDER / "cover.png", np.clip(left, 0.0, 1.0), right)


def make() -> None:
    """Train and write the package."""
    FOLDER.mkdir(exist_ok=True)
    training.make_deterministic(SEED)
    net = train_network()

    radius = package.receptive_radius(net, input_count=2, output=0, scale=1.0)
    radius_half = package.receptive_radius(net, input_count=2, output=1, scale=0.5)
    print(f"receptive radius {radius}, and {radius_half} at half the size")
    assert radius <= HALO and radius_half <= HALO_HALF and HALO % TwoChannelsUNet.stride == 0
    assert MIN_SIZE - 2 * HALO >= 1 and MIN_SIZE // 2 - 2 * HALO_HALF >= 1

    scene, foreground, boundary = unambiguous_test_case(net)
    boundary_mask = binarize(boundary)
    assert np.abs(boundary - THRESHOLD).min() > THRESHOLD_MARGIN
    assert 0.05 < boundary_mask.mean() < 0.95
    package.save_tensor(FOLDER / "test_membrane.npy", as_tensor(scene.membrane))
    package.save_tensor(FOLDER / "test_nuclei.npy", as_tensor(scene.nuclei))
    package.save_tensor(FOLDER / "test_foreground.npy", foreground)
    package.save_tensor(FOLDER / "test_boundary_half.npy", boundary_mask)

    names = ["membrane", "nuclei"]
    outputs = {"foreground": ("height", "width"), "boundary_half": ("half_height", "half_width")}
    normalised = preprocess(as_tensor(scene.membrane), as_tensor(scene.nuclei))
    batch_of_two = [np.concatenate([array, array[:, :, ::-1]]) for array in normalised]
    package.export_onnx(net, batch_of_two, names, outputs, FOLDER / "weights.onnx")
    package.export_torchscript(net, batch_of_two, FOLDER / "weights.pt")
    package.check_equivalence(net, FOLDER, names, normalised)
    package.check_tile(net, normalised, output=0, scale=1.0, halo=HALO)
    package.check_tile(net, normalised, output=1, scale=0.5, halo=HALO_HALF)

    figures = measure(net)
    assert figures["foreground_iou_all"] > 0.9 and figures["boundary_iou_all"] > 0.6, "the network has not learned"
    write_pictures(net, scene, foreground, boundary_mask)

    sizes = {
        "min_size": MIN_SIZE,
        "step": STEP,
        "halo": HALO,
        "halo_half": HALO_HALF,
        "radius": radius,
        "radius_half": radius_half,
        "threshold": THRESHOLD,
    }
    (FOLDER / "README.md").write_text(
        README.format(
            **sizes,
            **figures,
            parameters=f"{sum(p.numel() for p in net.parameters()):,}",
            steps=STEPS,
            batch=BATCH,
            crop=CROP,
            training_images=TRAINING_IMAGES,
            validation_images=VALIDATION_IMAGES,
        )
    )
    (FOLDER / "rdf.yaml").write_text(
        RDF.format(
            **sizes,
            stride=TwoChannelsUNet.stride,
            gain=MEMBRANE_GAIN,
            offset=MEMBRANE_OFFSET,
            opset=package.OPSET_VERSION,
            pytorch=package.PYTORCH_VERSION,
            onnx_sha256=package.sha256(FOLDER / "weights.onnx"),
            torchscript_sha256=package.sha256(FOLDER / "weights.pt"),
        )
    )
    package.check_package(FOLDER, weights_limit=100_000)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description="Make or measure the package two-channels-two-outputs.")
    arguments.add_argument("--measure", action="store_true", help="only measure the package that is there")
    if arguments.parse_args().measure:
        training.make_deterministic(SEED)
        measure(torch.jit.load(FOLDER / "weights.pt"))
    else:
        make()
