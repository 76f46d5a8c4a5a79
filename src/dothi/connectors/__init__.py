# SPDX-License-Identifier: Apache-2.0
"""Connectors: one folder per kind of source; they read the outside world and write the broker.

MQTT, HTTP push, files, recorded data, the demo city's devices. No Django here: these run in the ingest and
broker processes. What was acknowledged to a sender is committed first; what is refused is counted with its
reason and kept to be looked at.
"""
