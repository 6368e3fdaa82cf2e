"""Philox 4x64-10 against NumPy's, which is tested against the authors' known answers."""

from __future__ import annotations

import numpy as np
import pytest

from nspd_mobility.kernels.philox import philox_uniform

pytestmark = pytest.mark.kernel

LARGEST = 2**64 - 1


def ours(key: tuple[int, int], entity: int, first: int, n: int) -> np.ndarray:
    out = np.empty((1, n))
    with np.errstate(over="ignore"):
        philox_uniform(np.uint64(key[0]), np.uint64(key[1]), np.array([entity], dtype=np.uint64), np.uint64(first), out)
    return out[0]


def numpys(key: tuple[int, int], entity: int, first: int, n: int) -> np.ndarray:
    """Return NumPy's doubles: its counter is a 256-bit number that is raised by one *before* the first block."""
    block, skip = divmod(first, 4)
    counter = (entity + (block << 64) - 1) % 2**256
    wanted, found = skip + n, []
    while len(found) < wanted:
        # Each block afresh: NumPy's next block would raise the low word, the entity, where ours raises the draw.
        found += list(np.random.Generator(np.random.Philox(key=key[0] + (key[1] << 64), counter=counter)).random(4))
        counter = (counter + (1 << 64)) % 2**256
    return np.array(found[skip:wanted])


@pytest.mark.parametrize("key", [(0, 0), (1, 0), (0, 1), (LARGEST, LARGEST), (0x452821E638D01377, 0xBE5466CF34E90C6C)])
@pytest.mark.parametrize("entity", [0, 1, 2**32 - 1, 2**32, 0x243F6A8885A308D3, LARGEST])
def test_uniforms_are_those_of_numpy(key: tuple[int, int], entity: int) -> None:
    for first, n in ((0, 9), (3, 2), (4, 4), (2**33 + 1, 3)):
        assert ours(key, entity, first, n).tolist() == numpys(key, entity, first, n).tolist()


def test_a_uniform_is_a_multiple_of_two_to_the_minus_53_below_one() -> None:
    values = ours((7, 7), 7, 0, 2000)
    assert ((values >= 0.0) & (values < 1.0)).all()
    assert (values * 2.0**53 == np.floor(values * 2.0**53)).all()
