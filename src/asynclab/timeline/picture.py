"""Draw rows as SVG. Same transcript, same bytes.

Text stays text, so that any browser shows Chinese in its own font; colours of text and lines are
the page's, so that the picture is legible on light and dark.
"""

import hashlib
import math
from collections.abc import Iterable
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from asynclab.timeline.rows import Axis, Row, rows
from asynclab.trace import Transcript

WIDTH, LABELS, RIGHT, TOP, ROW, BAR = 760, 150, 40, 10, 30, 14
MIN_RUN = 3.0  # a step takes no virtual time, yet it must be seen

STATES = {
    "running": "运行",
    "waiting": "等待",
    "ready": "就绪，轮不到",
    "blocked": "阻塞",
    "done": "完成",
    "failed": "出错",
    "cancelled": "被取消",
    "pending": "没有做完",
}

STYLE = """
.al text { font: 12px system-ui, sans-serif; fill: var(--jp-ui-font-color1, currentColor); }
.al .note, .al .tick, .al .key { font-size: 11px; fill: var(--jp-ui-font-color2, currentColor); }
.al .note, .al .tick { opacity: .8; }
.al .grid { stroke: currentColor; opacity: .15; }
.al .running { fill: #2477d4; } .al .waiting { fill: #8aa4c2; opacity: .45; }
.al .ready { fill: #e8a628; opacity: .8; } .al .blocked { fill: #d6453d; }
.al .level { fill: #2477d4; opacity: .5; }
.al .end { fill: none; stroke-width: 2; stroke-linecap: round; }
.al .end.done { fill: #2b9a66; } .al .end.failed { stroke: #d6453d; }
.al .end.cancelled { stroke: #9260d0; } .al .end.pending { stroke: #e8a628; }
"""


@dataclass(frozen=True)
class Timeline:
    """A picture of a transcript; a notebook shows it. `svg` is the drawing's text."""

    svg: str

    def _repr_html_(self) -> str:
        return f'<div style="overflow-x:auto">{self.svg}</div>'

    def __repr__(self) -> str:
        return "Timeline（在笔记本里显示为图）"


def timeline(transcript: Transcript, *, title: str = "时间线") -> Timeline:
    """Draw a transcript: a row for each task and one for the loop, virtual seconds below.

    Many tasks of one coroutine share a row that shows how many were under way. When no time passed
    at all, the axis counts steps instead.

    Example:
        >>> timeline(Transcript()).svg.startswith("<svg")
        True
    """
    axis = Axis(transcript)
    lines = rows(transcript, axis)
    drawing = _Drawing(axis, lines)
    about = _description(transcript)
    mark = hashlib.sha256(repr((title, about, lines)).encode()).hexdigest()[:10]
    svg = ET.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "class": "al",
            "viewBox": f"0 0 {WIDTH} {drawing.height}",
            "width": str(WIDTH),
            "height": str(drawing.height),
            "style": f"max-width:{WIDTH}px;width:100%;height:auto",
            "role": "img",
            "aria-labelledby": f"al-t-{mark} al-d-{mark}",
        },
    )
    ET.SubElement(svg, "title", {"id": f"al-t-{mark}"}).text = title
    ET.SubElement(svg, "desc", {"id": f"al-d-{mark}"}).text = about
    ET.SubElement(svg, "style").text = STYLE
    svg.extend(drawing.elements)
    return Timeline(ET.tostring(svg, encoding="unicode"))


def side_by_side(yours: Transcript, expected: Transcript) -> "Comparison":
    """Two timelines to compare: what happened and what should have."""
    return Comparison(timeline(yours, title="你的"), timeline(expected, title="应当"))


@dataclass(frozen=True)
class Comparison:
    """Two pictures with their captions."""

    yours: Timeline
    expected: Timeline

    def _repr_html_(self) -> str:
        figure = '<figure style="margin:0 0 8px"><figcaption>{}</figcaption>{}</figure>'
        return figure.format("你的", self.yours._repr_html_()) + figure.format(
            "应当", self.expected._repr_html_()
        )


