"""Section 7: what identifies the run, so that it can be made again."""

from __future__ import annotations

import hashlib

from ..content import Block, Cell, Fold, Prose, Rows, Table
from ..context import Context
from ..sections import section
from ..texts import Text, given, number, plain, say


@section("run")
def run_facts(context: Context) -> list[Block]:
    """Seed, replications, period, versions, hashes."""
    facts = context.facts
    prints = context.fingerprints()
    whole = hashlib.sha256("\n".join(f"{path} {value}" for path, value in sorted(prints.items())).encode()).hexdigest()
    draws = len({cell.replication for cell in context.run.cells(draws=True)})
    rows = [
        _pair("study", plain(str(facts["study"]))),
        _pair("scenario", given(facts["scenarios"][context.scenario], context.scenario)),
        _pair("year", plain(context.year)),
        _pair("seed", plain(str(facts["seed"]))),
        _pair("replications", number(context.matrix.shape[1], 0)),
        _pair("draws", number(draws, 0)),
    ]
    for name, period in facts["periods"].items():
        days = {key: number(period[f"{key}_s"] / 86_400.0, 1) for key in ("warm_up", "measure", "drain")}
        text = say("run.period_text", start=str(period["start"]), weight=number(period["weight_days"], 0), **days)
        rows.append([Cell(say("run.period", name=name)), Cell(text)])
    rows += [_pair("fingerprint", plain(whole)), _pair("data_hash", plain(str(facts["data_hash"])))]
    rows += [_pair("code", plain(str(facts["program"].get("code", "–")))), _pair("version", plain(_versions(facts["program"])))]
    table = Table(say("run.caption"), [say("run.what"), say("run.value")], [Rows(rows)], "pairs")
    each = [[Cell(plain(path)), Cell(plain(value))] for path, value in prints.items()]
    prints_table = Table(say("run.prints"), [say("run.replication"), say("run.fingerprint")], [Rows(each)], "pairs")
    return [Prose(say("run.intro")), table, Fold(say("run.prints"), [prints_table])]


def _pair(key: str, value: Text) -> list[Cell]:
    return [Cell(say(f"run.{key}")), Cell(value)]


def _versions(program: dict[str, str]) -> str:
    names = [f"nspd-mobility {program.get('version', '?')}"]
    return ", ".join(names + [f"{name} {version}" for name, version in program.items() if name not in ("version", "code")])
