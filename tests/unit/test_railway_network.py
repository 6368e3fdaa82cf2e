"""The railway: what is refused, and the routes of named trains in the district."""

from pathlib import Path

import pandas as pd
import pytest

from nspd_mobility.errors import DataError
from nspd_mobility.network.railway import TrackNetwork
from nspd_mobility.network.railway_file import read_railway

FOLDER = Path("networks/nspd")


@pytest.fixture(scope="module")
def district() -> TrackNetwork:
    return read_railway(FOLDER, bridges=["sluiskil-bridge"])


def names(network: TrackNetwork, *stops: str) -> list[str]:
    return [visit.place + ("*" if visit.reverses else "") for visit in network.itinerary(stops)]


def test_a_train_from_axelse_vlakte_reverses_and_crosses_the_bridge_today(district: TrackNetwork) -> None:
    way = names(district, "axelse-vlakte", "gent-zeehaven")
    assert way == ["axelse-vlakte", "terneuzen-zuid*", "sluiskil", "sas-van-gent", "zelzate-west", "wondelgem", "gent-muide", "gent-zeehaven"]
    assert district.bridges_on(["axelse-vlakte", "gent-zeehaven"]) == ["sluiskil-bridge"]
    assert {"55"} <= {district.sections["line"][s] for s, _ in district.sections_on(district.itinerary(["sas-van-gent", "gent-zeehaven"]))}


def test_with_the_link_it_stays_on_the_east_bank(district: TrackNetwork) -> None:
    built = district.with_measures(["axel_zelzate"])
    assert names(built, "axelse-vlakte", "gent-zeehaven") == ["axelse-vlakte", "zelzate-oost", "gent-zeehaven"]
    assert built.bridges_on(["axelse-vlakte", "gent-zeehaven"]) == []


def test_with_the_curve_it_crosses_the_bridge_without_reversing(district: TrackNetwork) -> None:
    built = district.with_measures(["sluiskil_arc"])
    assert "terneuzen-zuid*" not in names(built, "axelse-vlakte", "gent-zeehaven")
    assert built.bridges_on(["axelse-vlakte", "gent-zeehaven"]) == ["sluiskil-bridge"]


def test_trains_to_antwerpen_reverse_at_roosendaal_unless_the_veza_curve_is_built(district: TrackNetwork) -> None:
    assert "roosendaal-yard*" in names(district, "sloe", "essen")
    assert not any(place.endswith("*") for place in names(district.with_measures(["veza_curve"]), "sloe", "antwerpen-l11"))


def test_the_passenger_train_to_terneuzen_uses_no_bridge(district: TrackNetwork) -> None:
    built = district.with_measures(["l204_passenger", "axel_zelzate"])
    assert built.bridges_on(["gent-sint-pieters", "terneuzen"]) == []
    west = district.with_measures(["l55_passenger"])
    assert west.bridges_on(["gent-sint-pieters", "terneuzen"]) == ["sluiskil-bridge"]


def test_lines_have_their_published_length(district: TrackNetwork) -> None:
    """Kilometres: Zeeuwse lijn 74.33, L55 8.6 to 23.4 (14.8), L204 15, the link 8."""
    main = district.sections[(district.sections["line"] == "zl") & (district.sections["track"] == "v")]
    throat = district.sections["length_m"][["roosendaal-2", "vs-lead-v", "vlissingen-1"]].sum() - 200  # km 0 lies 200 m inside the platform
    assert main["length_m"].sum() + throat == pytest.approx(74_330, abs=50)
    w = district.sections[(district.sections["line"] == "55") & district.sections["km_to"].notna()]
    assert min(w["km_from"].min(), 8.75) == 8.75 and w["length_m"].sum() == pytest.approx(15_800, abs=50)  # from km 8.75 to the border
    l204 = district.sections[(district.sections["line"] == "204") & district.sections["km_to"].notna()]
    assert l204["length_m"].sum() + 700 + 60 + 220 == pytest.approx(15_000, abs=100)
    link = district.with_measures(["axel_zelzate"]).sections
    assert link["length_m"][["link-1", "westdorpe-1", "link-2"]].sum() == 8000


