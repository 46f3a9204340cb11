"""Make the package ``blobs-unet2d``: one image in, the probability of nuclei out.

    python make_blobs_unet2d.py            train, export, check and write the whole package
    python make_blobs_unet2d.py --measure  only measure the validation figures of the package that is there
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

import model_package as package
import training
from networks import BlobsUNet
from synthetic_cells import nuclei_scene, scene_rng

FOLDER = Path(__file__).parent / "blobs-unet2d"
SEED = 20240611

TRAINING_IMAGES = 120
VALIDATION_IMAGES = 40
STEPS = 450
BATCH = 8
CROP = 128

# Must be at least the receptive radius, and should be a multiple of the stride, so that tiles start on its lattice.
HALO = 48
MIN_SIZE = 128
STEP = 16
TEST_HEIGHT, TEST_WIDTH = 256, 192
COVER_SIZE = 320

RDF = """\
# A small U-Net that finds bright nuclei, trained on synthetic images.
format_version: 0.4.9
type: model

name: Blobs U-Net 2D
description: A small 2-D U-Net that predicts the probability of bright nuclei on a noisy, unevenly lit background.
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
tags: [unet2d, 2d, nuclei, semantic-segmentation, fluorescence-light-microscopy, synthetic-data]

inputs:
  - name: image
    description: one channel of fluorescence, in any unit of intensity
    axes: bcyx
    data_type: float32
    data_range: [-.inf, .inf]
    shape:
      min: [1, 1, {min_size}, {min_size}]
      step: [0, 0, {step}, {step}]  # three poolings need multiples of {stride}
    preprocessing:
      - name: zero_mean_unit_variance
        kwargs:
          mode: per_sample
          axes: yx
          eps: 1.0e-6

outputs:
  - name: probability
    description: probability that a pixel belongs to a nucleus
    axes: bcyx
    data_type: float32
    data_range: [0.0, 1.0]
    shape:
      reference_tensor: image
      scale: [1.0, 1.0, 1.0, 1.0]
      offset: [0.0, 0.0, 0.0, 0.0]
    halo: [0, 0, {halo}, {halo}]  # a pixel sees {radius} pixels in each direction
    postprocessing:
      - name: sigmoid  # the network itself returns logits

test_inputs: [test_input.npy]
test_outputs: [test_output.npy]
sample_inputs: [sample_input.png]
sample_outputs: [sample_output.png]

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
# Blobs U-Net 2D

A small 2-D U-Net that marks bright, roundish nuclei in fluorescence images with a noisy and unevenly lit background.
For every pixel it gives the probability of being inside a nucleus. It was made to test and to demonstrate software
that runs models: it is small ({parameters} parameters), really trained, and behaves like a model for real images.

**Do not use it for research.** It has only ever seen synthetic images.

## Input and output

| tensor | axes | size | values |
|---|---|---|---|
| `image` | bcyx, one channel | {min_size} + k·{step} pixels in y and in x | any intensity; normalised to zero mean and unit variance per image |
| `probability` | bcyx, one channel | as the input | 0 to 1 |

Nuclei should be about 10 to 25 pixels wide; rescale images in which they are not. An output pixel depends on the
input up to {radius} pixels away, so tiles need a halo of {halo} pixels.

## Training

The network has three poolings, with 8, 16, 32 and 64 channels from the finest to the coarsest level, and transposed
convolutions on the way up. It was trained for {steps} steps of {batch} random {crop}x{crop} crops, turned and mirrored,
from {training_images} synthetic images, with Adam, on the sum of cross-entropy, Dice loss and a small penalty on large
logits, on one CPU core.

The images are drawn by `synthetic_cells.py`: nuclei with irregular rims, grainy texture and brightness that differs
several-fold; a background with slow gradients and out-of-focus haze; optical blur, shot noise and read noise.

## Validation

Measured on {validation_images} synthetic images of 256x256 pixels from random seeds that training never used, with
the complete pipeline (normalisation, network, sigmoid) and a threshold of 0.5:

| | IoU, all pixels | IoU, mean of images | IoU, worst image | Dice, all pixels | Dice, mean of images |
|---|---|---|---|---|---|
| this model | {iou_all:.3f} | {iou_mean:.3f} | {iou_worst:.3f} | {dice_all:.3f} | {dice_mean:.3f} |
| Otsu's threshold of each image | {otsu_iou_all:.3f} | {otsu_iou_mean:.3f} | {otsu_iou_worst:.3f} | {otsu_dice_all:.3f} | {otsu_dice_mean:.3f} |

The figures say how well the model solves the synthetic task; they say nothing about real microscopes. To measure them
again with the TorchScript weights of this package, run this in the folder above it:

```sh
pip install -r requirements.txt
python make_blobs_unet2d.py --measure
```

