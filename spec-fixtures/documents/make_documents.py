#!/usr/bin/env python3
"""Writes one pair of descriptions for each diagnostic code: CODE/raises.yaml has the finding, CODE/clean.yaml is the
nearest description without it.

    python3 make_documents.py           writes the documents beside this script
    python3 make_documents.py --check   writes nothing; exits with 1 if what is there differs

The first line of raises.yaml says where the finding has to be, for the test that reads it. Where a document cannot have
the finding alone, the second line names the codes of the others; clean.yaml may begin with such a line:

    # expect: CODE at LINE:COLUMN
    # also: OTHER-CODE, ANOTHER-CODE

Lines and columns count from 1, columns in characters. A code is added by adding its case to CASES: textual edits of BASE
(or of another base), each (what it has, what raises.yaml has instead, what clean.yaml has instead), where HERE marks the
place of the finding. Further files are written by small_files.py. Needs Python 3.9 and nothing else.
"""

import hashlib
import sys
from dataclasses import dataclass, field
from pathlib import Path

from small_files import npy, png, tiff

FOLDER = Path(__file__).resolve().parent
HERE = "@@"

BASE = """\
format_version: 0.4.10
type: model
name: Nuclei in fluorescence images
description: The probability that a pixel belongs to a nucleus, for stained cells in two dimensions.
authors:
  - name: Jane Doe
    affiliation: Institute of Examples
    email: jane.doe@example.org
    orcid: 0000-0002-1825-0097
cite:
  - text: Doe et al., Nuclei without tears, 2024
    doi: 10.1234/nuclei.2024
documentation: README.md
license: MIT
timestamp: 2024-01-31T12:00:00Z
version: 1.0.0
inputs:
  - name: raw
    axes: bcyx
    data_type: float32
    shape:
      min: [1, 1, 64, 64]
      step: [0, 0, 16, 16]
    preprocessing:
      - name: zero_mean_unit_variance
        kwargs:
          mode: per_sample
          axes: yx
outputs:
  - name: nuclei
    axes: bcyx
    data_type: float32
    shape:
      reference_tensor: raw
      scale: [1, 1, 1, 1]
      offset: [0, 0, 0, 0]
    halo: [0, 0, 8, 8]
    postprocessing:
      - name: sigmoid
test_inputs: [test_input.npy]
test_outputs: [test_output.npy]
weights:
  onnx:
    source: weights.onnx
    opset_version: 17
"""

GENERIC = """\
format_version: 0.2.4
type: rdf
name: Stained nuclei
description: How the nuclei of the example were stained.
authors:
  - name: Jane Doe
    affiliation: Institute of Examples
    orcid: 0000-0002-1825-0097
cite:
  - text: Doe et al., Nuclei without tears, 2024
    doi: 10.1234/nuclei.2024
covers: [cover.png]
documentation: README.md
git_repo: https://example.org/nuclei.git
id: stained-nuclei
license: CC-BY-4.0
tags: [nuclei, fluorescence]
version: 1.0.0
"""

COLLECTION = """\
format_version: 0.2.3
type: collection
name: Nuclei for everybody
description: Models that find nuclei.
authors:
  - name: Jane Doe
cite:
  - text: Doe et al., Nuclei without tears, 2024
    doi: 10.1234/nuclei.2024
documentation: README.md
id: nuclei
license: CC-BY-4.0
tags: [nuclei]
config:
  about_url: https://example.org/nuclei
  logo: https://example.org/nuclei/logo.png
  resource_types: [model]
  default_type: model
collection:
  - id: nuclei-2d
    rdf_source: https://example.org/nuclei-2d/rdf.yaml
  - id: nuclei-3d
    rdf_source: https://example.org/nuclei-3d/rdf.yaml
"""

START = "format_version: 0.4.10\n"
VERSION = "version: 1.0.0\n"
ONNX = """\
  onnx:
    source: weights.onnx
    opset_version: 17
"""
STATE_DICT = """\
  pytorch_state_dict:
    source: weights.pt
    pytorch_version: 2.1.0
    architecture: nuclei_networks.UNet
"""
NORMALISATION = """\
      - name: zero_mean_unit_variance
        kwargs:
          mode: per_sample
          axes: yx
"""
OUTPUT_SHAPE = """\
    axes: bcyx
    data_type: float32
    shape:
      reference_tensor: raw
      scale: [1, 1, 1, 1]
      offset: [0, 0, 0, 0]
    halo: [0, 0, 8, 8]
"""


@dataclass
class Case:
    code: str
    wrong: str  # the comment in raises.yaml
    right: str  # the comment in clean.yaml
    edits: list  # (in the base, in raises.yaml, in clean.yaml)
    files: dict = field(default_factory=dict)  # further files of the folder: text or bytes
    base: str = BASE
    also: tuple = ()  # codes that raises.yaml has besides
    also_clean: tuple = ()  # codes that clean.yaml has
    encoding: str = "utf-8"  # of raises.yaml


