"""Generated pictures: as many as anybody asks for, each different, without a library for images."""

import colorsys
import struct
import zlib
from collections.abc import Callable
from functools import lru_cache

WIDTH, HEIGHT = 192, 128
_GOLDEN = 0.618034  # of the colour circle: neighbours in number are far apart in colour
_COLOURS = 256
# Up through the colours and down again, so that there is no edge where a pattern begins anew.
_FOLDED = (*range(_COLOURS), *reversed(range(_COLOURS)))


@lru_cache(maxsize=128)
def picture(number: int) -> bytes:
    """The picture that `/picture/<number>.png` gives, as a PNG file.

    Args:
        number: any; pattern and colours follow from it.

    Example:
        >>> picture(1)[1:4], picture(1) == picture(1), picture(1) == picture(2)
        (b'PNG', True, False)
    """
    pattern = _PATTERNS[number % len(_PATTERNS)]
    scale = 2 + number // len(_PATTERNS) % 5
    rows = (
        b"\0" + bytes([_FOLDED[pattern(x, y, scale) % len(_FOLDED)] for x in range(WIDTH)])
        for y in range(HEIGHT)
    )
    indexed = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 3, 0, 0, 0)
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            _chunk(b"IHDR", indexed),
            _chunk(b"PLTE", _palette(number)),
            _chunk(b"IDAT", zlib.compress(b"".join(rows))),
            _chunk(b"IEND", b""),
        )
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    checksum = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)


def _palette(number: int) -> bytes:
    """From a dark colour to a bright one of a neighbouring hue."""
    hue = number * _GOLDEN % 1
    colours = bytearray()
    for step in range(_COLOURS):
        share = step / (_COLOURS - 1)
        rgb = colorsys.hsv_to_rgb((hue + share / 4) % 1, 0.85 - share * 0.5, 0.25 + share * 0.75)
        colours += bytes(round(part * 255) for part in rgb)
    return bytes(colours)


_MIDDLE = (WIDTH // 2, HEIGHT // 2)
_PATTERNS: tuple[Callable[[int, int, int], int], ...] = (
    lambda x, y, scale: ((x - _MIDDLE[0]) ** 2 + (y - _MIDDLE[1]) ** 2) * scale // 40,
    lambda x, y, scale: (x + y * 2) * scale,
    lambda x, y, scale: (abs(x - _MIDDLE[0]) + abs(y - _MIDDLE[1])) * scale,
    lambda x, y, scale: (x // 8 ^ y // 8) * 8 * scale,
    lambda x, y, scale: x * y * scale // 24,
)
