"""Plots for chapters: Matplotlib with a font that has Chinese characters."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# families that hold Simplified Chinese, by the beginnings of their names; the best first
_FAMILIES = (
    "Noto Sans CJK SC",
    "Noto Sans CJK",
    "Source Han Sans",
    "WenQuanYi",
    "PingFang",
    "Microsoft YaHei",
    "SimHei",
    "Hiragino Sans GB",
    "Noto Serif CJK",
    "Droid Sans Fallback",
)


def chinese_font() -> str | None:
    """Name of a font on this machine that draws Chinese in plots, or None."""
    from matplotlib import font_manager

    names = sorted({font.name for font in font_manager.fontManager.ttflist})
    found = (name for family in _FAMILIES for name in names if name.startswith(family))
    return next(found, None)


def subplots(
    columns: int = 1, *, width: float = 7.0, height: float = 3.2
) -> "tuple[Figure, list[Axes]]":
    """A figure of one row of plots whose Chinese text shows.

    Where the machine has no Chinese font, characters are drawn as boxes, without a warning for
    each; `course doctor` says how to get a font.

    Args:
        columns: plots beside each other.
        width: inches of the whole figure.
        height: inches of the whole figure.

    Returns:
        The figure and its axes, always a list.

    Example:
        >>> figure, [axes] = subplots()
        >>> _ = axes.set_title("总时间")
        >>> axes.get_title()
        '总时间'
    """
    import logging
    import warnings

    from matplotlib import pyplot, rcParams

    if font := chinese_font():
        rcParams["font.family"] = [font]
    else:
        warnings.filterwarnings("ignore", message="Glyph .* missing from", category=UserWarning)
        logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
    rcParams["axes.unicode_minus"] = False  # many Chinese fonts lack that sign
    figure, axes = pyplot.subplots(
        1, columns, figsize=(width, height), squeeze=False, layout="constrained"
    )
    for each in axes[0]:
        each.spines[["top", "right"]].set_visible(False)
    return figure, list(axes[0])