def output_volume(scale, offset):
    """The output with a z axis that the input does not have."""
    return f"""\
    axes: bczyx
    data_type: float32
    shape:
      reference_tensor: raw
      scale: {scale}
      offset: {offset}
    halo: [0, 0, 0, 8, 8]
"""


def aliases():
    """Lists of ten lists of ten lists...: d stands for 11 111 values, with its copy for aliases one too many."""
    lines = ["  a: &a [x, x, x, x, x, x, x, x, x, x]"]
    for name, inner in zip("bcde", "abcd"):
        here = HERE if name == "d" else ""
        lines.append(f"  {name}: {here}&{name} [{', '.join([f'*{inner}'] * 10)}]")
    return "config:\n" + "\n".join(lines) + "\n  f: [*e, *e, *e]\n"


def nested(levels, marked=None):
    """A list in a list in a list..., the bracket with the number `marked` being the place of the finding."""
    brackets = [HERE + "[" if at == marked else "[" for at in range(1, levels + 1)]
    rows = ["".join(brackets[at : at + 60]) for at in range(0, levels, 60)]
    rows += ["]" * min(60, levels - at) for at in range(0, levels, 60)]
    return "config:\n  nested:\n" + "".join(f"    {row}\n" for row in rows)


# All other files are at addresses, which are not looked at, so these folders hold one file only.
AT_ADDRESSES = [
    ("[test_input.npy]",) + ("[https://example.org/nuclei/test_input.npy]",) * 2,
    ("[test_output.npy]",) + ("[https://example.org/nuclei/test_output.npy]",) * 2,
]
DOCUMENTATION_AT_ADDRESS = ("documentation: README.md",) + ("documentation: https://example.org/nuclei/README.md",) * 2
WEIGHTS_AT_ADDRESS = ("source: weights.onnx",) + ("source: https://example.org/nuclei/weights.onnx",) * 2
README = """\
# Nuclei in fluorescence images

## Validation

Compare the outlines of some nuclei with outlines that were drawn by hand.
"""
NETWORK = '''\
"""The network of the example."""

from torch import nn


class Nuclei(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 1, 1))
'''


README_WITHOUT_VALIDATION = """\
# Nuclei in fluorescence images

A small U-Net.
"""
# A model with tensors of 16 by 16 pixels.
SMALL = [
    ("min: [1, 1, 64, 64]",) + ("min: [1, 1, 16, 16]",) * 2,
    ("halo: [0, 0, 8, 8]",) + ("halo: [0, 0, 2, 2]",) * 2,
]


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


def network_with(sha256):
    return f"""\
  pytorch_state_dict:
    source: https://example.org/nuclei/weights.pt
    pytorch_version: 2.1.0
    architecture: network.py:Nuclei
    architecture_sha256: {sha256}
"""


