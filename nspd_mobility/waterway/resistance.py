"""Resistance of a ship in deep, shallow and confined water.

Model (Holtrop and Mennen 1982, form factor of Holtrop 1984), with V2 the speed that the water's depth and section make of v::

    R = Rf (1 + k1) + R_app + R_w(V2) + R_tr(V2) + R_a(V2)

- Friction Rf is the ITTC 1957 line with the flat bottom by Zeng (2018), who adds the effect of the water under the keel.
- Shallow water: V2 = v / α by Karpov's curves, α from v / √(g h) and depth over draught.
- Confined water: return current (retourstroom) by the energy balance of Schijf (1949): with x = U / √(g h̄), F = v / √(g h̄), U the speed of
  the water along the hull, h̄ = section over width, and m = midship section over water section, x³ - (2 (1 - m) + F²) x + 2 F = 0. Friction
  has U in place of v, and V2 is the larger of v / α and U. At the limit speed (grenssnelheid) the two roots meet; that is
  the limit of Balanin and Bykov that BIVAS uses.
- Waves: R_w = c1 c5 ρ g ∇ exp(m1 Fn^-0.9). The interference of bow and stern waves (the term m2) is left out: at Fn = 0.2 it is a tenth of R_w at
  the most, and in its hollows a full hull would need less power at more speed.
- The shape in R_w and C_a (entrance angle, m1, c4) is that at the design draught B / 3.2. Off it the regression has no value: its term 0.014 L / T
  makes the waves of an empty barge ten times those of a loaded one. The size of R_w (c1 times the displacement) follows the actual draught.
- Squat in confined water by Barrass (2006) takes from the water under the keel.

Assumptions: one prismatic relation for the hull form (midship coefficient 1.006 - 0.0056 C_B^-3.56, waterplane (1 + 2 C_B) / 3, centre of
buoyancy 19.4 C_P - 13.5 % before the middle), no bulb; a convoy is one hull. The curves of Karpov are taken monotone (two points of 0.999 beside
1.000 raised, no recovery past the critical speed), and at depths under 1.5 draughts those of 1.5 hold: there resistance is a lower bound.
Left out: squat on wide water, wind, waves, currents, bends, encounters, the drawdown term of Bolt (2003), whose coefficient is not public.

Differences from `energy.py` of OpenTNSim (MIT): c7, the exponent -1.37565 of c1 and L_R are as Holtrop and Mennen print them; Karpov's V2 is used;
Karpov's curves are interpolated between their points in place of polynomials per band.

References
----------
Holtrop, J. and Mennen, G.G.J. (1982), An approximate power prediction method, International Shipbuilding Progress 29.
Holtrop, J. (1984), A statistical re-analysis of resistance and propulsion data, International Shipbuilding Progress 31.
Zeng, Q., Thill, C., Hekkenberg, R. and Rotteveel, E. (2018), A modification of the ITTC57 correlation line for shallow water, J. Mar. Sci. Technol.
Van Terwisga, T. (1989), curves of Karpov, digitised by Segers, L. (2021), Mapping inland shipping emissions, TU Delft.
Van Koningsveld, M. et al. (2023), Ports and Waterways, part IV, chapter 5, TU Delft.
Schijf, J.B. (1949), 17th PIANC congress, Lisbon. Barrass, C.B. and Derrett, D.R. (2006), Ship stability for masters and mates, chapter 42.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from ..params.energy import EnergyParams
from ..units import GRAVITY_M_S2

Floats = npt.NDArray[np.float64]

KNOT_M_S = 1852.0 / 3600.0
W_PER_KW = 1000.0
_LEAST_REYNOLDS = 1.0e6  # below it (1 cm/s for 100 m) the lines of friction have no meaning, and resistance none either

_KARPOV_DEPTHS = np.array([1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0])  # water depth over draught
_KARPOV_STEP = 0.1  # rows: v / √(g h) = 0, 0.1 ... 1.0
_KARPOV = np.array(
    [
        [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0],
        [0.99, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0],
        [0.98, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0],
        [0.96, 0.995, 0.999, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0],
        [0.94, 0.98, 0.995, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0],
        [0.9, 0.94, 0.96, 0.98, 0.985, 0.99, 0.995, 0.996, 1.0, 1.0, 1.0, 1.0],
        [0.8, 0.875, 0.905, 0.94, 0.95, 0.96, 0.975, 0.98, 0.99, 0.995, 1.0, 1.0],
        [0.65, 0.77, 0.815, 0.86, 0.875, 0.901, 0.935, 0.955, 0.97, 0.975, 0.975, 0.98],
        [0.48, 0.63, 0.705, 0.77, 0.8, 0.82, 0.865, 0.89, 0.91, 0.92, 0.925, 0.93],
        [0.39, 0.53, 0.625, 0.715, 0.745, 0.775, 0.825, 0.85, 0.87, 0.885, 0.9, 0.91],
        [0.36, 0.495, 0.6, 0.7, 0.735, 0.77, 0.825, 0.85, 0.87, 0.885, 0.9, 0.91],
    ]
)


@dataclass(frozen=True, slots=True, eq=False)
class Hull:
    """What resistance needs to know of ships' forms; every field is an ndarray of float64, shape (n_ship,).

    Attributes
    ----------
    length_m, beam_m, draught_m : ndarray
    block : ndarray
        Block coefficient.
    midship_m2, wetted_m2, transom_m2 : ndarray
        Area of the midship section, of the wetted hull and of the immersed transom.
    form_factor : ndarray
        1 + k1.
    correlation : ndarray
        Coefficient C_a between model and ship.
    transom_froude_m_s : ndarray
        Speed at which the transom's Froude number is 1.
    wave_newton : ndarray
        c1 c5 ρ g ∇.
    m1 : ndarray
        m1 of the wave resistance.
    """

    length_m: Floats
    beam_m: Floats
    draught_m: Floats
    block: Floats
    midship_m2: Floats
    wetted_m2: Floats
    transom_m2: Floats
    form_factor: Floats
    correlation: Floats
    transom_froude_m_s: Floats
    wave_newton: Floats
    m1: Floats

    def take(self, rows: npt.NDArray[np.intp]) -> Hull:
        """Return the hulls of rows, repeated as they are asked for."""
        return Hull(*(getattr(self, field.name)[rows] for field in fields(self)))


@dataclass(frozen=True, slots=True, eq=False)
class Resistance:
    """The parts of the resistance (N) and what goes with them; every field has shape (n,).

    Attributes
    ----------
    viscous_newton, appendage_newton, wave_newton, transom_newton, correlation_newton : ndarray of float64
    water_speed_m_s : ndarray of float64
        Speed of the water along the hull, return current included (m/s).
    wave_speed_m_s : ndarray of float64
        Speed that counts for waves (V2, m/s).
    squat_m : ndarray of float64
        Sinkage (m).
    is_possible : ndarray of bool
        Below the limit speed and clear of the bottom; the parts mean nothing elsewhere.
    """

    viscous_newton: Floats
    appendage_newton: Floats
    wave_newton: Floats
    transom_newton: Floats
    correlation_newton: Floats
    water_speed_m_s: Floats
    wave_speed_m_s: Floats
    squat_m: Floats
    is_possible: npt.NDArray[np.bool_]

    @property
    def total_newton(self) -> Floats:
        """The resistance (N); infinite where the ship can't sail so."""
        parts = self.viscous_newton + self.appendage_newton + self.wave_newton + self.transom_newton + self.correlation_newton
        return np.where(self.is_possible, parts, np.inf)


