from __future__ import annotations

from pathlib import Path

import layoutparser as lp
import pytest
from layoutparser.models.base_layoutmodel import BaseLayoutModel
from tables.drawing import blank, draw, plan_of

from gouji.config import DetectorSettings, load_settings
from gouji.engines.detectors import RulingsDetector, layout_of, open_detector, table_boxes
from gouji.errors import SetupError
from gouji.protocols import Image
from gouji.reading import find_frames


def settings(**changes: object) -> DetectorSettings:
    return load_settings().detector.model_copy(update=changes)


class UpperHalf(BaseLayoutModel):  # type: ignore[misc]  # layoutparser has no types
    """A detector as a user may write it: the upper half of every page is a table."""

    DEPENDENCIES = ()
    DETECTOR_NAME = "upper"
    MODEL_CATALOG: dict[str, dict[str, str]] = {}  # noqa: RUF012  # layoutparser's interface

    def __init__(self, config_path: str | None = None, model_path: str | None = None) -> None:
        if model_path == "absent.pth":
            raise FileNotFoundError(model_path)
        self.given = (config_path, model_path)

    def image_loader(self, image: Image) -> Image:
        """The image as it is."""
        return image

    def detect(self, image: Image) -> lp.Layout:
        """One block."""
        height, width = image.shape[:2]
        return lp.Layout([lp.TextBlock(lp.Rectangle(0, 0, width, height // 2), type="Table", score=0.9)])


def test_default_detector_speaks_layoutparser() -> None:
    """The default detector is a layoutparser model whose layout holds the tables as blocks of type table."""
    plan = plan_of([400, 500, 300], [80] * 6, at=200)
    detector = open_detector(settings(), find_frames)
    page = blank(2339, 1654)
    draw(plan, 3, image=page)
    layout = detector.detect(page)
    assert isinstance(detector, BaseLayoutModel)
    assert isinstance(layout, lp.Layout)
    (block,) = layout
    assert isinstance(block, lp.TextBlock)
    assert (block.type, block.score) == ("table", 1.0)
    drawn = (plan.xs[0], plan.ys[0], plan.xs[-1], plan.ys[-1])
    assert table_boxes(layout, settings()) == [pytest.approx(drawn, abs=2)]


def test_page_without_rulings_has_no_table() -> None:
    """A blank page gives an empty layout."""
    layout = RulingsDetector(find_frames).detect(blank(1169, 827))
    assert len(layout) == 0
    assert table_boxes(layout, settings()) == []


def test_layout_can_be_drawn_and_tabled() -> None:
    """The layout is layoutparser's own, so that its tools work on it."""
    frame = layout_of([(1, 2, 30, 40)]).to_dataframe()
    assert frame.loc[0, ["x_1", "y_1", "x_2", "y_2"]].tolist() == [1, 2, 30, 40]
    assert frame.loc[0, "type"] == "table"


def test_tables_are_chosen_by_label_and_score() -> None:
    """Only blocks with a table's label and enough score are tables, from top to bottom; no score is full score."""
    layout = lp.Layout(
        [
            lp.TextBlock(lp.Rectangle(10, 300.4, 90, 400.6), type="Table", score=0.6),
            lp.TextBlock(lp.Rectangle(10, 20, 90, 80), type="table"),
            lp.TextBlock(lp.Rectangle(10, 100, 90, 200), type="table", score=0.4),
            lp.TextBlock(lp.Rectangle(10, 500, 90, 600), type="figure", score=0.9),
        ]
    )
    assert table_boxes(layout, settings()) == [(10, 20, 90, 80), (10, 300, 90, 401)]
    assert table_boxes(layout, settings(table_labels=("figure",))) == [(10, 500, 90, 600)]
    assert len(table_boxes(layout, settings(min_score=0.3))) == 3


def test_own_class_is_used_by_its_dotted_name() -> None:
    """A class of the user's, named by its dotted path, is the detector and gets its configuration and weights."""
    name = f"{__name__}.UpperHalf"
    detector = open_detector(settings(name=name, config="own.yml", weights="own.pth"), find_frames)
    assert isinstance(detector, UpperHalf)
    assert detector.given == ("own.yml", "own.pth")
    assert table_boxes(detector.detect(blank(100, 60)), settings()) == [(0, 0, 60, 50)]


@pytest.mark.parametrize(
    "name",
    ["no_such_module.Model", "layoutparser.models.NoSuchModel", "nodots", f"{__name__}.UpperHalf"],
)
def test_detector_that_cannot_be_loaded_is_told(name: str) -> None:
    """A missing module, class or weight file is an error that names the detector."""
    with pytest.raises(SetupError, match=f"detector {name.replace('.', '[.]')} cannot be loaded"):
        open_detector(settings(name=name, weights="absent.pth"), find_frames)


def test_detectron_without_its_backend_is_told() -> None:
    """A model class of layoutparser's without the package behind it is an error, not a crash."""
    with pytest.raises(SetupError, match="cannot be loaded"):
        open_detector(settings(name="layoutparser.models.Detectron2LayoutModel", config="lp://x"), find_frames)


def test_paddle_detector_without_weights_is_told(tmp_path: Path) -> None:
    """PaddleOCR's detector without a model says which settings to give."""
    pytest.importorskip("paddleocr")
    with pytest.raises(SetupError, match=r"detector\.config and detector\.weights"):
        open_detector(settings(name="paddle", weights=str(tmp_path / "absent")), find_frames)
