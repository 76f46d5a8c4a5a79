# SPDX-License-Identifier: Apache-2.0
"""Files: tables with Vietnamese habits, read into writes of the broker.

CSV, XLSX, HTML and XML tables named .xls, each also as .gz; what was understood is shown before anything is
written, every row is accounted for, good rows are kept. It never evaluates a formula and never guesses a cell.
"""
