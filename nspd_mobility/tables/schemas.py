"""The typed tables that a replication writes; the product that everything later reads.

Every table of a study also carries `period`, the typical period of the calendar that its rows belong to. Times ending in `_s`
are seconds from the epoch of that period (the start of its first measured day less the warm-up); `time_ms` is the same in whole
milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from ..units import unit_of

SCHEMA_VERSION = "3"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: name (with the unit in it), Arrow type, and what it is."""

    name: str
    kind: str
    doc: str


@dataclass(frozen=True, slots=True)
class Table:
    """One table: name, what a row is, and its columns."""

    name: str
    doc: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> list[str]:
        """The names of the columns, in order."""
        return [column.name for column in self.columns]


def _columns(text: str) -> tuple[Column, ...]:
    rows = (line.split(maxsplit=2) for line in text.strip().splitlines())
    return tuple(Column(name, kind, doc) for name, kind, doc in rows)


SHIPS = Table(
    "ships",
    "One row per ship that arrived at a lock.",
    _columns("""
        period         string  typical period of the calendar
        entity_id      uint64  64-bit hash of the dataset and the natural key
        id             string  natural key of the ship
        class_id       string  class of the ship
        group          string  inland, sea or recreation
        flag           string  country of the flag or of the carrier
        origin         string  node where the ship comes from
        destination    string  node where it goes
        is_loaded      bool    whether it carries cargo
        load_tonne     double  cargo on board
        length_m       double  length
        beam_m         double  beam
        draught_m      double  draught
        air_draught_m  double  height above the water
        lock           string  lock complex
        side           string  side of the lock where it arrives: sea or canal
        is_counted     bool    arrives in the measured window
        is_finished    bool    was through before the end of the drain
        refused_reason string  why it fits no chamber, or none
        chamber        string  chamber that it passed
        lockage_id     int64   number of the lockage within lock and period
        x_m            double  place along the chamber, from the exit doors
        y_m            double  place across the chamber
        depart_s       double  leaves its origin
        arrival_s      double  arrives at the lock
        wait_lineup_s  double  from arrival until it starts to enter
        entry_start_s  double  starts to enter
        entry_s        double  duration of its entry
        moored_s       double  moored in the chamber
        doors_close_s  double  doors start to close
        exit_start_s   double  starts to leave
        exit_s         double  clear of the gate
        lockage_s      double  from doors closing to its exit
        wait_rv_s      double  waiting as the Richtlijnen Vaarwegen count it, entry included
        passage_s      double  from arrival to exit
        arrive_s       double  arrives at its destination
        canal_wait_s   double  waiting on the canal: for sections, bridges, ships ahead and berths
        stay_s         double  stays at the berth that it comes to on the canal
        engine_year    int64   year in which its engine was built
        idle_energy_kwh double energy while it waits and is in the lock
        idle_co2_kg    double  CO2 of that, at the ship
        idle_nox_kg    double  NOx of that
        idle_pm10_kg   double  PM10 of that
        n_cone         int64   cones (kegels) of its dangerous goods
        """),
)

LOCKAGES = Table(
    "lockages",
    "One row per lockage, empty turns included.",
    _columns("""
        period         string  typical period of the calendar
        lock           string  lock complex
        lockage_id     int64   number of the lockage within lock and period
        chamber        string  chamber
        direction      string  to_sea or to_canal
        start_s        double  the first ship starts to enter
        doors_close_s  double  doors start to close
        doors_closed_s double  doors are closed, levelling begins
        levelled_s     double  levels are equal, doors start to open
        doors_open_s   double  doors are open, the first ship starts to leave
        end_s          double  the last ship is clear, and the chamber may be entered from the other side
        head_m         double  sea level minus canal level at levelling
        n_ships        int64   ships inside; 0 is an empty turn
        area_share     double  area of the ships over the area of the chamber
        water_loss_m3  double  water that the canal loses by it, a gain is negative
        salt_to_canal_kg double net salt into the canal
        is_counted     bool    starts in the measured window
        """),
)

LEGS = Table(
    "legs",
    "One row per ship and fairway stretch.",
    _columns("""
        period      string  typical period of the calendar
        entity_id   uint64  the ship
        stretch     string  fairway stretch of the network
        direction   string  forward (from_node to to_node) or backward
        enter_s     double  enters the stretch
        leave_s     double  leaves the stretch
        energy_kwh  double  energy that its engines deliver
        fuel_kg     double  fuel
        co2_kg      double  CO2 at the ship
        nox_kg      double  NOx
        pm10_kg     double  PM10
        is_counted  bool    the ship counts
        """),
)

