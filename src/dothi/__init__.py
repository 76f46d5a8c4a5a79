# SPDX-License-Identifier: Apache-2.0
"""Dothi (đô thị): the open operating platform of a smart city."""

__version__ = "0.1.0"
