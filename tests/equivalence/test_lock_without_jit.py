"""The compiled kernels and the same source run as plain Python give the same tables, to the last bit."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.digest import lock_digest

from nspd_mobility.kernels.jit import is_compiled

TESTS = Path(__file__).parents[1]


@pytest.mark.kernel
@pytest.mark.skipif(not is_compiled(), reason="both sides would run without the JIT")
@pytest.mark.usefixtures("warm_lock")
def test_plain_python_gives_the_tables_of_the_compiled_kernels() -> None:
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": os.pathsep.join([str(TESTS), str(TESTS.parent)])}
    plain = subprocess.run(
        [sys.executable, "-c", "from support.digest import lock_digest; print(lock_digest())"], env=environment, capture_output=True, text=True
    )
    assert plain.returncode == 0, plain.stderr
    assert plain.stdout.strip() == lock_digest()
