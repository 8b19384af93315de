import base64

import numpy as np

from grt_platform.systems.lustre.logic.kernels.jit import compiled
from grt_platform.systems.lustre.logic.kernels.wide import copy, decode_64

_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


@compiled
def _decoded(data, text):
    return decode_64(data, np.int64(0), text, np.int64(0))


@compiled
def _copied(target, at, source, begin, size):
    copy(target, at, source, begin, size)


def test_sixty_four_characters_of_base64_decode_as_python_decodes_them():
    dice = np.random.default_rng(3)
    for number in range(200):
        packed = base64.b64encode(dice.integers(0, 4, 48).astype(np.uint8).tobytes() if number % 2 else dice.bytes(48))
        text = np.zeros(64, np.uint8)
        strange, zeros, slashes = _decoded(np.frombuffer(packed, np.uint8), text)
        raw = base64.b64decode(packed)
        assert (int(strange), text[:48].tobytes()) == (0, raw)
        assert int(zeros) & ((1 << 48) - 1) == sum(1 << at for at, byte in enumerate(raw) if byte == 0)
        assert int(slashes) & ((1 << 48) - 1) == sum(1 << at for at, byte in enumerate(raw) if byte == 47)


def test_every_byte_out_of_the_alphabet_is_strange_at_every_place():
    for byte in range(256):
        for place in range(64):
            data = np.frombuffer(_ALPHABET, np.uint8).copy()
            data[place] = byte
            strange, _, _ = _decoded(data, np.zeros(64, np.uint8))
            assert int(strange) == (0 if byte in _ALPHABET else 1 << place)


def test_a_copy_takes_so_many_bytes_and_no_more():
    source = np.arange(250, dtype=np.uint8)
    for size in (0, 1, 7, 63, 64, 65, 200):
        target = np.full(256, 255, np.uint8)
        _copied(target, 9, source, 3, size)
        assert target.tobytes() == b"\xff" * 9 + source[3 : 3 + size].tobytes() + b"\xff" * (247 - size)
