import io
import sys
import threading
from contextlib import redirect_stdout

from asynclab.exam import run
from asynclab.exam.printed import printed


def test_threads_of_others_keep_their_stream() -> None:
    outside = io.StringIO()
    asked, answered = threading.Event(), threading.Event()

    def other() -> None:
        asked.wait()
        print("别人的", flush=True)
        another = threading.Thread(target=print, args=("别人的线程里的",))
        another.start()
        another.join()
        answered.set()

    def program() -> None:
        print("自己的")
        asked.set()
        answered.wait()

    with redirect_stdout(outside):
        thread = threading.Thread(target=other)
        thread.start()
        t = run("program()", namespace={"program": program})
        thread.join()
    assert t.printed == ("自己的",)
    assert outside.getvalue() == "别人的\n别人的线程里的\n"


def test_threads_of_the_run_belong_to_it() -> None:
    with printed() as out:
        thread = threading.Thread(target=print, args=("线程里的",))
        thread.start()
        thread.join()
        print("丢掉的", file=sys.stderr)
    assert out.getvalue() == "线程里的\n"


def test_a_run_inside_a_run_keeps_its_own() -> None:
    with printed() as outer:
        print("外")
        with printed() as inner:
            print("里")
        print("又在外")
    assert outer.getvalue() == "外\n又在外\n"
    assert inner.getvalue() == "里\n"


def test_the_stream_outlives_the_run_for_whoever_still_writes() -> None:
    with printed() as out:
        left = sys.stdout  # as another thread's print has it, without counting the reference
    outside = io.StringIO()
    with redirect_stdout(outside), printed() as again:
        assert sys.stdout is left
    print("迟到的", file=left)
    assert (out.getvalue(), again.getvalue()) == ("", "")
    assert outside.getvalue() == "迟到的\n"
