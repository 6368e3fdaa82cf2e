"""Section 5: the map of the fairways."""

from __future__ import annotations

from ..content import Block, Cell, Chart, Choice, Fold, Prose, Rows, Table
from ..context import Context
from ..network_map import flows, network_map, place_title, stretch_title
from ..sections import section
from ..texts import join, number, plain, say, say_or, sentence


@section("network", needs=("legs",))
def network(context: Context) -> list[Block]:
    """The map, and the same as a table."""
    stretches = context.facts.get("map", {}).get("stretches", {})
    if not stretches:
        return []
    per_day = flows(context, context.reference)
    busiest = max(per_day, key=lambda name: (per_day[name], name), default="")
    alt = say("chart.map_alt", n=len(stretches))
    lead: list[Block] = []
    if busiest:
        words = say("chart.map_busiest", name=stretch_title(context, busiest), ships=number(per_day[busiest], 0))
        alt = join([alt, words])
        lead.append(Prose(words, "lead"))
    chart = Chart("map", say("chart.map_title"), alt, [Choice(plain(""), network_map(context))], say("chart.map_note"), None, 760)
    rows = [
        [
            Cell(plain(name)),
            Cell(place_title(s, name)),
            Cell(say_or(f"country.{s['country']}", str(s["country"]))),
            Cell(sentence(say_or(f"kind.{s['kind']}", str(s["kind"])))),
            Cell(number(s["length_m"] / 1000.0, 1)),
            Cell(number(per_day.get(name, 0.0), 1)),
        ]
        for name, s in sorted(stretches.items(), key=lambda item: -per_day.get(item[0], 0.0))
    ]
    head = [say(f"network.{key}") for key in ("stretch", "name", "country", "kind", "length", "flow")]
    return [*lead, Prose(say("network.intro")), chart, Fold(say("network.table"), [Table(say("network.caption"), head, [Rows(rows)], "figures")])]
