"""The pytest plugin, as suites of others use it."""

import pytest

pytest_plugins = ["pytester"]
pytestmark = pytest.mark.once

LOST = """
    import logging, threading
    from concurrent.futures import ThreadPoolExecutor
    log = logging.getLogger("app.jobs")

    def test_lost(traced_logs):
        with traced_logs.span() as span, ThreadPoolExecutor(1) as pool:
            log.info("begin")
            pool.submit(log.warning, "in a worker").result()
            traced_logs.assert_correlated(span.trace_id{options})
"""


@pytest.fixture
def suite(pytester):
    """Run a suite of one file, with what stands in its ini file and on its command line."""

    def run(source, *arguments, ini=""):
        pytester.makeini(f"[pytest]\nasyncio_default_fixture_loop_scope = function\n{ini}")
        pytester.makepyfile(source)
        return pytester.runpytest("-p", "no:cacheprovider", "-o", "addopts=", *arguments)

    return run


def test_lines_are_parsed(suite):
    """Lines are parsed, with attributes and ids, in the order in which they were logged."""
    suite(
        """
        import logging

        def test(traced_logs):
            with traced_logs.span("0af7651916cd43dd8448eb211c80319c") as span:
                logging.getLogger("app").info("paid %s", 7, extra={"amount": 12.5})
            logging.getLogger("app").error("out")
            first, second = (line.fields for line in traced_logs.lines)
            assert first["message"] == "paid 7" and first["amount"] == 12.5
            assert first["trace_id"] == "0af7651916cd43dd8448eb211c80319c"
            assert first["span_id"] == f"{span.span_id:016x}"
            assert second["level"] == "error" and "trace_id" not in second
            traced_logs.clear()
            assert traced_logs.lines == []
        """
    ).assert_outcomes(passed=1)


def test_a_lost_line_fails_with_a_table(suite):
    """The failure names the line, what lost the context, and what to write instead."""
    result = suite(LOST.format(options=""))

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*AssertionError: 1 of 2 lines does not belong to trace *",
            "*where *logger *message *trace_id *lost by *write instead",
            "*app.jobs *'in a worker' *none *ThreadPoolExecutor (*_0) *.ThreadPoolExecutor()",
        ]
    )
    result.stdout.no_fnmatch_line("*'begin'*none*")


@pytest.mark.parametrize("allowed", ["app", "app.jobs"])
def test_lines_that_need_no_trace(suite, allowed):
    """A logger that is allowed by its name, or its parent's, needs no trace."""
    suite(LOST.format(options=f", allow=['{allowed}'], some=False")).assert_outcomes(passed=1)


def test_an_allowed_name_is_a_whole_name(suite):
    """`app.job` does not allow `app.jobs`."""
    suite(LOST.format(options=", allow=['app.job']")).assert_outcomes(failed=1)


def test_no_line_shows_nothing(suite):
    """Without any line the assertion fails, unless that is allowed."""
    result = suite(
        """
        def test(traced_logs):
            traced_logs.assert_correlated(some=False)
            traced_logs.assert_correlated()
        """
    )

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*no line was logged, so this shows nothing*"])


def test_another_trace(suite):
    """A line of another trace than the one that is asked for fails."""
    result = suite(
        """
        import logging

        def test(traced_logs):
            with traced_logs.span(0xA):
                logging.warning("other")
            traced_logs.assert_correlated()
            traced_logs.assert_correlated(0xB)
        """
    )

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([f"*'other'*{0xA:032x}*another span was active (MainThread)*"])


