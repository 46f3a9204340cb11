"""The two fixture networks: small U-Nets that return logits.

Only convolution, ReLU, max pooling, upsampling and concatenation are used, so that every inference engine can run the
exported files. There is no normalisation layer: the images arrive normalised and the networks are shallow.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


def conv_relu(inputs: int, outputs: int) -> nn.Sequential:
    """A 3x3 convolution that keeps the size, and its ReLU."""
    return nn.Sequential(nn.Conv2d(inputs, outputs, kernel_size=3, padding=1), nn.ReLU())


def conv_relu_twice(inputs: int, outputs: int) -> nn.Sequential:
    """Two 3x3 convolutions with ReLU."""
    return nn.Sequential(*conv_relu(inputs, outputs), *conv_relu(outputs, outputs))


def initialise_for_relu(net: nn.Module) -> None:
    """He initialisation: without normalisation layers, PyTorch's default lets the signal fade on its way down."""
    for module in net.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
            nn.init.zeros_(module.bias)


class BlobsUNet(nn.Module):
    """One channel in, one channel of logits out; three poolings, so height and width must be multiples of 8."""

    stride = 8

    def __init__(self) -> None:
        super().__init__()
        self.encode0 = conv_relu_twice(1, 8)
        self.encode1 = conv_relu_twice(8, 16)
        self.encode2 = conv_relu_twice(16, 32)
        # Only one convolution at the coarsest level: a second one would add 8 pixels to the halo.
        self.bottom = conv_relu(32, 64)
        self.up2 = nn.ConvTranspose2d(64, 32, kernel_size=2, stride=2)
        self.decode2 = conv_relu_twice(64, 32)
        self.up1 = nn.ConvTranspose2d(32, 16, kernel_size=2, stride=2)
        self.decode1 = conv_relu_twice(32, 16)
        self.up0 = nn.ConvTranspose2d(16, 8, kernel_size=2, stride=2)
        self.decode0 = conv_relu_twice(16, 8)
        self.probability = nn.Conv2d(8, 1, kernel_size=1)
        self.pool = nn.MaxPool2d(2)
        initialise_for_relu(self)

    def forward(self, image: Tensor) -> Tensor:
        level0 = self.encode0(image)
        level1 = self.encode1(self.pool(level0))
        level2 = self.encode2(self.pool(level1))
        level3 = self.bottom(self.pool(level2))
        level2 = self.decode2(torch.cat([level2, self.up2(level3)], dim=1))
        level1 = self.decode1(torch.cat([level1, self.up1(level2)], dim=1))
        level0 = self.decode0(torch.cat([level0, self.up0(level1)], dim=1))
        return self.probability(level0)


class TwoChannelsUNet(nn.Module):
    """Two images in, two maps of logits out, the second at half the size; height and width are multiples of 4.

    The half-size map leaves the decoder one level before the end. Nearest-neighbour upsampling gives the engines an
    operator that the other network does not have.
    """

    stride = 4

    def __init__(self) -> None:
        super().__init__()
        self.encode0 = conv_relu_twice(2, 8)
        self.encode1 = conv_relu_twice(8, 12)
        self.bottom = conv_relu_twice(12, 20)
        self.decode1 = conv_relu_twice(32, 12)
        self.decode0 = conv_relu_twice(20, 8)
        self.foreground = nn.Conv2d(8, 1, kernel_size=1)
        self.boundary_half = nn.Conv2d(12, 1, kernel_size=1)
        self.pool = nn.MaxPool2d(2)
        self.up = nn.Upsample(scale_factor=2, mode="nearest")
        initialise_for_relu(self)

    def forward(self, membrane: Tensor, nuclei: Tensor) -> tuple[Tensor, Tensor]:
        level0 = self.encode0(torch.cat([membrane, nuclei], dim=1))
        level1 = self.encode1(self.pool(level0))
        level2 = self.bottom(self.pool(level1))
        level1 = self.decode1(torch.cat([level1, self.up(level2)], dim=1))
        level0 = self.decode0(torch.cat([level0, self.up(level1)], dim=1))
        return self.foreground(level0), self.boundary_half(level1)
