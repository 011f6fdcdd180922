"""Terms of the frozen tables that are one formula each: ties, other work, income, services, means."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dicu.compute.numeric import exp64, log64


@njit(cache=True)
def ties_effect(coefficient: float) -> NDArray[np.float64]:
    """exp(coefficient T) for T = 0, 1/255, ..., 1, (256,) float64."""
    out = np.empty(256)
    for i in range(256):
        out[i] = exp64(coefficient * i / 255.0)
    return out


@njit(cache=True)
def other_work(
    relative: NDArray[np.float64], best: NDArray[np.float64], urban: NDArray[np.bool_], shift: float
) -> NDArray[np.float64]:
    """Weight of staying in the place with the other kind of work, (P, T): exp(v' + shift) on the scale of the type.

    Types come in pairs, farming (even) and other work (odd); 0 in urban places, where there is no farming.
    """
    n, n_types = relative.shape
    out = np.empty((n, n_types))
    for j in range(n):
        for t in range(n_types):
            out[j, t] = relative[j, t ^ 1] + best[t ^ 1] - best[t] + shift
    flat = out.reshape(-1)
    for i in range(flat.shape[0]):
        flat[i] = exp64(flat[i])
    for j in range(n):
        if urban[j]:
            out[j] = 0.0
    return out


@njit(cache=True, error_model="numpy")
def log_status(expected: NDArray[np.float64]) -> NDArray[np.float64]:
    """ln(V_F / V_I) by place and type, (P, 16) from (P, 32): what a formal job is worth where one is."""
    n_types = expected.shape[1] // 2
    out = np.empty((expected.shape[0], n_types))
    for j in range(expected.shape[0]):
        for t in range(n_types):
            out[j, t] = log64(expected[j, n_types + t] / expected[j, t])
    return out


@njit(cache=True)
def income_part(income: NDArray[np.float64], beta: float) -> NDArray[np.float64]:
    """beta_y ln y, (P, T)."""
    out = np.empty(income.shape)
    for j in range(income.shape[0]):
        for t in range(income.shape[1]):
            out[j, t] = beta * log64(income[j, t])
    return out


@njit(cache=True)
def service_part(access: NDArray[np.float64], beta: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum over services of beta_s A, (P,)."""
    out = np.zeros(access.shape[0])
    for j in range(access.shape[0]):
        for s in range(access.shape[1]):
            out[j] += beta[s] * access[j, s]
    return out


@njit(cache=True)
def mean_income(
    income: NDArray[np.float64],
    workers: NDArray[np.int64],
    district: NDArray[np.int32],
    province: NDArray[np.int32],
    n_provinces: int,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean income of the workers of each district and province, (L,), (R,); without workers that of the places."""
    n_districts = province.shape[0]
    pay_d, men_d = np.zeros(n_districts), np.zeros(n_districts)
    pay_p, men_p = np.zeros(n_provinces), np.zeros(n_provinces)
    plain, cells = np.zeros(n_districts), np.zeros(n_districts)
    for j in range(income.shape[0]):
        d = district[j]
        for t in range(income.shape[1]):
            pay = income[j, t] * workers[j, t]
            pay_d[d] += pay
            men_d[d] += workers[j, t]
            pay_p[province[d]] += pay
            men_p[province[d]] += workers[j, t]
            plain[d] += income[j, t]
            cells[d] += 1.0
    for d in range(n_districts):
        pay_d[d] = pay_d[d] / men_d[d] if men_d[d] > 0.0 else plain[d] / cells[d]
    for q in range(n_provinces):
        pay_p[q] = pay_p[q] / men_p[q] if men_p[q] > 0.0 else 0.0
    return pay_d, pay_p


@njit(cache=True)
def mean_of_services(access: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean access over the services, (P,) float64 from (P, S), summed in the order of the services."""
    out = np.empty(access.shape[0])
    for j in range(access.shape[0]):
        total = 0.0
        for s in range(access.shape[1]):
            total += access[j, s]
        out[j] = total / access.shape[1]
    return out


__all__ = [
    "income_part",
    "log_status",
    "mean_income",
    "mean_of_services",
    "other_work",
    "service_part",
    "ties_effect",
]
