# SPDX-License-Identifier: Apache-2.0
"""From a sensor's POST to the changed text on the console, in a real browser, with other traffic beside it."""

from __future__ import annotations

import http.client
import json
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime

from dothi.cityhall.bench.browser import Browser
from dothi.cityhall.bench.instance import Instance, end_load
from dothi.cityhall.bench.load import TYPE
from dothi.cityhall.bench.row import Row, percentile
from dothi.foundation.clock import iso

SENSOR = f"urn:ngsi-ld:{TYPE}:bench-screen"
FIRST = 700_000
"""Values that cannot be mistaken for others on the page: they count up from here."""

NAMES = ("POST to screen p50", "POST to screen p99")

WATCH = """
(() => {
  window.seen = {};
  const look = () => {
    const text = [...document.querySelectorAll('dl.values')].map(n => n.textContent).join(' ');
    for (const digits of text.replace(/[.,\\s\\u00a0\\u202f]/g, '').match(/7\\d{5}/g) ?? [])
      window.seen[digits] ??= Date.now();
  };
  new MutationObserver(look).observe(document.body, {subtree: true, childList: true, characterData: true});
  look();
  return true;
})()
"""


def _send(connection: http.client.HTTPConnection, token: str, value: int) -> float:
    """Send one reading; the epoch milliseconds just before."""
    reading = {"type": "Property", "value": value, "unitCode": "CEL", "observedAt": iso(datetime.now(UTC))}
    place = {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [107.6, 10.9]}}
    body = json.dumps([{"id": SENSOR, "type": TYPE, "temperature": reading, "location": place}])
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    begun = time.time() * 1_000
    connection.request("POST", "/ngsi-ld/v1/entityOperations/upsert?options=update", body, headers)
    answer = connection.getresponse()
    answer.read()
    if answer.status >= 300:
        raise RuntimeError(f"The reading was refused with {answer.status}")
    return begun


def _sign_in(page: Browser, city: Instance) -> None:
    link = re.search(r"http://\S+/first/\S+", city.run("admin-link"))
    if link is None:
        raise RuntimeError("No link for an administrator was made")
    page.give_authenticator()
    page.open(link[0])
    page.wait("document.querySelector('input[name=again]')")
    page.run(
        "(() => { for (const [name, value] of [['name', 'Bench'], ['login', 'bench'], "
        "['password', 'a long bench sentence 7'], ['again', 'a long bench sentence 7']])"
        " document.querySelector(`input[name=${name}]`).value = value;"
        " document.querySelector('input[name=again]').form.submit(); return true; })()"
    )
    page.wait("document.querySelector('form[data-passkey=add]') && document.readyState === 'complete'")
    page.run("(() => { document.querySelector('form[data-passkey] button').click(); return true; })()")
    page.wait("!document.querySelector('form[data-passkey]') && document.readyState === 'complete'")


def measure(city: Instance, group: str, seconds: float) -> Iterator[Row]:
    """p50 and p99 of the time from POST to text, with 2,000 updates a second beside it."""
    connection = http.client.HTTPConnection("127.0.0.1", city.port, timeout=10)
    _send(connection, city.token, FIRST)
    with Browser() as page:
        _sign_in(page, city)
        page.open(f"http://localhost:{city.port}/console/?sel={SENSOR}")
        page.run(WATCH)
        page.wait(f"window.seen && window.seen['{FIRST}']")
        beside = city.begin_load(kind="update", seconds=seconds + 4, connections=32, count=2_000, rate=2_000)
        time.sleep(2)
        sent = {}
        until = time.monotonic() + seconds
        number = FIRST
        while time.monotonic() < until:
            number += 1
            sent[str(number)] = _send(connection, city.token, number)
            time.sleep(0.35)
        time.sleep(1.5)
        seen = page.run("window.seen")
        end_load(beside)
    connection.close()
    taken = [seen[value] - at if value in seen else float("inf") for value, at in sent.items()]
    for name, share, target in zip(NAMES, (0.5, 0.99), (150, 500), strict=True):
        yield Row(
            group=group, name=name, value=percentile(taken, share), unit="ms",
            target=target, better="less",
        )  # fmt: skip