def hull_of(length_m: Floats, beam_m: Floats, draught_m: Floats, block: Floats, params: EnergyParams) -> Hull:
    """Return the hulls of ships of given sizes, all of shape (n_ship,); block coefficients are 0.5 to 0.9."""
    midship = 1.006 - 0.0056 * block**-3.56
    buoyancy = 19.4 * block / midship - 13.5
    return hull_of_form(length_m, beam_m, draught_m, block, midship, (1.0 + 2.0 * block) / 3.0, buoyancy, params)


def hull_of_form(
    length_m: Floats, beam_m: Floats, draught_m: Floats, block: Floats, midship: Floats, waterplane: Floats, buoyancy: Floats, params: EnergyParams
) -> Hull:
    """Return hulls whose form is known: coefficients of block, midship section and waterplane, and centre of buoyancy before the middle (% of length)."""
    length, beam, draught = length_m, beam_m, draught_m
    prismatic = block / midship
    shaped = beam / params.design_beam_over_draught  # draught at which the shape is described
    narrow, slender = beam / length, length**2 / (block * beam * shaped)
    run = length * (1.0 - prismatic + 0.06 * prismatic * buoyancy / (4.0 * prismatic - 1.0))
    transom = params.transom_share * beam * draught
    c16 = np.where(prismatic < 0.80, 8.07981 * prismatic - 13.8673 * prismatic**2 + 6.984388 * prismatic**3, 1.73014 - 0.7067 * prismatic)
    c5 = 1.0 - 0.8 * params.transom_share / midship
    weight = block * length * beam * draught * params.water_density_kg_m3 * GRAVITY_M_S2
    c4 = np.minimum(shaped / length, 0.04)
    area = 0.453 + 0.4425 * block - 0.2862 * midship - 0.003467 * beam / draught + 0.3696 * waterplane
    form = narrow**1.06806 * (draught / length) ** 0.46106 * (length / run) ** 0.121563 * (length**2 / (block * beam * draught)) ** 0.36486
    return Hull(
        length_m=length,
        beam_m=beam,
        draught_m=draught,
        block=block,
        midship_m2=midship * beam * draught,
        wetted_m2=length * (2.0 * draught + beam) * np.sqrt(midship) * area,
        transom_m2=transom,
        form_factor=0.93 + 0.487118 * form * (1.0 - prismatic) ** -0.604247,
        correlation=0.006 * (length + 100.0) ** -0.16 - 0.00205 + 0.003 * np.sqrt(length / 7.5) * block**4 * (0.04 - c4),
        transom_froude_m_s=np.sqrt(2.0 * GRAVITY_M_S2 * transom / (beam + beam * waterplane)),
        wave_newton=_c1(narrow, draught / beam, run / beam, slender, prismatic, waterplane, buoyancy) * c5 * weight,
        m1=0.0140407 * length / shaped - 1.75254 * slender ** (-1.0 / 3.0) - 4.79323 * narrow - c16,
    )


