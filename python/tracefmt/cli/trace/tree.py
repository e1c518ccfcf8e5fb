"""
The tree of a trace: spans below their parents, lines below their spans.

Where there are no spans, those that the lines name are guessed: each lasts from its first line to
its last.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from tracefmt.cli.trace.search import Found
from tracefmt.reading import LogLine, level
from tracefmt.reading.spans import ReadSpan

_ERROR = level.NAMES["error"]


@dataclass
class Node:
    """
    A span in the tree.

    Attributes:
        span: the span.
        is_guessed: whether only its lines tell of it.
        children: the spans below, by their start.
        lines: its own lines, in time order.
    """

    span: ReadSpan
    is_guessed: bool = False
    children: list[Node] = field(default_factory=list)
    lines: list[LogLine] = field(default_factory=list)

    @property
    def duration(self) -> int:
        """Microseconds."""
        return self.span.end - self.span.start

    @property
    def own_time(self) -> int:
        """Microseconds in which no span below was active."""
        covered, reached = 0, self.span.start
        for child in self.children:
            start = max(child.span.start, reached)
            end = min(child.span.end, self.span.end)
            if end > start:
                covered += end - start
                reached = end
        return self.duration - covered

    def walk(self, depth: int = 0) -> Iterator[tuple[int, Node]]:
        """Go through this and all below, each with its depth."""
        stack = [(depth, self)]
        while stack:
            depth, node = stack.pop()
            yield depth, node
            stack += [(depth + 1, child) for child in reversed(node.children)]


@dataclass(frozen=True)
class Failing:
    """
    Where to look first.

    Attributes:
        node: the span, or None where no span is known.
        line: the first line of level error or above in it, or None.
        service: who owns it.
        reason: ``"status"``: the span's status is an error; ``"line"``: a line of it is; or
            ``"time"``: nothing is an error, and it took most time of its own.
    """

    node: Node | None
    line: LogLine | None
    service: str | None
    reason: str


@dataclass(frozen=True)
class Tree:
    """
    A whole trace.

    Attributes:
        trace_id: 32 hex digits.
        roots: spans whose parents are not there, by their start.
        loose: lines whose span is not there.
        lines: all lines, in time order.
        failing: where to look first, or None where there is nothing.
    """

    trace_id: str
    roots: Sequence[Node]
    loose: Sequence[LogLine]
    lines: Sequence[LogLine]
    failing: Failing | None

    def walk(self) -> Iterator[tuple[int, Node]]:
        """Go through all spans as they are drawn, each with its depth."""
        for root in self.roots:
            yield from root.walk()

    @property
    def services(self) -> list[str]:
        """The services that took part, by their first appearance."""
        named = [node.span.service for _, node in self.walk()]
        named += [line.service for line in self.lines]
        return list(dict.fromkeys(name for name in named if name))

    @property
    def bounds(self) -> tuple[int, int]:
        """The first and the last point in time, in microseconds since the epoch."""
        times = [line.time for line in self.lines if line.time is not None]
        for _, node in self.walk():
            times += [node.span.start, node.span.end]
        return min(times, default=0), max(times, default=0)


def build(found: Found) -> Tree:
    """Return the tree of what was found."""
    nodes = {span.span_id: Node(span) for span in found.spans} or _guess(found)
    loose: list[LogLine] = []
    for line in found.lines:
        node = nodes.get(line.span_id or "")
        (loose if node is None else node.lines).append(line)
    roots = _hang(nodes)
    return Tree(found.trace_id, roots, loose, found.lines, _failing(roots, found.lines))


def _guess(found: Found) -> dict[str, Node]:
    nodes: dict[str, Node] = {}
    for line in found.lines:
        if line.span_id is None or line.time is None:
            continue
        before = nodes.get(line.span_id)
        start = line.time if before is None else before.span.start
        name = (line.logger or "span") if before is None else before.span.name
        span = ReadSpan(
            found.trace_id, line.span_id, None, name, line.service, None, start, line.time
        )
        nodes[line.span_id] = Node(span, is_guessed=True)
    return nodes


def _hang(nodes: dict[str, Node]) -> list[Node]:
    """Put spans below their parents; of spans that are each other's parents, none is lost."""
    roots = []
    for node in sorted(nodes.values(), key=lambda node: (node.span.start, -node.span.end)):
        parent = nodes.get(node.span.parent_id or "")
        if parent is None or _is_above(node, parent, nodes):
            roots.append(node)
        else:
            parent.children.append(node)
    return roots


def _is_above(node: Node, other: Node, nodes: dict[str, Node]) -> bool:
    """Return whether the chain of parents leads from the other back to this one, or in a circle."""
    seen: set[str] = set()
    current: Node | None = other
    while current is not None and current.span.span_id not in seen:
        if current is node:
            return True
        seen.add(current.span.span_id)
        current = nodes.get(current.span.parent_id or "")
    return False


def _failing(roots: Iterable[Node], lines: Iterable[LogLine]) -> Failing | None:
    nodes = [node for root in roots for _, node in root.walk()]
    failed = [node for node in nodes if node.span.is_error and not _any_error_below(node)]
    if failed:
        node = min(failed, key=lambda node: node.span.end)
        return Failing(node, _first_error(node.lines), node.span.service, "status")
    first = _first_error(lines)
    if first is not None:
        owner = next((node for node in nodes if first in node.lines), None)
        service = first.service or (owner.span.service if owner else None)
        return Failing(owner, first, service, "line")
    if not nodes:
        return None
    node = max(nodes, key=lambda node: node.own_time)
    return Failing(node, None, node.span.service, "time")


def _any_error_below(node: Node) -> bool:
    return any(below.span.is_error for _, below in node.walk() if below is not node)


def _first_error(lines: Iterable[LogLine]) -> LogLine | None:
    return next((line for line in lines if (level.number(line.level) or 0) >= _ERROR), None)
