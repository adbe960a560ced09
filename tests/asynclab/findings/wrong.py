"""Wrong programs, at least three for every finding that is looked for in each run."""

from textwrap import dedent

# code → programs; each defines `main`, or does not
WRONG: dict[str, list[str]] = {
    "missing-definition": [
        "",
        "async def mian(): pass",
        "def Main(): pass",
    ],
    "unknown-name": [
        "async def main(): await asyncio.sheep(1)",
        "async def main(): await asynic.sleep(1)",
        "async def main():\n    loop = asyncio.get_eevent_loop()",
        "async def main():\n    totl = 1\n    print(total)",
    ],
    "no-value-yet": [
        "def main():\n    try:\n        n = int('x')\n    except ValueError: pass\n    return n",
        "total = 0\ndef main():\n    total += 1",
        "async def main():\n    for n in ():\n        last = n\n    print(last)",
    ],
    "no-result-yet": [
        "async def main(): return asyncio.create_task(asyncio.sleep(1)).result()",
        "async def main(): asyncio.get_running_loop().create_future().exception()",
        """
        async def main():
            done, pending = await asyncio.wait([asyncio.create_task(asyncio.sleep(9))], timeout=1)
            print([task.result() for task in pending])
        """,
    ],
    "result-set-twice": [
        """
        async def main():
            box = asyncio.get_running_loop().create_future()
            box.set_result(1)
            box.set_result(2)
        """,
        """
        async def main():
            box = asyncio.get_running_loop().create_future()
            box.cancel()
            box.set_exception(ValueError())
        """,
        """
        from concurrent.futures import Future
        def main():
            box = Future()
            box.set_result(1)
            box.set_result(2)
        """,
    ],
    "stop-iteration": [
        "async def main(): next(iter([]))",
        "async def main():\n    steps = (n for n in [1])\n    while True: next(steps)",
        """
        def inner(): yield next(iter([]))
        async def main(): list(inner())
        """,
    ],
    "no-running-loop": [
        "async def main(): await asyncio.to_thread(asyncio.get_running_loop)",
        """
        def work(): asyncio.create_task(None)
        async def main(): await asyncio.to_thread(work)
        """,
        """
        def work(): return asyncio.get_running_loop().create_future()
        async def main(): await asyncio.get_running_loop().run_in_executor(None, work)
        """,
    ],
    "not-unpacked": [
        "async def f(): pass\nasync def main(): await asyncio.gather([f(), f()])",
        "async def main(): return await asyncio.gather([])",
        "async def f(): pass\nasync def main(): await asyncio.gather(f(), [f()])",
    ],
    "wrong-kind": [
        "class C:\n    def __iter__(self): return []\ndef main(): list(C())",
        "async def f(): pass\ndef main(): next(f())",
        "def g(): yield\ndef main(): g().send(1)",
        "async def f(): pass\nasync def main():\n    for _ in f(): pass",
        "async def f(): pass\nasync def main(): await f()()",
        "async def f(): pass\nasync def main():\n    async for _ in f(): pass",
        "async def f(): pass\nasync def main(): a, b = await f()",
        "async def f(): pass\nasync def main():\n"
        "    async with asyncio.TaskGroup() as g: g.create_task(asyncio.ensure_future(f()))",
        "async def f(): pass\nasync def main(): await asyncio.wait(asyncio.create_task(f()))",
        "class C:\n    def __await__(self): return []\nasync def main(): await C()",
        "class C:\n    async def __await__(self): pass\nasync def main(): await C()",
        """
        import contextlib
        @contextlib.asynccontextmanager
        async def f(): pass
        async def main():
            async with f(): pass
        """,
    ],
    "thread-error": [
        """
        import threading
        async def main():
            thread = threading.Thread(target=asyncio.get_running_loop)
            thread.start()
            thread.join()
        """,
        """
        import threading
        def main():
            threads = [threading.Thread(target=int, args=("茶",)) for _ in range(2)]
            for thread in threads: thread.start()
            for thread in threads: thread.join()
        """,
        """
        import threading
        def work(): raise KeyError
        async def main():
            thread = threading.Thread(target=work)
            thread.start()
            await asyncio.to_thread(thread.join)
        """,
    ],
    "needs-task": [
        "async def main(): await asyncio.wait([asyncio.sleep(1)])",
        "async def f(): pass\nasync def main(): await asyncio.wait({f(), f()})",
        "async def f(): pass\nasync def main(): return await asyncio.wait([f()], timeout=1)",
    ],
    "removed": [
        "async def main():\n    asyncio.coroutine(print)",
        "async def main():\n    asyncio.JoinableQueue()",
        "def main():\n    @asyncio.coroutine\n    def f(): yield",
    ],
    "never-awaited": [
        "async def main():\n    asyncio.sleep(1)",
        "async def f(): pass\nasync def main():\n    f()\n    await asyncio.sleep(0)",
        "async def f(): pass\nasync def main():\n    results = [f() for _ in range(3)]",
        "async def f(): pass\nasync def main():\n    if f(): print('真')",
    ],
    "not-called": [
        "async def f(): pass\nasync def main():\n    asyncio.ensure_future(f)",
        "async def f(): pass\nasync def main():\n    await asyncio.create_task(f)",
        "async def f(): pass\nasync def main():\n    await asyncio.gather(f, f)",
        "async def f(): pass\nasync def main():\n    await f",
        """
        async def f(): pass
        async def main():
            async with asyncio.TaskGroup() as group:
                group.create_task(f)
        """,
    ],
    "not-awaitable": [
        "async def main():\n    await time.sleep(1)",
        "async def main():\n    await print('好')",
        "async def main():\n    for n in range(2): await n",
    ],
    "blocking-call": [
        "async def main():\n    time.sleep(2)",
        "from time import sleep\nasync def main():\n    sleep(1)",
        """
        async def f(): time.sleep(1)
        async def main(): await asyncio.gather(f(), f())
        """,
    ],
    "deadlock": [
        "async def main(): await asyncio.Queue().get()",
        "async def main(): await asyncio.Event().wait()",
        """
        async def main():
            lock = asyncio.Lock()
            async with lock:
                async with lock: pass
        """,
        """
        async def main():
            queue = asyncio.Queue()
            async def work():
                while True:
                    await queue.get()
            await queue.put(1)
            await asyncio.gather(work())
        """,
    ],
    "leaked-task": [
        "async def f(): await asyncio.sleep(1)\nasync def main(): asyncio.create_task(f())",
        """
        async def f(): await asyncio.sleep(9)
        async def main():
            task = asyncio.create_task(f())
            await asyncio.sleep(1)
        """,
        """
        async def f(): await asyncio.sleep(9)
        async def main():
            done, pending = await asyncio.wait([asyncio.create_task(f())], timeout=1)
        """,
    ],
    "lost-exception": [
        """
        async def f(): raise ValueError('坏')
        async def main():
            asyncio.create_task(f())
            await asyncio.sleep(1)
        """,
        """
        async def f(): await asyncio.sheep(1)
        async def main(): await asyncio.wait([asyncio.create_task(f())])
        """,
        """
        async def f(n):
            await asyncio.sleep(n)
            raise OSError(n)
        async def main():
            tasks = [asyncio.create_task(f(n)) for n in range(3)]
            await asyncio.sleep(5)
        """,
    ],
    "swallowed-cancellation": [
        """
        async def f():
            try: await asyncio.sleep(9)
            except asyncio.CancelledError: pass
        async def main():
            task = asyncio.create_task(f())
            await asyncio.sleep(1)
            task.cancel()
            await task
        """,
        """
        async def f():
            try: await asyncio.sleep(9)
            except BaseException: return '照样'
        async def main():
            task = asyncio.create_task(f())
            await asyncio.sleep(0)
            task.cancel()
            return await task
        """,
        """
        async def f():
            while True:
                try:
                    await asyncio.sleep(9)
                    break
                except: await asyncio.sleep(1); break
        async def main():
            task = asyncio.create_task(f())
            await asyncio.sleep(1)
            task.cancel()
            await asyncio.wait([task])
        """,
    ],
    "runs-for-ever": [
        "async def main():\n    while True: await asyncio.sleep(0)",
        "async def main():\n    while True: pass",
        "async def main():\n    while True: await asyncio.sleep(1)",
    ],
    "loop-already-running": [
        "async def f(): pass\nasync def main():\n    c = f()\n    try: asyncio.run(c)\n"
        "    finally: c.close()",
        "async def main():\n    loop = asyncio.get_running_loop()\n"
        "    loop.run_until_complete(loop.create_future())",
        "async def main():\n    loop = asyncio.SelectorEventLoop()\n"
        "    try: loop.run_forever()\n    finally: loop.close()",
    ],
    "other-loop": [
        """
        outside = asyncio.SelectorEventLoop()
        future = outside.create_future()
        outside.close()
        async def main(): await future
        """,
        """
        loop = asyncio.SelectorEventLoop()
        lock = asyncio.Lock()
        async def hold(): await lock.acquire(); asyncio.ensure_future(lock.acquire()).cancel()
        loop.run_until_complete(hold()); loop.run_until_complete(asyncio.sleep(0)); loop.close()
        lock._get_loop = type(lock)._get_loop.__get__(lock)
        lock._loop = loop
        async def main(): await lock.acquire()
        """,
        """
        loop = asyncio.SelectorEventLoop()
        future = loop.create_future()
        loop.close()
        async def main():
            async def f(): await future
            async with asyncio.TaskGroup() as group: group.create_task(f())
        """,
    ],
    "syntax": [
        "def main(): compile('awite x', 'cell', 'exec')",
        "def main(): exec('def f(:')",
        "async def main(): eval('1 +')",
    ],
}

PROGRAMS = [(code, dedent(program)) for code, programs in WRONG.items() for program in programs]