def test_every_place_is_reached_from_every_other(district: TrackNetwork) -> None:
    canal = ["axelse-vlakte", "dow", "terneuzen", "arcelormittal", "volvo", "zandeken", "kluizendok", "eeklo", "merelbeke", "antwerpen-l59"]
    for place in canal:
        assert names(district, place, "gent-zeehaven") if place != "eeklo" else names(district, place, "gent-dampoort")
    for measure in district.plan.measures:
        district.with_measures([measure])


def line(**changes: object) -> TrackNetwork:
    sections = pd.DataFrame(
        {"id": ["a", "b", "c"], "from_node": ["w", "m", "n"], "to_node": ["m", "n", "e"], "length_m": 900.0, "speed_m_s": 20.0, "place": ["A", "", "B"]}
    )
    nodes = pd.DataFrame({"id": ["w", "m", "n", "e"], "kind": ["buffer", "joint", "joint", "buffer"]})
    for column, value in changes.items():
        sections[column] = value
    return TrackNetwork.from_frames(sections, nodes, pd.DataFrame({"id": ["A", "B"]}), bridges=["swing"])


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("length_m", [900.0, 0.0, 900.0], "'b': length_m is 0.0; it must be a number from 0.1"),
        ("to_node", ["m", "nn", "e"], "'b': to_node 'nn' is unknown"),
        ("place", ["A", "", "Bb"], "'c': place 'Bb' is unknown"),
        ("bridge", ["", "swin", ""], "bridge 'swin' is unknown (did you mean 'swing'?)"),
        ("platform_m", [0.0, 0.0, 950.0], "the platform of 950 m is longer than the section"),
        ("to_side", [1, 0, 0], "'m' is a joint and must have one section on each side"),
        ("from_side", [1, 1, 3], "from_side is 3"),
        ("signal_from", [False, True, True], "ends at w, the end of a path, without a signal"),
        ("electrification", ["3kv", "none", "15kv"], "electrification '15kv' is unknown"),
        ("country", ["NL", "BE", "UK"], "country 'UK' is unknown"),
        ("speed_m_s", [20.0, 200.0, 20.0], "'b': speed_m_s is 200.0"),
        ("id", ["a", "a", "c"], "the id 'a' stands there twice"),
        ("lenght_m", 3.0, "unknown column 'lenght_m' (did you mean 'length_m'?)"),
    ],
)
def test_bad_frames_are_told(column: str, value: object, message: str) -> None:
    with pytest.raises(DataError) as caught:
        line(**{column: value})
    assert message in str(caught.value)


def test_sections_that_overlap_are_told() -> None:
    with pytest.raises(DataError, match=r"'a' and 'b' overlap: both are km 0.8 to 0.9"):
        line(line="L1", km_from=[0.0, 0.8, 1.7], km_to=[0.9, 1.7, 2.6])


def test_a_path_with_a_gap_names_both_places() -> None:
    network = line(speed_back_m_s=0.0)
    with pytest.raises(DataError, match="path with a gap: no way leads from 'B' to 'A'"):
        network.itinerary(["B", "A"])
    with pytest.raises(DataError, match="unknown place 'C'"):
        network.itinerary(["A", "C"])


def test_a_switch_is_not_taken_round_its_point() -> None:
    sections = pd.DataFrame(
        {"id": ["p", "l", "r"], "from_node": ["w", "s", "s"], "to_node": ["s", "e", "f"], "length_m": 500.0, "speed_m_s": 10.0, "place": ["P", "L", "R"]}
    )
    nodes = pd.DataFrame({"id": ["w", "s", "e", "f"], "kind": ["buffer", "switch", "buffer", "buffer"]})
    places = pd.DataFrame({"id": ["P", "L", "R"], "run_round_s": [600.0, 0.0, 0.0]})
    network = TrackNetwork.from_frames(sections, nodes, places)
    with pytest.raises(DataError, match="without a reversal"):
        network.path("l", "r")
    assert names(network, "L", "R") == ["L", "P*", "R"]