WAITS = Table(
    "waits",
    "One row per loss of time of a ship on the canal; the sum is its journey there less free sailing.",
    _columns("""
        period      string  typical period of the calendar
        entity_id   uint64  the ship
        group       string  inland, sea or recreation
        place       string  node where it waits, or comes to later than it would alone
        cause       string  section, oversize, bridge, berth or follow
        causer_id   uint64  the ship that was in the way first, 0 where it was none
        begin_s     double  begin
        end_s       double  end
        is_counted  bool    the ship counts
        """),
)

BRIDGE_CLOSURES = Table(
    "bridge_closures",
    "One row per opening of a movable bridge for ships: a closure for road and rail.",
    _columns("""
        period        string  typical period of the calendar
        bridge        string  node of the bridge
        cause_id      uint64  ship that it began for
        n_ships       int64   ships that passed
        is_forced     bool    it began against a rule, for a ship past its longest wait
        road_closed_s double  lights and barriers stop the road
        opening_s     double  the bridge begins to open
        open_s        double  it is open
        closing_s     double  it begins to close
        closed_s      double  it is closed and locked
        road_open_s   double  the road is free
        is_counted    bool    begins in the measured window
        """),
)

BRIDGE_PASSAGES = Table(
    "bridge_passages",
    "One row per ship or train that needed a bridge.",
    _columns("""
        period      string  typical period of the calendar
        bridge      string  node of the bridge
        entity_id   uint64  who
        user        string  ship or train
        cause       string  what it waited for longest: opening, min_closed, peak_block, bundle, train, outage, ships, or none
        eta_s       double  a ship at the stop board, a train at the signal
        begin_s     double  may go
        clear_s     double  is clear of the bridge
        is_counted  bool    begins in the measured window
        """),
)

ENCOUNTERS = Table(
    "encounters",
    "How often ships of two groups meet and overtake on the canal, by stretch and kilometre, in the measured window.",
    _columns("""
        period          string  typical period of the calendar
        stretch         string  fairway stretch of the network
        km              int64   whole kilometre of the fairway
        kind            string  meeting or overtaking
        first_group     string  group; of an overtaking the one that overtakes
        second_group    string  group of the other ship
        n               int64   encounters
        beam_sum_max_m  double  largest sum of their beams
        """),
)

WATER = Table(
    "water",
    "Water and salt of the canal by day; storage is that of the day's end.",
    _columns("""
        period        string  typical period of the calendar
        lock          string  lock complex
        day_s         double  begin of the day of 24 h
        inflow_m3     double  fresh water that comes in
        lock_loss_m3  double  water that lockages take, a gain is negative
        flushing_m3   double  water let out at the locks to flush
        spill_m3      double  surplus water let out
        shortage_m3   double  water that is missing to keep the lowest level
        storage_m3    double  water over the target level
        salt_in_kg    double  salt that lockages bring
        salt_head_kg  double  salt that comes in with fresh water
        salt_out_kg   double  salt that goes out with flushing and spill
        is_counted    bool    begins in the measured window
        """),
)

SALINITY = Table(
    "salinity",
    "Salinity of the canal at each day's end, by place.",
    _columns("""
        period          string  typical period of the calendar
        lock            string  lock complex
        place_id        string  lock: at the locks; canal: mean of the canal; or a place of `points_km`
        day_s           double  begin of the day of 24 h
        salinity_kg_m3  double  salinity at the day's end
        is_counted      bool    begins in the measured window
        """),
)

LEVELS = Table(
    "levels",
    "Water level at both sides of a lock.",
    _columns("""
        period      string  typical period of the calendar
        lock        string  lock complex
        time_s      double  time of the point
        sea_m_nap   double  level at the sea side
        canal_m_nap double  level at the canal side
        """),
)

CLOSURES = Table(
    "closures",
    "When lock chambers may not begin a lockage; known before the run, not overlapping within a chamber.",
    _columns("""
        period   string  typical period of the calendar
        lock     string  lock complex
        chamber  string  chamber
        begin_s  double  no lockage may begin from here
        end_s    double  and may again from here
        cause    string  maintenance, staffing, outage, outer_level, drought, spill or other
        """),
)

EVENTS = Table(
    "events",
    "The spine: what happened to whom, where and when, in order of time.",
    _columns("""
        period      string  typical period of the calendar
        time_ms     int64   time of the event
        mode        string  mode of transport
        seq         int64   order within the period, also of events of one millisecond
        kind        string  departed, arrived, entry_started, moored, doors_closing, exit_started, exited, refused, reached
        entity_id   uint64  who
        place_id    string  node of the network
        facility_id string  facility, a chamber where there is one
        cause       string  why, where there is a cause
        """),
)

