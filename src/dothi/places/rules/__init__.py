# SPDX-License-Identifier: Apache-2.0
"""Rules of places: pure, one noun a file."""
