"""One train on its course: steps of distance with one acceleration over each step.

The square of the speed w = v² is straight in distance over a step: w1 = w0 + 2 a dx, dt = 2 dx / (v0 + v1).

    a = min((F(v) - R(v) - m g slope(x)) / inertia, largest)       under the ceiling: F the whole tractive effort
    a = 0                                                          at the limit, where F can hold it
    a = -brake                                                     on a braking curve, to a lower limit or to the stop

A limit held and a braking curve are one step each, exact. Under the ceiling `a` is that of the middle of the step (midpoint rule), and a
step ends where the speed has changed by `speed_step_m_s`, after `distance_step_m`, at the end of its cell, or where it meets the ceiling.
Work of the resistance is exact for the speed of the step, that of the gradient too; traction or brakes give the rest.
"""

from __future__ import annotations

import math

from ...kernels.jit import kernel
from ...units import GRAVITY_M_S2

OK, UNTIL, CANNOT_START, STALLED, TOO_FAST, STUCK = range(6)  # codes.RunStatus
SHORTEST_M = 1e-3  # a step is this long, or to the end of its cell
ROUNDING = 1e-9  # of the square of a speed that lies on the ceiling
MOST_STEPS = 10_000_000


@kernel
def force_newton(train, speed_m_s):
    """Return the tractive effort at a speed: straight between knots, and no more than the power gives."""
    last = train.n_knots - 1
    if speed_m_s >= train.knot_m_s[last]:
        force = train.knot_newton[last]
    elif speed_m_s <= train.knot_m_s[0]:
        force = train.knot_newton[0]
    else:
        low = 0
        while last - low > 1:
            middle = (low + last) // 2
            if train.knot_m_s[middle] <= speed_m_s:
                low = middle
            else:
                last = middle
        part = (speed_m_s - train.knot_m_s[low]) / (train.knot_m_s[last] - train.knot_m_s[low])
        force = train.knot_newton[low] + part * (train.knot_newton[last] - train.knot_newton[low])
    if force * speed_m_s > train.power_w:
        force = train.power_w / speed_m_s
    return force


@kernel
def needed_newton(train, cell, position_m, speed_m_s):
    """Return resistance and gradient together: the force that keeps the speed."""
    resistance = train.resistance_newton + speed_m_s * (train.resistance_newton_s_m + speed_m_s * train.resistance_newton_s2_m2)
    return resistance + train.mass_kg * GRAVITY_M_S2 * (cell.slope + cell.slope_per_m * (position_m - cell.begin_m))


@kernel
def acceleration_m_s2(train, cell, position_m, speed_m_s):
    """Return the acceleration at full tractive effort."""
    free = (force_newton(train, speed_m_s) - needed_newton(train, cell, position_m, speed_m_s)) / train.inertia_kg
    return min(free, train.acceleration_max_m_s2)


@kernel
def cell_at(cells, position_m):
    """Return the cell of a position; at a bound, the cell that begins there."""
    low, high = 0, len(cells)
    while high - low > 1:
        middle = (low + high) // 2
        if cells[middle].begin_m <= position_m:
            low = middle
        else:
            high = middle
    return low


@kernel
def first_beyond(points_m, position_m):
    """Return the index of the first point beyond a position."""
    low, high = 0, len(points_m)
    while low < high:
        middle = (low + high) // 2
        if points_m[middle] <= position_m:
            low = middle + 1
        else:
            high = middle
    return low


@kernel
def ceiling_m2_s2(train, cell, position_m, stop_m):
    """Return the square of the highest speed at a position: the limit, the curve to what comes after the cell, and that to the stop."""
    curve = cell.after_m2_s2 + 2.0 * train.brake_m_s2 * (cell.end_m - position_m)
    return min(cell.limit_m2_s2, curve, 2.0 * train.brake_m_s2 * max(stop_m - position_m, 0.0))


