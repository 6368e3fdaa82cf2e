"""A replication of the bundled study, from demand to tables on disk, and what a user waits for at the start."""

import math
import os
import subprocess
import sys
import tempfile
import time
from functools import cache
from pathlib import Path

from nspd_mobility.bench import case
from nspd_mobility.district.day import RESULT_TABLES, simulate_day
from nspd_mobility.engine.period import Period
from nspd_mobility.streams import Streams
from nspd_mobility.study.definition import load_study
from nspd_mobility.study.runner import district_of
from nspd_mobility.tables.recorder import Recorder


@cache
def district():
    study = load_study("district-today")
    return district_of(study, study.resolve("base", "2023", "reference"))


def replicate(measure_days: float, number: int = 0) -> int:
    """Simulate one replication of district-today with another length of the measured window; return about how many ships."""
    period = Period("benchmark", "2023-04-17", 86_400.0, measure_days * 86_400.0, 86_400.0, 365.0)
    with tempfile.TemporaryDirectory() as folder, Recorder(Path(folder), RESULT_TABLES) as recorder:
        simulate_day(district(), 2023, [period], Streams(1, number), recorder)
    return int((measure_days + 2.0) * 56_000 / 365)


@case("district-week", unit="replications")
def district_week(is_smoke: bool):
    """One replication of district-today: ships, tide, locks on the clock, tables to Parquet."""
    return lambda: {"ships": replicate(1.0 if is_smoke else 7.0)}, 1


@case("waterway-year", unit="passages")
def waterway_year(is_smoke: bool):
    """The whole waterway with tide, surge, canal, bridges, salt and energy, tables to Parquet; a quarter of a year, and what a ship of a longer run costs.

    `exponent` is that of CPU time in passages, from a run of four weeks to the whole one.
    """
    short, long = (2.0, 4.0) if is_smoke else (26.0, 110.0)
    n = int((long + 2.0) * 56_000 / 365)

    def work():
        spent = []
        for days in (short, long):
            begin = time.process_time()
            replicate(days)
            spent.append(time.process_time() - begin)
        return {"cpu_s_per_year": spent[1] * 365.0 / (long + 2.0), "exponent": math.log(spent[1] / spent[0]) / math.log((long + 2.0) / (short + 2.0))}

    return work, n


def _peak_mib(days: float) -> float:
    """Return the peak memory above the imports of a run in a process of its own, MiB."""
    code = (
        "import importlib.util, resource, sys\n"
        f"spec = importlib.util.spec_from_file_location('m', {str(Path(__file__).resolve())!r})\n"
        "m = importlib.util.module_from_spec(spec); spec.loader.exec_module(m)\n"
        "m.replicate(1.0)\n"
        "base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        f"m.replicate({days})\n"
        "print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - base) / 1024)\n"
    )
    return float(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout)


@case("memory", unit="runs")
def memory(is_smoke: bool):
    """Peak memory above the imports of a short and of a long run (MiB); flat means that the two are near each other."""
    short, long = (2.0, 4.0) if is_smoke else (28.0, 364.0)
    return lambda: {"peak_short_mib": _peak_mib(short), "peak_long_mib": _peak_mib(long), "days_long": long}, 1


def _seconds(*arguments: str, **environment: str) -> float:
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-m", "nspd_mobility", *arguments], check=True, capture_output=True, env={**os.environ, **environment})
    return time.perf_counter() - begin


@case("start", unit="starts")
def start(is_smoke: bool):
    """Whole processes: --help, the first smoke run with nothing compiled, and the same command again."""

    def work():
        with tempfile.TemporaryDirectory() as folder:
            first = 0.0 if is_smoke else _seconds("run", "smoke", "--out", f"{folder}/runs", NSPD_CACHE=f"{folder}/cache")
            again = _seconds("run", "smoke", "--out", f"{folder}/runs", **({} if is_smoke else {"NSPD_CACHE": f"{folder}/cache"}))
        return {"help_s": min(_seconds("--help") for _ in range(3)), "first_run_s": first, "second_start_s": again}

    return work, 1
