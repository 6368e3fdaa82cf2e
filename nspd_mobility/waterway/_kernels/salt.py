"""Salt and water through one lock chamber, phase by phase: the Zeesluisformulering (ZSF).

The chamber is one well-mixed box with a salinity. Per phase of the locking cycle it takes in water of the side and gives off its
own: when levelling, when ships go in and out (their displacement), by the density current under open doors (lock exchange), and
with a flushing discharge from canal to sea. Lock exchange in the time t that doors are open is

    V_U = V tanh(eta t / T_LE),    T_LE = 2 L / c,    c = 1/2 sqrt(g 0.8 |dS| / rho H)

with L and V the length and the volume of the chamber, eta the factor of a bubble screen, dS the difference in salinity over the open
gate, H the depth there, and rho the mean density of both sides (UNESCO 1981). Sides have the codes of `Side`; `salt_in_kg` and
`water_in_m3` count into the chamber. No salinity is clipped: what the sides give is what the chamber gains, to rounding.

Preconditions of all functions: water above floor and sills at both sides, ships smaller than the chamber, times not negative. The
caller sees to them.

References
----------
Deltares, ZSF (Zeesluisformulering), documentation of libzsf, chapters "Processes and definitions" and "Equations per locking phase".
UNESCO (1981), Technical papers in marine science 36: the one-atmosphere equation of state.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...codes import Side
from ...kernels.jit import kernel
from ...params.salt import SaltChamberParams
from ...units import GRAVITY_M_S2
from .records import records

SEA, CANAL = int(Side.SEA), int(Side.CANAL)
LEVEL_CANAL, OPEN_CANAL, LEVEL_SEA, OPEN_SEA, FLUSH_CLOSED = range(1, 6)  # the first four are ZSF's numbers of the phases
DENSITY_PER_SALINITY = 0.8  # kg/m3 of density per kg/m3 of salt
SILL_EFFECT = 0.8  # share of its height that a sill keeps from the current
SLOWEST_M_S = 1e-10
ROUNDING = 1e-14  # relative, that a salinity may gather over one cycle
MOST_TRIALS = 200  # every third halves the bracket, so it is never reached

SALT_CHAMBER = np.dtype(
    [
        ("length_m", "f8"),
        ("width_m", "f8"),
        ("floor_m_nap", "f8"),
        ("sill_height_m", "f8", (2,)),  # above the floor, by side
        ("current_factor", "f8", (2,)),  # eta
        ("screen_distance_m", "f8", (2,)),  # from the gate, outward positive
        ("flush_high_m3_s", "f8"),
        ("flush_low_m3_s", "f8"),
    ]
)

# What holds during one lockage; single phases use the fields that they need.
SALT_STEP = np.dtype(
    [
        ("side", "i8"),  # the side that is levelled to and opened
        ("level_m_nap", "f8", (2,)),
        ("salinity_kg_m3", "f8", (2,)),
        ("temperature_celsius", "f8", (2,)),
        ("density_kg_m3", "f8"),  # mean of both sides; `set_density` fills it
        ("ship_in_m3", "f8", (2,)),  # displacement of the ships that come in from a side while its doors are open
        ("open_s", "f8"),
    ]
)

SALT_STATE = np.dtype([("salinity_kg_m3", "f8"), ("salt_kg", "f8"), ("level_m_nap", "f8"), ("ship_m3", "f8")])

SALT_EXCHANGE = np.dtype([("salt_in_kg", "f8", (2,)), ("water_in_m3", "f8", (2,)), ("water_out_m3", "f8", (2,)), ("salinity_after_kg_m3", "f8")])


def chamber_record(params: SaltChamberParams) -> Any:
    """Return the record of a chamber."""
    record = records(SALT_CHAMBER, 1)
    for name in ("length_m", "width_m", "floor_m_nap", "flush_high_m3_s", "flush_low_m3_s"):
        record[name] = getattr(params, name)
    record["sill_height_m"] = [params.sill_height_sea_m, params.sill_height_canal_m]
    record["current_factor"] = [params.current_factor_sea_share, params.current_factor_canal_share]
    record["screen_distance_m"] = [params.screen_distance_sea_m, params.screen_distance_canal_m]
    return record


def state_record(params: SaltChamberParams, salinity_kg_m3: float, level_m_nap: float, ship_m3: float) -> Any:
    """Return the state of a chamber with a salinity, a level and the displacement of the ships inside."""
    state = records(SALT_STATE, 1)
    volume = params.length_m * params.width_m * (level_m_nap - params.floor_m_nap) - ship_m3
    state[0] = (salinity_kg_m3, salinity_kg_m3 * volume, level_m_nap, ship_m3)
    return state


@kernel
def unesco_density(salinity_g_kg, temperature_celsius):
    """Return the density of sea water at atmospheric pressure (kg/m3)."""
    s, t = salinity_g_kg, temperature_celsius
    pure = 999.842594 + t * (6.793952e-2 + t * (-9.09529e-3 + t * (1.001685e-4 + t * (-1.120083e-6 + t * 6.536332e-9))))
    a = 0.824493 + t * (-4.0899e-3 + t * (7.6438e-5 + t * (-8.2467e-7 + t * 5.3875e-9)))
    b = -5.72466e-3 + t * (1.0227e-4 - t * 1.6546e-6)
    return pure + s * (a + b * math.sqrt(s) + 4.8314e-4 * s)


@kernel
def density_of(salinity_kg_m3, temperature_celsius):
    """Return the density (kg/m3) at a salinity per volume, where UNESCO's is per mass: the fixed point of S = 1000 s / rho(S)."""
    density = 1000.0
    for _ in range(30):  # each round gains a factor of about 40; 1e-13 takes 8 or 9
        previous = density
        density = unesco_density(1000.0 * salinity_kg_m3 / density, temperature_celsius)
        if abs(density - previous) <= 1e-10:
            break
    return density


