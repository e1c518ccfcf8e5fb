"""The trace as one page: a waterfall, each span with its lines and attributes."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping
from typing import Any

from tracefmt.cli import page
from tracefmt.cli.trace.text import milliseconds, plural, sentence
from tracefmt.cli.trace.tree import Node, Tree
from tracefmt.reading import LogLine
from tracefmt.reading.time import text as moment

_TICKS = 5
_HUES = (212, 168, 268, 28, 190, 322, 95, 240)  # of services; red is for errors
_STYLE = """
.failing { border-left: 4px solid var(--bad); padding: 10px 16px; background: var(--card);
  border-radius: 6px; margin-top: 16px; } .slow { border-color: var(--warn); }
.row { display: grid; grid-template-columns: minmax(220px, 34%) 1fr 84px; gap: 12px;
  align-items: center; padding: 3px 6px; border-radius: 6px; }
summary { list-style: none; cursor: pointer; } summary::-webkit-details-marker { display: none; }
summary:hover .row { background: color-mix(in srgb, var(--accent) 10%, transparent); }
.span.first > summary .row { background: color-mix(in srgb, var(--bad) 13%, transparent); }
.span.slowest > summary .row { background: color-mix(in srgb, var(--warn) 15%, transparent); }
.label { white-space: nowrap; overflow: hidden; text-overflow: ellipsis; font-size: 14px; }
.label::before { content: "▸"; color: var(--soft); display: inline-block; width: 14px; }
details[open] > summary .label::before { content: "▾"; }
.service { font-weight: 600; color: hsl(var(--hue) 55% 42%); }
.track { position: relative; height: 18px; background-image: linear-gradient(to right,
  var(--line) 1px, transparent 1px); background-size: 25% 100%; }
.bar { position: absolute; top: 4px; height: 10px; min-width: 3px; border-radius: 3px;
  background: hsl(var(--hue) 55% 55%); }
.error .bar { background: var(--bad); }
.guessed .bar { background: repeating-linear-gradient(135deg, hsl(var(--hue) 45% 60%) 0 4px,
  transparent 4px 7px); outline: 1px solid hsl(var(--hue) 45% 60%); }
.dot { position: absolute; top: 6px; width: 6px; height: 6px; margin-left: -3px;
  border-radius: 50%; background: var(--ink); box-shadow: 0 0 0 1.5px var(--card); }
.dot.severe { background: var(--bad); } .time { text-align: right; font-size: 13px;
  font-variant-numeric: tabular-nums; color: var(--soft); }
.ticks { color: var(--soft); font-size: 12px; } .ticks .track { background: none; }
.ticks span { position: absolute; white-space: nowrap; transform: translateX(-50%); }
.ticks span:first-child { transform: none; }
.ticks span:last-child { transform: translateX(-100%); }
.inside { margin: 2px 0 10px; padding: 8px 12px; border-left: 2px solid var(--line); }
.log { display: grid; grid-template-columns: 74px 74px 1fr; gap: 10px; padding: 2px 0; }
.log > * { font: 13px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace;
  overflow-wrap: anywhere; } .log .time { text-align: right; }
