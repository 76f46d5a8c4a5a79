# SPDX-License-Identifier: Apache-2.0
"""Work that waits for nobody: letters every minute, retention once a day.

Retention looks every hour whether its day's work was done: a machine that was off at night, or a run that was killed,
catches up within the hour.
"""

from __future__ import annotations

from procrastinate.contrib.django import app

from dothi.foundation import clock, log
from dothi.privacy.actions.letter import mail_is_set_up, send_all
from dothi.privacy.actions.retention import run_when_due

_log = log.get(__name__)


@app.periodic(cron="* * * * *")
@app.task(name="privacy:letters", queueing_lock="privacy:letters", pass_context=False)
def letters(timestamp: int) -> None:
    del timestamp
    if mail_is_set_up():
        send_all(at=clock.now())


@app.periodic(cron="23 * * * *")
@app.task(name="privacy:retention", queueing_lock="privacy:retention", pass_context=False)
def retention(timestamp: int) -> None:
    del timestamp
    run = run_when_due(at=clock.now())
    if run is not None:
        _log.info("privacy.retention_done", run=run.pk, counts=run.counts)