def _c1(narrow: Floats, deep: Floats, run: Floats, slender: Floats, prismatic: Floats, waterplane: Floats, buoyancy: Floats) -> Floats:
    """Return c1 of the wave resistance; beam over length, draught and run over beam, length³ over displacement, and the form."""
    entrance = narrow**-0.80856 * (1.0 - waterplane) ** 0.30484 * (1.0 - prismatic - 0.0225 * buoyancy) ** 0.6367 * run**0.34574 * (100.0 / slender) ** 0.16302
    half_angle_deg = 1.0 + 89.0 * np.exp(-entrance)
    c7 = np.where(narrow < 0.11, 0.229577 * narrow**0.33333, np.where(narrow <= 0.25, narrow, 0.5 - 0.0625 / narrow))
    c1: Floats = 2223105.0 * c7**3.78613 * deep**1.07961 * (90.0 - half_angle_deg) ** -1.37565
    return c1


def limit_speed_m_s(blockage: Floats | float, mean_depth_m: Floats | float) -> Floats:
    """Return the speed that a ship can't pass in a canal (grenssnelheid, m/s).

    Parameters
    ----------
    blockage : ndarray of float64
        Midship section over the section of the water, 0 on wide water.
    mean_depth_m : ndarray of float64
        Section of the water over its width at the surface (m).

    Examples
    --------
    >>> round(float(limit_speed_m_s(34 * 12.5 / 1431.0, 9.54)) * 3.6, 1)  # a sea ship on the canal Gent-Terneuzen, km/h
    12.8
    """
    angle = (np.pi + np.arccos(1.0 - np.asarray(blockage, dtype=np.float64))) / 3.0
    speed: Floats = np.sqrt(8.0 * GRAVITY_M_S2 * mean_depth_m) * np.cos(angle) ** 1.5
    return speed


def squat_m(block: Floats | float, blockage: Floats | float, speed_m_s: Floats | float) -> Floats:
    """Return the largest sinkage of a ship under way (m), by Barrass.

    Parameters
    ----------
    block, blockage : ndarray of float64
        Block coefficient, and the ship's section over that of the water.
    speed_m_s : ndarray of float64
        Speed through the water (m/s).
    """
    squat: Floats = block * np.asarray(blockage) ** 0.81 * (np.asarray(speed_m_s) / KNOT_M_S) ** 2.08 / 20.0
    return squat


def karpov_share(froude: Floats, depth_over_draught: Floats) -> Floats:
    """Return Karpov's α, speed over the speed that counts for waves; both arguments of shape (n,)."""
    column = np.interp(depth_over_draught, _KARPOV_DEPTHS, np.arange(_KARPOV_DEPTHS.size))
    row = np.minimum(froude / _KARPOV_STEP, _KARPOV.shape[0] - 1.0)
    i, j = (np.minimum(x.astype(np.intp), n - 2) for x, n in zip((row, column), _KARPOV.shape, strict=True))
    down, right = row - i, column - j
    left = _KARPOV[i, j] * (1.0 - down) + _KARPOV[i + 1, j] * down
    share: Floats = left * (1.0 - right) + (_KARPOV[i, j + 1] * (1.0 - down) + _KARPOV[i + 1, j + 1] * down) * right
    return share


