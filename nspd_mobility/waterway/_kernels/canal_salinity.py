"""Salinity along a canal in one dimension, and the water and salt of its locks on top of it.

Cells lie in a row from the head, where fresh water comes in, to the locks. Over a face between two cells salt flows as

    F = Q S - A K dS/dx      K = K_h + (H²/K_v) (a u² + 2 b u w + c w²)      w = g beta H³ / (48 A_v) dS/dx

with u the mean speed Q / A and w the speed of the density current: K is the dispersion by the current's own shear under vertical
mixing. Fluxes over a face are those of the exact steady solution between two centres (exponential fitting), so no step makes a
salinity that was not there; time goes implicitly, by Newton's method. Each whole
step of it conserves salt to rounding.

Preconditions of all functions: positive volumes, areas and distances, times above zero, discharges not negative.

References
----------
Biemond, B., Vuik, V., Lambregts, P., de Swart, H.E. and Dijkstra, H.A. (2024), Estuarine, Coastal and Shelf Science 298, 108654.
Scharfetter, D.L. and Gummel, H.K. (1969), IEEE Transactions on Electron Devices 16, 64-77: the fluxes.
"""

from __future__ import annotations

import math

import numpy as np

from ...codes import Side
from ...kernels.jit import kernel
from .salt import clear_exchange, level_to, set_density, stand_open

SEA, CANAL_SIDE = int(Side.SEA), int(Side.CANAL)
MOST_ITERATIONS = 100
FULL_ITERATIONS = 30  # whole steps of Newton; past them half ones, where it swings between two states
CLOSE_ENOUGH = 1e-11  # of the salinities, where Newton stops
NOT_CLOSE = 1e-6  # the same at the last iteration, past which it has failed
STEEPEST = 500.0  # cell Peclet number past which a face is pure advection; exp of it is still a number
OK, NOT_CONVERGED, DRAWN_DRY = 0, 1, 2

CANAL = np.dtype(
    [
        ("n_canal", "i8"),  # cells of the canal; more are those of the sea reach
        ("cell_m", "f8"),
        ("mixing_s", "f8"),  # H²/K_v
        ("current", "f8"),  # w per gradient
        ("shear", "f8", (3,)),  # a, b, c
        ("sea_share", "f8"),  # c of the relation, set for each step
    ]
)

CELL = np.dtype(
    [
        ("salinity_kg_m3", "f8"),
        ("volume_m3", "f8"),
        # of the face towards the sea
        ("distance_m", "f8"),  # to the next centre, or to the end
        ("area_m2", "f8"),
        ("dispersion_m2_s", "f8"),
        # of the solver
        ("salt_kg", "f8"),
        ("lower", "f8"),
        ("pivot", "f8"),
        ("upper", "f8"),
        ("right", "f8"),
        ("edge", "f8"),
    ]
)

# One step; volumes and salt are sums over it.
WATER_STEP = np.dtype(
    [
        ("step", "i8"),
        ("step_s", "f8"),
        ("sea_kg_m3", "f8"),
        ("head_kg_m3", "f8"),
        ("inflow_m3", "f8"),
        ("flushing_m3", "f8"),  # wanted, then done
        ("lock_loss_m3", "f8"),
        ("spill_m3", "f8"),
        ("shortage_m3", "f8"),
        ("storage_m3", "f8"),  # over the target level, at the end
        ("salt_in_kg", "f8"),
        ("salt_head_kg", "f8"),
        ("salt_out_kg", "f8"),
        ("salt_kg", "f8"),  # in the canal at the end
    ]
)

WATER = np.dtype([("storage_m3", "f8"), ("lowest_m3", "f8"), ("flushing_ratio", "f8"), ("exchange_factor", "f8")])

# What the balance knows of a chamber beyond its state.
CHAMBER_NOW = np.dtype([("is_started", "i8"), ("closed", "i8"), ("canal_kg_m3", "f8")])

# One lockage with the open doors after it: steps are counted from the begin.
JOB = np.dtype([("chamber", "i8"), ("due", "i8"), ("closed", "i8"), ("next_closed", "i8"), ("ships_m3", "f8"), ("canal_kg_m3", "f8")])


@kernel
def bernoulli(x):
    """Return x / (exp(x) - 1)."""
    if abs(x) < 1e-5:
        return 1.0 - 0.5 * x + x * x / 12.0
    if x > STEEPEST:
        return 0.0
    if x < -STEEPEST:
        return -x
    return x / math.expm1(x)


