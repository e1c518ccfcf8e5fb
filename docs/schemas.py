"""
Writes ``docs/schemas.md`` from the tables in ``tracefmt.schemas``; a test fails where it is stale.

    python docs/schemas.py
"""

from __future__ import annotations

import inspect
import logging
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import tracefmt
from tracefmt.schemas import Field, Form, Group, Input, Schema, _registry, get

PAGE = Path(__file__).with_name("schemas.md")
OPT_IN = {
    **dict.fromkeys(
        (Input.FILE_PATH, Input.FILE_NAME, Input.LINE_NUMBER, Input.FUNCTION_NAME), "`callsite`"
    ),
    **dict.fromkeys((Input.PROCESS_ID, Input.PROCESS_NAME), "`process`"),
    **dict.fromkeys((Input.THREAD_ID, Input.THREAD_NAME), "`thread`"),
    Input.EXCEPTION_CHAIN: "`exception`",
    Input.TRUNCATED: "`max_line_bytes`",
}
HEAD = """# Schemas

One event in every backend's own words: `tracefmt.Formatter(schema)`, `tracefmt.configure(schema=…)`, `"schema"` in a
`dictConfig`. Both cores write the same bytes; [encoding.md](encoding.md) says every one of them.

This page is made from the tables in `python/tracefmt/schemas` by `python docs/schemas.py`.

## Options

Each works with each schema, but where the backend prescribes a form or a key.

| option | what it does |
|---|---|
| `service`, `resource` | who writes: `service.name`, and more by OpenTelemetry's names (`service.version`, `deployment.environment.name`). Without them `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` |
| `static` | the same members in every line |
| `rename`, `exclude` | other keys for fields; fields and attributes left out |
| `timestamp` | `rfc3339`, `rfc3339_ms`, `rfc3339_ns`, `local`, `local_ms`, `local_ns`, `epoch` (seconds), `epoch_ms`, `epoch_us`, `epoch_ns` |
| `level` | `lower`, `upper`, `name`, `number`, `severity_number` |
| `callsite` | file, line and function: `True`, or a level from which on |
| `process`, `thread` | the process's and the thread's id and name |
| `nest` | the attributes inside of one object with this key |
| `exception` | `"structured"`: exceptions as data under the key below, for what each came from and for groups, with `max_frames`, `max_chain`, `show_locals`; the stacktrace's text only where the backend reads it (`ecs`, `gcp`, `datadog`), or with `stacktrace` |
| `max_line_bytes` | bytes that a line may have, or `"container"` for the 16 KiB of container runtimes; `truncated` says what was cut |
| `project` | the Google Cloud project (`gcp`), else `GOOGLE_CLOUD_PROJECT` |

## One of your own

A schema is a table of fields: key, input, form. One that is there can be changed:

```pycon
>>> import logging, tracefmt
>>> from tracefmt import schemas
>>> mine = schemas.get("flat").exclude("timestamp", "logger").rename({"level": "severity"})
>>> record = logging.makeLogRecord({"msg": "paid", "levelname": "INFO", "order_id": 7})
>>> print(tracefmt.Formatter(mine.static({"env": "prod"}).order("message")).format(record))
{"message":"paid","severity":"info","env":"prod","order_id":7}

```

## What they cost

Microseconds of CPU time for one `format_bytes` of W3 (five attributes, in a sampled span), CPython 3.11.7 on two shared cores,
least of 40 interleaved rounds, `python benches/schemas.py`:

| core | `flat` | `otlp` | `ecs` | `gcp` | `datadog` | `logstash` | `aws` |
|---|---:|---:|---:|---:|---:|---:|---:|
| Rust | 0.60 | 0.81 | 0.60 | 0.63 | 0.63 | 0.64 | 0.64 |
| Python | 9.66 | 13.67 | 9.41 | 10.59 | 9.54 | 10.23 | 9.95 |
"""


def page() -> str:
    """Return the whole page."""
    names = ["flat", "otlp", *(name for name in _registry.NAMES if name not in ("flat", "otlp"))]
    return "\n".join([HEAD, *map(_section, names)])


def _section(name: str) -> str:
    schema = get(name)
    about = inspect.getdoc(sys.modules[f"tracefmt.schemas.{name}"]) or ""
    rows = [
        f"| {key} | {_source(field)} | {_form(field)} |" for key, field in _placed(schema.fields)
    ]
    notes = []
    if schema.reserved:
        notes.append(f"Also reserved: {', '.join(f'`{key}`' for key in schema.reserved)}.")
    if schema.variables:
        found = (f"`{key}` ({value})" for key, value in schema.variables.items())
        notes.append(f"Variables that go before OpenTelemetry's: {', '.join(found)}.")
    return "\n".join(
        [
            f"## `{name}`\n",
            about.replace("``", "`") + "\n",
            "```json",
            _example(schema),
            "```\n",
            "| key | what | form |",
            "|---|---|---|",
            *rows,
            "",
            *(f"{note}\n" for note in notes),
        ]
    )


def _placed(items: Iterable[Field | Group], outer: str = "") -> Iterator[tuple[str, Field]]:
    for item in items:
        key = f"{outer}`{item.key}`" if item.key else f"{outer}`[]`"
        if isinstance(item, Group):
            yield from _placed(item.fields, f"{key} › ")
        elif item.form is Form.MEMBERS:
            yield f"{outer}*{item.key}*", item
        else:
            yield key, item


def _source(field: Field) -> str:
    if field.input is Input.CONSTANT:
        return f"`{field.value}`"
    text = field.input.value.replace("_", " ")
    return f"{text} (option {OPT_IN[field.input]})" if field.input in OPT_IN else text


def _form(field: Field) -> str:
    return field.form.value.replace("_", " ")


def _example(schema: Schema) -> str:
    """Return the line of one event."""
    record = logging.LogRecord("app.orders", 30, "/app/orders.py", 42, "stock low", (), None)
    record.created = 1700000000.123456
    record.threadName, record.thread = "MainThread", 1
    record.__dict__.update(sku="A1", left=3)
    span = tracefmt.SpanContext(0x0AF7651916CD43DD8448EB211C80319C, 0xB7AD6B7169203331, 3)
    resource = {
        "service.name": "checkout",
        "service.version": "1.2.3",
        "deployment.environment.name": "prod",
    }
    if schema.name == "otlp":
        resource["service.instance.id"] = "checkout-7f9c"
    elif schema.name in ("flat", "logstash", "aws"):
        resource = {"service.name": "checkout"}
    formatter = tracefmt.Formatter(
        schema, resource=resource, project="my-proj", span_source=lambda: span
    )
    return formatter.format(record)


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
