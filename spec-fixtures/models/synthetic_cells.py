"""Synthetic fluorescence images of cells, with their ground truth.

Two kinds of scene are drawn, both from nothing but a numpy random generator:

* ``nuclei_scene``: bright nuclei on a noisy, unevenly lit background with out-of-focus haze.
* ``tissue_scene``: touching cells, seen in a membrane channel (rings) and a nuclei channel.

Images are ``(height, width)`` arrays. A scene depends only on the generator that is passed in, so a seed names an
image. ``scene_rng`` derives one generator for each image of each split, which keeps training, validation and example
images apart.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

# The first number of the seed sequence of an image: no image can belong to two splits.
SPLITS = {"training": 0, "validation": 1, "example": 2}


def scene_rng(base_seed: int, split: str, index: int) -> np.random.Generator:
    """The random generator of image ``index`` of a split."""
    return np.random.default_rng([base_seed, SPLITS[split], index])


@dataclass(frozen=True)
class NucleiScene:
    """Nuclei in one channel."""

    image: np.ndarray  # float32, camera counts, about 150 to 1500
    foreground: np.ndarray  # bool


@dataclass(frozen=True)
class TissueScene:
    """Touching cells in two channels."""

    membrane: np.ndarray  # uint8
    nuclei: np.ndarray  # float32, camera counts
    foreground: np.ndarray  # bool, inside any cell
    boundary: np.ndarray  # bool, on the rim of a cell, two pixels wide between touching cells


def gaussian_blur(image: np.ndarray, sigma: float) -> np.ndarray:
    """Separable Gaussian blur with mirrored borders, cut at three standard deviations."""
    radius = max(1, int(np.ceil(3.0 * sigma)))
    kernel = np.exp(-0.5 * (np.arange(-radius, radius + 1) / sigma) ** 2)
    kernel /= kernel.sum()
    for axis in (0, 1):
        padding = [(0, 0), (0, 0)]
        padding[axis] = (radius, radius)
        padded = np.pad(image, padding, mode="symmetric")
        length = image.shape[axis]
        image = sum(weight * padded.take(range(i, i + length), axis=axis) for i, weight in enumerate(kernel))
    return image


def smooth_field(rng: np.random.Generator, shape: tuple[int, int], wavelength: float) -> np.ndarray:
    """A smooth random field within [-1, 1]: eight plane waves whose wavelengths are at least ``wavelength`` pixels."""
    y, x = np.mgrid[: shape[0], : shape[1]]
    field = np.zeros(shape)
    for _ in range(8):
        angle, phase = rng.uniform(0.0, 2.0 * np.pi, 2)
        frequency = 2.0 * np.pi / (wavelength * rng.uniform(1.0, 2.5))
        field += np.cos(frequency * (np.cos(angle) * y + np.sin(angle) * x) + phase)
    return field / 8.0


def fine_texture(rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    """Grainy texture of unit variance, the correlation length of condensed chromatin."""
    grain = gaussian_blur(rng.standard_normal(shape), 1.4)
    return grain / grain.std()


def blob_depth(
    rng: np.random.Generator, centre: tuple[float, float], radius: float, shape: tuple[int, int]
) -> tuple[tuple[slice, slice], np.ndarray]:
    """An elliptic blob with a wobbly rim.

    Returns the window that holds it and, within the window, the depth below the rim: 1 in the centre, 0 on the rim,
    negative outside.
    """
    elongation = rng.uniform(1.0, 1.55)
    turn = rng.uniform(0.0, np.pi)
    wobbles = [(k, rng.uniform(0.0, 0.09 / (k - 1)), rng.uniform(0.0, 2.0 * np.pi)) for k in (2, 3, 4)]

    reach = int(np.ceil(1.5 * radius * np.sqrt(elongation))) + 1
    window = tuple(slice(max(0, int(c) - reach), min(n, int(c) + reach + 1)) for c, n in zip(centre, shape))
    y, x = np.mgrid[window]
    y, x = y - centre[0], x - centre[1]
    along = (np.cos(turn) * x + np.sin(turn) * y) / np.sqrt(elongation)
    across = (-np.sin(turn) * x + np.cos(turn) * y) * np.sqrt(elongation)
    theta = np.arctan2(across, along)
    rim = radius * (1.0 + sum(size * np.cos(k * theta + phase) for k, size, phase in wobbles))
    return window, 1.0 - np.hypot(along, across) / rim


def camera(rng: np.random.Generator, photons: np.ndarray) -> np.ndarray:
    """Optical blur, shot noise, read noise and camera offset; float32 counts."""
    expected = np.maximum(gaussian_blur(photons, 1.1), 0.0)
    counts = 2.0 * rng.poisson(expected) + rng.normal(100.0, 4.0, photons.shape)
    return counts.astype(np.float32)


def uneven_background(rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    """Photons of the background: a slow gradient and a few nuclei far out of focus."""
    background = rng.uniform(60.0, 130.0) * (1.0 + 1.1 * smooth_field(rng, shape, 220.0))
    y, x = np.mgrid[: shape[0], : shape[1]]
    for _ in range(rng.poisson(shape[0] * shape[1] / 9000.0)):
        cy, cx = rng.uniform(0.0, shape[0]), rng.uniform(0.0, shape[1])
        width, height = rng.uniform(7.0, 18.0), rng.uniform(15.0, 60.0)
        background += height * np.exp(-0.5 * ((y - cy) ** 2 + (x - cx) ** 2) / width**2)
    return np.maximum(background, 5.0)


def nuclei_scene(rng: np.random.Generator, height: int, width: int) -> NucleiScene:
    """Bright nuclei of very different brightness on an uneven background."""
    shape = (height, width)
    occupied = np.zeros(shape, dtype=bool)
    photons = np.zeros(shape)
    texture = np.exp(0.28 * fine_texture(rng, shape))

    for _ in range(rng.poisson(rng.uniform(0.0007, 0.0018) * height * width)):
        centre = (rng.uniform(0.0, height), rng.uniform(0.0, width))
        brightness = 110.0 * rng.lognormal(0.0, 0.5)
        window, depth = blob_depth(rng, centre, rng.uniform(5.5, 10.5), shape)
        inside = depth > 0.0
        # Nuclei may touch but not lie on top of each other.
        if not inside.any() or occupied[window][inside].mean() > 0.03:
            continue
        inside &= ~occupied[window]
        occupied[window] |= inside
        shading = brightness * (0.7 + 0.3 * np.sqrt(np.maximum(depth, 0.0)))
        photons[window] += np.where(inside, shading, 0.0)

    illumination = 1.0 + 0.5 * smooth_field(rng, shape, 300.0)
    image = camera(rng, photons * texture * illumination + uneven_background(rng, shape))
    return NucleiScene(image=image, foreground=occupied)


def tissue_labels(rng: np.random.Generator, shape: tuple[int, int], spacing: float) -> np.ndarray:
    """Patches of touching cells: 0 is background, every cell has its own number."""
    rows, columns = (int(np.ceil(n / spacing)) + 2 for n in shape)
    grid = np.stack(np.mgrid[-1 : rows - 1, -1 : columns - 1], axis=-1).reshape(-1, 2) + 0.5
    seeds = (grid + rng.uniform(-0.34, 0.34, grid.shape)) * spacing

    # A smooth field decides where tissue is. It is looked up at the seeds, so that cells are kept or dropped whole.
    tissue = smooth_field(rng, shape, 110.0)
    rows, columns = (np.clip(seeds[:, k], 0, shape[k] - 1).astype(int) for k in (0, 1))
    is_cell = tissue[rows, columns] > -0.12

    # Bent coordinates turn the straight edges of the nearest-seed partition into curved ones.
    y, x = np.mgrid[: shape[0], : shape[1]].astype(float)
    y, x = y + 3.5 * smooth_field(rng, shape, 22.0), x + 3.5 * smooth_field(rng, shape, 22.0)
    squared = (y[..., None] - seeds[:, 0]) ** 2 + (x[..., None] - seeds[:, 1]) ** 2
    nearest = squared.argmin(axis=-1)
    # Cells at the rim of a patch are rounded off instead of reaching out into the background.
    in_reach = squared.min(axis=-1) < (0.72 * spacing) ** 2
    return np.where(is_cell[nearest] & in_reach, nearest + 1, 0)


def label_boundaries(labels: np.ndarray) -> np.ndarray:
    """Pixels with a neighbour (left, right, above, below) of another label."""
    boundary = np.zeros(labels.shape, dtype=bool)
    for axis in (0, 1):
        differs = np.diff(labels, axis=axis) != 0
        boundary |= np.pad(differs, [(0, 1) if a == axis else (0, 0) for a in (0, 1)])
        boundary |= np.pad(differs, [(1, 0) if a == axis else (0, 0) for a in (0, 1)])
    return boundary


def tissue_scene(rng: np.random.Generator, height: int, width: int) -> TissueScene:
    """Touching cells with a stained membrane and a stained nucleus each."""
    shape = (height, width)
    spacing = rng.uniform(17.0, 24.0)
    labels = tissue_labels(rng, shape, spacing)
    foreground = labels > 0
    boundary = label_boundaries(labels)

    photons = np.zeros(shape)
    for label in np.unique(labels[foreground]):
        cell = labels == label
        centre = tuple(float(axis.mean()) for axis in np.nonzero(cell))
        window, depth = blob_depth(rng, centre, spacing * rng.uniform(0.24, 0.33), shape)
        brightness = 110.0 * rng.lognormal(0.0, 0.35)
        shading = brightness * (0.7 + 0.3 * np.sqrt(np.maximum(depth, 0.0)))
        photons[window] += np.where((depth > 0.0) & cell[window], shading, 0.0)
    texture = np.exp(0.28 * fine_texture(rng, shape))
    nuclei = camera(rng, photons * texture + uneven_background(rng, shape))

    # The stain fades along the rim, and the inside of a cell is a little brighter than the background.
    stain = 0.65 + 0.9 * smooth_field(rng, shape, 45.0)
    signal = gaussian_blur(boundary * np.clip(stain, 0.12, 1.0), 0.9)
    grey = 18.0 + 165.0 * signal + 14.0 * foreground + 9.0 * smooth_field(rng, shape, 160.0)
    grey = grey + rng.normal(0.0, 1.0, shape) * (4.0 + 0.06 * grey)
    membrane = np.clip(np.rint(grey), 0.0, 255.0).astype(np.uint8)
    return TissueScene(membrane=membrane, nuclei=nuclei, foreground=foreground, boundary=boundary)