@kernel
def face_flux(canal, cell, beyond_kg_m3, flow_m3_s):
    """Return the coefficients of the flux towards the sea, left S - right S_beyond, and what Newton adds for K's own change."""
    gradient = (beyond_kg_m3 - cell.salinity_kg_m3) / cell.distance_m
    speed = flow_m3_s / cell.area_m2
    current = canal.current * gradient
    shear = canal.shear[0] * speed * speed + 2.0 * canal.shear[1] * speed * current + canal.shear[2] * current * current
    dispersion = cell.dispersion_m2_s + canal.mixing_s * shear
    change = 2.0 * canal.mixing_s * current * (canal.shear[1] * speed + canal.shear[2] * current)
    scale = cell.area_m2 / cell.distance_m
    peclet = flow_m3_s / (scale * dispersion)
    right = scale * dispersion * bernoulli(peclet)
    return right + flow_m3_s, right, max(scale * change, 0.0)


@kernel
def solve_cells(cells):
    """Solve the tridiagonal system of the cells for `right` and for `edge`, in place."""
    n = len(cells)
    for i in range(1, n):
        here, before = cells[i], cells[i - 1]
        factor = here.lower / before.pivot
        here.pivot -= factor * before.upper
        here.right -= factor * before.right
        here.edge -= factor * before.edge
    last = cells[n - 1]
    last.right /= last.pivot
    last.edge /= last.pivot
    for i in range(n - 2, -1, -1):
        here, after = cells[i], cells[i + 1]
        here.right = (here.right - here.upper * after.right) / here.pivot
        here.edge = (here.edge - here.upper * after.edge) / here.pivot


@kernel
def set_up_cells(canal, cells, step_s, inflow_m3_s, rise_m3_s, head_kg_m3):
    """Fill the system with the change in time and the fluxes between the cells; the ends follow."""
    n = len(cells)
    for i in range(n):
        here = cells[i]
        here.lower = here.upper = here.edge = 0.0
        here.pivot = here.volume_m3 / step_s
        here.right = (here.salt_kg - here.volume_m3 * here.salinity_kg_m3) / step_s
    cells[0].right += inflow_m3_s * head_kg_m3
    for i in range(n - 1):
        here, after = cells[i], cells[i + 1]
        flow = inflow_m3_s - rise_m3_s * min((i + 1) / canal.n_canal, 1.0)
        left, right, more = face_flux(canal, here, after.salinity_kg_m3, flow)
        flux = left * here.salinity_kg_m3 - right * after.salinity_kg_m3
        here.right -= flux
        after.right += flux
        here.pivot += left + more
        here.upper -= right + more
        after.pivot += right + more
        after.lower -= left + more


@kernel
def apply_change(cells, edge, iteration):
    """Add the solution to the salinities; return the largest change and the largest salinity."""
    share = 1.0 if iteration < FULL_ITERATIONS else 0.5
    largest = highest = 0.0
    for i in range(len(cells)):
        here = cells[i]
        change = share * (here.right + edge * here.edge)
        here.salinity_kg_m3 += change
        largest = max(largest, abs(change))
        highest = max(highest, abs(here.salinity_kg_m3))
    return largest, highest


@kernel
def advance_relation(canals, cells, step_s, inflow_m3_s, sea_kg_m3, head_kg_m3):
    """Advance a canal that ends in the sea reach, with the published relation at its end."""
    canal = canals[0]
    n, lock = len(cells), canal.n_canal - 1
    share = canal.sea_share
    for i in range(n):
        cells[i].salt_kg = cells[i].volume_m3 * cells[i].salinity_kg_m3
    for k in range(MOST_ITERATIONS):
        set_up_cells(canal, cells, step_s, inflow_m3_s, 0.0, head_kg_m3)
        end = cells[n - 1]
        at_lock = 0.5 * (cells[lock].salinity_kg_m3 + cells[lock + 1].salinity_kg_m3)
        outer = share * sea_kg_m3 + (1.0 - share) * at_lock
        left, right, more = face_flux(canal, end, outer, inflow_m3_s)
        end.right -= left * end.salinity_kg_m3 + more * outer
        end.pivot += left + more
        end.edge = right + more  # per salinity at the end, which follows that at the lock
        solve_cells(cells)
        at_lock += 0.5 * (cells[lock].right + cells[lock + 1].right)
        edge = (share * sea_kg_m3 + (1.0 - share) * at_lock) / (1.0 - (1.0 - share) * 0.5 * (cells[lock].edge + cells[lock + 1].edge))
        largest, highest = apply_change(cells, edge, k)
        if largest <= CLOSE_ENOUGH * highest:
            break
    return OK if largest <= NOT_CLOSE * highest else NOT_CONVERGED


