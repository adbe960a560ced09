"""A transcript from a candidate: its form, and what an honest recorder cannot say."""

from functools import cache
from itertools import pairwise
from typing import Any

import fastjsonschema

from asynclab.findings import TABLE
from asynclab.trace import Step, Transcript
from asynclab.trace.recorder import MAX_STEPS, MAX_TASKS

# Characters kept of a name: every piece of a picture repeats it.
_NAME = 100
# Virtual seconds by which two figures of one moment may differ (they are rounded to 1 ms).
NEAR_S = 0.002

_TEXT = {"type": "string"}
_NUMBER = {"type": "number", "minimum": 0, "maximum": 1e300}  # a whole number may have more digits
_COUNT = {"type": "integer", "minimum": 0}


def _maybe(kind: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [{"type": "null"}, kind]}


def _list(kind: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": kind}


def _exactly(**fields: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": fields,
        "required": list(fields),
        "additionalProperties": False,
    }


_FAILURE = {"$ref": "#/definitions/failure"}
_FINDING = _exactly(
    code={"enum": list(TABLE)},
    message=_TEXT,
    hints={**_list(_TEXT), "minItems": 1, "maxItems": 4},
    task=_maybe(_TEXT),
    line=_maybe({"type": "integer"}),
)
_TASK = _exactly(
    id=_COUNT,
    name=_TEXT,
    coroutine=_TEXT,
    parent=_maybe(_COUNT),
    made=_NUMBER,
    ended=_maybe(_NUMBER),
    state={"enum": ["done", "failed", "cancelled", "pending"]},
)
_STEP = _exactly(
    task=_COUNT,
    ready=_NUMBER,
    start=_NUMBER,
    stop=_NUMBER,
    end={"enum": ["waits", "done", "failed", "cancelled"]},
)
_TRANSCRIPT = _exactly(
    value={},
    error=_maybe(_FAILURE),
    printed=_list(_TEXT),
    warnings=_list(_TEXT),
    elapsed=_NUMBER,
    tasks={**_list(_TASK), "maxItems": MAX_TASKS},
    steps={**_list(_STEP), "maxItems": MAX_STEPS},
    findings={**_list(_FINDING), "maxItems": 1000},
)
_DEFINITIONS = {
    "failure": _exactly(
        type=_TEXT,
        message=_TEXT,
        line=_maybe({"type": "integer"}),
        code=_TEXT,
        causes=_list(_FAILURE),
    )
}


@cache
def _validator(kind: str) -> Any:
    schema = {"transcript": _TRANSCRIPT, "failure": _FAILURE, "finding": _FINDING}[kind]
    return fastjsonschema.compile({**schema, "definitions": _DEFINITIONS})


def well_formed(kind: str, data: Any) -> Any:
    """`data`, if it has the form of a `transcript`, a `failure` or a `finding`.

    Raises ValueError (Chinese) if it has not.
    """
    try:
        return _validator(kind)(data)
    except (fastjsonschema.JsonSchemaException, RecursionError) as error:
        raise ValueError("记录的格式不对") from error


def read_transcript(data: Any, passed: float | None = None) -> Transcript:
    """A candidate's transcript, if it has the right form and does not contradict itself.

    Args:
        data: what the candidate sent.
        passed: seconds that have passed on the examiner's clock, if it kept one.

    Raises:
        ValueError: its text (Chinese) says what is wrong.
    """
    fields = dict(well_formed("transcript", data))
    fields["tasks"] = [
        {**task, "name": task["name"][:_NAME], "coroutine": task["coroutine"][:_NAME]}
        for task in fields["tasks"]
    ]
    transcript = Transcript.from_json(fields)
    for doubt in (_tasks, _steps, _ends):  # each relies on those before it
        if found := doubt(transcript):
            raise ValueError(found)
    if passed is not None and transcript.elapsed < passed - NEAR_S:
        raise ValueError("用时比检查者看到的短")
    return transcript


def _tasks(t: Transcript) -> str:
    if not t.tasks:
        return "没有任务"
    for number, task in enumerate(t.tasks):
        if task.id != number or not (task.parent is None or task.parent < number):
            return "任务的编号不对"
        ended = t.elapsed if task.ended is None else task.ended
        if not task.made - NEAR_S <= ended <= t.elapsed + NEAR_S:
            return "任务的时间不对"
        if (task.ended is None) != (task.state == "pending"):
            return "任务的结束不对"
    return ""


def _steps(t: Transcript) -> str:
    last: dict[int, Step] = {}
    for step in t.steps:
        if step.task >= len(t.tasks):
            return "步骤属于不存在的任务"
        if not step.ready <= step.start + NEAR_S <= step.stop + 2 * NEAR_S:
            return "步骤的时间不对"
        before = last.get(step.task)
        since = before.stop if before else t.tasks[step.task].made
        if step.start < since - NEAR_S or step.stop > t.elapsed + NEAR_S:
            return "步骤的先后不对"
        if before and before.end != "waits":
            return "结束了的任务又运行"
        last[step.task] = step
    long = sorted((s.start, s.stop) for s in t.steps if s.stop > s.start + NEAR_S)
    for one, other in pairwise(long):
        # one inside the other is a task that was begun eagerly
        if one[0] + NEAR_S < other[0] < one[1] - NEAR_S < other[1] - 2 * NEAR_S:
            return "两个任务在同一时刻运行"
    return ""


def _ends(t: Transcript) -> str:
    if t.error is None and t.tasks[0].state != "done":
        return "程序没有结束，却没有出错"
    if t.error is None and not t.steps:
        return "没有一个步骤"
    return ""