# In the order of the documentation.
CASES = [
    # the source
    Case(
        "unreadable-source",
        "The file was saved in Latin-1, not in UTF-8, so the name of the author is not text.",
        "The file is in UTF-8.",
        [("format_version", HERE + "format_version", "format_version"), ("Jane Doe", "Jürgen Müller", "Jürgen Müller")],
        encoding="latin-1",
    ),
    # the text
    Case(
        "syntax-error",
        "A colon and a space in text without quotes: YAML takes it for a key.",
        "Text with a colon and a space stands in quotes.",
        [
            (
                "description: The probability that a pixel belongs to a nucleus, for stained cells in two dimensions.",
                f"description: Two dimensions{HERE}: the probability that a pixel belongs to a nucleus.",
                'description: "Two dimensions: the probability that a pixel belongs to a nucleus."',
            )
        ],
    ),
    Case(
        "document-too-large",
        "Six lines of aliases that stand for half a million values.",
        "Aliases that stand for a handful of values.",
        [
            (
                START,
                START + aliases(),
                START + "config:\n  a: &a [x, x, x, x, x, x, x, x, x, x]\n  b: [*a, *a]\n",
            )
        ],
    ),
    Case(
        "nesting-too-deep",
        "Two hundred lists, each in the one before; the mappings around them are two levels more.",
        "Twelve lists, each in the one before.",
        [(START, START + nested(200, marked=127), START + nested(12))],
    ),
    Case(
        "duplicate-key",
        "The licence is stated twice.",
        "Every key stands once.",
        [("version: 1.0.0\n", f"version: 1.0.0\n{HERE}license: MIT\n", "version: 1.0.0\n")],
    ),
    # what kind of document
    Case(
        "unsupported-type",
        "The training data are described in place, but not as a dataset.",
        "The training data are a dataset that is described elsewhere.",
        [
            (
                VERSION,
                VERSION + f"training_data:\n  type: {HERE}images\n  name: Stained nuclei\n",
                VERSION + "training_data:\n  id: stained-nuclei\n",
            )
        ],
    ),
    Case(
        "unsupported-format-version",
        "The format version is 0.5.0, another format.",
        "The format version is one of 0.4.",
        [("format_version: 0.4.10", f"format_version: {HERE}0.5.0", "format_version: 0.4.10")],
    ),
    Case(
        "newer-format-version",
        "There was no format version 0.4.11 when the library was made.",
        "0.4.10 is the newest version of format 0.4.",
        [("format_version: 0.4.10", f"format_version: {HERE}0.4.11", "format_version: 0.4.10")],
    ),
    Case(
        "old-format-version",
        "New models are taken from 0.4.5 on.",
        "0.4.10 is the newest version of format 0.4.",
        [("format_version: 0.4.10", f"format_version: {HERE}0.4.4", "format_version: 0.4.10")],
    ),
    # older versions of the format
    Case(
        "moved-field",
        "In 0.4.0 the dependencies stood at the top.",
        "The dependencies stand with the weights that need them.",
        [
            (START, "format_version: 0.4.0\n", START),
            (VERSION, VERSION + f"{HERE}dependencies: conda:environment.yaml\n", VERSION),
            (ONNX, STATE_DICT, STATE_DICT + "    dependencies: conda:environment.yaml\n"),
        ],
        also=("old-format-version", "field-too-new", "custom-dependencies"),
        also_clean=("custom-dependencies",),
    ),
    Case(
        "converted-value",
        "The name of an author has a slash, which was allowed before 0.4.7; it is taken out.",
        "Name and institute stand in fields of their own.",
        [
            (START, "format_version: 0.4.6\n", START),
            ("  - name: Jane Doe\n", f"  - name: {HERE}Jane Doe / Examples\n", "  - name: Jane Doe\n"),
        ],
    ),
    Case(
        "dropped-field",
        "In 0.4.0 the dependencies stood at the top, but only PyTorch weights could have them: ONNX weights need none.",
        "ONNX weights need no dependencies.",
        [
            (START, "format_version: 0.4.0\n", START),
            (VERSION, VERSION + f"{HERE}dependencies: conda:environment.yaml\n", VERSION),
        ],
        also=("old-format-version",),
    ),
    Case(
        "field-too-new",
        "The number of the version came with 0.4.10.",
        "In 0.4.10 a version may have a number.",
        [
            (START, "format_version: 0.4.9\n", START),
            (VERSION, VERSION + f"{HERE}version_number: 3\n", VERSION + "version_number: 3\n"),
        ],
    ),
    # fields
    Case(
        "missing-field",
        "The output does not say what its axes are. A missing field is reported where its mapping begins.",
        "The output says what its axes are.",
        [
            ("  - name: nuclei\n    axes: bcyx\n", f"  - {HERE}name: nuclei\n", "  - name: nuclei\n    axes: bcyx\n"),
        ],
    ),
    Case(
        "missing-metadata",
        "Nobody knows how the resource may be used. What is missing is reported where its mapping begins.",
        "The licence is stated.",
        [
            ("format_version", HERE + "format_version", "format_version"),
            ("license: CC-BY-4.0\n", "", "license: CC-BY-4.0\n"),
        ],
        base=GENERIC,
    ),
    Case(
        "unknown-field",
        "The licence is spelt as in British English.",
        "The field is called license.",
        [("license: MIT", f"license: MIT\n{HERE}licence: MIT", "license: MIT")],
    ),
    Case(
        "ignored-field",
        "The format has no field for the microscope.",
        "What the format has no field for stands in config.",
        [(VERSION, VERSION + f"{HERE}microscope: confocal\n", VERSION + "config:\n  microscope: confocal\n")],
        base=GENERIC,
    ),
    Case(
        "wrong-type",
        "The licence is a list.",
        "The licence is text.",
        [("license: MIT", f"license: {HERE}[MIT]", "license: MIT")],
    ),
    Case(
        "null-not-allowed",
        "The tags are empty, which is null and not an empty list.",
        "The tags are an empty list.",
        [("version: 1.0.0\n", f"version: 1.0.0\ntags{HERE}:\n", "version: 1.0.0\ntags: []\n")],
    ),
    Case(
        "null-optional",
        "The address of the repository was to be filled in later.",
        "What is not known is left out.",
        [(VERSION, VERSION + f"git_repo{HERE}:\n", VERSION)],
    ),
    Case(
        "empty-list",
        "There is no test output.",
        "There is one test output.",
        [("test_outputs: [test_output.npy]", f"test_outputs: {HERE}[]", "test_outputs: [test_output.npy]")],
    ),
    # values
    Case(
        "invalid-axes",
        "The letter of the channel axis is c, not k.",
        "The axes are batch, channel, y and x.",
        [("  - name: raw\n    axes: bcyx", f"  - name: raw\n    axes: {HERE}bkyx", "  - name: raw\n    axes: bcyx")],
    ),
    Case(
        "invalid-data-type",
        "An input has one of the types float32, uint8 and uint16.",
        "The input has the type float32.",
        [
            (
                "data_type: float32\n    shape:\n      min",
                f"data_type: {HERE}float64\n    shape:\n      min",
                "data_type: float32\n    shape:\n      min",
            )
        ],
    ),
    Case(
        "unspecified-data-type",
        "The text of the specification has no inputs but those of type float32.",
        "The input has the type float32.",
        [
            (
                "data_type: float32\n    shape:\n      min",
                f"data_type: {HERE}uint8\n    shape:\n      min",
                "data_type: float32\n    shape:\n      min",
            )
        ],
    ),
    Case(
        "invalid-tensor-name",
        "A hyphen in the name of a tensor.",
        "An underscore in the name of a tensor.",
        [("name: nuclei\n", f"name: {HERE}nuclei-probability\n", "name: nuclei_probability\n")],
    ),
    Case(
        "invalid-orcid",
        "A digit of the ORCID iD is mistyped: the check digit does not fit.",
        "The check digit of the ORCID iD fits.",
        [("0000-0002-1825-0097", f"{HERE}0000-0002-1825-0079", "0000-0002-1825-0097")],
    ),
    Case(
        "invalid-email",
        "The e-mail address was hidden from robots.",
        "The e-mail address has a name, an @ and a domain.",
        [("jane.doe@example.org", f"{HERE}jane.doe at example.org", "jane.doe@example.org")],
    ),
    Case(
        "author-as-text",
        "The author is only a name.",
        "The author is a mapping with a name.",
        [
            (
                "  - name: Jane Doe\n    affiliation: Institute of Examples\n    email: jane.doe@example.org\n"
                "    orcid: 0000-0002-1825-0097\n",
                f"  - {HERE}Jane Doe\n",
                "  - name: Jane Doe\n",
            )
        ],
    ),
    Case(
        "invalid-doi",
        "The DOI begins with doi: instead of 10.",
        "The DOI begins with 10. and the number of its registrant.",
        [("doi: 10.1234/nuclei.2024", f"doi: {HERE}doi:10.1234/nuclei.2024", "doi: 10.1234/nuclei.2024")],
    ),
    Case(
        "invalid-id",
        "The identifier has spaces.",
        "The identifier has hyphens instead of spaces.",
        [("id: stained-nuclei", f"id: {HERE}stained nuclei", "id: stained-nuclei")],
        base=GENERIC,
    ),
    Case(
        "invalid-sha256",
        "The digest was cut off: it has 12 digits.",
        "The digest has 64 hexadecimal digits.",
        [
            (
                "source: weights.onnx\n",
                f"source: weights.onnx\n    sha256: {HERE}{digest(README)[:12]}\n",
                f"source: weights.onnx\n    sha256: {digest(README)}\n",
            )
        ],
    ),
    Case(
        "invalid-timestamp",
        "The day comes first.",
        "The year comes first, as in ISO 8601.",
        [
            (
                "timestamp: 2024-01-31T12:00:00Z",
                f"timestamp: {HERE}31.01.2024 12:00",
                "timestamp: 2024-01-31T12:00:00Z",
            )
        ],
    ),
    Case(
        "invalid-version",
        "A version begins with a number.",
        "The version has three numbers.",
        [("version: 1.0.0", f"version: {HERE}latest", "version: 1.0.0")],
    ),
    Case(
        "loose-number",
        "The opset is text.",
        "The opset is a number.",
        [("opset_version: 17", f'opset_version: {HERE}"17"', "opset_version: 17 # a number")],
    ),
    Case(
        "loose-version",
        "The version has two numbers.",
        "The version has three numbers.",
        [("version: 1.0.0", f"version: {HERE}0.1", "version: 0.1.0")],
    ),
    Case(
        "invalid-url",
        "The address to download from is the name of a file.",
        "The address to download from is a URL.",
        [
            (
                "version: 1.0.0\n",
                f"version: 1.0.0\ndownload_url: {HERE}nuclei.zip\n",
                "version: 1.0.0\ndownload_url: https://example.org/nuclei.zip\n",
            )
        ],
    ),
    Case(
        "invalid-source",
        "An absolute path is right on one computer only.",
        "The path is relative to the description.",
        [("source: weights.onnx", f"source: {HERE}/home/jane/weights.onnx", "source: weights.onnx")],
    ),
    Case(
        "unportable-path",
        "Only Windows takes a backslash for the end of the name of a folder.",
        "A slash ends the name of a folder everywhere.",
        [("source: weights.onnx", f"source: {HERE}weights\\weights.onnx", "source: weights/weights.onnx")],
    ),
    Case(
        "cover-format",
        "Browsers do not show TIFF files.",
        "Browsers show PNG files.",
        [
            WEIGHTS_AT_ADDRESS,
            *AT_ADDRESSES,
            (VERSION, VERSION + f"covers: [{HERE}cover.tif]\n", VERSION + "covers: [cover.png]\n"),
        ],
        files={"README.md": README, "cover.tif": tiff(40, 20), "cover.png": png(40, 20)},
    ),
    Case(
        "invalid-shape",
        "The shape is written as a word.",
        "The shape is a list of sizes.",
        [
            (
                "    shape:\n      min: [1, 1, 64, 64]\n      step: [0, 0, 16, 16]\n",
                f"    shape: {HERE}64x64\n",
                "    shape: [1, 1, 64, 64]\n",
            )
        ],
    ),
    Case(
        "invalid-value",
        "The halo is negative.",
        "The halo is the number of pixels to cut off on both sides.",
        [("halo: [0, 0, 8, 8]", f"halo: [0, 0, {HERE}-8, 8]", "halo: [0, 0, 8, 8]")],
    ),
    Case(
        "data-range-order",
        "The largest value comes first.",
        "The smallest value comes first.",
        [
            (
                "data_type: float32\n    shape:\n      min",
                f"data_type: float32\n    data_range: {HERE}[255, 0]\n    shape:\n      min",
                "data_type: float32\n    data_range: [0, 255]\n    shape:\n      min",
            )
        ],
    ),
    Case(
        "unknown-license",
        "The identifier of this licence has a hyphen before each number.",
        "The licence is an identifier of the SPDX list.",
        [("license: MIT", f"license: {HERE}CC BY 4.0", "license: CC-BY-4.0")],
    ),
    Case(
        "deprecated-license",
        "The SPDX list has replaced this identifier: it does not say whether later versions may be chosen.",
        "Later versions of the licence may be chosen.",
        [("license: MIT", f"license: {HERE}GPL-3.0", "license: GPL-3.0-or-later")],
    ),
    Case(
        "unknown-operation",
        "There is no operation of this name.",
        "The operation is called zero_mean_unit_variance.",
        [("name: zero_mean_unit_variance", f"name: {HERE}normalize", "name: zero_mean_unit_variance")],
    ),
    Case(
        "unknown-run-mode",
        "No other program knows this way to run a network.",
        "The network is run once, as its inputs and outputs say.",
        [(VERSION, VERSION + f"run_mode:\n  name: {HERE}average over rotations\n", VERSION)],
    ),
    # between fields
    Case(
        "duplicate-tensor-name",
        "Input and output have the same name. It is reported at both of them.",
        "Input and output have different names.",
        [
            ("- name: raw", f"- name: {HERE}image", "- name: image"),
            ("- name: nuclei", "- name: image", "- name: nuclei"),
            ("reference_tensor: raw", "reference_tensor: image", "reference_tensor: image"),
        ],
    ),
    Case(
        "axes-shape-mismatch",
        "Three axes, but four sizes.",
        "Four axes and four sizes.",
        [
            (
                "    axes: bcyx\n    data_type: float32\n    shape:\n      min",
                f"    axes: cyx\n    data_type: float32\n    shape:\n      {HERE}min",
                "    axes: bcyx\n    data_type: float32\n    shape:\n      min",
            )
        ],
    ),
    Case(
        "shape-length-mismatch",
        "The scale has four numbers, the offset has two.",
        "Scale and offset have four numbers.",
        [
            (
                "reference_tensor: raw\n      scale: [1, 1, 1, 1]\n      offset: [0, 0, 0, 0]",
                f"{HERE}reference_tensor: raw\n      scale: [1, 1, 1, 1]\n      offset: [0, 0]",
                "reference_tensor: raw\n      scale: [1, 1, 1, 1]\n      offset: [0, 0, 0, 0]",
            )
        ],
    ),
    Case(
        "batch-size-not-one",
        "The size of the batches in training is no part of the description.",
        "The batch axis is described by size 1; when the model runs, batches have any size.",
        [("min: [1, 1, 64, 64]", f"min: [{HERE}8, 1, 64, 64]", "min: [1, 1, 64, 64]")],
    ),
    Case(
        "offset-not-half-integer",
        "Twice the offset is what the network adds to an axis: no pixel can be cut in half.",
        "The network removes one pixel of each axis, half of it on each side.",
        [("offset: [0, 0, 0, 0]", f"offset: [0, 0, {HERE}-0.25, -0.5]", "offset: [0, 0, -0.5, -0.5]")],
    ),
    Case(
        "new-axis-without-size",
        "The z axis is new (its scale is null), and its size, twice the offset, is 0.",
        "The new z axis has 2 * 4 = 8 planes.",
        [
            (
                OUTPUT_SHAPE,
                output_volume("[1, 1, null, 1, 1]", f"[0, 0, {HERE}0, 0, 0]"),
                output_volume("[1, 1, null, 1, 1]", "[0, 0, 4, 0, 0]"),
            )
        ],
    ),
    Case(
        "unknown-reference-tensor",
        "No tensor is called image.",
        "The reference tensor is the input.",
        [("reference_tensor: raw", f"reference_tensor: {HERE}image", "reference_tensor: raw")],
    ),
    Case(
        "circular-reference-tensor",
        "The shape of the output refers to the output itself.",
        "The shape of the output refers to the input.",
        [("reference_tensor: raw", f"reference_tensor: {HERE}nuclei", "reference_tensor: raw")],
    ),
    Case(
        "reference-rank-mismatch",
        "The scale has five numbers, but the input has four axes: there is no z axis to scale.",
        "The scale of an axis that the input does not have is null.",
        [
            (
                OUTPUT_SHAPE,
                output_volume(f"{HERE}[1, 1, 1, 1, 1]", "[0, 0, 4, 0, 0]"),
                output_volume("[1, 1, null, 1, 1]", "[0, 0, 4, 0, 0]"),
            )
        ],
    ),
    Case(
        "halo-length-mismatch",
        "The halo has two numbers, the shape has four.",
        "The halo has a number for each axis, 0 where there is none.",
        [("halo: [0, 0, 8, 8]", f"halo: {HERE}[8, 8]", "halo: [0, 0, 8, 8]")],
    ),
    Case(
        "output-too-small",
        "The smallest output has 64 pixels along y and x: without 32 on both sides nothing is left.",
        "Two pixels are left of the smallest output.",
        [("halo: [0, 0, 8, 8]", f"halo: {HERE}[0, 0, 32, 32]", "halo: [0, 0, 31, 31]")],
    ),
    Case(
        "axes-not-in-tensor",
        "The image has no z axis.",
        "The mean is taken over y and x, which the image has.",
        [("          axes: yx", f"          axes: {HERE}zyx", "          axes: yx")],
    ),
    Case(
        "statistics-arguments",
        "Fixed statistics need a mean and a standard deviation, which is missing here.",
        "Fixed statistics have a mean and a standard deviation.",
        [
            (
                "          mode: per_sample\n",
                f"          {HERE}mode: fixed\n          mean: 412.5\n",
                "          mode: fixed\n          mean: 412.5\n          std: 97.25\n",
            )
        ],
    ),
    Case(
        "coefficient-count",
        "Two gains, but the image has one channel.",
        "One gain for the one channel.",
        [
            (
                NORMALISATION,
                f"      - name: scale_linear\n        kwargs:\n          axes: yx\n          gain: {HERE}[0.5, 0.25]\n"
                "          offset: 0\n",
                "      - name: scale_linear\n        kwargs:\n          axes: yx\n          gain: [0.5]\n"
                "          offset: 0\n",
            )
        ],
    ),
    Case(
        "percentile-order",
        "The lower percentile is above the upper one.",
        "The lower percentile is below the upper one.",
        [
            (
                NORMALISATION,
                "      - name: scale_range\n        kwargs:\n          mode: per_sample\n          axes: yx\n"
                f"          min_percentile: 99.8\n          max_percentile: {HERE}2\n",
                "      - name: scale_range\n        kwargs:\n          mode: per_sample\n          axes: yx\n"
                "          min_percentile: 2\n          max_percentile: 99.8\n",
            )
        ],
    ),
    Case(
        "clip-order",
        "The lower limit is above the upper one.",
        "The lower limit is below the upper one.",
        [
            (
                NORMALISATION,
                f"      - name: clip\n        kwargs:\n          min: 255\n          max: {HERE}0\n",
                "      - name: clip\n        kwargs:\n          min: 0\n          max: 255\n",
            )
        ],
    ),
    Case(
        "scale-linear-without-effect",
        "Every value times 1, plus 0.",
        "Every value divided by 255.",
        [
            (
                NORMALISATION,
                f"      - name: scale_linear\n        kwargs:\n          {HERE}gain: 1\n          offset: 0\n",
                "      - name: scale_linear\n        kwargs:\n          gain: 0.00392157\n          offset: 0\n",
            )
        ],
    ),
    Case(
        "test-tensor-count",
        "Two test inputs for one input.",
        "One test input for one input.",
        [
            (
                "test_inputs: [test_input.npy]",
                f"test_inputs: {HERE}[test_input_0.npy, test_input_1.npy]",
                "test_inputs: [test_input_0.npy]",
            )
        ],
    ),
    Case(
        "weights-parent",
        "The ONNX weights say that they were converted from themselves.",
        "The ONNX weights were converted from the PyTorch state dict.",
        [
            (
                ONNX,
                STATE_DICT + ONNX + f"    parent: {HERE}onnx\n",
                STATE_DICT + ONNX + "    parent: pytorch_state_dict\n",
            )
        ],
    ),
    Case(
        "weights-parent-cycle",
        "The state dict was converted from ONNX weights that were converted from the state dict.",
        "The state dict came out of the training.",
        [
            (
                ONNX,
                STATE_DICT + f"    parent: {HERE}onnx\n" + ONNX + "    parent: pytorch_state_dict\n",
                STATE_DICT + ONNX + "    parent: pytorch_state_dict\n",
            )
        ],
    ),
    Case(
        "weights-attachments",
        "The weights need a second file.",
        "All of the weights are in one file.",
        [(ONNX, ONNX + f"    attachments:\n      {HERE}files: [weights.bin]\n", ONNX)],
    ),
    Case(
        "custom-dependencies",
        "Other software has to be installed to run the weights.",
        "The weights run without further software.",
        [(ONNX, ONNX + f"    dependencies: {HERE}conda:environment.yaml\n", ONNX)],
    ),
    Case(
        "architecture-digest",
        "The source of the network is a file of the package, but its digest is not stated.",
        "The digest of the file with the source of the network is stated.",
        [
            (
                ONNX,
                STATE_DICT.replace("    source", f"    {HERE}source").replace(
                    "nuclei_networks.UNet", "network.py:Nuclei"
                ),
                STATE_DICT.replace("nuclei_networks.UNet", "network.py:Nuclei")
                + f"    architecture_sha256: {digest(NETWORK)}\n",
            )
        ],
    ),
    Case(
        "missing-citation",
        "Nothing is cited. What is missing is reported where its mapping begins, here that of the whole description.",
        "The publication of the method is cited.",
        [
            (START, HERE + START, START),
            (
                "cite:\n  - text: Doe et al., Nuclei without tears, 2024\n    doi: 10.1234/nuclei.2024\n",
                "",
                "cite:\n  - text: Doe et al., Nuclei without tears, 2024\n    doi: 10.1234/nuclei.2024\n",
            ),
        ],
    ),
    Case(
        "missing-framework-version",
        "The ONNX weights do not say which opset they were made for.",
        "The ONNX weights state their opset.",
        [(ONNX, f"  onnx:\n    {HERE}source: weights.onnx\n", ONNX)],
    ),
    Case(
        "documentation-not-markdown",
        "The documentation is a plain text file.",
        "The documentation is a Markdown file.",
        [("documentation: README.md", f"documentation: {HERE}README.txt", "documentation: README.md")],
    ),
    Case(
        "unconventional-name",
        "There are parentheses in the name.",
        "The name consists of letters and spaces.",
        [
            (
                "name: Nuclei in fluorescence images",
                f"name: {HERE}Nuclei (fluorescence)",
                "name: Nuclei in fluorescence images",
            )
        ],
    ),
    # collections
    Case(
        "duplicate-id",
        "Two entries have the same identifier.",
        "Every entry has an identifier of its own.",
        [("  - id: nuclei-3d", f"  - id: {HERE}nuclei-2d", "  - id: nuclei-3d")],
        base=COLLECTION,
    ),
    Case(
        "partner-config",
        "There is no kind of resource called everything.",
        "All kinds of resources are shown at first.",
        [("default_type: model", f"default_type: {HERE}everything", "default_type: all")],
        base=COLLECTION,
    ),
    # files of the package
    Case(
        "missing-file",
        "The documentation is at the top of the package, not in a folder docs.",
        "The documentation is a file of the package.",
        [
            ("documentation: README.md", f"documentation: {HERE}docs/README.md", "documentation: README.md"),
            WEIGHTS_AT_ADDRESS,
            *AT_ADDRESSES,
        ],
        files={"README.md": README},
    ),
    Case(
        "digest-mismatch",
        "The digest is that of an older network.py.",
        "The digest is that of network.py.",
        [
            DOCUMENTATION_AT_ADDRESS,
            (ONNX, network_with(HERE + digest("an older network.py")), network_with(digest(NETWORK))),
            *AT_ADDRESSES,
        ],
        files={"network.py": NETWORK},
    ),
    Case(
        "test-tensor-mismatch",
        "The test input was saved as an image, without batch and channel axis.",
        "The test input has the four axes of the description.",
        [
            *SMALL,
            DOCUMENTATION_AT_ADDRESS,
            WEIGHTS_AT_ADDRESS,
            (
                "[test_input.npy]",
                f"[{HERE}image.npy]",
                "[test_input.npy]",
            ),
        ],
        files={
            "image.npy": npy((16, 16)),
            "test_input.npy": npy((1, 1, 16, 16)),
            "test_output.npy": npy((1, 1, 16, 16)),
        },
    ),
    Case(
        "cover-too-large",
        "The cover has 545 kB.",
        "The cover has less than 1 kB.",
        [
            DOCUMENTATION_AT_ADDRESS,
            WEIGHTS_AT_ADDRESS,
            *AT_ADDRESSES,
            (VERSION, VERSION + f"covers: [{HERE}large.png]\n", VERSION + "covers: [small.png]\n"),
        ],
        files={"large.png": png(1044, 522), "small.png": png(40, 20)},
    ),
    Case(
        "cover-aspect-ratio",
        "The cover is as high as wide.",
        "The cover is twice as wide as high.",
        [
            DOCUMENTATION_AT_ADDRESS,
            WEIGHTS_AT_ADDRESS,
            *AT_ADDRESSES,
            (VERSION, VERSION + f"covers: [{HERE}square.png]\n", VERSION + "covers: [wide.png]\n"),
        ],
        files={"square.png": png(20, 20), "wide.png": png(40, 20)},
    ),
    Case(
        "no-validation-section",
        "The documentation does not say how to find out whether the results are right.",
        "The documentation has a section on validation.",
        [
            WEIGHTS_AT_ADDRESS,
            *AT_ADDRESSES,
            ("documentation: README.md", f"documentation: {HERE}short.md", "documentation: README.md"),
        ],
        files={"README.md": README, "short.md": README_WITHOUT_VALIDATION},
    ),
]


