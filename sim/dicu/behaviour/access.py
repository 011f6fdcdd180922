"""Rule `access`: how much of a service a resident gets, its quality times what the way there leaves of it.

A_js = Q_gs [delta_s + (1 - delta_s) 2^(-tau_js / h)] (model specification, section 3), for the five
`SERVICES`. Travel times tau are those of `dicu.world.ways`, static for a pair (place, office): they are computed once,
and again only when a reform moves a seat.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from dicu.compute.numeric import LN2, exp_array
from dicu.scenario.parameters import Access

# position of each service in every array by service, see `dicu.scenario.vocabulary`
COMMUNE_ADMINISTRATION: Final = 0
DISTRICT_ADMINISTRATION: Final = 1
HEALTH: Final = 2
EDUCATION: Final = 3
WATER: Final = 4


def left_by_distance(minutes: NDArray[np.float64], parameters: Access) -> NDArray[np.float64]:
    """Share of the use that the way leaves, 2^(-tau / h), in (0, 1]; (P,) float64.

    Computed by `exp64`, pure arithmetic, so that no decision depends on a library's last bit.
    """
    halvings = np.ascontiguousarray(minutes, dtype=np.float64) / parameters.half_time_minutes
    return np.asarray(exp_array(-halvings * LN2), dtype=np.float64)


def access_to_service(
    quality: NDArray[np.float64], left: NDArray[np.float64], online: float | NDArray[np.float64]
) -> NDArray[np.float64]:
    """Access A = Q [delta + (1 - delta) 2^(-tau/h)] of each place to one service.

    Parameters
    ----------
    quality
        (P,) float64, quality of the office that serves the place, in [0, 1.2].
    left
        (P,) float64, `left_by_distance`.
    online
        Share done on line whatever the distance, delta, one number or (P,) (a mobile desk brings more to its places);
        0 for all but the two administrations.

    Returns
    -------
    (P,) float64.
    """
    return np.asarray(quality * (online + (1.0 - online) * left), dtype=np.float64)


def clean_water(urban: NDArray[np.bool_], parameters: Access) -> NDArray[np.float64]:
    """Share of a place's households with clean water at the start, by urban or rural; (P,) float64. There is no
    way to travel.
    """
    return np.where(urban, parameters.clean_water_urban, parameters.clean_water_rural).astype(np.float64)
