"""Configuration trees: every value knows its place, overlays merge and remove, and odd YAML is told by file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from nspd_mobility.codes import Quality
from nspd_mobility.errors import DataError
from nspd_mobility.params.tree import Branch, Leaf, find, leaves, load_yaml, merge, replaced, settings, to_plain


def read(folder: Path, text: str, name: str = "a.yaml") -> Branch:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return load_yaml(path)


def test_every_value_knows_its_line(tmp_path: Path) -> None:
    tree = read(tmp_path, "a: 1\nb:\n  c: x\n  d: [1, 2]\n")
    assert {path: (leaf.value, leaf.line) for path, leaf in leaves(tree)} == {"a": (1, 1), "b.c": ("x", 3), "b.d": ([1, 2], 4)}
    assert find(tree, ("b", "c")).where == f"{tmp_path}/a.yaml:3"
    assert find(tree, ("b", "nothing", "below")).where == f"{tmp_path}/a.yaml:2"  # the deepest that exists


def test_quantity_carries_what_is_known_of_it(tmp_path: Path) -> None:
    leaf = find(read(tmp_path, "length_m: {value: 290, low: 280, high: 300, unit: m, source: us, year: 2020, quality: published, note: so}\n"), ("length_m",))
    assert isinstance(leaf, Leaf)
    assert (leaf.value, leaf.low, leaf.high, leaf.source, leaf.year, leaf.quality, leaf.note) == (290, 280, 300, "us", 2020, Quality.PUBLISHED, "so")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"), ("yes", "yes"), ("off", "off"), ("true", True), ("12:30", "12:30"), ("1e3", 1000.0), ("0x10", 16), ("010", 10), ("1_000", 1000),
        ("2023-04-17", "2023-04-17"), ("2023-02-30", "2023-02-30"), ("2023-04-17 12:00:00", "2023-04-17 12:00:00"), ("~", None), ("", None), ("'1'", "1"),
        ("-0.0", 0.0), ("[no, 1e1]", ["no", 10.0]),
    ],
)  # fmt: skip
def test_plain_values_are_those_of_yaml_1_2(text: str, value: object, tmp_path: Path) -> None:
    leaf = find(read(tmp_path, f"a: {text}\n"), ("a",))
    assert isinstance(leaf, Leaf)
    assert leaf.value == value
    assert type(leaf.value) is type(value)


def test_unit_may_be_written_with_or_without_its_superscript(tmp_path: Path) -> None:
    for unit in ("m²", "m2"):
        assert "opening_m2" in read(tmp_path, f"opening_m2: {{value: 3, unit: {unit}}}\n")
    with pytest.raises(DataError, match=r"a\.yaml:1: 'opening_m2' is in m², as its name says, and the file gives unit 'm'; convert the value to m²"):
        read(tmp_path, "opening_m2: {value: 3, unit: m}\n")


def test_overlay_is_laid_over_and_keeps_its_place(tmp_path: Path) -> None:
    base = read(tmp_path, "a: {b: 1, c: 2}\n", "base.yaml")
    over = read(tmp_path, "\na: {c: 3, d: 4}\n", "over.yaml")
    merged = merge(base, over)
    assert to_plain(merged) == {"a": {"b": 1, "c": 3, "d": 4}}
    assert find(merged, ("a", "c")).where == f"{tmp_path}/over.yaml:2"
    assert find(merged, ("a", "b")).where == f"{tmp_path}/base.yaml:1"
    assert to_plain(base) == {"a": {"b": 1, "c": 2}}  # an overlay is reversible: the base is as it was


def test_remove_takes_away_what_exists(tmp_path: Path) -> None:
    base = read(tmp_path, "a: {b: 1, c: null}\n", "base.yaml")
    assert to_plain(merge(base, read(tmp_path, "a: {remove: [c]}\n"))) == {"a": {"b": 1}}
    assert to_plain(merge(base, read(tmp_path, "a: {remove: b}\n"))) == {"a": {"c": None}}
    assert to_plain(merge(base, read(tmp_path, "a: {remove: [b], b: {new: 1}}\n"))) == {"a": {"c": None, "b": {"new": 1}}}
    with pytest.raises(DataError, match=r"a\.yaml:1: 'remove' names 'bb', which does not exist here \(did you mean 'b'\?\)|existing keys: b, c"):
        merge(base, read(tmp_path, "a: {remove: [bb]}\n"))
    with pytest.raises(DataError, match="'remove' must be a list of names"):
        merge(base, read(tmp_path, "a: {remove: {b: 1}}\n"))


def test_study_keeps_removals_of_values_until_they_meet_the_data(tmp_path: Path) -> None:
    base = read(tmp_path, "calendar: {week: 1}\nmeasures: {m: {values: {locks: {old: 1}}}}\n", "base.yaml")
    removals = "m: {values: {locks: {remove: [old, east]}}}, n: {values: {locks: {remove: [west]}}}"
    over = read(tmp_path, f"calendar: {{remove: [week]}}\nmeasures: {{{removals}}}\n", "over.yaml")
    merged = to_plain(merge(base, over, is_study=True))
    assert merged["calendar"] == {}
    assert merged["measures"]["m"]["values"] == {"locks": {"remove": ["east"]}}  # 'old' was set by the base: it is set no more
    assert merged["measures"]["n"]["values"] == {"locks": {"remove": ["west"]}}


def test_settings_of_an_overlay_name_what_it_removes(tmp_path: Path) -> None:
    found = {path: leaf.value for path, leaf in settings(read(tmp_path, "a: {b: 1, remove: [c, d]}\nremove: e\n"))}
    assert found == {"a.b": 1, "a.c": "(removed)", "a.d": "(removed)", "e": "(removed)"}


def test_value_is_replaced_and_its_source_stays(tmp_path: Path) -> None:
    tree = read(tmp_path, "a: {b: {value: 1, source: us}}\n")
    leaf = find(replaced(tree, ("a", "b"), 2), ("a", "b"))
    assert isinstance(leaf, Leaf)
    assert (leaf.value, leaf.source) == (2, "us")
    with pytest.raises(DataError, match="there is no single value at 'a'"):
        replaced(tree, ("a",), 2)


def test_kind_of_a_value_is_told_where_another_is_needed(tmp_path: Path) -> None:
    tree = read(tmp_path, "a: 1\nb: {c: 1}\nc: true\n")
    with pytest.raises(DataError, match=r"a\.yaml:1: 'a' must be a map of keys, not the plain value 1"):
        tree.branch("a")
    with pytest.raises(DataError, match=r"a\.yaml:2: 'b' must be text"):
        tree.text("b")
    with pytest.raises(DataError, match=r"a\.yaml:1: key 'z' is missing; add it here"):
        tree.text("z")
    with pytest.raises(DataError, match=r"a\.yaml:3: 'c' must be a list of names, for example \[a, b\]"):
        tree.words("c")
    with pytest.raises(DataError, match=r"a\.yaml:1: unknown key 'a' in this; allowed are: b, c"):
        tree.expect_keys(("b", "c"), "this")
    assert (tree.text("a"), tree.text("z", "-"), tree.words("z"), tree.words("a"), dict(tree.branch("z"))) == ("1", "-", [], ["1"], {})


def test_folder_and_missing_file_are_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file; add it or mend the name"):
        load_yaml(tmp_path / "nothing.yaml")
    with pytest.raises(DataError, match=r"can't be read \(Is a directory\)"):
        load_yaml(tmp_path)