To validate the model on images of your own, annotate the nuclei in at least ten of them, predict, threshold at 0.5,
and compare IoU and Dice with the table.
"""


def preprocess(image: np.ndarray) -> np.ndarray:
    """The declared preprocessing."""
    return package.zero_mean_unit_variance(image, axes=(2, 3))


def as_tensor(plane: np.ndarray) -> np.ndarray:
    """A plane as ``bcyx`` tensor."""
    return plane[np.newaxis, np.newaxis]


def train_network() -> BlobsUNet:
    """Train from scratch; takes two to three minutes."""
    scenes = [nuclei_scene(scene_rng(SEED, "training", i), 192, 192) for i in range(TRAINING_IMAGES)]
    rng = scene_rng(SEED, "training", TRAINING_IMAGES)
    net = BlobsUNet()

    def loss_of_step(_step: int) -> torch.Tensor:
        crops = []
        for index in rng.integers(len(scenes), size=BATCH):
            crops.append(training.random_crop(rng, [scenes[index].image, scenes[index].foreground], CROP))
        images = preprocess(np.stack([as_tensor(image)[0] for image, _ in crops]))
        targets = np.stack([as_tensor(mask)[0] for _, mask in crops]).astype(np.float32)
        return training.segmentation_loss(net(torch.from_numpy(images)), torch.from_numpy(targets))

    training.train(net, loss_of_step, steps=STEPS, peak_rate=3e-3)
    return net


def predict(net: torch.nn.Module, plane: np.ndarray) -> np.ndarray:
    """The complete pipeline on one plane."""
    (logits,) = package.run_torch(net, [preprocess(as_tensor(plane))])
    return package.sigmoid(logits)[0, 0]


def measure(predict_mask: Callable[[np.ndarray], np.ndarray]) -> dict[str, float]:
    """IoU and Dice of masks of the held-out images."""
    scenes = [nuclei_scene(scene_rng(SEED, "validation", i), 256, 256) for i in range(VALIDATION_IMAGES)]
    masks = [predict_mask(scene.image) for scene in scenes]
    truths = [scene.foreground for scene in scenes]
    each = np.array([training.iou_and_dice(mask, truth) for mask, truth in zip(masks, truths)])
    iou_all, dice_all = training.iou_and_dice(np.stack(masks), np.stack(truths))
    return {
        "iou_all": iou_all,
        "iou_mean": float(each[:, 0].mean()),
        "iou_worst": float(each[:, 0].min()),
        "dice_all": dice_all,
        "dice_mean": float(each[:, 1].mean()),
    }


def measure_with_baseline(net: torch.nn.Module) -> dict[str, float]:
    """The figures of the network, and those of a global threshold under names with ``otsu_`` in front."""
    figures = measure(lambda image: predict(net, image) > 0.5)
    baseline = measure(lambda image: image > training.otsu_threshold(image))
    figures |= {f"otsu_{name}": value for name, value in baseline.items()}
    for name, value in figures.items():
        print(f"{name:16} {value:.4f}")
    return figures


def write_pictures(net: torch.nn.Module, test_image: np.ndarray, test_probability: np.ndarray) -> None:
    """Sample images of the test case, and the cover: an image on the left, its probability map on the right."""
    package.save_png(FOLDER / "sample_input.png", package.stretch_contrast(test_image))
    package.save_png(FOLDER / "sample_output.png", test_probability)

    image = nuclei_scene(scene_rng(SEED, "example", 1), COVER_SIZE, COVER_SIZE).image
    probability = predict(net, image)
    left = package.colour_ramp(
        package.stretch_contrast(image), [(0.0, 0.01, 0.04), (0.0, 0.30, 0.48), (0.25, 0.78, 0.86), (1.0, 1.0, 1.0)]
    )
    right = package.colour_ramp(
        probability, [(0.05, 0.02, 0.10), (0.45, 0.10, 0.42), (0.90, 0.32, 0.25), (0.99, 0.87, 0.45)]
    )
    package.save_cover(FOLDER / "cover.png", left, right)


def make() -> None:
    """Train and write the package."""
    FOLDER.mkdir(exist_ok=True)
    training.make_deterministic(SEED)
    net = train_network()

    radius = package.receptive_radius(net, input_count=1, output=0, scale=1.0)
    print(f"receptive radius {radius}")
    assert radius <= HALO and HALO % BlobsUNet.stride == 0 and MIN_SIZE - 2 * HALO >= 1

    scene = nuclei_scene(scene_rng(SEED, "example", 0), TEST_HEIGHT, TEST_WIDTH)
    test_input = as_tensor(scene.image)
    normalised = preprocess(test_input)
    (logits,) = package.run_torch(net, [normalised])
    test_output = package.sigmoid(logits)
    package.save_tensor(FOLDER / "test_input.npy", test_input)
    package.save_tensor(FOLDER / "test_output.npy", test_output)

    batch_of_two = [np.concatenate([normalised, normalised[:, :, ::-1]])]
    package.export_onnx(
        net, batch_of_two, ["image"], {"probability": ("height", "width")}, FOLDER / "weights.onnx"
    )
    package.export_torchscript(net, batch_of_two, FOLDER / "weights.pt")
    package.check_equivalence(net, FOLDER, ["image"], [normalised])
    package.check_tile(net, [normalised], output=0, scale=1.0, halo=HALO)

    figures = measure_with_baseline(net)
    assert figures["iou_all"] > 0.85, "the network has not learned the task"
    write_pictures(net, scene.image, test_output[0, 0])

    sizes = {"min_size": MIN_SIZE, "step": STEP, "halo": HALO, "radius": radius}
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
            stride=BlobsUNet.stride,
            opset=package.OPSET_VERSION,
            pytorch=package.PYTORCH_VERSION,
            onnx_sha256=package.sha256(FOLDER / "weights.onnx"),
            torchscript_sha256=package.sha256(FOLDER / "weights.pt"),
        )
    )
    package.check_package(FOLDER, weights_limit=450_000)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description="Make or measure the package blobs-unet2d.")
    arguments.add_argument("--measure", action="store_true", help="only measure the package that is there")
    if arguments.parse_args().measure:
        training.make_deterministic(SEED)
        measure_with_baseline(torch.jit.load(FOLDER / "weights.pt"))
    else:
        make()