def test_a_span_that_an_earlier_task_has_left_behind(suite):
    """Its ids are another request's: the line fails, with why, even where the trace is right."""
    result = suite(
        """
        import logging
        from concurrent.futures import ThreadPoolExecutor
        import pytest
        from opentelemetry import context
        from tracefmt import correlation

        @pytest.fixture(autouse=True)
        def watched():
            undo = correlation.watch_workers()
            yield
            undo()

        @pytest.mark.parametrize("wanted", [None, 0xA])
        def test(traced_logs, wanted):
            with ThreadPoolExecutor(1) as pool:
                with traced_logs.span(0xA):
                    pool.submit(context.attach, context.get_current()).result()
                    logging.warning("first")
                pool.submit(logging.warning, "second").result()
            assert traced_logs.lines[1].fields["trace_id"] == f"{0xA:032x}"
            traced_logs.assert_correlated(wanted)
        """
    )

    result.assert_outcomes(failed=2)
    row = f"*'second'*{0xA:032x} (stale: worker) *ThreadPoolExecutor (*)*.ThreadPoolExecutor()"
    head = "*AssertionError: 1 of 2 lines does not belong to "
    result.stdout.fnmatch_lines([f"{head}a trace", row, f"{head}trace {0xA:032x}", row])


def test_a_span_that_was_inherited_through_fork(suite):
    """In the child its lines fail, with why and what to write there; after that they do not."""
    suite(
        """
        import logging, os
        import pytest
        from tracefmt import propagation

        def said(traced_logs):
            try:
                logging.warning("in the child")
                traced_logs.assert_correlated()
            except AssertionError as error:
                return str(error)
            return "correlated"

        def test(traced_logs):
            read, write = os.pipe()
            with traced_logs.span(0xA):
                child = os.fork()
                if not child:
                    try:
                        before = said(traced_logs)
                        propagation.initializer()
                        traced_logs.clear()
                        with traced_logs.span(0xB):
                            os.write(write, f"{before}\\n{said(traced_logs)}".encode())
                    finally:
                        os._exit(0)
            os.close(write)
            with open(read) as pipe:
                head, _, row, _, after = pipe.read().splitlines()
            os.waitpid(child, 0)
            assert head == "1 of 1 lines does not belong to a trace"
            assert f"'in the child'  {0xA:032x} (stale: fork)  os.fork (MainThread)  " in row
            assert row.endswith("  propagation.initializer()  # in the child")
            assert after == "correlated"
        """
    ).assert_outcomes(passed=1)


def test_a_span_that_has_ended(suite):
    """A line written after its span has ended is marked, and belongs to that trace all the same."""
    suite(
        """
        import logging
        import pytest
        from opentelemetry import trace
        from opentelemetry.sdk.trace import TracerProvider

        def test(traced_logs):
            span = TracerProvider().get_tracer("tests").start_span("s")
            with trace.use_span(span):
                span.end()
                logging.warning("late")
            assert traced_logs.lines[0].fields["trace_stale"] == "ended"
            traced_logs.assert_correlated()
            traced_logs.assert_correlated(span.get_span_context().trace_id)
            with pytest.raises(AssertionError, match="does not belong to trace 0*b"):
                traced_logs.assert_correlated(0xB)
        """
    ).assert_outcomes(passed=1)


def test_loggers_that_do_not_propagate(suite):
    """Lines of a logger with handlers of its own are recorded as well, and are written as ever."""
    suite(
        """
        import io, logging
        import tracefmt

        def test(traced_logs, tmp_path):
            log = tracefmt.get_logger("apart")
            log.propagate = False
            log.addHandler(tracefmt.FileHandler(tmp_path / "log"))
            log.warning("said", step=1)
            assert [line.fields["step"] for line in traced_logs.lines] == [1]
            assert '"message":"said"' in (tmp_path / "log").read_text()
            log.handlers[0].close()
            log.handlers.clear()
        """
    ).assert_outcomes(passed=1)


def test_everything_is_put_back(suite):
    """After the test, the root logger's level and the class of loggers are as before."""
    suite(
        """
        import logging
        call, level = logging.Logger.callHandlers, logging.root.level

        def test_within(traced_logs):
            assert logging.root.level == logging.DEBUG
            assert logging.Logger.callHandlers is not call

        def test_after():
            assert (logging.Logger.callHandlers, logging.root.level) == (call, level)
        """,
        ini="traced_logs_level = DEBUG",
    ).assert_outcomes(passed=2)


MARKED = """
    import logging, threading
    import pytest

    def work(thread=threading.Thread):
        logging.getLogger("app").warning("here")
        thread = thread(target=logging.getLogger("app.sub").warning, args=("there",))
        thread.start()
        thread.join()

    {mark}
    def test_lost():
        work()

    {mark}
    def test_carried():
        from tracefmt import propagation
        work(propagation.Thread)
"""