INDICATORS = Table(
    "indicators",
    "Indicators of one replication.",
    _columns("""
        indicator  string  name of the indicator
        dimension  string  what it is split by, empty for the total
        unit       string  unit of the value
        value      double  value; a mean over the typical periods by their weights, or a yearly sum
        n          int64   observations behind it
        is_bound   bool    the true value is at least this: some ships were not through at the end
        """),
)

BRIDGE_WINDOWS = Table(
    "bridge_windows",
    "When a movable bridge is not free to open; known before the run, not overlapping within a bridge and kind.",
    _columns("""
        period   string  typical period of the calendar
        bridge   string  node of the bridge
        kind     string  peak_block, out_of_service, wind, outage or train
        begin_s  double  begin
        end_s    double  end
        """),
)

BOUNDARY_PASSAGES = Table(
    "boundary_passages",
    "One row per ship and boundary lock that it passes before it comes into the network or after it leaves it.",
    _columns("""
        period      string  typical period of the calendar
        entity_id   uint64  the ship
        group       string  inland, sea or recreation
        lock        string  boundary lock
        direction   string  inward (before it departs) or outward (after it arrives)
        call_s      double  arrives at the boundary lock
        wait_s      double  waits there
        passage_s   double  from its arrival there until it is clear
        is_counted  bool    the ship counts
        """),
)

TRAINS = Table(
    "trains",
    "One row per train and place on its way; what did not happen has no time.",
    _columns("""
        period              string  typical period of the calendar
        train               string  the train
        entity_id           uint64  its number in events and at bridges
        service             string  pattern or freight flow
        kind                string  passenger, freight or light_engine
        seq                 int64   number of the place on its way
        place               string  place of the railway
        in_district         bool    the place lies in the District
        track               string  section that it took there
        is_stop             bool    it stops there
        planned_arrival_s   double  planned arrival
        arrival_s           double  arrival, or the head at the end of the track
        planned_departure_s double  planned departure
        departure_s         double  departure
        delay_s             double  arrival after the plan
        entry_delay_s       double  delay with which the train comes
        is_finished         bool    the train was through before the end of the drain
        is_counted          bool    the train departs in the measured window
        """),
)

SECTIONS = Table(
    "sections",
    "One row per train and section of track that it had.",
    _columns("""
        period     string  typical period of the calendar
        train      string  the train
        section    string  section of track
        direction  int64   1 from its from_node to its to_node, -1 back
        reserve_s  double  reserved for it
        enter_s    double  head in
        leave_s    double  tail out
        release_s  double  free for others
        is_counted bool    the train counts
        """),
)

TRAIN_WAITS = Table(
    "train_waits",
    "The ledger of delays: one row per stretch of time that a train lost or gained; per train they add up to its delay at its end.",
    _columns("""
        period      string  typical period of the calendar
        train       string  the train
        kind        string  its kind
        at          string  section or conflict area
        begin_s     double  begin
        end_s       double  end
        delay_s     double  time lost, below 0 gained
        cause       string  entry, track, order, held_by_safety, bridge, closure, reversal_track, dwell, running or recovery
        causer      string  the train that was in the way, ships, or nobody
        causer_kind string  kind of that train, ships, or nobody
        is_counted  bool    the train counts
        """),
)

_ALL = (
    *(SHIPS, LOCKAGES, LEGS, WAITS, BRIDGE_CLOSURES, BRIDGE_PASSAGES, ENCOUNTERS, WATER, SALINITY, LEVELS, CLOSURES, EVENTS, INDICATORS),
    *(BRIDGE_WINDOWS, BOUNDARY_PASSAGES, TRAINS, SECTIONS, TRAIN_WAITS),
)
TABLES: dict[str, Table] = {table.name: table for table in _ALL}

_ARROW = {"string": "string", "double": "float64", "int64": "int64", "uint64": "uint64", "bool": "bool_"}


@cache
def arrow_schema(name: str) -> Any:
    """Return the Arrow schema of a table, with documentation, units and the schema version as metadata."""
    import pyarrow as pa

    table = TABLES[name]
    fields = []
    for column in table.columns:
        meta = {"doc": column.doc, "unit": unit_of(column.name)}
        fields.append(pa.field(column.name, getattr(pa, _ARROW[column.kind])(), metadata=meta))
    return pa.schema(fields, metadata={"table": name, "doc": table.doc, "schema_version": SCHEMA_VERSION})


def table_as_data(table: Table) -> dict[str, Any]:
    """Return a table's schema as plain data, for JSON and for the documentation."""
    columns = [{"name": c.name, "type": c.kind, "unit": unit_of(c.name), "doc": c.doc} for c in table.columns]
    return {"table": table.name, "doc": table.doc, "schema_version": SCHEMA_VERSION, "columns": columns}