@kernel
def held_m(train, cell, position_m, far_m, stop_m, speed_m_s):
    """Return how far the limit is held: to the end, to a braking curve, to where the force is too small or the need changes its sign."""
    brake = 2.0 * train.brake_m_s2
    far = min(far_m, cell.end_m - (cell.limit_m2_s2 - cell.after_m2_s2) / brake, stop_m - cell.limit_m2_s2 / brake)
    here = needed_newton(train, cell, position_m, speed_m_s)
    there = needed_newton(train, cell, far, speed_m_s)
    force = force_newton(train, speed_m_s)
    distance = far - position_m
    if there > force:
        distance = distance * (force - here) / (there - here)
    elif here * there < 0.0 and abs(here) * distance > SHORTEST_M * abs(there - here):
        distance = distance * here / (here - there)
    return distance


@kernel
def free_step(train, cell, position_m, far_m, square_m2_s2, acceleration):
    """Return length and acceleration of a step under the ceiling, by the midpoint rule."""
    speed = math.sqrt(square_m2_s2)
    change = train.speed_step_m_s * (speed + 0.5 * train.speed_step_m_s)  # half the change of the square of the speed
    if acceleration < 0.0:
        change = min(change, 0.25 * square_m2_s2)  # a train that slows down may find more force before it stands
    step = min(far_m - position_m, train.distance_step_m)
    if abs(acceleration) * step > change:
        step = change / abs(acceleration)
    while True:
        square = square_m2_s2 + acceleration * step
        middle = acceleration
        if square > 0.0:
            middle = acceleration_m_s2(train, cell, position_m + 0.5 * step, math.sqrt(square))
        if abs(middle - acceleration) * step <= 0.5 * change or step <= SHORTEST_M:
            return step, middle
        step *= 0.5


@kernel
def meet_m(train, cell, position_m, stop_m, square_m2_s2, acceleration, step_m):
    """Return how far a step goes before it meets the ceiling."""
    brake = train.brake_m_s2
    square = square_m2_s2 + 2.0 * acceleration * step_m
    step = step_m
    if square > cell.limit_m2_s2:
        step = min(step, (cell.limit_m2_s2 - square_m2_s2) / (2.0 * acceleration))
    curve = cell.after_m2_s2 + 2.0 * brake * (cell.end_m - position_m)
    if square > curve - 2.0 * brake * step_m:
        step = min(step, (curve - square_m2_s2) / (2.0 * (acceleration + brake)))
    curve = 2.0 * brake * (stop_m - position_m)
    if square > curve - 2.0 * brake * step_m:
        step = min(step, (curve - square_m2_s2) / (2.0 * (acceleration + brake)))
    return step


@kernel
def take_step(train, cell, points_m, passes, point, state, to_m, square_m2_s2, until_s):
    """Move the state to a position and speed, write the points passed, and return the next point; `until_s` cuts the step off."""
    v0 = state.speed_m_s
    v1 = math.sqrt(square_m2_s2)
    if v0 + v1 <= 0.0:  # stands within rounding of where it stops
        state.position_m = to_m
        return point
    step_m = to_m - state.position_m
    slope = cell.slope + cell.slope_per_m * (state.position_m - cell.begin_m)
    acceleration = 0.5 * (v1 * v1 - v0 * v0) / step_m
    step_s = 2.0 * step_m / (v0 + v1)
    if state.time_s + step_s > until_s:
        step_s = max(until_s - state.time_s, 0.0)
        v1 = max(v0 + acceleration * step_s, 0.0)
        step_m = 0.5 * (v0 + v1) * step_s
        to_m = state.position_m + step_m
    mean = 0.0
    if v0 + v1 > 0.0:
        mean = 2.0 / 3.0 * (v0 * v0 + v0 * v1 + v1 * v1) / (v0 + v1)  # over the distance
    resistance = train.resistance_newton + train.resistance_newton_s_m * mean + train.resistance_newton_s2_m2 * 0.5 * (v0 * v0 + v1 * v1)
    resistance *= step_m
    potential = train.mass_kg * GRAVITY_M_S2 * (slope + 0.5 * cell.slope_per_m * step_m) * step_m
    work = 0.5 * train.inertia_kg * (v1 * v1 - v0 * v0) + resistance + potential
    while point < len(points_m) and points_m[point] <= to_m:
        distance = points_m[point] - state.position_m
        speed = math.sqrt(max(v0 * v0 + 2.0 * acceleration * distance, 0.0))
        row = passes[point]
        row.time_s = state.time_s + 2.0 * distance / (v0 + speed)
        row.speed_m_s = speed
        row.traction_j = state.traction_j + max(work, 0.0) * distance / step_m
        point += 1
    state.time_s += step_s
    state.position_m = to_m
    state.speed_m_s = v1
    state.resistance_j += resistance
    state.potential_j += potential
    state.traction_j += max(work, 0.0)
    state.brake_j += max(-work, 0.0)
    state.n_steps += 1
    return point


