"""Philox 4x64-10: random numbers as a pure function of a key and a counter.

The generator of Salmon, Moraes, Dror and Shaw (2011), "Parallel random numbers: as easy as 1, 2, 3", SC'11, as NumPy's
``numpy.random.Philox`` has it. Nothing is drawn *from* it: a number belongs to (seed, replication, stream) and
(entity, draw), so an entity's draws do not depend on any other entity.

Without the JIT the wrap-around of uint64 is wanted; the callers set ``numpy.errstate(over="ignore")``.
"""

from __future__ import annotations

import numpy as np

from .jit import kernel

_M0 = np.uint64(0xD2E7470EE14C6C93)
_M1 = np.uint64(0xCA5A826395121157)
_W0 = np.uint64(0x9E3779B97F4A7C15)
_W1 = np.uint64(0xBB67AE8584CAA73B)
_LOW = np.uint64(0xFFFFFFFF)
_32 = np.uint64(32)
_11 = np.uint64(11)
_TO_UNIT = 1.0 / 9007199254740992.0  # 2**-53


@kernel
def _high_product(a: np.uint64, b: np.uint64) -> np.uint64:
    """Return the upper 64 bits of a 64 x 64 bit product."""
    a_low, a_high = a & _LOW, a >> _32
    b_low, b_high = b & _LOW, b >> _32
    low = a_low * b_low
    middle = a_high * b_low + (low >> _32)
    carry = (middle & _LOW) + a_low * b_high
    return a_high * b_high + (middle >> _32) + (carry >> _32)


@kernel
def philox_uniform(key0, key1, entity, draw, out):
    """Fill `out` with uniforms in [0, 1): one row per entity, one column per draw.

    Parameters
    ----------
    key0, key1 : uint64
        The stream's key.
    entity : ndarray of uint64, shape (n,)
        Counter word 0, the entity ids.
    draw : uint64
        First draw; column j of `out` holds draw ``draw + j`` (four draws share one block).
    out : ndarray of float64, shape (n, n_draws)
        Filled in place.
    """
    for i in range(entity.shape[0]):
        block = np.uint64(0xFFFFFFFFFFFFFFFF)
        w0 = w1 = w2 = w3 = np.uint64(0)
        for j in range(out.shape[1]):
            index = draw + np.uint64(j)
            wanted = index >> np.uint64(2)
            if wanted != block:
                block = wanted
                w0, w1, w2, w3 = entity[i], block, np.uint64(0), np.uint64(0)
                k0, k1 = key0, key1
                for _ in range(10):
                    h0, l0 = _high_product(_M0, w0), _M0 * w0
                    h1, l1 = _high_product(_M1, w2), _M1 * w2
                    w0, w1, w2, w3 = h1 ^ w1 ^ k0, l1, h0 ^ w3 ^ k1, l0
                    k0 = k0 + _W0
                    k1 = k1 + _W1
            lane = index & np.uint64(3)
            word = w0
            if lane == np.uint64(1):
                word = w1
            elif lane == np.uint64(2):
                word = w2
            elif lane == np.uint64(3):
                word = w3
            out[i, j] = float(word >> _11) * _TO_UNIT
