# SPDX-License-Identifier: Apache-2.0
"""Signing and judging PDFs: no Django, so that a command without a server and a process with limits can use it."""
