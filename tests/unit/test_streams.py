"""Streams: a draw belongs to whom it is for, and to nobody's order."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from nspd_mobility.streams import Streams, entity_ids, stable_hash

pytestmark = pytest.mark.kernel

IDS = entity_ids("ships", range(50))


def test_draws_do_not_depend_on_order_or_on_who_else_draws() -> None:
    streams = Streams(42, 3)
    everyone = streams.uniform("arrivals", IDS, 5)
    rng = np.random.default_rng(0)
    order = rng.permutation(len(IDS))
    assert (streams.uniform("arrivals", IDS[order], 5) == everyone[order]).all()
    assert (streams.uniform("arrivals", IDS[10:13], 5) == everyone[10:13]).all()
    assert (streams.uniform("arrivals", np.concatenate([entity_ids("ships", ["new"]), IDS]), 5)[1:] == everyone).all()


def test_draws_do_not_depend_on_how_many_are_taken_at_once() -> None:
    streams = Streams(1, 0)
    whole = streams.uniform("x", IDS, 11)
    for first in range(11):
        for n in (1, 2, 11 - first):
            assert (streams.uniform("x", IDS, min(n, 11 - first), first) == whole[:, first : first + min(n, 11 - first)]).all()


def test_seed_replication_name_and_entity_each_give_other_numbers() -> None:
    base = Streams(1, 0).uniform("x", IDS)
    for other in (Streams(2, 0).uniform("x", IDS), Streams(1, 1).uniform("x", IDS), Streams(1, 0).uniform("y", IDS)):
        assert not (base == other).any()
    assert len(np.unique(base)) == len(IDS)
    assert not (Streams(1, 11).uniform("x", IDS) == Streams(11, 1).uniform("x", IDS)).any(), "the parts of a key are kept apart"


def test_draws_are_uniform_and_streams_uncorrelated() -> None:
    n = 40_000
    ids = np.arange(n, dtype=np.uint64)
    a, b = Streams(5, 0).uniform("a", ids)[:, 0], Streams(5, 0).uniform("b", ids)[:, 0]
    # Standard error of the mean of n uniforms: 1 / sqrt(12 n); of a share p: sqrt(p (1 - p) / n); of a correlation: 1 / sqrt(n). Four of them.
    assert abs(a.mean() - 0.5) < 4.0 / np.sqrt(12.0 * n)
    for p in (0.1, 0.5, 0.9):
        assert abs((a < p).mean() - p) < 4.0 * np.sqrt(p * (1.0 - p) / n)
    assert abs(np.corrcoef(a, b)[0, 1]) < 4.0 / np.sqrt(n)
    assert abs(np.corrcoef(a[1:], a[:-1])[0, 1]) < 4.0 / np.sqrt(n)


def test_no_entities_or_no_draws_give_an_empty_array() -> None:
    assert Streams(0, 0).uniform("x", []).shape == (0, 1)
    assert Streams(0, 0).uniform("x", IDS, 0).shape == (50, 0)


def test_an_entity_id_is_a_hash_of_the_dataset_and_the_key_and_of_nothing_else() -> None:
    wanted = int.from_bytes(hashlib.blake2b(b"ships\x1fA-1", digest_size=8).digest(), "little")
    assert stable_hash("ships", "A-1") == wanted
    assert entity_ids("ships", ["A-1", "A-2"])[0] == np.uint64(wanted)
    assert entity_ids("ships", ["A-1"])[0] != entity_ids("barges", ["A-1"])[0]
    assert stable_hash("ab", "c") != stable_hash("a", "bc")
    assert entity_ids("ships", []).shape == (0,)
