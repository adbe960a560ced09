"""Plots show Chinese where the machine has a font for it, and are silent where it has none."""

import io
import warnings
from types import SimpleNamespace

import matplotlib as mpl
import pytest
from matplotlib import font_manager, pyplot

from asynclab.plotting import chinese_font, subplots


@pytest.fixture(autouse=True)
def _headless() -> None:
    mpl.use("agg")


def fonts(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    listed = [SimpleNamespace(name=name) for name in names]
    monkeypatch.setattr(font_manager.fontManager, "ttflist", listed)


def test_simplified_forms_are_preferred(monkeypatch: pytest.MonkeyPatch) -> None:
    fonts(monkeypatch, "DejaVu Sans", "Noto Sans CJK JP", "Noto Sans CJK SC")
    assert chinese_font() == "Noto Sans CJK SC"


def test_any_chinese_font_is_better_than_none(monkeypatch: pytest.MonkeyPatch) -> None:
    fonts(monkeypatch, "DejaVu Sans", "PingFang HK")
    assert chinese_font() == "PingFang HK"


def test_a_machine_without_one(monkeypatch: pytest.MonkeyPatch) -> None:
    fonts(monkeypatch, "DejaVu Sans")
    assert chinese_font() is None


def test_plots_stand_beside_each_other() -> None:
    figure, axes = subplots(3, width=9, height=2)
    assert len(axes) == 3
    assert list(figure.get_size_inches()) == [9, 2]
    pyplot.close(figure)


def test_without_a_font_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("asynclab.plotting.chinese_font", lambda: None)
    monkeypatch.setitem(mpl.rcParams, "font.family", ["DejaVu Sans"])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure, [axes] = subplots()
        axes.set_title("总时间")
        figure.savefig(io.BytesIO(), format="png")
    pyplot.close(figure)
