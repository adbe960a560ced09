import sys

import pytest

from asynclab import ScriptResult, script


def test_a_script_that_ends_well_has_its_lines_and_no_exception() -> None:
    result = script("print('你好')\nprint('再见')")
    assert result.printed == ("你好", "再见")
    assert (result.status, result.exception, result.errors) == (0, None, ())


@pytest.mark.parametrize(
    ("source", "exception"),
    [
        ("1 / 0", "ZeroDivisionError"),
        ("def f(:", "SyntaxError"),
        ("import asyncio; asyncio.sheep", "AttributeError"),
        ("import json; json.loads('?')", "JSONDecodeError"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("raise ExceptionGroup('两个', [OSError(), ValueError()])", "ExceptionGroup"),
        ("raise ValueError('第一行\\n第二行')", "ValueError"),
    ],
)
def test_the_exception_that_ended_the_script_is_named(source: str, exception: str) -> None:
    assert script(source).exception == exception


def test_what_an_ending_interpreter_ignores_did_not_end_the_script() -> None:
    errors = (
        "Traceback (most recent call last):",
        "TypeError: An asyncio.Future is required",
        "Exception ignored in: <coroutine object fun>",
        "Traceback (most recent call last):",
        "ImportError: sys.meta_path is None, Python is likely shutting down",
    )
    assert ScriptResult(1, (), errors).exception == "TypeError"
    assert ScriptResult(1, (), (*errors[2:], *errors[:2])).exception == "TypeError"


def test_an_exit_status_is_no_exception() -> None:
    result = script("import sys; print('停'); sys.exit(3)")
    assert (result.status, result.exception) == (3, None)


def test_a_busy_machine_shows_nothing_else() -> None:
    slow = "Executing <Task finished name='Task-1'> took 0.120 seconds"
    result = ScriptResult(0, ("1",), (slow,))
    assert str(result) == "1\n（退出状态 0）"
    assert result.errors == (slow,)


def test_a_script_that_does_not_end_is_stopped_and_keeps_what_it_printed() -> None:
    result = script("print('开始', flush=True)\nwhile True: pass", timeout=6)
    assert result.status is None
    assert result.printed == ("开始",)
    assert "超时" in str(result)


def test_the_interpreter_is_fresh_and_in_development_mode() -> None:
    source = "import sys; print(sys.flags.dev_mode, 'pytest' in sys.modules)"
    assert script(source).printed == ("True False",)


def test_an_awaitable_that_nobody_awaits_is_reported_on_standard_error() -> None:
    result = script("import asyncio\nasync def f(): pass\nf()")
    assert any("was never awaited" in line for line in result.errors)


def test_standard_input_is_empty() -> None:
    assert script("input()").exception == "EOFError"


def test_the_display_has_the_scripts_frames_and_no_others() -> None:
    shown = str(script("import asyncio\nasyncio.run(3)"))
    assert 'File "script.py", line 2' in shown
    assert "runners.py" not in shown
    assert shown.endswith("（退出状态 1）")


def test_nothing_names_a_folder_of_this_machine() -> None:
    result = script("import asyncio\nasyncio.run(3)")
    assert not any(sys.base_prefix in line for line in result.errors)


def test_a_notebook_shows_it_like_a_terminal() -> None:
    from IPython.lib.pretty import pretty

    assert pretty(script("print(1)")) == "1\n（退出状态 0）"
