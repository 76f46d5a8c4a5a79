# SPDX-License-Identifier: Apache-2.0
"""The door of quality: tests on readings, grades of figures, gates of uses."""

from __future__ import annotations

from dothi.quality.batch import borne_out, judge_series
from dothi.quality.context import Context, Counts
from dothi.quality.drop import Drop, drop
from dothi.quality.export import assessment, dqv
from dothi.quality.flag import Flag, Verdict, worst
from dothi.quality.gates import Answer, may_act
from dothi.quality.grading import METHOD, caps, composed, grade_series
from dothi.quality.inline import Reading, Series, judge
from dothi.quality.parameters import Parameters, derived, for_period, parameters
from dothi.quality.rollup import Child, complete, grade_rollup
from dothi.quality.submitted import Submission, grade_submitted
from dothi.quality.tally import Tally, window
from dothi.quality.words import spoken

__all__ = [
    "METHOD",
    "Answer",
    "Child",
    "Context",
    "Counts",
    "Drop",
    "Flag",
    "Parameters",
    "Reading",
    "Series",
    "Submission",
    "Tally",
    "Verdict",
    "assessment",
    "borne_out",
    "caps",
    "complete",
    "composed",
    "derived",
    "dqv",
    "drop",
    "for_period",
    "grade_rollup",
    "grade_series",
    "grade_submitted",
    "judge",
    "judge_series",
    "may_act",
    "parameters",
    "spoken",
    "window",
    "worst",
]
