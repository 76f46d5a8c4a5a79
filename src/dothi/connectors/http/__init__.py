# SPDX-License-Identifier: Apache-2.0
"""HTTP push: readings of one source, with its token; answered after the commit, row by row."""
