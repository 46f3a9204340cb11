"""Reproducible training of a small network on the CPU, and the figures to judge it by."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional


def make_deterministic(seed: int) -> None:
    """Fix everything that would make two runs differ on one machine.

    One thread, because the order of a parallel sum depends on how the work was split. Another processor or another
    PyTorch release may still round differently.
    """
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    torch.manual_seed(seed)


def random_crop(rng: np.random.Generator, planes: list[np.ndarray], size: int) -> list[np.ndarray]:
    """The same randomly placed, turned and mirrored square of several aligned planes."""
    height, width = planes[0].shape
    # Even corners keep full-size and half-size maps aligned.
    top, left = (2 * int(rng.integers(0, (n - size) // 2 + 1)) for n in (height, width))
    turns, mirrored = int(rng.integers(4)), bool(rng.integers(2))
    crops = []
    for plane in planes:
        crop = np.rot90(plane[top : top + size, left : left + size], turns)
        crops.append(np.ascontiguousarray(crop[:, ::-1] if mirrored else crop))
    return crops


def segmentation_loss(logits: Tensor, target: Tensor) -> Tensor:
    """Binary cross-entropy plus soft Dice loss, and a small penalty on large logits.

    Dice keeps sparse foreground from being ignored. The penalty keeps the network from growing its logits without end
    where it is certain already: rounding errors grow with them, and engines are to agree closely.
    """
    probability = torch.sigmoid(logits)
    overlap = 2.0 * (probability * target).sum()
    dice = (overlap + 1.0) / (probability.sum() + target.sum() + 1.0)
    penalty = 4e-3 * logits.square().mean()
    return functional.binary_cross_entropy_with_logits(logits, target) + 1.0 - dice + penalty


def train(net: nn.Module, loss_of_step: Callable[[int], Tensor], steps: int, peak_rate: float) -> None:
    """Adam with a one-cycle learning rate; leaves the network in evaluation mode without gradients."""
    optimizer = torch.optim.Adam(net.parameters(), lr=peak_rate)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=peak_rate, total_steps=steps)
    net.train()
    for step in range(steps):
        optimizer.zero_grad()
        loss = loss_of_step(step)
        loss.backward()
        optimizer.step()
        schedule.step()
        if (step + 1) % 50 == 0:
            print(f"step {step + 1:4d} of {steps}: loss {loss.item():.4f}", flush=True)
    net.eval()
    net.requires_grad_(False)


def iou_and_dice(predicted: np.ndarray, truth: np.ndarray) -> tuple[float, float]:
    """Intersection over union, and Dice, of two masks that are not both empty."""
    both, either = np.sum(predicted & truth), np.sum(predicted | truth)
    return float(both / either), float(2.0 * both / (both + either))


def otsu_threshold(image: np.ndarray) -> float:
    """Otsu's threshold (256 bins): what an image gives without any learning."""
    counts, edges = np.histogram(image, bins=256)
    centres = 0.5 * (edges[:-1] + edges[1:])
    below = np.cumsum(counts)
    above = counts.sum() - below
    sum_below = np.cumsum(counts * centres)
    sum_above = sum_below[-1] - sum_below
    with np.errstate(divide="ignore", invalid="ignore"):
        between = below * above * (sum_below / below - sum_above / above) ** 2
    return float(centres[int(np.nanargmax(between))])
