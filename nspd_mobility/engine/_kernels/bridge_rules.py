"""Rules of a movable bridge: for whom an opening may begin, who may still pass, who goes first, and what a user waits for.

A user is *pressing* once it has waited longer than the longest wait of its kind; a pressing ship goes before trains that are not, and
the other way round, and of two the one that has been pressing longer. Nothing here changes the state.
"""

from __future__ import annotations

from ...codes import BridgeCause, BridgePhase, BridgePriority, BridgeUser, BridgeWindow
from ...kernels.jit import kernel
from ...units import NEVER_MS

SHIP = int(BridgeUser.SHIP)
TRAIN = int(BridgeUser.TRAIN)
CLOSED = int(BridgePhase.CLOSED)
OPEN = int(BridgePhase.OPEN)
REOPENING = int(BridgePhase.REOPENING)
LONGEST_WAIT = int(BridgePriority.LONGEST_WAIT)
TRAIN_WINDOWS = int(BridgePriority.TRAIN_WINDOWS)
NONE = int(BridgeCause.NONE)
BY_OPENING = int(BridgeCause.OPENING)
BY_MIN_CLOSED = int(BridgeCause.MIN_CLOSED)
BY_PEAK_BLOCK = int(BridgeCause.PEAK_BLOCK)
BY_BUNDLE = int(BridgeCause.BUNDLE)
BY_TRAIN = int(BridgeCause.TRAIN)
BY_OUTAGE = int(BridgeCause.OUTAGE)
BY_OTHER_SHIPS = int(BridgeCause.OTHER_SHIPS)
BY_WIND = int(BridgeCause.WIND)
BY_SERVICE = int(BridgeCause.OUT_OF_SERVICE)
PEAK_BIT = 1 << int(BridgeWindow.PEAK_BLOCK)
SERVICE_BIT = 1 << int(BridgeWindow.OUT_OF_SERVICE)
WIND_BIT = 1 << int(BridgeWindow.WIND)
OUTAGE_BIT = 1 << int(BridgeWindow.OUTAGE)


@kernel
def pressing_ms(bridge, user):
    """Return when a user becomes pressing, NEVER_MS where its kind has no longest wait."""
    longest_ms = bridge.ship_max_wait_ms if user.user == SHIP else bridge.train_max_wait_ms
    return user.eta_ms + longest_ms if longest_ms > 0 else NEVER_MS


@kernel
def soonest(bridge, ship, now_ms):
    """Return when a ship may begin to pass: it is there, and those under way leave it room."""
    d = ship.direction
    begin_ms = max(now_ms, ship.eta_ms, bridge.pass_clear_ms[d], bridge.pass_begin_ms[d] + bridge.follow_ms, bridge.wide_clear_ms)
    if bridge.two_way == 0 or ship.is_wide != 0:
        begin_ms = max(begin_ms, bridge.pass_clear_ms[1 - d])
    return begin_ms


@kernel
def last_start(bridge, ship):
    """Return the last moment when an opening for a ship that is there leaves the next window of trains alone."""
    needed_ms = bridge.clear_road_ms + bridge.open_ms + max(ship.pass_ms, bridge.min_open_ms) + bridge.close_ms
    return bridge.train_window_ms - needed_ms


@kernel
def fits_before_trains(bridge, ship, now_ms):
    """Say whether an opening that begins now is over before the next window of trains."""
    if now_ms > last_start(bridge, ship):
        return False
    begin_ms = soonest(bridge, ship, now_ms + bridge.clear_road_ms + bridge.open_ms)
    return begin_ms + ship.pass_ms + bridge.close_ms <= bridge.train_window_ms


@kernel
def obstacle(bridge, ship, n_due, is_pressing, now_ms):
    """Return what keeps an opening from beginning for a ship, NONE if nothing does; trains that want or hold the bridge apart."""
    if now_ms < ship.due_ms:
        return BY_OPENING
    if (bridge.active & OUTAGE_BIT) != 0:
        return BY_OUTAGE
    if (bridge.active & WIND_BIT) != 0:
        return BY_WIND
    if (bridge.active & SERVICE_BIT) != 0:
        return BY_SERVICE
    beats = is_pressing and bridge.max_wait_beats_block != 0
    if (bridge.active & PEAK_BIT) != 0 and not beats:
        return BY_PEAK_BLOCK
    if not is_pressing:
        if bridge.min_closed_ms > 0 and now_ms < bridge.rested_ms:
            return BY_MIN_CLOSED
        if n_due < 2 and now_ms < ship.due_ms + bridge.bundle_ms:
            return BY_BUNDLE
    if bridge.priority == TRAIN_WINDOWS and not beats and not fits_before_trains(bridge, ship, now_ms):
        return BY_TRAIN
    return NONE


