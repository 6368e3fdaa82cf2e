"""The kernel decorator: one signature each, a cache that can't be stale, and processes that compile at one time."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from support.digest import lock_digest
from support.locks import chamber, fleet, lock

from nspd_mobility.codes import LockPolicy
from nspd_mobility.engine.clock import Clock
from nspd_mobility.engine.messages import SHIP_ARRIVES
from nspd_mobility.kernels.jit import KERNELS, closure_hash, is_compiled
from nspd_mobility.params import LockParams
from nspd_mobility.streams import Streams
from nspd_mobility.waterway import LevelSeries, simulate_lock
from nspd_mobility.waterway.facility import LockFacility
from nspd_mobility.waterway.ships import to_requests

compiled_only = pytest.mark.skipif(not is_compiled(), reason="says something of compiled kernels only")

CALLEE = "from nspd_mobility.kernels.jit import kernel\n\n\n@kernel\ndef rate(x):\n    return {factor} * x\n"
CALLER = """
from nspd_mobility.kernels.jit import kernel
from .callee import rate

@kernel
def total(n):
    s = 0.0
    for i in range(n):
        s += rate(1.0 * i)
    return s
"""
# Both processes stand ready before either compiles.
MAIN = """
import sys, time
from pathlib import Path
from toy.caller import total
ready, go = Path(sys.argv[1]), Path(sys.argv[2])
ready.touch()
while not go.exists():
    time.sleep(0.01)
print(total(4), sum(total.stats.cache_hits.values()), sum(total.stats.cache_misses.values()))
"""


@compiled_only
@pytest.mark.usefixtures("warm_lock")
def test_every_kernel_has_one_signature_after_all_its_ways_of_use() -> None:
    lock_digest(60)
    for policy in LockPolicy:
        params = LockParams.model_validate(lock(chamber(), policy=policy.word))
        facility = LockFacility("lock", params, LevelSeries.constant())
        ships = fleet(["sea", "canal"], [0.0, 1.0], known_from_s=[-9.0, -8.0])
        facility.add_arrivals(to_requests(ships, params))
        facility.complex.announce(to_requests(ships, params))
        Clock(facility).run(10**9)
        late = to_requests(fleet("sea", [1e6]), params)
        late["ship"] = 2
        facility.expect(late)
        facility.step(10**9, [(SHIP_ARRIVES, 2)])
        simulate_lock(ships, params)
    Streams(1, 0).uniform("x", np.arange(3, dtype=np.uint64), 2)
    # A kernel that is loaded from the cache brings its callees with it, uncounted; the cache has an entry per kernel and signature.
    n_signature = {k.py_func.__name__: len({key[0] for key in k._cache._cache_file._load_index()}) for k in KERNELS}
    assert {name: n for name, n in n_signature.items() if n > 1} == {}
    assert {"step", "run", "load", "find_place", "level_at", "philox_uniform"} <= {name for name, n in n_signature.items() if n == 1}, "they have been used"


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    """A package of two modules, of which one calls a kernel of the other."""
    package = tmp_path / "toy"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "callee.py").write_text(CALLEE.format(factor=2.0))
    (package / "caller.py").write_text(CALLER)
    return tmp_path


def start(folder: Path, name: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "NSPD_CACHE": str(folder / "cache"), "PYTHONPATH": os.pathsep.join([str(folder), str(Path(__file__).parents[2])])}
    return subprocess.Popen(
        [sys.executable, "-c", MAIN, str(folder / f"ready-{name}"), str(folder / "go")],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> tuple[float, int, int]:
    """Return (result, loaded from the cache, compiled)."""
    out, error = process.communicate(timeout=120)
    assert process.returncode == 0, error
    value, hits, misses = out.split()
    return float(value), int(hits), int(misses)


@compiled_only
def test_a_change_of_a_kernel_in_another_file_is_never_answered_from_the_cache(toy: Path) -> None:
    (toy / "go").touch()
    assert finish(start(toy, "1")) == (12.0, 0, 1)  # 2 * (0 + 1 + 2 + 3)
    assert finish(start(toy, "2")) == (12.0, 1, 0), "nothing has changed: from the cache"
    (toy / "toy" / "callee.py").write_text(CALLEE.format(factor=5.0))
    assert finish(start(toy, "3")) == (30.0, 0, 1)


@compiled_only
def test_two_processes_that_need_a_kernel_at_one_time_compile_it_once(toy: Path) -> None:
    processes = [start(toy, name) for name in ("1", "2")]
    while not all((toy / f"ready-{name}").exists() for name in ("1", "2")):
        assert all(p.poll() is None for p in processes), processes[0].communicate()
    (toy / "go").touch()
    results = [finish(p) for p in processes]
    assert [value for value, _, _ in results] == [12.0, 12.0]
    assert sum(misses for _, _, misses in results) == 1


@compiled_only
def test_a_cache_that_can_not_be_written_costs_time_but_no_result(toy: Path) -> None:
    (toy / "go").touch()
    (toy / "cache").write_text("a file where the folder should be")
    value, _, _ = finish(start(toy, "1"))
    assert value == 12.0


def test_the_closure_of_a_module_is_what_it_imports_directly_or_not(tmp_path: Path) -> None:
    files = {"a.py": "from .b import x\n", "b.py": "from . import c\nx = 1\n", "c.py": "y = 1\n", "d.py": "z = 1\n", "__init__.py": ""}
    for name, text in files.items():
        (tmp_path / name).write_text(text)

    def hashed() -> str:
        closure_hash.cache_clear()
        return closure_hash(tmp_path / "a.py")

    first = hashed()
    assert hashed() == first
    (tmp_path / "d.py").write_text("z = 2\n")
    assert hashed() == first, "d is not imported"
    (tmp_path / "c.py").write_text("y = 2\n")
    second = hashed()
    assert second != first, "c is imported by b"
    (tmp_path / "b.py").write_text("from . import c\nfrom . import d\nx = 1\n")
    assert hashed() not in (first, second)
    closure_hash.cache_clear()
