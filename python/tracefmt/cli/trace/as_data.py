"""The trace as JSON, for programs."""

from __future__ import annotations

import json
from typing import Any

from tracefmt.cli.trace.tree import Node, Tree
from tracefmt.reading import LogLine
from tracefmt.reading.time import text as moment


def as_json(tree: Tree) -> str:
    """Return the trace as JSON: the spans as a tree, each with its lines."""
    first, last = tree.bounds
    failing = tree.failing
    return json.dumps(
        {
            "trace_id": tree.trace_id,
            "first": moment(first, "microseconds"),
            "milliseconds": (last - first) / 1000,
            "services": tree.services,
            "failing": None
            if failing is None
            else {
                "service": failing.service,
                "span_id": failing.node.span.span_id if failing.node else None,
                "span": failing.node.span.name if failing.node else None,
                "reason": failing.reason,
                "message": failing.line.message if failing.line else None,
            },
            "spans": [_node(root, first) for root in tree.roots],
            "lines_without_span": [_line(line) for line in tree.loose],
        },
        indent=2,
    )


def _node(node: Node, first: int) -> dict[str, Any]:
    span = node.span
    return {
        "span_id": span.span_id,
        "parent_id": span.parent_id,
        "name": span.name,
        "service": span.service,
        "kind": span.kind,
        "guessed": node.is_guessed,
        "offset_milliseconds": (span.start - first) / 1000,
        "milliseconds": node.duration / 1000,
        "own_milliseconds": node.own_time / 1000,
        "error": span.is_error,
        "status_message": span.status_message,
        "attributes": span.attributes,
        "lines": [_line(line) for line in node.lines],
        "children": [_node(child, first) for child in node.children],
    }


def _line(line: LogLine) -> dict[str, Any]:
    exception = line.exception
    return {
        "time": None if line.time is None else moment(line.time, "microseconds"),
        "level": line.level,
        "service": line.service,
        "logger": line.logger,
        "message": line.message,
        "span_id": line.span_id,
        "exception": None if exception is None else vars(exception),
        "attributes": line.attributes,
    }
