"""Tensors and images as small as can be, without any library and with the same bytes everywhere."""

import math
import struct
import zlib

GREY = 200


def npy(shape):
    """A numpy file (version 1.0) of ones, float32."""
    one = struct.pack("<f", 1.0)
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {tuple(shape)}, }}"
    # With its newline the header ends at a multiple of 64 bytes.
    header += " " * (-(10 + len(header) + 1) % 64) + "\n"
    start = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header))
    return start + header.encode("ascii") + one * math.prod(shape)


def png(width, height):
    """A grey PNG image of 8 bits, not compressed: one byte a pixel."""

    def chunk(name, content):
        checksum = zlib.crc32(name + content)
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", checksum)

    # Each row begins with the number of its filter, here none.
    rows = (b"\x00" + bytes([GREY]) * width) * height
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", stored(rows)) + chunk(b"IEND", b"")


def stored(data):
    """A zlib stream of blocks that are not compressed: compressors differ between versions, this does not."""
    blocks = []
    for start in range(0, len(data), 0xFFFF):
        block = data[start : start + 0xFFFF]
        last = start + len(block) == len(data)
        blocks.append(struct.pack("<BHH", last, len(block), len(block) ^ 0xFFFF) + block)
    return b"\x78\x01" + b"".join(blocks) + struct.pack(">I", zlib.adler32(data))


def tiff(width, height):
    """A grey TIFF image of 8 bits in one strip."""
    short, long = 3, 4
    pixels = 8  # behind the header
    directory = pixels + width * height
    directory += directory % 2  # begins at an even byte
    entries = [
        (256, long, width),
        (257, long, height),
        (258, short, 8),  # bits
        (259, short, 1),  # not compressed
        (262, short, 1),  # 0 is black
        (273, long, pixels),  # where the strip begins
        (277, short, 1),  # one value a pixel
        (278, long, height),  # rows of the strip
        (279, long, width * height),  # bytes of the strip
    ]
    image = b"II*\x00" + struct.pack("<I", directory) + bytes([GREY]) * (width * height)
    image = image.ljust(directory, b"\x00") + struct.pack("<H", len(entries))
    for tag, kind, value in entries:
        image += struct.pack("<HHII", tag, kind, 1, value)
    return image + struct.pack("<I", 0)