@kernel
def set_density(step):
    """Set the mean density of both sides."""
    sea = density_of(step.salinity_kg_m3[SEA], step.temperature_celsius[SEA])
    step.density_kg_m3 = 0.5 * (sea + density_of(step.salinity_kg_m3[CANAL], step.temperature_celsius[CANAL]))


@kernel
def flushing_m3_s(chamber, step):
    """Return the flushing discharge: a value at high water (sea not below canal) and one at low water."""
    if step.level_m_nap[SEA] >= step.level_m_nap[CANAL]:
        return chamber.flush_high_m3_s
    return chamber.flush_low_m3_s


@kernel
def current_m_s(difference_kg_m3, density_kg_m3, depth_m):
    """Return the speed of the density current; a chamber fresher than the canal, or saltier than the sea, drives one as well."""
    return 0.5 * math.sqrt(GRAVITY_M_S2 * DENSITY_PER_SALINITY * abs(difference_kg_m3) / density_kg_m3 * depth_m)


@kernel
def unscreened_s(current, outward, distance_m, open_s):
    """Return how long the current runs free before it reaches a bubble screen beside the gate; `outward` is the flow that helps it out."""
    if distance_m == 0.0:
        return 0.0
    speed = current + outward if distance_m > 0.0 else current - outward
    return min(abs(distance_m) / max(speed, SLOWEST_M_S), open_s)


@kernel
def exchange_canal_m3(chamber, step, salinity_kg_m3, flush_m3_s, most_m3, open_s):
    """Return the volume, of at most `most_m3`, that the density current exchanges with the canal; flushing holds it back."""
    depth = step.level_m_nap[CANAL] - chamber.floor_m_nap
    current = current_m_s(salinity_kg_m3 - step.salinity_kg_m3[CANAL], step.density_kg_m3, depth - SILL_EFFECT * chamber.sill_height_m[CANAL])
    flushing = flush_m3_s / (chamber.width_m * (depth - chamber.sill_height_m[CANAL]))
    free_s = unscreened_s(current, -flushing, chamber.screen_distance_m[CANAL], open_s)
    exchanged = 0.0
    if free_s > 0.0 and current > flushing:
        exchanged = (current - flushing) / current * most_m3 * math.tanh(free_s * current / (2.0 * chamber.length_m))
    current *= chamber.current_factor[CANAL]
    if current > flushing:
        rest = (current - flushing) / current * (most_m3 - exchanged)
        exchanged += rest * math.tanh(max(open_s - free_s, 0.0) * current / (2.0 * chamber.length_m))
    return exchanged