.log pre { margin: 4px 0; white-space: pre-wrap; color: var(--soft); }
.level-warning { color: var(--warn); } .level-error, .level-critical { color: var(--bad); }
.pairs { font-size: 13px; } .pairs code { color: var(--soft); }
@media (prefers-color-scheme: dark) { .service { color: hsl(var(--hue) 60% 68%); } }
"""


def render(tree: Tree) -> str:
    """Return the page."""
    first, last = tree.bounds
    number = sum(1 for _ in tree.walk())
    facts = [
        plural(len(tree.lines), "line"),
        plural(number, "span") + (" guessed from them" if _is_guessed(tree) else ""),
        plural(len(tree.services), "service"),
        milliseconds(last - first),
    ]
    body = [
        f"<h1>Trace <code>{page.text(tree.trace_id)}</code></h1>",
        f'<p class="soft">{", ".join(facts)}, from {moment(first, "milliseconds")}</p>',
        _failing(tree),
    ]
    if tree.roots:
        spans = "".join(_span(tree, node, depth, first, last) for depth, node in tree.walk())
        body.append(f"<section>{_ticks(first, last)}{spans}</section>")
    if tree.loose:
        title = "Lines whose span is not there" if tree.roots else "Lines"
        body.append(f"<section><h2>{title}</h2>{_logs(tree.loose, first)}</section>")
    return page.render(f"Trace {tree.trace_id}", "\n".join(body), _STYLE)


def _is_guessed(tree: Tree) -> bool:
    return any(node.is_guessed for node in tree.roots)


def _failing(tree: Tree) -> str:
    if tree.failing is None:
        return ""
    slow = " slow" if tree.failing.reason == "time" else ""
    return f'<div class="failing{slow}">{page.text(sentence(tree.failing))}</div>'


def _ticks(first: int, last: int) -> str:
    marks = "".join(
        f'<span style="left:{index / (_TICKS - 1):.0%}">'
        f"{milliseconds((last - first) * index / (_TICKS - 1))}</span>"
        for index in range(_TICKS)
    )
    return f'<div class="row ticks"><div></div><div class="track">{marks}</div><div></div></div>'


def _span(tree: Tree, node: Node, depth: int, first: int, last: int) -> str:
    span, whole = node.span, max(last - first, 1)
    failing = tree.failing is not None and tree.failing.node is node
    classes = ["span"]
    if span.is_error:
        classes.append("error")
    if node.is_guessed:
        classes.append("guessed")
    if failing:
        slow = tree.failing is not None and tree.failing.reason == "time"
        classes.append("slowest" if slow else "first")
    left, width = (span.start - first) / whole, node.duration / whole
    dots = "".join(_dot(line, first, whole) for line in node.lines if line.time is not None)
    service = page.text(span.service or "?")
    return (
        f'<details class="{" ".join(classes)}" style="--hue:{_hue(span.service)}"'
        f"{' open' if failing else ''}>"
        f'<summary><div class="row"><div class="label" style="padding-left:{depth * 16}px" '
        f'title="{page.text(span.name)}"><span class="service">{service}</span> '
        f"{page.text(span.name)}</div>"
        f'<div class="track"><div class="bar" style="left:{left:.3%};width:{width:.3%}"></div>'
        f'{dots}</div><div class="time">{milliseconds(node.duration)}</div></div></summary>'
        f'<div class="inside">{_facts(node)}{_logs(node.lines, first)}</div></details>'
    )


def _hue(service: str | None) -> int:
    return _HUES[zlib.crc32((service or "").encode("utf-8", "replace")) % len(_HUES)]


def _dot(line: LogLine, first: int, whole: int) -> str:
    at = ((line.time or first) - first) / whole
    severe = " severe" if line.level in ("error", "critical") else ""
    told = page.text(f"{(line.level or '').upper()} {line.message or ''}".strip())
    return f'<i class="dot{severe}" style="left:{at:.3%}" title="{told}"></i>'


def _facts(node: Node) -> str:
    span = node.span
    facts: dict[str, Any] = {"span id": span.span_id}
    if span.kind:
        facts["kind"] = span.kind
    if node.children:
        facts["own time"] = milliseconds(node.own_time)
    if span.status_message:
        facts["status"] = span.status_message
    return _pairs({**facts, **span.attributes})


def _pairs(pairs: Mapping[str, Any]) -> str:
    shown = " &nbsp; ".join(
        f"<code>{page.text(key)}=</code>{page.text(_plain(value))}" for key, value in pairs.items()
    )
    return f'<div class="pairs">{shown}</div>'


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _logs(lines: Iterable[LogLine], first: int) -> str:
    return "".join(_log(line, first) for line in lines)


def _log(line: LogLine, first: int) -> str:
    at = "" if line.time is None else milliseconds(line.time - first)
    level = page.text(line.level or "")
    told = page.text(line.message or "")
    name = f'<span class="soft">{page.text(line.logger)}</span> ' if line.logger else ""
    more = _pairs(line.attributes) if line.attributes else ""
    if line.exception is not None:
        parts = (line.exception.type, line.exception.message)
        trace = line.exception.stacktrace or ": ".join(part for part in parts if part)
        more += f"<pre>{page.text(trace)}</pre>"
    return (
        f'<div class="log"><span class="time">{at}</span>'
        f'<span class="level-{level}">{level.upper()}</span><div>{name}{told}{more}</div></div>'
    )
