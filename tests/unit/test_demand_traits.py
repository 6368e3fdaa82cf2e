"""Air draughts, announcements and stays of drawn ships, and the formations of convoys."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from nspd_mobility.demand.convoys import formation_size_m
from nspd_mobility.demand.ship_tables import ShipTables, read_ship_tables
from nspd_mobility.demand.ships import draw_ships
from nspd_mobility.errors import DataError
from nspd_mobility.network.dataset import find_dataset, load_dataset
from nspd_mobility.params.build import build
from nspd_mobility.params.waterway import NetworkParams, WaterwayDemandParams
from nspd_mobility.streams import Streams

TABLES = find_dataset("demand", "nspd") / "waterway"
START = pd.Timestamp("2019-05-01", tz="Europe/Amsterdam")


@pytest.fixture(scope="module")
def tables() -> ShipTables:
    return read_ship_tables(TABLES)


def drawn(tables: ShipTables, days: float = 60.0, **more: Any) -> pd.DataFrame:
    passages = {"2019": {"inland": 51_500.0, "sea": 9_055.0, "recreation": 1_000.0}}
    params = WaterwayDemandParams.model_validate({"passages": passages, "loaded_share": 0.62} | more)
    return draw_ships(tables, params, Streams(1, 0), year=2019, start=START, days=days, epoch=START)


def test_nine_in_ten_do_not_exceed_the_air_draught_of_the_class(tables: ShipTables) -> None:
    ships = drawn(tables, air_draught_cv_share={"inland": 0.1, "M8": 0.2}).merge(tables.classes, on="class_id", suffixes=("", "_class"))
    value = ships["air_draught_loaded_m"].where(ships["is_loaded"], ships["air_draught_empty_m"])
    inland = ships["group"] == "inland"
    n = int(inland.sum())
    assert (ships["air_draught_m"] <= value)[inland].mean() == pytest.approx(0.9, abs=4 * np.sqrt(0.09 / n))
    assert (ships["air_draught_m"] == value)[~inland].all()  # no spread given
    ratio = (ships["air_draught_m"] / value).groupby(ships["class_id"]).agg(["mean", "std", "size"])
    for name, cv in (("M6", 0.1), ("M8", 0.2)):
        mean = 1 / (1 + 1.2816 * cv)
        assert ratio.loc[name, "mean"] == pytest.approx(mean, abs=4 * cv * mean / np.sqrt(ratio.loc[name, "size"]))
        assert ratio.loc[name, "std"] == pytest.approx(cv * mean, rel=0.1)


def test_a_wider_spread_keeps_every_ship(tables: ShipTables) -> None:
    narrow, wide = (drawn(tables, days=3, air_draught_cv_share={"inland": cv}) for cv in (0.05, 0.1))
    pd.testing.assert_frame_equal(narrow.drop(columns="air_draught_m"), wide.drop(columns="air_draught_m"))


def test_kinds_announce_themselves_differently(tables: ShipTables) -> None:
    announcement = {"sea": {"known_ahead_s": 86_400.0, "eta_error_sd_s": 1800.0}, "inland": {"known_ahead_s": 7200.0}, "M8": {"known_ahead_s": 60.0}}
    ships = drawn(tables, announcement=announcement)
    ahead_s = (ships["arrival_s"] - ships["known_from_s"]).round(3)
    of = {"sea": ships["group"] == "sea", "M8": ships["class_id"] == "M8", "M6": ships["class_id"] == "M6", "recreation": ships["group"] == "recreation"}
    assert {name: set(ahead_s[rows]) for name, rows in of.items()} == {"sea": {86_400.0}, "M8": {60.0}, "M6": {7200.0}, "recreation": {0.0}}
    error_s = ships["eta_s"] - ships["arrival_s"]
    for name, sd_s in (("sea", 1800.0), ("M6", 900.0)):  # M6 has the general one
        assert error_s[of[name]].std() == pytest.approx(sd_s, rel=4 / np.sqrt(2 * of[name].sum()))


def test_a_stay_is_the_time_apart_and_the_cargo(tables: ShipTables) -> None:
    stays = {"inland": {"base_s": 3600.0, "time_per_tonne_s": 12.0}, "sea": {"base_s": 7200.0, "cv_share": 0.5}}
    ships = drawn(tables, stays=stays).merge(tables.classes, on="class_id", suffixes=("", "_class"))
    inland, sea = ships[ships["group"] == "inland"], ships[ships["group"] == "sea"]
    cargo = inland["load_mean_tonne"] * inland["length_m"] / inland["length_m_class"]  # an empty ship comes to load as much
    assert (inland["stay_s"] / (3600.0 + 12.0 * cargo)).to_numpy() == pytest.approx(np.ones(len(inland)))
    assert sea["stay_s"].mean() == pytest.approx(7200.0, rel=4 * 0.5 / np.sqrt(len(sea)))
    assert (ships.loc[ships["group"] == "recreation", "stay_s"] == 0.0).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"announcement": {"inlnd": {"known_ahead_s": 0.0}}}, "waterway.announcement: unknown group or class 'inlnd' (did you mean 'inland'?)"),
        ({"stays": {"M99": {"base_s": 0.0}}}, "waterway.stays: unknown group or class 'M99'"),
        ({"air_draught_cv_share": {"inland": 0.4}}, "waterway.air_draught_cv_share.inland: 0.4 is no spread of a class; it must be from 0 to 0.3"),
    ],
)
def test_unusable_kinds(tables: ShipTables, change: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError) as error:
        drawn(tables, days=1, **change)
    assert message in str(error.value)


def test_four_barges_in_two_rows() -> None:
    length_m, beam_m = formation_size_m([2, 2], [2, 1], 76.5, 11.4, 32.0, 11.4)
    assert (length_m.tolist(), beam_m.tolist()) == ([185.0, 185.0], [22.8, 11.4])


def test_every_convoy_fits_a_chamber_whole(tables: ShipTables) -> None:
    """Why no convoy is uncoupled: all fit the smallest chamber of Terneuzen in length and beam."""
    chambers = build(NetworkParams, load_dataset(find_dataset("networks", "nspd")).values, "values").waterway.locks["terneuzen"].chambers.values()
    convoys = tables.classes[tables.classes["class_id"].str.match(r"(BII|C\d)")]
    assert len(convoys) == 6
    assert convoys["length_high_m"].max() <= min(chamber.length_m for chamber in chambers)
    assert convoys["beam_m"].max() <= min(chamber.width_m for chamber in chambers)


def test_a_formation_that_is_not_its_class(tmp_path: Path) -> None:
    folder = tmp_path / "waterway"
    shutil.copytree(TABLES, folder)
    path = folder / "convoys.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("BII-2l,2,1,", "BII-2l,3,1,"), encoding="utf-8")
    with pytest.raises(DataError, match=r"convoys\.csv:3: the formation of 'BII-2l' is 261.5 m by 11.4 m, and its class is 170 to 190 m by 11.4 m; mend one"):
        read_ship_tables(folder)
    path.write_text(text.replace("BII-2l,2,1,", "BII-9,2,1,"), encoding="utf-8")
    with pytest.raises(DataError, match=r"column .class_id. holds .BII-9.; it must be a class of classes\.csv"):
        read_ship_tables(folder)