@kernel
def exchange_sea_m3(chamber, step, salinity_kg_m3, flush_m3_s, volume_m3, open_s):
    """Return the volume that the density current exchanges with the sea: a layer of flushing water stays on top in the long run."""
    depth = step.level_m_nap[SEA] - chamber.floor_m_nap
    current = current_m_s(step.salinity_kg_m3[SEA] - salinity_kg_m3, step.density_kg_m3, depth - SILL_EFFECT * chamber.sill_height_m[SEA])
    flushing = flush_m3_s / (chamber.width_m * (depth - chamber.sill_height_m[SEA]))
    share = 1.0
    if flush_m3_s > 0.0:
        outer = GRAVITY_M_S2 * DENSITY_PER_SALINITY * abs(step.salinity_kg_m3[SEA] - step.salinity_kg_m3[CANAL])
        cube = 2.0 * (flush_m3_s / chamber.width_m) ** 2 * step.density_kg_m3  # of the layer's depth, times `outer`
        share = 1.0 - (cube / outer) ** (1.0 / 3.0) / depth if cube < outer * depth**3 else 0.0
    if share <= 0.0:
        return 0.0
    free_s = unscreened_s(current, flushing, chamber.screen_distance_m[SEA], open_s)
    path = 2.0 * chamber.length_m * share
    exchanged = 0.0
    if free_s > 0.0 and current > flushing:
        exchanged = share * volume_m3 * math.tanh(free_s * (current - flushing) / path)
    current *= chamber.current_factor[SEA]
    if current > flushing:
        exchanged += share * (volume_m3 - exchanged) * math.tanh(max(open_s - free_s, 0.0) * (current - flushing) / path)
    return exchanged


@kernel
def level_to(chamber, step, state, exchange, side):
    """Phases 1 and 3: level the chamber with the water of a side; also a chamber with open doors that follows the tide."""
    water = chamber.length_m * chamber.width_m * (step.level_m_nap[side] - state.level_m_nap)
    if water > 0.0:
        exchange.water_in_m3[side] += water
        salt = water * step.salinity_kg_m3[side]
    else:
        exchange.water_out_m3[side] -= water
        salt = water * state.salinity_kg_m3
    exchange.salt_in_kg[side] += salt
    state.salt_kg += salt
    state.level_m_nap = step.level_m_nap[side]
    state.salinity_kg_m3 = state.salt_kg / (chamber.length_m * chamber.width_m * (state.level_m_nap - chamber.floor_m_nap) - state.ship_m3)


@kernel
def stand_open(chamber, step, state, exchange, side, open_s):
    """Phases 2 and 4: ships go out, the density current runs and the chamber is flushed, ships come in."""
    volume = chamber.length_m * chamber.width_m * (state.level_m_nap - chamber.floor_m_nap)
    outside = step.salinity_kg_m3[side]
    out_kg = state.ship_m3 * outside
    mixed = (state.salt_kg + out_kg) / volume
    flush = flushing_m3_s(chamber, step)
    if side == CANAL:
        most = volume - SILL_EFFECT * chamber.length_m * chamber.width_m * chamber.sill_height_m[CANAL]  # salt water behind the sill stays
        exchanged = exchange_canal_m3(chamber, step, mixed, flush, most, open_s)
    else:
        most = volume
        exchanged = exchange_sea_m3(chamber, step, mixed, flush, most, open_s)
    flushed = flush * open_s
    old = min(flushed, most - exchanged)  # flushing drives out the old water first, then what it brought itself
    flushed_kg = old * mixed + (flushed - old) * step.salinity_kg_m3[CANAL]
    exchanged_kg = exchanged * (outside - mixed)
    salt = state.salt_kg + out_kg + exchanged_kg + flushed * step.salinity_kg_m3[CANAL] - flushed_kg
    ship = step.ship_in_m3[side]
    in_kg = ship * (salt / volume)

    exchange.water_in_m3[side] += state.ship_m3 + exchanged
    exchange.water_out_m3[side] += ship + exchanged
    exchange.salt_in_kg[side] += out_kg + exchanged_kg - in_kg
    exchange.water_in_m3[CANAL] += flushed
    exchange.water_out_m3[SEA] += flushed
    exchange.salt_in_kg[CANAL] += flushed * step.salinity_kg_m3[CANAL]
    exchange.salt_in_kg[SEA] -= flushed_kg
    state.ship_m3 = ship
    state.salt_kg = salt - in_kg
    state.salinity_kg_m3 = salt / volume  # ships that come in push water out as it is


@kernel
def flush_closed(chamber, step, state, exchange, flush_s):
    """Flush with all doors closed: canal water mixes at once, so the difference to it decays as exp(-Q t / V)."""
    volume = chamber.length_m * chamber.width_m * (state.level_m_nap - chamber.floor_m_nap) - state.ship_m3
    fresh = step.salinity_kg_m3[CANAL]
    water = flushing_m3_s(chamber, step) * flush_s
    drop = volume * (state.salinity_kg_m3 - fresh) * (1.0 - math.exp(-water / volume))
    exchange.water_in_m3[CANAL] += water
    exchange.water_out_m3[SEA] += water
    exchange.salt_in_kg[CANAL] += water * fresh
    exchange.salt_in_kg[SEA] -= water * fresh + drop
    state.salt_kg -= drop
    state.salinity_kg_m3 = state.salt_kg / volume