def resistance_of(hull: Hull, speed_m_s: Floats, depth_m: Floats, section_area_m2: Floats, mean_depth_m: Floats, params: EnergyParams) -> Resistance:
    """Return the resistance of hulls; all arrays of one shape (n,).

    Parameters
    ----------
    hull : Hull
    speed_m_s : ndarray of float64
        Speed through the water (m/s), 0 or more.
    depth_m : ndarray of float64
        Depth under the water's surface where the ship sails (m).
    section_area_m2, mean_depth_m : ndarray of float64
        Section of the water (m², inf on wide water), and that over its width (m).
    params : EnergyParams
    """
    speed = np.maximum(speed_m_s, 1.0e-9)
    blockage = hull.midship_m2 / section_area_m2
    along, is_subcritical = along_hull_m_s(speed, blockage, mean_depth_m)
    squat = squat_m(hull.block, blockage, speed)
    clearance = depth_m - hull.draught_m - squat
    is_possible = is_subcritical & (clearance > 0.0)
    drag = 0.5 * params.water_density_kg_m3 * along**2 * hull.wetted_m2 * _friction(hull, speed, depth_m, np.maximum(clearance, 1.0e-3), params)
    faster = np.maximum(speed / karpov_share(speed / np.sqrt(GRAVITY_M_S2 * depth_m), depth_m / hull.draught_m), along)
    push = 0.5 * params.water_density_kg_m3 * faster**2
    transom = push * hull.transom_m2 * 0.2 * np.maximum(1.0 - 0.2 * faster / hull.transom_froude_m_s, 0.0)
    exponent = hull.m1 * (GRAVITY_M_S2 * hull.length_m / faster**2) ** 0.45
    return Resistance(
        viscous_newton=drag * hull.form_factor,
        appendage_newton=drag * params.appendage_share * params.appendage_factor,
        wave_newton=hull.wave_newton * np.exp(np.maximum(exponent, -700.0)),
        transom_newton=transom,
        correlation_newton=push * hull.wetted_m2 * hull.correlation,
        water_speed_m_s=along,
        wave_speed_m_s=faster,
        squat_m=squat,
        is_possible=is_possible,
    )


def along_hull_m_s(speed: Floats, blockage: Floats, mean_depth_m: Floats) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Return the speed of the water along the hull (m/s), and where there is one: below the limit speed.

    Parameters
    ----------
    speed : ndarray of float64, shape (n,)
        Speed through the water (m/s), above 0.
    blockage, mean_depth_m : ndarray of float64, shape (n,)
        As for `limit_speed_m_s`.
    """
    celerity = np.sqrt(GRAVITY_M_S2 * mean_depth_m)
    froude = speed / celerity
    third = (2.0 * (1.0 - blockage) + froude**2) / 3.0
    third = np.maximum(third, 1.0e-12)
    sine = froude / (third * np.sqrt(third))
    # The smaller positive root of the cubic, written so that nothing cancels at low speed.
    along = 2.0 * np.sqrt(third) * np.sin(np.arcsin(np.minimum(sine, 1.0)) / 3.0) * celerity
    return np.maximum(along, speed), (sine < 1.0) & (froude < 1.0) & (blockage < 1.0)  # past the critical speed there is a root again


def _friction(hull: Hull, speed: Floats, depth_m: Floats, clearance_m: Floats, params: EnergyParams) -> Floats:
    """Return the coefficient of friction: ITTC 1957, with the flat bottom by Zeng."""
    reynolds = np.log10(np.maximum(speed * hull.length_m / params.viscosity_m2_s, _LEAST_REYNOLDS))
    deep = 0.08169 / (reynolds - 1.717) ** 2
    shallow = deep * (1.0 + 0.003998 / (reynolds - 4.393) * (clearance_m / hull.length_m) ** -1.083)
    katsui = 0.0066577 / (reynolds - 4.3762) ** (0.042612 * reynolds + 0.56725)
    ratio = depth_m / hull.draught_m
    under = np.where(ratio <= 4.0, 0.4277 * np.exp(ratio**-0.07625), 1.0)  # speed under the bottom over speed
    extra = np.where(clearance_m > hull.length_m, deep, shallow) - katsui
    bottom = np.where(extra > 0.0, extra * under**2, extra)  # just under 0 at some Reynolds numbers in deep water, where faster water must not lower it
    return 0.075 / (reynolds - 2.0) ** 2 + bottom * hull.length_m * hull.beam_m / hull.wetted_m2


def hydraulic_depth_m(depth: Floats, section: Floats, width: Floats) -> Floats:
    """Return section over width at the surface (m); the depth where either is not given."""
    is_given = np.isfinite(section) & (width > 0.0)
    return np.where(is_given, np.where(is_given, section, 0.0) / np.where(is_given, width, 1.0), depth)


def propulsion_kw(found: Resistance, speed_m_s: Floats, is_sea: npt.NDArray[np.bool_], params: EnergyParams) -> Floats:
    """Return the power of the engine that drives the ship (kW), inf where it can't sail so."""
    propeller = np.where(is_sea, params.propeller_efficiency_sea_share, params.propeller_efficiency_share)
    efficiency = propeller * params.hull_efficiency_share * params.transmission_efficiency_share
    power = found.total_newton * np.maximum(speed_m_s, np.finfo(float).tiny) * params.resistance_factor / (efficiency * W_PER_KW)
    return np.where(speed_m_s > 0.0, power, 0.0)
