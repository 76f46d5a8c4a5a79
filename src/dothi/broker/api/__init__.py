# SPDX-License-Identifier: Apache-2.0
"""The HTTP binding of NGSI-LD (CIM 009 clause 6) as one lean ASGI application without a framework.

`routes` is the table of addresses, operations and permissions; `faults` is the only place that maps errors to HTTP.
"""