class _Drawing:
    """The elements of a picture, from its rows."""

    def __init__(self, axis: Axis, lines: list[Row]) -> None:
        self.elements: list[ET.Element] = []
        self._scale = (WIDTH - LABELS - RIGHT) / (axis.length or 1.0)
        bottom = TOP + ROW * len(lines)
        self._axis(axis, bottom)
        for number, row in enumerate(lines):
            self._row(row, TOP + ROW * number)
        used: set[str] = {span.state for row in lines for span in row.spans}
        used |= {row.end[1] for row in lines if row.end}
        self.height = self._legend([state for state in STATES if state in used], bottom + 44)

    def _x(self, position: float) -> float:
        return round(LABELS + position * self._scale, 1)

    def _add(self, tag: str, text: str | None = None, **attributes: object) -> ET.Element:
        names = {name.rstrip("_").replace("_", "-"): str(v) for name, v in attributes.items()}
        element = ET.Element(tag, names)
        element.text = text
        self.elements.append(element)
        return element

    def _axis(self, axis: Axis, bottom: int) -> None:
        for position in _ticks(axis.length, whole=not axis.in_seconds):
            x = self._x(position)
            self._add("line", class_="grid", x1=x, x2=x, y1=TOP, y2=bottom)
            text = f"{position:g}" + (" 秒" if axis.in_seconds else "")
            self._add("text", text, class_="tick", x=x, y=bottom + 15, text_anchor="middle")
        if not axis.in_seconds:
            where = {"x": WIDTH - RIGHT, "y": bottom + 30, "text_anchor": "end"}
            self._add("text", "第几步（没有用去时间）", class_="tick", **where)

    def _row(self, row: Row, top: int) -> None:
        middle = top + ROW // 2
        label = self._add("text", _short(row.label, 18), x=8, y=middle + (0 if row.note else 4))
        ET.SubElement(label, "title").text = row.label
        if row.note:
            self._add("text", _short(row.note, 20), class_="note", x=8, y=middle + 12)
        # what runs is drawn over what waits
        for span in sorted(row.spans, key=lambda span: span.state in ("running", "blocked")):
            left, right = self._x(span.start), self._x(span.stop)
            width = max(right - left, MIN_RUN) if span.state in ("running", "blocked") else 0
            thick = BAR if span.state in ("running", "blocked") else BAR - 6
            box = self._add(
                "rect",
                class_=span.state,
                x=left,
                y=middle - thick // 2,
                width=round(width or right - left, 1),
                height=thick,
                rx=1,
            )
            moments = f"{span.start:g}–{span.stop:g}"
            ET.SubElement(box, "title").text = f"{row.label}：{STATES[span.state]} {moments}"
        if row.levels:
            self._levels(row, top)
        if row.end:
            self._end(row.end[1], self._x(row.end[0]) + 7, middle)

    def _levels(self, row: Row, top: int) -> None:
        """A group: the number of tasks under way, as a stepped area."""
        peak = max(level for _, level in row.levels)
        base, high = top + ROW - 4, ROW - 8
        path, height = [f"M{self._x(row.levels[0][0])} {base}"], base
        for position, level in row.levels:
            path.append(f"H{self._x(position)}")
            height = round(base - high * level / peak, 1)  # type: ignore[assignment]
            path.append(f"V{height}")
        self._add("path", class_="level", d="".join([*path, f"V{base}Z"]))
        where = {"x": WIDTH - RIGHT + 4, "y": top + ROW // 2 + 4}
        self._add("text", f"≤{peak}", class_="tick", **where)

    def _end(self, state: str, x: float, y: int) -> None:
        if state == "done":
            self._add("circle", class_="end done", cx=x, cy=y, r=3.5)
        elif state == "pending":
            arrow = f"M{x - 2} {y - 4}L{x + 3} {y}L{x - 2} {y + 4}"
            self._add("path", class_="end pending", d=arrow)
        else:
            cross = f"M{x - 3} {y - 3}L{x + 3} {y + 3}M{x - 3} {y + 3}L{x + 3} {y - 3}"
            self._add("path", class_=f"end {state}", d=cross)

    def _legend(self, states: Iterable[str], y: int) -> int:
        """The key of the states that occur; returns the picture's height."""
        x = LABELS
        for state in states:
            if state in ("running", "waiting", "ready", "blocked"):
                self._add("rect", class_=state, x=x, y=y - 9, width=12, height=9, rx=1)
            else:
                self._end(state, x + 6, y - 5)
            self._add("text", STATES[state], class_="key", x=x + 17, y=y)
            x += 30 + 11 * len(STATES[state]) + 8
        return y + 10


def _description(transcript: Transcript) -> str:
    """The picture in words, for a screen reader."""
    tasks = list(transcript.tasks[1:]) or list(transcript.tasks)
    told = [f"{len(tasks)} 个任务，共 {transcript.elapsed:g} 秒。"]
    for task in tasks[:20]:
        end = f"到 {task.ended:g} 秒" if task.ended is not None else "到最后"
        told.append(f"{task.name}：从 {task.made:g} 秒{end}，{STATES[task.state]}。")
    return "".join(told)


def _ticks(length: float, *, whole: bool) -> list[float]:
    """About six round numbers from 0 to `length`."""
    if length <= 0:
        return [0.0]
    rough = length / 6
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * m for m in (1, 2, 5, 10) if power * m >= rough)
    if whole:
        step = max(1.0, step)
    return [round(step * n, 6) for n in range(int(length / step + 1e-9) + 1)]


def _short(text: str, cells: int) -> str:
    """Cut a label to a width; a Chinese character is as wide as two letters."""
    used = 0
    for index, character in enumerate(text):
        used += 2 if ord(character) > 0x2E7F else 1
        if used > cells:
            return text[:index] + "…"
    return text
