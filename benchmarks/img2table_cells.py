"""The cells that img2table 2 reads with RapidOCR: a path a line comes in, a JSON line of all cells' texts goes out.

Run by `neighbours.py` with a Python of its own: img2table needs another OpenCV than gouji. Its rotation correction is
on, borderless tables are off (on, it finds more that are none). A file on which it breaks down gives `{"error": ...}`.
"""

import json
import sys

from img2table.document import PDF
from img2table.ocr import RapidOCR


def read_cells(ocr: RapidOCR, path: str) -> list[str]:
    """The texts of all cells of all tables; merged cells once."""
    pages = PDF(path, detect_rotation=True, pdf_text_extraction=False).extract_tables(ocr=ocr)
    cells = {
        (page, i, cell.bbox.x1, cell.bbox.y1, cell.bbox.x2, cell.bbox.y2): cell.value or ""
        for page, tables in pages.items()
        for i, table in enumerate(tables)
        for row in table.content.values()
        for cell in row
    }
    return list(cells.values())


def main() -> None:
    """Read until no more paths come; what the tools print goes to stderr."""
    answers, sys.stdout = sys.stdout, sys.stderr
    ocr = RapidOCR()
    print(json.dumps("ready"), file=answers, flush=True)
    for line in sys.stdin:
        try:
            answer: object = read_cells(ocr, line.strip())
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