@kernel
def run(train, cells, points_m, passes, state, stop_m, until_s):
    """Run from the state to a stop, or through to the end of the course where `stop_m` is inf, or until a time.

    Writes the rows of `passes` of the points beyond the first position, as far as it gets; others keep what they hold. `state` goes along,
    to be run on from. Returns a code of `codes.RunStatus`: UNTIL where the time came first, TOO_FAST where the train can't stop or keep a limit
    from this state (nothing is done), CANNOT_START and STALLED where the force is too small.

    The stop must not lie behind the head, and head and stop lie on the course.
    """
    end_m = min(stop_m, cells[len(cells) - 1].end_m)
    k = cell_at(cells, state.position_m)
    point = first_beyond(points_m, state.position_m)
    if state.speed_m_s**2 > ceiling_m2_s2(train, cells[k], state.position_m, stop_m) * (1.0 + ROUNDING) + ROUNDING:
        return TOO_FAST
    state.brake_begin_s = math.nan
    state.brake_begin_m = math.nan
    state.n_steps = 0
    while state.position_m < end_m:
        if state.time_s >= until_s:
            return UNTIL
        if state.n_steps > MOST_STEPS:
            return STUCK
        x = state.position_m
        while x >= cells[k].end_m:
            k += 1
        cell = cells[k]
        far = min(cell.end_m, end_m)
        ceiling = ceiling_m2_s2(train, cell, x, stop_m)
        square = min(state.speed_m_s**2, ceiling)
        speed = math.sqrt(square)
        acceleration = acceleration_m_s2(train, cell, x, speed)
        is_on_ceiling = square >= ceiling * (1.0 - ROUNDING) - ROUNDING
        to_stop = 2.0 * train.brake_m_s2 * (stop_m - x)
        to_lower = cell.after_m2_s2 + 2.0 * train.brake_m_s2 * (cell.end_m - x)
        is_curve = min(to_stop, to_lower) <= cell.limit_m2_s2 * (1.0 + ROUNDING)
        step = 0.0
        if is_on_ceiling and is_curve and acceleration >= -train.brake_m_s2:
            if to_stop <= to_lower and math.isnan(state.brake_begin_s):
                state.brake_begin_s = state.time_s
                state.brake_begin_m = x
            step = far - x
        elif is_on_ceiling and not is_curve and acceleration >= 0.0:
            step = held_m(train, cell, x, far, stop_m, speed)
        if step < SHORTEST_M and step < far - x:  # under the ceiling, or too little force to stay on it
            step, middle = free_step(train, cell, x, far, square, acceleration)
            step = max(meet_m(train, cell, x, stop_m, square, middle, step), SHORTEST_M)
            square += 2.0 * middle * min(step, far - x)
            if square <= 0.0:
                state.missing_newton = -middle * train.inertia_kg
                state.slope = cell.slope + cell.slope_per_m * (x - cell.begin_m)
                return CANNOT_START if state.n_steps == 0 and speed == 0.0 else STALLED
        to_m = far if far - x - step < SHORTEST_M else x + step
        square = max(min(square, ceiling_m2_s2(train, cell, to_m, stop_m)), 0.0)
        point = take_step(train, cell, points_m, passes, point, state, to_m, square, until_s)
    return OK


@kernel
def run_all(trains, cells, points_m, passes, states, stops_m):
    """Run one train on one course from each state to its stop; `passes` (n_state, n_point). Returns the first state that fails, or -1."""
    failed = -1
    for k in range(len(states)):
        states[k].status = run(trains[0], cells, points_m, passes[k], states[k], stops_m[k], math.inf)
        if states[k].status != OK and failed < 0:
            failed = k
    return failed
