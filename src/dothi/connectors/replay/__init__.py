# SPDX-License-Identifier: Apache-2.0
"""Replay: recorded data goes through the real ways in, and every row is accounted for."""
