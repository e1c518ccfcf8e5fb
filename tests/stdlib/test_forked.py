"""A forked worker is an instance of its own: `service.instance.id`."""

import json

SCRIPT = """
    import logging, os, sys
    import tracefmt
    from tracefmt.structlog import Renderer

    formatter = tracefmt.Formatter("otlp")
    handler = tracefmt.FileHandler(sys.argv[1], formatter=formatter)
    native = tracefmt.get_logger("native")
    native.addHandler(handler)
    renderer = Renderer("otlp")
    plain = logging.getLogger("plain")
    plain.addHandler(handler)

    def log():
        native.warning("native")
        plain.warning("plain")
        with open(sys.argv[1], "ab") as file:
            file.write(renderer(None, "info", {"event": "structlog"}) + b"\\n")
            file.write(formatter.format_bytes(logging.makeLogRecord({"msg": "x"})) + b"\\n")

    log()
    for _ in range(2):
        child = os.fork()
        if child == 0:
            log()
            log()
            os._exit(0)
        os.waitpid(child, 0)
    log()
"""


def instances(path):
    """Return the instance of each line."""
    found = []
    for line in path.read_bytes().splitlines():
        attributes = json.loads(line)["resourceLogs"][0]["resource"]["attributes"]
        values = {item["key"]: item["value"]["stringValue"] for item in attributes}
        found.append(values["service.instance.id"])
    return found


def test_each_process_has_its_own(run_script, tmp_path):
    """Parent and children have one id each, by every way to a line, before and after the fork."""
    run_script(SCRIPT, str(tmp_path / "log"))
    found = instances(tmp_path / "log")
    parent, first, second = found[:4], found[4:12], found[12:20]

    assert len(found) == 24
    assert len(set(parent + found[20:])) == len(set(first)) == len(set(second)) == 1
    assert len({parent[0], first[0], second[0]}) == 3


def test_one_that_is_set_stays(run_script, tmp_path):
    """What the environment says is the id of all of them."""
    run_script(SCRIPT, str(tmp_path / "log"), OTEL_RESOURCE_ATTRIBUTES="service.instance.id=pod-1")

    assert set(instances(tmp_path / "log")) == {"pod-1"}
