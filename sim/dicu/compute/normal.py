"""Normal draws from keyed hashes, by arithmetic that gives the same bits on every machine."""

from __future__ import annotations

import numpy as np
from numba import njit

from dicu.compute.hashing import hash64
from dicu.compute.numeric import log64

_TWO_M52 = 2.0**-52


@njit(cache=True)
def inverse_normal(p: float) -> float:
    """Quantile of the standard normal, relative error below 1e-15; -inf at 0, inf at 1, nan outside.

    Rational approximations in three regions; only sums, products, quotients, `sqrt` and `log64`.

    Source: Wichura (1988), algorithm AS 241 (PPND16), Applied Statistics 37(3).
    """
    if not 0.0 < p < 1.0:
        return -np.inf if p == 0.0 else (np.inf if p == 1.0 else np.nan)
    q = p - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        top = 2.5090809287301226727e3
        top = top * r + 3.3430575583588128105e4
        top = top * r + 6.7265770927008700853e4
        top = top * r + 4.5921953931549871457e4
        top = top * r + 1.3731693765509461125e4
        top = top * r + 1.9715909503065514427e3
        top = top * r + 1.3314166789178437745e2
        top = top * r + 3.3871328727963666080e0
        below = 5.2264952788528545610e3
        below = below * r + 2.8729085735721942674e4
        below = below * r + 3.9307895800092710610e4
        below = below * r + 2.1213794301586595867e4
        below = below * r + 5.3941960214247511077e3
        below = below * r + 6.8718700749205790830e2
        below = below * r + 4.2313330701600911252e1
        below = below * r + 1.0
        return float(q * top / below)
    r = np.sqrt(-log64(p if q < 0.0 else 1.0 - p))
    if r <= 5.0:
        r -= 1.6
        top = 7.74545014278341407640e-4
        top = top * r + 2.27238449892691845833e-2
        top = top * r + 2.41780725177450611770e-1
        top = top * r + 1.27045825245236838258e0
        top = top * r + 3.64784832476320460504e0
        top = top * r + 5.76949722146069140550e0
        top = top * r + 4.63033784615654529590e0
        top = top * r + 1.42343711074968357734e0
        below = 1.05075007164441684324e-9
        below = below * r + 5.47593808499534494600e-4
        below = below * r + 1.51986665636164571966e-2
        below = below * r + 1.48103976427480074590e-1
        below = below * r + 6.89767334985100004550e-1
        below = below * r + 1.67638483018380384940e0
        below = below * r + 2.05319162663775882187e0
        below = below * r + 1.0
    else:
        r -= 5.0
        top = 2.01033439929228813265e-7
        top = top * r + 2.71155556874348757815e-5
        top = top * r + 1.24266094738807843860e-3
        top = top * r + 2.65321895265761230930e-2
        top = top * r + 2.96560571828504891230e-1
        top = top * r + 1.78482653991729133580e0
        top = top * r + 5.46378491116411436990e0
        top = top * r + 6.65790464350110377720e0
        below = 2.04426310338993978564e-15
        below = below * r + 1.42151175831644588870e-7
        below = below * r + 1.84631831751005468180e-5
        below = below * r + 7.86869131145613259100e-4
        below = below * r + 1.48753612908506148525e-2
        below = below * r + 1.36929880922735805310e-1
        below = below * r + 5.99832206555887937690e-1
        below = below * r + 1.0
    x = top / below
    return float(-x if q < 0.0 else x)


@njit(cache=True)
def normal_draw(key: np.uint64, a: np.uint64) -> float:
    """Standard normal draw for one identity under one key: the quantile at (52 bits of `hash64` + 1/2) / 2^52.

    The argument is exact and never 0 or 1, so the draw is finite (at most 8.3 in size).
    """
    bits = np.uint64(hash64(key, a)) >> np.uint64(12)
    return inverse_normal((np.float64(bits) + 0.5) * _TWO_M52)
