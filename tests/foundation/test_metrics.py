# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from pathlib import Path

from dothi.foundation.metrics import Registry, joined


def test_joined_keeps_one_head_a_name_when_processes_share_it(tmp_path: Path) -> None:
    for process in ("broker-0", "broker-1"):
        registry = Registry(process)
        registry.count("dothi_requests_total", "Requests answered.", status="200")
        registry.count("dothi_requests_total", "Requests answered.", 2, status='5"')
        registry.level("dothi_behind", "Waiting.", 7)
        registry.write(tmp_path)

    assert joined(tmp_path) == (
        "# HELP dothi_behind Waiting.\n"
        "# TYPE dothi_behind gauge\n"
        'dothi_behind{process="broker-0"} 7\n'
        'dothi_behind{process="broker-1"} 7\n'
        "# HELP dothi_requests_total Requests answered.\n"
        "# TYPE dothi_requests_total counter\n"
        'dothi_requests_total{process="broker-0",status="200"} 1\n'
        'dothi_requests_total{process="broker-0",status="5\\""} 2\n'
        'dothi_requests_total{process="broker-1",status="200"} 1\n'
        'dothi_requests_total{process="broker-1",status="5\\""} 2\n'
    )


def test_span_fills_its_buckets_when_seconds_are_noted() -> None:
    registry = Registry("x")
    for seconds in (0.0005, 0.03, 9.0):
        registry.span("dothi_seconds", "Durations.", seconds)

    lines = registry.text().splitlines()

    assert lines[2] == 'dothi_seconds_bucket{process="x",le="0.001"} 1'
    assert 'dothi_seconds_bucket{process="x",le="0.05"} 2' in lines
    assert lines[-3:] == [
        'dothi_seconds_bucket{process="x",le="+Inf"} 3',
        'dothi_seconds_sum{process="x"} 9.030500',
        'dothi_seconds_count{process="x"} 3',
    ]
