"""Outputs of a notebook: made here, or a stranger's."""

import html
import json
import re
from typing import Any

Output = dict[str, Any]

# Characters of all outputs of one notebook that come from its author's code.
BUDGET = 1_500_000
_DROPPED = "（输出太多或格式不对，没有保存）\n"


def stream(text: str) -> list[Output]:
    """Text on standard output, if there is any."""
    return [{"output_type": "stream", "name": "stdout", "text": text}] if text else []


def error(name: str, text: str, lines: list[str]) -> Output:
    """An exception as a notebook shows it."""
    return {"output_type": "error", "ename": name, "evalue": text, "traceback": lines}


def result(value: object) -> Output:
    """The value of a cell's last expression, which nbgrader reads as partial credit."""
    data = {"text/plain": repr(value)}
    return {"output_type": "execute_result", "data": data, "metadata": {}, "execution_count": None}


def display(picture: object) -> Output:
    """Something that shows itself as HTML, as IPython would display it."""
    data = {"text/plain": repr(picture)}
    if hasattr(picture, "_repr_html_"):
        data["text/html"] = picture._repr_html_()
    return {"output_type": "display_data", "data": data, "metadata": {}}


class Accepted:
    """Takes over a candidate's outputs: only what has the right form, and no more than BUDGET."""

    def __init__(self) -> None:
        self._left = BUDGET

    def take(self, outputs: Any) -> list[Output]:
        """The acceptable ones among what a candidate sent, built anew from their known parts."""
        taken: list[Output] = []
        dropped = type(outputs) is not list
        for output in outputs if type(outputs) is list else ():
            clean = _clean(output) if type(output) is dict else None
            size = len(json.dumps(clean)) if clean else 0
            if clean is None or size > self._left:
                dropped = True
                continue
            self._left -= size
            taken.append(clean)
        return [*taken, *stream(_DROPPED)] if dropped else taken


def _clean(output: dict[str, Any]) -> Output | None:
    kind = output.get("output_type")
    if kind == "stream":
        name, text = output.get("name"), output.get("text")
        if name in ("stdout", "stderr") and type(text) is str:
            return {"output_type": kind, "name": name, "text": text}
    elif kind == "error":
        name, text, lines = (output.get(key) for key in ("ename", "evalue", "traceback"))
        if type(lines) is list and all(type(part) is str for part in (name, text, *lines)):
            return error(name, text, lines)  # type: ignore[arg-type]
    elif kind in ("display_data", "execute_result"):
        data = _inert(output.get("data"))
        if data:
            clean: Output = {"output_type": kind, "data": data, "metadata": {}}
            return clean if kind == "display_data" else {**clean, "execution_count": None}
    return None


def _inert(data: Any) -> dict[str, Any]:
    """The parts of a display that cannot act in the browser of whoever looks at it.

    Formgrader and feedback put HTML into their own page, where a script of a student's could grade
    in the instructor's name: HTML and SVG go into a frame that runs none.
    """
    found: dict[str, Any] = {}
    for kind, value in data.items() if type(data) is dict else ():
        if type(value) is not str:
            continue
        if kind == "text/plain" or (
            kind in ("image/png", "image/jpeg") and _BASE64.fullmatch(value)
        ):
            found[kind] = value
        elif kind in ("text/html", "image/svg+xml"):
            found["text/html"] = _FRAME.format(html.escape(value))
    return found


_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")
_FRAME = (
    '<iframe sandbox srcdoc="{}" loading="lazy" '
    'style="width:100%;height:16em;border:0;resize:vertical;background:#fff"></iframe>'
)