def edited(case, which):
    """The base with one side of the edits of a case: 1 for raises.yaml, 2 for clean.yaml."""
    text = case.base
    for edit in case.edits:
        if text.count(edit[0]) != 1:
            sys.exit(f"{case.code}: {edit[0]!r} is {text.count(edit[0])} times in the base")
        text = text.replace(edit[0], edit[which])
    return text


def raises(case):
    """The text of raises.yaml, its first line saying where the finding is."""
    text = edited(case, 1)
    if text.count(HERE) != 1:
        sys.exit(f"{case.code}: the place of the finding is marked {text.count(HERE)} times")
    before = text[: text.index(HERE)]
    also = also_line(case.also)
    line = before.count("\n") + 3 + also.count("\n")  # behind the lines of comment
    column = len(before) - (before.rfind("\n") + 1) + 1
    if case.encoding != "utf-8":
        line, column = 1, 1  # what is no text has no lines
    return f"# expect: {case.code} at {line}:{column}\n{also}# {case.wrong}\n" + text.replace(HERE, "")


def also_line(codes):
    """The line that names what else is found."""
    return f"# also: {', '.join(codes)}\n" if codes else ""


def documents():
    """Path to content, for every file that belongs beside this script."""
    contents = {}
    for case in CASES:
        folder = FOLDER / case.code
        contents[folder / "raises.yaml"] = raises(case).encode(case.encoding)
        contents[folder / "clean.yaml"] = f"{also_line(case.also_clean)}# {case.right}\n{edited(case, 2)}".encode()
        for name, content in case.files.items():
            contents[folder / name] = content if isinstance(content, bytes) else content.encode()
    return contents


def main():
    if sys.argv[1:] not in ([], ["--check"]):
        sys.exit(__doc__)
    contents = documents()
    present = {path for path in FOLDER.glob("*/*") if path.parent.name != "__pycache__"}
    different = [
        path for path, content in contents.items() if not path.is_file() or path.read_bytes() != content
    ]
    surplus = sorted(present - set(contents))
    if sys.argv[1:] == ["--check"]:
        for path in different:
            print(f"{path.relative_to(FOLDER)} is not what the script writes", file=sys.stderr)
        for path in surplus:
            print(f"{path.relative_to(FOLDER)} belongs to no case", file=sys.stderr)
        sys.exit(1 if different or surplus else 0)
    for path in different:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(contents[path])
    print(f"{len(contents)} files for {len(CASES)} codes, {len(different)} of them written")
    for path in surplus:
        print(f"{path.relative_to(FOLDER)} belongs to no case: remove it", file=sys.stderr)


if __name__ == "__main__":
    main()
