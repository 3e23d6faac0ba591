from __future__ import annotations

from gouji.tables.rulings import Ruling
from gouji.tables.three_lines import find_open_frames, frame_to_lattice

DPI = 200
FRAME = (Ruling(100, 50, 850), Ruling(140, 51, 849), Ruling(300, 50, 850))
HEADS = [(60, 110, 160, 130), (400, 110, 480, 130), (700, 110, 780, 130)]
ROWS = [(x0, top, x1, top + 20) for top in (150, 190, 230, 270) for x0, x1 in ((60, 240), (430, 480), (730, 790))]


def test_three_lines_make_a_table() -> None:
    """Print aligned in columns between three rulings of one extent is a table; all its cells are inferred."""
    (frame,) = find_open_frames([*FRAME, Ruling(600, 50, 850 + 200)], DPI)
    lattice = frame_to_lattice(frame, [*HEADS, *ROWS], DPI)
    assert lattice is not None
    assert (len(lattice.xs) - 1, len(lattice.ys) - 1) == (3, 5)
    assert all(cell.inferred for cell in lattice.cells)
    assert lattice.box == (50, 100, 851, 301)


def test_head_over_two_columns_is_one_cell() -> None:
    """A piece of the heads that stands over two columns is one cell over both."""
    heads = [(60, 110, 160, 130), (440, 110, 780, 130)]
    lattice = frame_to_lattice(FRAME, [*heads, *ROWS], DPI)
    assert lattice is not None
    assert [(cell.col, cell.col_span) for cell in lattice.cells if cell.row == 0] == [(0, 1), (1, 2)]


def test_prose_between_rulings_is_no_table() -> None:
    """Lines of prose between rulings, one column, make no table; nor do two rulings."""
    prose = [(60, top, 840, top + 20) for top in (110, 150, 190, 230)]
    assert frame_to_lattice(FRAME, prose, DPI) is None
    assert find_open_frames(FRAME[:2], DPI) == []
