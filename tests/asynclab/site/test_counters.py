from asynclab.site.counters import Counters, Visit


def test_it_counts_requests_and_the_most_at_once() -> None:
    counters = Counters()
    first, second = counters.begin(), counters.begin()
    assert (counters.total, counters.in_flight, counters.peak) == (2, 2, 2)
    counters.end("GET", "/a", 200, first)
    counters.end("GET", "/b", None, second)
    counters.end("GET", "/c", 404, counters.begin())
    assert (counters.total, counters.in_flight, counters.peak) == (3, 0, 2)
    assert [(visit.path, visit.status) for visit in counters.log] == [
        ("/a", 200), ("/b", None), ("/c", 404),
    ]  # fmt: skip


def test_a_visit_ends_after_it_began() -> None:
    counters = Counters()
    counters.end("GET", "/a", 200, counters.begin())
    (visit,) = counters.log
    assert 0 <= visit.begun <= visit.ended


def test_a_reset_begins_anew_but_knows_what_is_under_way() -> None:
    counters = Counters()
    begun = counters.begin()
    counters.end("GET", "/a", 200, counters.begin())
    counters.reset()
    assert (counters.total, counters.in_flight, counters.peak, counters.log) == (0, 1, 1, ())
    counters.end("GET", "/b", 200, begun)
    assert counters.in_flight == 0
    assert counters.log == (Visit("GET", "/b", 200, 0.0, counters.log[0].ended),)


def test_what_goes_on_for_ever_does_not_fill_the_memory() -> None:
    counters = Counters()
    for number in range(10_010):
        counters.end("GET", f"/{number}?{'x' * 8000}", 200, counters.begin())
    assert counters.total == 10_010
    assert len(counters.log) == 10_000
    assert counters.log[-1].path.startswith("/10009?xxx")
    assert len(counters.log[-1].path) == 500
