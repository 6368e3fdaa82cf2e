"""Named random streams: every exogenous draw is a pure function of who it is for.

A stream is keyed by (seed, replication, name); within it a draw is addressed by (entity id, draw number). Extra demand
therefore renumbers nobody, and permuting rows changes nothing. An entity's id is a 64-bit hash of (dataset, natural key).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


def stable_hash(*parts: object) -> int:
    """Return a 64-bit hash of the parts' text that is the same in every process and on every machine."""
    text = "\x1f".join(str(part) for part in parts)
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


def entity_ids(dataset: str, keys: Iterable[object]) -> npt.NDArray[np.uint64]:
    """Return the entity ids of a dataset's natural keys.

    Parameters
    ----------
    dataset : str
        Name of the dataset that the keys belong to.
    keys : iterable
        Natural keys, one per entity.

    Returns
    -------
    ndarray of uint64, shape (n,)
    """
    return np.fromiter((stable_hash(dataset, key) for key in keys), dtype=np.uint64)


@dataclass(frozen=True, slots=True)
class Streams:
    """The random numbers of one replication.

    Parameters
    ----------
    seed : int
        The study's seed.
    replication : int
        Number of the replication, from 0.
    """

    seed: int
    replication: int

    def uniform(self, name: str, entity: Sequence[int] | npt.NDArray[np.uint64], n_draws: int = 1, first: int = 0) -> npt.NDArray[np.float64]:
        """Return uniforms in [0, 1) for entities, shape (n_entity, n_draws).

        Examples
        --------
        >>> a = Streams(1, 0).uniform("arrivals", [7, 9])
        >>> b = Streams(1, 0).uniform("arrivals", [9])
        >>> bool(a[1, 0] == b[0, 0])
        True
        """
        from .kernels.philox import philox_uniform  # numba takes half a second to load, and much uses the hashes alone

        ids = np.array(entity, dtype=np.uint64)  # a copy: a column of a frame can't be written, which for a kernel is another type
        out = np.empty((ids.size, n_draws))
        key = hashlib.blake2b(f"{self.seed}\x1f{self.replication}\x1f{name}".encode(), digest_size=16).digest()
        key0, key1 = (np.uint64(int.from_bytes(key[k : k + 8], "little")) for k in (0, 8))
        with np.errstate(over="ignore"):
            philox_uniform(key0, key1, ids, np.uint64(first), out)
        return out
