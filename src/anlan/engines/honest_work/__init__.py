"""Signs that checks were not made as entered, from plain values.

Public surface: `fit_to_item` (text against check item), `impossible_visits` (speed, seconds per
item, one spot, two places at once), `suspicious_normal` (nothing but normal, the same reading),
`late_entries`, `outside_entry_late`, `photo_hash` and `reused_photos`, `padded_findings`; each
returns `Flag`s that say why. Limits come from `facts/honest_work/limits.csv` and can be replaced.
Pure: no clock, no database. A flag is a question that a person may dismiss with a reason.
"""

from anlan.engines.honest_work.entries import (
    Entry,
    WrittenFinding,
    late_entries,
    outside_entry_late,
    padded_findings,
)
from anlan.engines.honest_work.flags import Flag, Limits, default_limits
from anlan.engines.honest_work.normal import CheckResult, suspicious_normal
from anlan.engines.honest_work.photos import Photo, PhotoHash, photo_hash, reused_photos
from anlan.engines.honest_work.text_fit import Fit, fit_to_item, misfit_flag
from anlan.engines.honest_work.visits import Point, Visit, impossible_visits

__all__ = [
    "CheckResult",
    "Entry",
    "Fit",
    "Flag",
    "Limits",
    "Photo",
    "PhotoHash",
    "Point",
    "Visit",
    "WrittenFinding",
    "default_limits",
    "fit_to_item",
    "impossible_visits",
    "late_entries",
    "misfit_flag",
    "outside_entry_late",
    "padded_findings",
    "photo_hash",
    "reused_photos",
    "suspicious_normal",
]
