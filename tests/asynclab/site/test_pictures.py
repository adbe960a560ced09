import struct
import zlib

import pytest

from asynclab.site import picture
from asynclab.site.pictures import HEIGHT, WIDTH


def chunks(file: bytes) -> list[tuple[bytes, bytes]]:
    """Kinds and contents, after a look at each checksum."""
    assert file[:8] == b"\x89PNG\r\n\x1a\n"
    found, at = [], 8
    while at < len(file):
        (length,) = struct.unpack(">I", file[at : at + 4])
        kind, data = file[at + 4 : at + 8], file[at + 8 : at + 8 + length]
        (checksum,) = struct.unpack(">I", file[at + 8 + length : at + 12 + length])
        assert checksum == zlib.crc32(kind + data)
        found.append((kind, data))
        at += 12 + length
    return found


@pytest.mark.parametrize("number", [0, 1, 2, 3, 4, 9, 123_456])
def test_a_picture_is_a_sound_png_file(number: int) -> None:
    found = dict(chunks(picture(number)))
    assert list(found) == [b"IHDR", b"PLTE", b"IDAT", b"IEND"]
    assert struct.unpack(">IIBBBBB", found[b"IHDR"]) == (WIDTH, HEIGHT, 8, 3, 0, 0, 0)
    assert len(found[b"PLTE"]) == 256 * 3
    pixels = zlib.decompress(found[b"IDAT"])
    assert len(pixels) == (WIDTH + 1) * HEIGHT
    assert set(pixels[:: WIDTH + 1]) == {0}  # every row says that it is not filtered
    assert len(set(pixels)) > 30  # there is something to see


def test_pictures_differ_and_stay_as_they_are() -> None:
    made = [picture(number) for number in range(1, 101)]
    assert len(set(made)) == 100
    picture.cache_clear()
    assert [picture(number) for number in range(1, 101)] == made
