# SPDX-License-Identifier: Apache-2.0
"""Sources: where figures come from and who answers for them.

Owns sources and devices with owner unit, kind, declared period, unit of measure, credentials and mapping,
and the files that were handed in. `core` is its part without Django, read by the ingest and broker
processes. Must never talk to the outside world itself: connectors do.
"""
