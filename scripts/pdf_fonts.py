# SPDX-License-Identifier: Apache-2.0
"""Makes the fonts of PDFs out of the web fonts of the frontend: a PDF needs one file with all letters.

Run after `npm ci` in frontend/: python scripts/pdf_fonts.py (needs fonttools). Be Vietnam Pro, SIL Open Font License.
"""

from __future__ import annotations

from pathlib import Path

from fontTools import merge, ttLib

ROOT = Path(__file__).parents[1]
WEB = ROOT / "frontend/node_modules/@fontsource/be-vietnam-pro/files"
OUT = ROOT / "src/dothi/documents/fonts"
LAYOUT = ("GPOS", "GSUB", "GDEF", "STAT", "DSIG")
"""Tables of shaping: the letters are composed ones, and each web font has its own."""


def font(part: str, weight: int) -> Path:
    """One web font, unpacked, without shaping."""
    found = ttLib.TTFont(WEB / f"be-vietnam-pro-{part}-{weight}-normal.woff")
    found.flavor = None
    for table in LAYOUT:
        if table in found:
            del found[table]
    target = OUT / f".{part}-{weight}.ttf"
    found.save(target)
    return target


def main() -> None:
    OUT.mkdir(exist_ok=True)
    for weight, name in ((400, "regular"), (600, "bold")):
        parts = [font(part, weight) for part in ("latin", "vietnamese", "latin-ext")]
        merge.Merger().merge([str(part) for part in parts]).save(OUT / f"be-vietnam-pro-{name}.ttf")
        for part in parts:
            part.unlink()
    licence = WEB.parent / "LICENSE"
    (OUT / "LICENSE").write_text(licence.read_text("utf-8"), "utf-8")


if __name__ == "__main__":
    main()
