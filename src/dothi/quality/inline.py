# SPDX-License-Identifier: Apache-2.0
"""Tests that need only the own series: Q0 to Q4, Q6, Q13 (house decision 11), O(1) state, exact across restarts.

The state is text that rides with the current value; whoever holds it next goes on as if nothing had happened.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import msgspec

from dothi.quality.flag import Flag, Verdict
from dothi.quality.parameters import Parameters

SKEW = 120.0
"""Seconds that a device's clock may run ahead (domain.md 6.3, Q2)."""
LEAST_STEP = 60.0
"""Seconds: rates are per minute, and of two readings closer than that noise alone would be a rate."""
MOST_PERIODS = 12.0
"""After a pause of so many periods a reading begins anew: nothing is known of the rate."""
SHARE_A_MINUTE = 0.009
"""Of a quantity that varies in proportion to itself, the part that may come or go in a minute: half in an hour."""
STUCK_SAMPLES = (5, 8)
"""Equal readings in a row before a suspect and a failed flat line; four equal hours of whole numbers are chance."""
CHANCE = 1e-4
"""A flat line is no fault while chance makes one as long as this often: instruments that round much repeat themselves."""
LEARNT = 1000.0
_FORM = 1

S, F = Flag.SUSPECT, Flag.FAIL


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading. `value` None or NaN: missing. `at`, `arrived`: seconds since 1970.

    `arrived`: when it came in, of a replay the simulated arrival; None: not judged for lateness.
    `envelope`: False when device, signature or shape are not right (Q0).
    """

    value: float | None
    at: float
    arrived: float | None = None
    envelope: bool = True


class _State(msgspec.Struct, array_like=True):
    form: int = _FORM
    at: float | None = None
    value: float | None = None
    good_at: float | None = None
    good: float | None = None
    run_at: float | None = None
    run_low: float = 0.0
    run_high: float = 0.0
    run_count: int = 0
    steps: float = 10.0
    equal_steps: float = 1.0


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(_State).decode


class Series:
    """The state of one series and its parameters. `step` judges the next reading, `text` is the state to keep."""

    __slots__ = ("known", "period", "state", "valid_for")

    def __init__(
        self, known: Parameters | None, text: str = "", *, period: float = 0.0, valid_for: float = 0.0
    ) -> None:
        self.known = known
        self.period = period or (known.period if known else 0.0)
        self.valid_for = valid_for or 4 * self.period
        self.state = _state(text)

    @property
    def text(self) -> str:
        return _encode(self.state).decode()

    def step(self, reading: Reading) -> Verdict:
        """The verdict on a reading; the state moves on unless the reading is older than the newest one."""
        verdict = Verdict()
        if not reading.envelope:
            verdict.tests["Q0"] = F
        value = reading.value
        if value is None or not math.isfinite(value):
            verdict.tests["Q1"] = Flag.MISSING
            return verdict
        forward = self._time(reading, verdict)
        known = self.known
        if known is None:
            verdict.ran = bool(verdict.tests)
            if forward:
                self.state.at, self.state.value = reading.at, value
            return verdict
        self._range(known, value, verdict)
        if forward:
            self._forward(known, reading.at, value, verdict)
        return verdict

    def _time(self, reading: Reading, verdict: Verdict) -> bool:
        """Q2; whether the reading is the newest of its series and may move the state on."""
        last = self.state.at
        if reading.arrived is not None:
            if reading.at > reading.arrived + SKEW:
                verdict.tests["Q2"] = F
                return False
            if self.valid_for and reading.arrived - reading.at > self.valid_for:
                verdict.tests["Q2"] = S
        if last is not None and reading.at <= last:
            verdict.tests["Q2"] = S
            return False
        return True

    def _range(self, known: Parameters, value: float, verdict: Verdict) -> None:
        low, high = known.fail
        if (low is not None and value < low) or (high is not None and value > high):
            verdict.tests["Q3"] = F
            return
        low, high = known.suspect
        if (low is not None and value < low) or (high is not None and value > high):
            verdict.tests["Q3"] = S

    def _forward(self, known: Parameters, at: float, value: float, verdict: Verdict) -> None:
        state = self.state
        if known.counter:
            self._counter(known, at, value, verdict)
        elif known.rate is not None:
            self._rate(known, at, value, verdict)
        if known.flat is not None:
            self._flat(known.flat, at, value, verdict)
        if verdict.tests.get("Q3") is not F and "Q4" not in verdict.tests:
            state.good_at, state.good = at, value
        state.at, state.value = at, value

    def _rate(self, known: Parameters, at: float, value: float, verdict: Verdict) -> None:
        """Q4 against the last reading that stands: what returns from a spike is not flagged too (domain.md 6.3).

        The allowed change grows with time, so a true new level is believed again without anybody's help.
        """
        state = self.state
        if state.good_at is None or state.good is None or known.rate is None or verdict.tests.get("Q3") is F:
            return
        step = at - state.good_at
        if self.period and step > MOST_PERIODS * max(self.period, known.period):
            return
        change = value - state.good
        if known.falls and change < 0:
            return
        rate = abs(change) / max(step, LEAST_STEP) * 60.0
        # What varies in proportion to itself (dust, gases, noise of traffic) moves faster where there is more of it.
        least = SHARE_A_MINUTE * max(abs(value), abs(state.good)) if known.noisy else 0.0
        if rate > max(known.rate[1], 4 * least):
            verdict.tests["Q4"] = F
        elif rate > max(known.rate[0], least):
            verdict.tests["Q4"] = S

    def _flat(self, flat: tuple[float, float, float, str], at: float, value: float, verdict: Verdict) -> None:
        """Q6: for how long readings have stayed within a range; zeros that are legitimate do not count."""
        range_, suspect, fail, when = flat
        state = self.state
        if not _counts(when, value):
            state.run_at = None
            return
        low, high = min(state.run_low, value), max(state.run_high, value)
        if state.run_at is None or high - low >= range_ or self._paused(at):
            self._learn()
            state.run_at, state.run_low, state.run_high, state.run_count = at, value, value, 1
            return
        state.run_low, state.run_high = low, high
        state.run_count += 1
        lasted, enough = at - state.run_at, self._enough()
        if lasted >= fail and state.run_count >= max(STUCK_SAMPLES[1], 1.5 * enough):
            verdict.tests["Q6"] = F
        elif lasted >= suspect and state.run_count >= max(STUCK_SAMPLES[0], enough):
            verdict.tests["Q6"] = S

    def _learn(self) -> None:
        """How often readings repeat themselves: a run counts for four at most, so that a stuck sensor is not learnt."""
        state = self.state
        if state.run_at is None:
            return
        state.steps += min(state.run_count, 4)
        state.equal_steps += min(state.run_count - 1, 3)
        if state.steps > LEARNT:
            state.steps, state.equal_steps = state.steps / 2, state.equal_steps / 2

    def _enough(self) -> float:
        """So many equal readings in a row that chance would hardly make them."""
        share = min(self.state.equal_steps / self.state.steps, 0.9)
        return 1 + math.log(CHANCE) / math.log(share)

    def _paused(self, at: float) -> bool:
        last = self.state.at
        return last is not None and bool(self.period) and at - last > MOST_PERIODS * self.period

    def _counter(self, known: Parameters, at: float, value: float, verdict: Verdict) -> None:
        """Q13: a cumulative meter never falls; a fall to near nothing is a reset, any other is wrong."""
        state = self.state
        if state.good is None or state.good_at is None:
            return
        gain = value - state.good
        if gain < 0:
            verdict.tests["Q13"] = S if 0 <= value < 0.1 * state.good else F
        elif known.pmax is not None and gain > known.pmax * (at - state.good_at) / 3600.0 * 1.2:
            verdict.tests["Q13"] = F


def _state(text: str) -> _State:
    """The kept state; a state of another form begins anew, as if the series were new."""
    if not text:
        return _State()
    try:
        found = _decode(text)
    except msgspec.MsgspecError:
        return _State()
    return found if found.form == _FORM else _State()


def _counts(when: str, value: float) -> bool:
    if when == "any":
        return True
    word, _, number = when.partition(":")
    return value > float(number) if word == "above" else value < float(number)


def judge(
    text: str, reading: Reading, known: Parameters | None, *, period: float = 0.0
) -> tuple[str, Verdict]:
    """One step from a kept state to the next: (state to keep, verdict)."""
    series = Series(known, text, period=period)
    verdict = series.step(reading)
    return series.text, verdict