def test_marker(suite):
    """A marked test has a span around it, and fails where a line is lost."""
    result = suite(MARKED.format(mark="@pytest.mark.correlated"), "--strict-markers")

    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*threading.Thread*propagation.Thread(target=function)"])


@pytest.mark.parametrize("options", ["allow=['app.sub']", "False"])
def test_marker_options(suite, options):
    """A logger can be allowed, and one test be left out."""
    mark = f"@pytest.mark.correlated({options})"
    suite(MARKED.format(mark=mark), ini="traced_logs_enforce = true").assert_outcomes(passed=2)


def test_marker_without_a_span(suite):
    """Without the test span each line that the code starts no span for is an error."""
    suite(MARKED.format(mark="@pytest.mark.correlated(span=False)")).assert_outcomes(failed=2)


def test_marker_with_an_unknown_option(suite):
    """A misspelt option is said."""
    result = suite(MARKED.format(mark="@pytest.mark.correlated(alow=['app'])"))

    result.stdout.fnmatch_lines(["*pytest.mark.correlated: unknown alow*"])


def test_whole_suite(suite):
    """By the ini option every test is as if it was marked."""
    suite(MARKED.format(mark=""), ini="traced_logs_enforce = true").assert_outcomes(
        passed=1, failed=1
    )


def test_whole_suite_with_an_allow_list(suite):
    """Names in the ini file are allowed in every test."""
    ini = "traced_logs_enforce = true\ntraced_logs_allow =\n  app.sub\n  other"
    suite(MARKED.format(mark=""), ini=ini).assert_outcomes(passed=2)


def test_a_failure_of_the_test_stays_its_own(suite):
    """Where the test itself fails, that is what is shown."""
    result = suite(
        """
        import logging, threading, pytest

        @pytest.mark.correlated
        def test():
            threading.Thread(target=logging.warning, args=("lost",)).start()
            assert 1 == 2
        """
    )

    result.stdout.fnmatch_lines(["*assert 1 == 2*"])
    result.stdout.no_fnmatch_line("*does not belong*")


ASYNC = """
    import asyncio, logging
    import pytest

    {mark}
    async def test_carried(traced_logs):
        with traced_logs.span() as span:
            await asyncio.gather(work(), asyncio.to_thread(logging.warning, "in a thread"))
        traced_logs.assert_correlated(span)
        assert len(traced_logs.lines) == 2

    async def work():
        await asyncio.sleep(0)
        logging.warning("in a task")

    {mark}
    async def test_lost(traced_logs):
        with traced_logs.span():
            await asyncio.get_running_loop().run_in_executor(None, logging.warning, "lost")
        traced_logs.assert_correlated()

    {mark}
    @pytest.mark.correlated
    async def test_marked():
        await work()
"""


def test_pytest_asyncio(suite):
    """Coroutine tests of pytest-asyncio: fixture, marker and the executor that loses the span."""
    result = suite(ASYNC.format(mark="@pytest.mark.asyncio"))

    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(
        ["*loop.run_in_executor (asyncio_0)*await propagation.run_in_executor(executor, function)"]
    )


def test_anyio(suite):
    """Coroutine tests of anyio's plugin likewise."""
    fixture = """
    @pytest.fixture
    def anyio_backend():
        return "asyncio"
"""
    result = suite(ASYNC.format(mark="@pytest.mark.anyio") + fixture)

    result.assert_outcomes(passed=2, failed=1)


def test_xdist(suite):
    """With pytest-xdist the tests say the same from its workers."""
    result = suite(MARKED.format(mark="@pytest.mark.correlated"), "-n", "2", "-p", "no:randomly")

    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*propagation.Thread(target=function)*"])


def test_unused_it_imports_nothing(pytester):
    """A suite that does not ask for it does not import tracefmt."""
    pytester.makepyfile(
        """
        import sys

        def test():
            assert "tracefmt_pytest" in sys.modules
            assert not [name for name in sys.modules if name.split(".")[0] == "tracefmt"]
        """
    )

    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)