@kernel
def clear_exchange(exchange):
    """Set the sums of an exchange to zero."""
    for side in range(2):
        exchange.salt_in_kg[side] = 0.0
        exchange.water_in_m3[side] = 0.0
        exchange.water_out_m3[side] = 0.0


@kernel
def salt_phase(chambers, steps, states, exchanges, phase, phase_s):
    """Do one phase on the first element of each array and add what it moves to the exchange; the mean density must be set."""
    chamber, step, state, exchange = chambers[0], steps[0], states[0], exchanges[0]
    if phase == LEVEL_CANAL:
        level_to(chamber, step, state, exchange, CANAL)
    elif phase == OPEN_CANAL:
        stand_open(chamber, step, state, exchange, CANAL, phase_s)
    elif phase == LEVEL_SEA:
        level_to(chamber, step, state, exchange, SEA)
    elif phase == OPEN_SEA:
        stand_open(chamber, step, state, exchange, SEA, phase_s)
    else:
        flush_closed(chamber, step, state, exchange, phase_s)
    exchange.salinity_after_kg_m3 = state.salinity_kg_m3


@kernel
def change_of_cycle(chamber, step, state, exchanges, salinity_kg_m3, open_canal_s, open_sea_s):
    """Do a cycle that begins at sea level with a salinity and the ships from the sea inside; return what the salinity has changed by."""
    state.level_m_nap = step.level_m_nap[SEA]
    state.ship_m3 = step.ship_in_m3[SEA]
    state.salinity_kg_m3 = salinity_kg_m3
    state.salt_kg = salinity_kg_m3 * (chamber.length_m * chamber.width_m * (state.level_m_nap - chamber.floor_m_nap) - state.ship_m3)
    for k in range(4):
        clear_exchange(exchanges[k])
        side = CANAL if k < 2 else SEA
        if k % 2 == 0:
            level_to(chamber, step, state, exchanges[k], side)
        else:
            stand_open(chamber, step, state, exchanges[k], side, open_canal_s if side == CANAL else open_sea_s)
        exchanges[k].salinity_after_kg_m3 = state.salinity_kg_m3
    return state.salinity_kg_m3 - salinity_kg_m3


@kernel
def salt_steady(chambers, steps, states, exchanges, open_canal_s, open_sea_s):
    """Find the salinity that a cycle brings back, between those of the sides; `exchanges` (4,) holds its phases.

    Repeating the cycle gets there too, but not within 1e5 cycles where a cycle exchanges 1e-5 of the chamber, and a small change in
    a cycle then does not tell that it is near. So it is the root of the change: false position (Illinois), with halving at every
    third trial. Where nothing is exchanged it is the mean of the sides. Returns the number of cycles done.
    """
    chamber, step, state = chambers[0], steps[0], states[0]
    set_density(step)
    low, high = min(step.salinity_kg_m3[SEA], step.salinity_kg_m3[CANAL]), max(step.salinity_kg_m3[SEA], step.salinity_kg_m3[CANAL])
    rounding = ROUNDING * high
    up = change_of_cycle(chamber, step, state, exchanges, low, open_canal_s, open_sea_s)
    down = change_of_cycle(chamber, step, state, exchanges, high, open_canal_s, open_sea_s)
    trial = 0.5 * (low + high)
    if down >= -rounding and up > rounding:
        trial = high
    elif up <= rounding and down < -rounding:
        trial = low
    enough = max(1e-12 * (up - down), rounding)
    for k in range(MOST_TRIALS):
        change = change_of_cycle(chamber, step, state, exchanges, trial, open_canal_s, open_sea_s)
        if abs(change) <= enough or high - low <= rounding:
            return k + 3
        if change > 0.0:
            low, up, down = trial, change, 0.5 * down
        else:
            high, down, up = trial, change, 0.5 * up
        trial = 0.5 * (low + high)
        if k % 3 < 2 and up > down:
            trial = low + (high - low) * up / (up - down)
    return MOST_TRIALS + 2


@kernel
def salt_lockages(chambers, steps, states, exchanges):
    """Go through the lockages of one chamber in order, one element of `steps` and of `exchanges` each."""
    chamber, state = chambers[0], states[0]
    for k in range(len(steps)):
        step, exchange = steps[k], exchanges[k]
        set_density(step)
        clear_exchange(exchange)
        level_to(chamber, step, state, exchange, 1 - step.side)  # the tide that the chamber followed while its doors were open
        level_to(chamber, step, state, exchange, step.side)
        stand_open(chamber, step, state, exchange, step.side, step.open_s)
        exchange.salinity_after_kg_m3 = state.salinity_kg_m3