@kernel
def advance_load(canals, cells, step_s, load_kg, step, flushing_ratio):
    """Advance a canal with the salt that lockages bring; water that is flushed and spilt has the salinity at the locks."""
    canal = canals[0]
    n = len(cells)
    inflow = (step.inflow_m3 + step.shortage_m3) / step_s
    rise = inflow - (step.lock_loss_m3 + step.flushing_m3 + step.spill_m3) / step_s
    drawn = (step.spill_m3 + flushing_ratio * step.flushing_m3) / step_s
    for i in range(n):
        here = cells[i]
        here.salt_kg = here.volume_m3 * here.salinity_kg_m3
        here.volume_m3 += rise * step_s / n
        here.area_m2 = here.volume_m3 / canal.cell_m
    for k in range(MOST_ITERATIONS):
        set_up_cells(canal, cells, step_s, inflow, rise, step.head_kg_m3)
        end = cells[n - 1]
        end.right += load_kg / step_s - drawn * end.salinity_kg_m3
        end.pivot += drawn
        solve_cells(cells)
        largest, highest = apply_change(cells, 0.0, k)
        if largest <= CLOSE_ENOUGH * highest:
            break
    status = OK if largest <= NOT_CLOSE * highest else NOT_CONVERGED
    step.salt_in_kg = load_kg
    step.salt_head_kg = inflow * step.head_kg_m3 * step_s
    step.salt_out_kg = drawn * cells[n - 1].salinity_kg_m3 * step_s
    step.salt_kg = 0.0
    for i in range(n):
        step.salt_kg += cells[i].volume_m3 * cells[i].salinity_kg_m3
        if cells[i].salinity_kg_m3 < -1e-6:
            status = DRAWN_DRY
    return status


@kernel
def share_water(water, step):
    """Share the water of a step out: flushing gives way below the lowest level, then water is short; above the target it is spilt."""
    over = water.storage_m3 + step.inflow_m3 - step.lock_loss_m3
    step.flushing_m3 = min(step.flushing_m3, max(over - water.lowest_m3, 0.0))
    over -= step.flushing_m3
    step.shortage_m3 = max(water.lowest_m3 - over, 0.0)
    over += step.shortage_m3
    step.spill_m3 = max(over, 0.0)
    water.storage_m3 = over - step.spill_m3
    step.storage_m3 = water.storage_m3


@kernel
def do_lockage(chamber, conditions, state, now, job, exchange):
    """Do one lockage and the open doors after it, with the canal's salinity of when its doors were closed."""
    conditions.salinity_kg_m3[CANAL_SIDE] = now.canal_kg_m3
    set_density(conditions)
    origin = 1 - conditions.side
    if now.is_started == 0:
        now.is_started = 1
        volume = chamber.length_m * chamber.width_m * (conditions.level_m_nap[origin] - chamber.floor_m_nap) - job.ships_m3
        state.level_m_nap = conditions.level_m_nap[origin]
        state.salinity_kg_m3 = conditions.salinity_kg_m3[origin]
        state.salt_kg = state.salinity_kg_m3 * volume
        state.ship_m3 = job.ships_m3
    job.canal_kg_m3 = now.canal_kg_m3
    clear_exchange(exchange)
    level_to(chamber, conditions, state, exchange, origin)
    level_to(chamber, conditions, state, exchange, conditions.side)
    stand_open(chamber, conditions, state, exchange, conditions.side, conditions.open_s)
    exchange.salinity_after_kg_m3 = state.salinity_kg_m3


@kernel
def water_steps(canals, cells, waters, chambers, states, nows, jobs, conditions, exchanges, steps):
    """Go through the steps: the lockages that are due, the water that is left, then the canal. Returns a status and the step."""
    water, canal = waters[0], canals[0]
    k = 0
    for i in range(len(steps)):
        step = steps[i]
        at_lock = cells[canal.n_canal - 1].salinity_kg_m3
        for c in range(len(nows)):
            if nows[c].closed == step.step:
                nows[c].canal_kg_m3 = at_lock
        load_kg = 0.0
        step.lock_loss_m3 = 0.0
        while k < len(jobs) and jobs[k].due <= step.step:
            job = jobs[k]
            now = nows[job.chamber]
            do_lockage(chambers[job.chamber], conditions[k], states[job.chamber], now, job, exchanges[k])
            loss = exchanges[k].water_in_m3[CANAL_SIDE] - exchanges[k].water_out_m3[CANAL_SIDE]
            step.lock_loss_m3 += loss
            carried = -now.canal_kg_m3 * loss
            load_kg += carried + water.exchange_factor * (-exchanges[k].salt_in_kg[CANAL_SIDE] - carried)
            now.closed = job.next_closed
            if now.closed == step.step:
                now.canal_kg_m3 = at_lock
            k += 1
        share_water(water, step)
        status = advance_load(canals, cells, step.step_s, load_kg, step, water.flushing_ratio)
        if status != OK:
            return status, i
    return OK, len(steps)
