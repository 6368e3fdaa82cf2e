"""Section 2: what each variant is."""

from __future__ import annotations

from ..content import Block, Cell, Prose, Rows, Table
from ..context import Context
from ..sections import section
from ..texts import Text, general, given, join, place_name, plain, say, sentence


@section("variants")
def variants(context: Context) -> list[Block]:
    """A table of variants with their measures and chambers."""
    facts = context.facts
    scenario = given(facts["scenarios"][context.scenario], context.scenario)
    rows = []
    for variant in context.variants:
        measures = facts["variants"][variant].get("measures", {})
        named = [given(title, key) for key, title in measures.items()]
        role = say("variants.is_reference") if variant == context.reference else None
        what = join([sentence(name) for name in named], "; ") if named else say("variants.no_measures")
        rows.append([Cell(sentence(context.title(variant)), role), Cell(what), Cell(_chambers(context, variant))])
    head = [say("variants.variant"), say("variants.measures"), say("variants.chambers")]
    intro = say("variants.intro", scenario=scenario, year=context.year)
    return [Prose(intro), Table(say("variants.caption"), head, [Rows(rows)], "words")]


def _chambers(context: Context, variant: str) -> Text:
    parts = []
    for locks in context.facts["locks"].values():
        for name, chamber in locks.get(variant, {}).items():
            parts.append(
                say(
                    "variants.chamber",
                    name=place_name(name),
                    length=general(chamber["length_m"]),
                    width=general(chamber["width_m"]),
                    sill=general(chamber["sill_m_nap"]),
                )
            )
    return join(parts, "; ") if parts else plain("–")
