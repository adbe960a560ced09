"""Outputs of a notebook: made here, or a stranger's."""

import html
import json
import re
from typing import Any

Output = dict[str, Any]

# Characters of all outputs of one notebook that come from its author's code, and of all pictures of
# its checks.
BUDGET, PICTURES = 1_200_000, 400_000
# Characters of what a check beside the student's code shows, and of each text of any other check,
# in which a student's names and messages may stand.
BESIDE, TEXT, LINES = 20_000, 10_000, 100
_DROPPED = "（输出太多或格式不对，没有保存）\n"
_NOT_DRAWN = "（这里的图太大，没有画出来）\n"


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
    """Takes over outputs: of a stranger's what has the right form, and of all no more than fits."""

    def __init__(self, budget: int = BUDGET) -> None:
        self._left, self._pictures = budget, PICTURES

    def take(self, outputs: Any) -> list[Output]:
        """The acceptable ones among what a candidate sent, built anew from their known parts."""
        taken: list[Output] = []
        dropped = type(outputs) is not list
        for output in outputs if type(outputs) is list else ():
            # of a text a part, so that there is room for the error that may follow it
            clean = _clean(output, self._left // 8) if type(output) is dict else None
            size = _size(clean) if clean else 0
            if clean is None or size > self._left:
                dropped = True
                continue
            self._left -= size
            taken.append(clean)
        return [*taken, *stream(_DROPPED)] if dropped else taken

    def shorten(self, outputs: list[Output]) -> list[Output]:
        """A check's own outputs, none of them longer than somebody would read."""
        shortened: list[Output] = []
        for output in outputs:
            kind = output["output_type"]
            if kind == "stream":
                shortened += stream(_short(output["text"]))
            elif kind == "error":
                lines = [_short(line) for line in output["traceback"][:LINES]]
                shortened.append(error(output["ename"], _short(output["evalue"]), lines))
            elif kind == "execute_result":  # the points: it must not get lost
                data = {"text/plain": _short(output["data"]["text/plain"])}
                shortened.append({**output, "data": data})
            else:
                data = {kind: _sound(text) for kind, text in output["data"].items()}
                size = _size({**output, "data": data})
                fits = size <= self._pictures
                self._pictures -= size if fits else 0
                shortened += [{**output, "data": data}] if fits else stream(_NOT_DRAWN)
        return shortened


def _size(output: Output) -> int:
    """Characters that an output takes in a notebook's file, where each line stands by itself."""
    written = json.dumps(output)
    return len(written) + (12 * written.count("\\n") if "data" in output else 0)


def _short(text: str, most: int = TEXT) -> str:
    return _sound(text if len(text) <= most else f"{text[:most]}……（太长，其余省略）\n")


def _sound(text: str) -> str:
    """Without halves of surrogate pairs, which JSON can spell and no file takes."""
    return text.encode("utf-8", "replace").decode()


def _clean(output: dict[str, Any], most: int) -> Output | None:
    kind = output.get("output_type")
    if kind == "stream":
        name, text = output.get("name"), output.get("text")
        if name in ("stdout", "stderr") and type(text) is str:
            return {"output_type": kind, "name": name, "text": _short(text, most)}
    elif kind == "error":
        name, text, lines = (output.get(key) for key in ("ename", "evalue", "traceback"))
        if type(lines) is list and all(type(part) is str for part in (name, text, *lines)):
            name, text, *lines = map(_sound, (name, text, *lines[:LINES]))
            return error(name, text, lines)
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
            found[kind] = _sound(value)
        elif kind in ("text/html", "image/svg+xml"):
            found["text/html"] = _FRAME.format(html.escape(_sound(value)))
    return found


_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")
_FRAME = (
    '<iframe sandbox srcdoc="{}" loading="lazy" '
    'style="width:100%;height:16em;border:0;resize:vertical;background:#fff"></iframe>'
)
