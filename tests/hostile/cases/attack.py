"""Sources of student's code that several cases share."""

# Whoever reads the engine's source can reach the candidate's own side of the conversation.
CHANNEL = """\
import gc, json, sys
channel = next(each for each in gc.get_objects() if type(each).__name__ == "Channel")
connection = channel._connection

def request():
    frame = sys._getframe()
    while not isinstance(frame.f_locals.get("request"), dict):
        frame = frame.f_back
    return frame.f_locals["request"]
"""

# A wrong answer to `serve`, for those who hide it.
ONE_BY_ONE = "async def serve(cook, dishes):\n    return [await cook(dish) for dish in dishes]"


def impostor(body: str) -> str:
    """Code that changes, or does not send, the `message`s that the candidate sends."""
    indented = "\n".join(f"    {line}" for line in body.strip().splitlines())
    return f"""\
{CHANNEL}
sent = type(channel).send

def send(self, message):
{indented}
    return sent(self, message)

type(channel).send = send
"""


def finder(search: str) -> str:
    """An answer to `brew` that is right only if `search` puts what it finds into `found`.

    The cell prints that list.
    """
    indented = "\n".join(f"    {line}" for line in search.strip().splitlines())
    return f"""\
found = []
try:
{indented}
except Exception as problem:
    print(type(problem).__name__, problem)
print(f"找到 {{found[:40]}}")

async def brew(minutes):
    if not found:
        raise LookupError("找不到")
    await asyncio.sleep(minutes)
    return f"泡了 {{minutes}} 分钟"
"""
