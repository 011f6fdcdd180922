"""Severance of those whose posts are cut, in months of pay, by age (Decrees 178/2024 and 67/2025).

Who retires early is drawn evenly from the officials with ten years or less to retirement, who quits from the younger
ones; the mean over both is what a post cut costs once. Everybody is taken to leave within the first twelve months;
later the decrees pay half of the lump sum. At what age men and women retire is the country's own
(`dicu.world.country.Law`); the rest of the rule is that of the decrees in every country.
"""

from __future__ import annotations

from dicu.scenario.parameters import Government
from dicu.world.country import Law

MONTHS_A_YEAR = 12
LAST_YEARS = 24
NEAR = 60
FAR = 120
"""Months to retirement at which the rules change: sums a year early are stated from two years on; five; ten."""
LUMP_FAR = 0.9
A_YEAR_NEAR, A_YEAR_FAR = 5.0, 4.0
"""Lump sum a month early, of at most 60 months, and months of pay for each year early."""
SERVICE = ((20, 5.0), (15, 4.0))
"""Years of insurance and the months of pay for them, the longer first; each further year counts a half."""
A_FURTHER_YEAR = 0.5
QUIT_MONTH, QUIT_YEAR, QUIT_SEARCH = 0.8, 1.5, 3.0
"""Who quits: for each month insured (of at most 60), each year insured, and to look for work; months of pay."""
BANDS = (45 * 12, 55 * 12)
"""Ages, in months, between which the ages of officials are published."""


def in_years(months: int) -> float:
    """Years as the decrees count them: up to 6 odd months are half a year, more are a whole one."""
    whole, odd = divmod(months, MONTHS_A_YEAR)
    return whole + (0.0 if odd == 0 else 0.5 if 2 * odd <= MONTHS_A_YEAR else 1.0)


def early_retirement(early: int, insured: int) -> float:
    """Months of pay for retiring early.

    Parameters
    ----------
    early, insured
        Months to retirement, 1 to 120, and months of insurance.

    Notes
    -----
    Under two years to retirement the lump sum alone: no text read states more.
    """
    lump = float(early) if early <= NEAR else LUMP_FAR * NEAR
    if early < LAST_YEARS:
        return lump
    years = in_years(insured)
    served = next((paid + A_FURTHER_YEAR * (years - least) for least, paid in SERVICE if years >= least), 0.0)
    return lump + (A_YEAR_NEAR if early <= NEAR else A_YEAR_FAR) * in_years(early) + served


def quitting(insured: int) -> float:
    """Months of pay for quitting after so many months of insurance."""
    return QUIT_MONTH * min(insured, NEAR) + QUIT_YEAR * in_years(insured) + QUIT_SEARCH


def ages(parameters: Government, law: Law) -> list[tuple[float, int, int]]:
    """Officials by month of age and sex: (share, months to retirement, months insured), shares summing to 1.

    ``law`` says when men and women retire, to the month. Ages are even within the published bands, and men and women
    as many at each age until women retire.
    """
    p = parameters
    retire = [round(age * MONTHS_A_YEAR) for age in (law.retirement_men, law.retirement_women)]
    first = round(p.officials_first_age * MONTHS_A_YEAR)
    lasting = zip((1.0 - p.officials_women, p.officials_women), retire, strict=True)
    sexes = [(share, last) for share, last in lasting if share > 0.0]
    middle, old = BANDS
    oldest = sum(share * (last - old) for share, last in sexes)
    density = (
        p.officials_under_45 / (middle - first),
        (1.0 - p.officials_under_45 - p.officials_over_55) / (old - middle),
        p.officials_over_55 / oldest,
    )
    return [
        (share * density[(month >= middle) + (month >= old)], last - month, month - first)
        for share, last in sexes
        for month in range(first, last)
    ]


def mean_months(parameters: Government, law: Law) -> float:
    """Months of pay that a post cut costs, the mean over those who go."""
    total = 0.0
    everybody = ages(parameters, law)
    for going, those in (
        (parameters.leavers_retired, [a for a in everybody if a[1] <= FAR]),
        (1.0 - parameters.leavers_retired, [a for a in everybody if a[1] > FAR]),
    ):
        if going == 0.0:
            continue
        weight = sum(share for share, *_ in those)
        paid = sum(
            share * (early_retirement(early, insured) if early <= FAR else quitting(insured))
            for share, early, insured in those
        )
        total += going * paid / weight
    return total
