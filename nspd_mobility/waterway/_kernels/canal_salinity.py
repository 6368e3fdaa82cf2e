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
NEVER_STEP = 2**62

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
        ("rest_s", "f8"),  # in which lockages rest for water to be let out
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

WATER = np.dtype(
    [
        ("step_s", "f8"),
        ("storage_m3", "f8"),  # over the target level
        ("lowest_m3", "f8"),
        ("highest_m3", "f8"),
        ("target_m_nap", "f8"),
        ("surface_m2", "f8"),
        ("spill_m3_s", "f8"),  # below 0: all that is over the target, at any tide
        ("spill_most_m3_s", "f8"),
        ("level_start_s", "f8"),
        ("level_step_s", "f8"),
        ("flushing_ratio", "f8"),
        ("exchange_factor", "f8"),
        ("temperature_celsius", "f8", (2,)),
    ]
)

# What the balance knows of a chamber beyond its state.
CHAMBER_NOW = np.dtype(
    [
        ("is_started", "i8"),
        ("is_known", "i8"),
        ("closed", "i8"),  # step in which its doors are closed
        ("canal_kg_m3", "f8"),
        ("motion_share", "f8"),
        ("row", "i8"),  # of its last lockage while jobs are made
    ]
)

# A lockage that the balance was given and has not done.
WAITING = np.dtype(
    [
        ("lockage_id", "i8"),
        ("chamber", "i8"),
        ("side", "i8"),
        ("doors_close_s", "f8"),
        ("doors_closed_s", "f8"),
        ("levelled_s", "f8"),
        ("doors_open_s", "f8"),
        ("end_s", "f8"),
        ("head_m", "f8"),
        ("ships_m3", "f8"),
        ("sea_kg_m3", "f8"),
        ("is_done", "i8"),
    ]
)

# One lockage with the open doors after it: steps are counted from the begin.
JOB = np.dtype([("row", "i8"), ("chamber", "i8"), ("due", "i8"), ("next_closed", "i8"), ("ships_m3", "f8"), ("canal_kg_m3", "f8")])


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
def open_seconds(water, sea_m_nap, begin_s, length_s):
    """Return how long of a step the sea stands below the canal, by the points of the level series that lie in the step."""
    level = water.target_m_nap + water.storage_m3 / water.surface_m2
    n = len(sea_m_nap)
    first = math.ceil((begin_s - water.level_start_s) / water.level_step_s - 1e-9)
    end = math.ceil((begin_s + length_s - water.level_start_s) / water.level_step_s - 1e-9)
    if end <= first:
        end = first + 1
    n_open = 0
    for k in range(first, end):
        if sea_m_nap[min(max(k, 0), n - 1)] < level:
            n_open += 1
    return length_s * n_open / (end - first)


@kernel
def share_water(water, step, open_s):
    """Share the water of a step out: flushing gives way below the lowest level, then water is short; above the target it is spilt.

    The sea takes spill while it stands below the canal, `open_s`: as much as goes beside navigation, more where lockages rest for it or
    where the canal would rise above its highest level.
    """
    over = water.storage_m3 + step.inflow_m3 - step.lock_loss_m3
    step.flushing_m3 = min(step.flushing_m3, max(over - water.lowest_m3, 0.0))
    over -= step.flushing_m3
    step.shortage_m3 = max(water.lowest_m3 - over, 0.0)
    over += step.shortage_m3
    step.spill_m3 = max(over, 0.0)
    if water.spill_m3_s >= 0.0:
        rest_s = min(step.rest_s, open_s)
        usual = water.spill_m3_s * (open_s - rest_s) + water.spill_most_m3_s * rest_s
        step.spill_m3 = min(step.spill_m3, max(usual, min(over - water.highest_m3, water.spill_most_m3_s * open_s)))
    water.storage_m3 = over - step.spill_m3
    step.storage_m3 = water.storage_m3


@kernel
def make_job(water, nows, canal_m_nap, row, k, due, until_s, ship_in_m3, next_closed, job, conditions):
    """Write the job of a lockage that is complete at `until_s`, when its doors have closed again, and what holds during it."""
    job.row, job.chamber, job.due, job.next_closed, job.ships_m3 = k, row.chamber, due, next_closed, row.ships_m3
    conditions.side = row.side
    steps = (row.doors_closed_s - water.level_start_s) / water.level_step_s
    n = len(canal_m_nap)
    at = min(max(math.floor(steps), 0), n - 1)
    part = min(max(steps - at, 0.0), 1.0)
    level = canal_m_nap[at] + part * (canal_m_nap[min(at + 1, n - 1)] - canal_m_nap[at])
    conditions.level_m_nap[CANAL_SIDE] = level
    conditions.level_m_nap[SEA] = level + row.head_m
    conditions.salinity_kg_m3[SEA] = row.sea_kg_m3
    conditions.temperature_celsius[SEA] = water.temperature_celsius[SEA]
    conditions.temperature_celsius[CANAL_SIDE] = water.temperature_celsius[CANAL_SIDE]
    conditions.ship_in_m3[0] = conditions.ship_in_m3[1] = 0.0
    conditions.ship_in_m3[row.side] = ship_in_m3
    conditions.open_s = until_s - row.doors_open_s + nows[row.chamber].motion_share * (row.doors_open_s - row.levelled_s)


@kernel
def make_jobs(waters, nows, waiting, canal_m_nap, n_steps, last_s, jobs, conditions):
    """Make the jobs that are due before a number of steps from the lockages that wait, which are in the order of their closing doors.

    A lockage is due when its chamber closes its doors again. Where `last_s` is 0 or more, nothing follows: all are due, doors stand open
    until then, and what is past the last step counts in it. Returns the number of jobs, in the order in which they are due.
    """
    water = waters[0]
    n = 0
    latest = n_steps - 1 if last_s >= 0.0 else NEVER_STEP
    for c in range(len(nows)):
        nows[c].row = -1
    for i in range(len(waiting)):
        row = waiting[i]
        now = nows[row.chamber]
        closed = min(math.floor(row.doors_closed_s / water.step_s), latest)
        if now.is_known == 0:
            now.is_known, now.closed = 1, closed
        if now.row >= 0:
            due = min(math.floor(row.doors_close_s / water.step_s), latest)
            if due >= n_steps:
                break  # so are all that follow
            until_s = row.doors_close_s + now.motion_share * (row.doors_closed_s - row.doors_close_s)
            make_job(water, nows, canal_m_nap, waiting[now.row], now.row, due, until_s, row.ships_m3, closed, jobs[n], conditions[n])
            waiting[now.row].is_done = 1
            n += 1
        now.row = i
    if last_s >= 0.0:
        for c in range(len(nows)):
            k = nows[c].row
            if k >= 0:
                until_s = max(last_s, waiting[k].doors_open_s)
                make_job(water, nows, canal_m_nap, waiting[k], k, latest, until_s, 0.0, -1, jobs[n], conditions[n])
                waiting[k].is_done = 1
                n += 1
    return n


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
def water_steps(canals, cells, waters, chambers, states, nows, sea_m_nap, jobs, conditions, exchanges, steps):
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
        open_s = open_seconds(water, sea_m_nap, step.step * water.step_s, step.step_s)
        share_water(water, step, open_s)
        status = advance_load(canals, cells, step.step_s, load_kg, step, water.flushing_ratio)
        if status != OK:
            return status, i
    return OK, len(steps)