@kernel
def waiting_train(bridge, users, now_ms):
    """Return the train that has waited longest, -1 where none waits."""
    for i in range(bridge.n_users):
        if users[i].eta_ms > now_ms:
            return -1
        if users[i].user == TRAIN and users[i].begin_ms == NEVER_MS:
            return i
    return -1


@kernel
def train_goes_first(bridge, users, train, ship, now_ms):
    """Say whether the waiting train goes before a ship."""
    if train < 0:
        return False
    ship_ms, train_ms = pressing_ms(bridge, ship), pressing_ms(bridge, users[train])
    if train_ms <= now_ms or ship_ms <= now_ms:
        return train_ms < ship_ms
    return bridge.priority == LONGEST_WAIT and users[train].eta_ms < ship.due_ms


@kernel
def count_due(bridge, users, now_ms):
    """Return the number of ships for which an opening is due."""
    n = 0
    for i in range(bridge.n_users):
        if users[i].user == SHIP and users[i].due_ms <= now_ms:
            n += 1
    return n


@kernel
def ship_to_open_for(bridge, users, now_ms):
    """Return (ship, forced): the first ship for which an opening may begin and that goes before the trains, -1 where there is none."""
    forced = -1
    n_due = count_due(bridge, users, now_ms)
    if n_due == 0:
        return -1, 0
    train = waiting_train(bridge, users, now_ms)
    for i in range(bridge.n_users):
        ship = users[i]
        if ship.user != SHIP or ship.due_ms > now_ms or train_goes_first(bridge, users, train, ship, now_ms):
            continue
        if obstacle(bridge, ship, n_due, False, now_ms) == NONE:
            return i, 0
        if forced < 0 and pressing_ms(bridge, ship) <= now_ms and obstacle(bridge, ship, n_due, True, now_ms) == NONE:
            forced = i
    return forced, 1


@kernel
def bar(bridge, users, train, ship, begin_ms, now_ms):
    """Return what keeps a ship from passing in the present opening from `begin_ms` on, NONE if nothing does."""
    if (bridge.active & OUTAGE_BIT) != 0:
        return NONE  # the bridge can't close
    if begin_ms + ship.pass_ms > bridge.close_by_ms:
        return BY_TRAIN
    if bridge.n_ships > 0:  # an opening serves one ship at least
        if bridge.max_open_ms > 0 and begin_ms >= bridge.opened_ms + bridge.max_open_ms:
            return BY_OTHER_SHIPS
        if train_goes_first(bridge, users, train, ship, now_ms):
            return BY_TRAIN
    return NONE


@kernel
def next_ship(bridge, users, now_ms):
    """Return (ship, keep): who begins to pass now, -1 for nobody, and whether the bridge stays open for one that may come yet."""
    best, keep = -1, False
    horizon_ms = now_ms if bridge.is_forced != 0 else now_ms + bridge.gather_ms
    train = waiting_train(bridge, users, now_ms)
    for i in range(bridge.n_users):
        ship = users[i]
        if ship.eta_ms > horizon_ms:
            break
        if ship.user != SHIP:
            continue
        begin_ms = soonest(bridge, ship, now_ms)
        if bar(bridge, users, train, ship, begin_ms, now_ms) != NONE:
            continue
        keep = True
        if begin_ms > now_ms:
            continue
        if best < 0:
            best = i
        elif pressing_ms(bridge, users[best]) > now_ms and ship.priority > users[best].priority:
            best = i  # in order of coming; priority goes first, but not before a ship that is pressing
    return best, keep


@kernel
def cause_of(bridge, users, i, n_due, train, now_ms):
    """Return what user `i` waits for at this moment."""
    user = users[i]
    is_locked = bridge.phase == CLOSED or bridge.phase == REOPENING
    if user.user == TRAIN:
        return BY_OUTAGE if bridge.phase == OPEN and (bridge.active & OUTAGE_BIT) != 0 else BY_OTHER_SHIPS
    if bridge.phase == OPEN:
        barred = bar(bridge, users, train, user, soonest(bridge, user, now_ms), now_ms)
        return barred if barred != NONE else BY_OTHER_SHIPS
    if not is_locked:
        return BY_OPENING
    cause = obstacle(bridge, user, n_due, pressing_ms(bridge, user) <= now_ms, now_ms)
    if cause in (BY_OUTAGE, BY_WIND, BY_SERVICE) or now_ms < user.due_ms:
        return cause
    if bridge.n_holding > 0 or train_goes_first(bridge, users, train, user, now_ms):
        return BY_TRAIN
    return cause if cause != NONE else BY_OPENING
