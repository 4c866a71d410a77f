"""Simple cycles and strongly connected components of a small directed graph."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

MOST_VISITS = 2_000_000


def simple_cycles(
    graph: Mapping[str, Sequence[str]], longest: int | None = None
) -> Iterator[tuple[str, ...] | None]:
    """Every simple cycle of a graph of ``name → names``, each once.

    Johnson's method without recursion: cycles are searched from each node in turn within
    its strongly connected component, nodes that lead to no cycle are blocked until one on
    their way is freed. None stands for a search given up after MOST_VISITS steps.
    """
    rank = {name: index for index, name in enumerate(graph)}
    visits = 0
    for component in _components(graph):
        for start in sorted(component, key=rank.__getitem__):
            inside = _component_of(start, graph, component, rank)
            if inside is None:
                continue
            for found in _cycles_from(start, graph, inside, longest):
                visits += 1
                if found:
                    yield found
                if visits > MOST_VISITS:
                    yield None
                    return


def _component_of(
    start: str, graph: Mapping[str, Sequence[str]], component: set[str], rank: Mapping[str, int]
) -> set[str] | None:
    """Nodes not before ``start`` on a common cycle with it; None when there is none."""
    later = {name for name in component if rank[name] >= rank[start]}
    inner = {name: [to for to in graph[name] if to in later] for name in later}
    for found in _components(inner):
        if start in found:
            return found if len(found) > 1 or start in inner[start] else None
    return None


def _cycles_from(
    start: str, graph: Mapping[str, Sequence[str]], inside: set[str], longest: int | None
) -> Iterator[tuple[str, ...]]:
    """Cycles through ``start``; an empty tuple for each step of the search."""
    path = [start]
    blocked = {start}
    blocks: dict[str, set[str]] = {name: set() for name in inside}
    closed: set[str] = set()
    stack: list[tuple[str, list[str]]] = [(start, [n for n in graph[start] if n in inside])]
    while stack:
        name, waiting = stack[-1]
        yield ()
        if waiting:
            to = waiting.pop(0)
            if to == start:
                yield tuple(path)
                closed.update(path)
            elif to not in blocked and (longest is None or len(path) < longest):
                path.append(to)
                stack.append((to, [n for n in graph[to] if n in inside]))
                closed.discard(to)
                blocked.add(to)
                continue
        if not waiting:
            # With a bound on length a dead end is none from elsewhere, so nothing stays blocked.
            if name in closed or longest is not None:
                _free(name, blocked, blocks)
            else:
                for to in graph[name]:
                    if to in inside:
                        blocks[to].add(name)
            stack.pop()
            path.pop()


def _free(name: str, blocked: set[str], blocks: dict[str, set[str]]) -> None:
    pending = [name]
    while pending:
        current = pending.pop()
        if current in blocked:
            blocked.discard(current)
            pending += blocks[current]
            blocks[current].clear()


def _components(graph: Mapping[str, Sequence[str]]) -> list[set[str]]:
    """Strongly connected components (Tarjan), without recursion."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    held: list[str] = []
    on_stack: set[str] = set()
    found: list[set[str]] = []
    for root in graph:
        if root in index:
            continue
        work: list[tuple[str, Iterator[str]]] = []
        _open(root, graph, index, low, held, on_stack, work)
        while work:
            name, rest = work[-1]
            for to in rest:
                if to not in index:
                    _open(to, graph, index, low, held, on_stack, work)
                    break
                if to in on_stack:
                    low[name] = min(low[name], index[to])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[name])
                if low[name] == index[name]:
                    cut = held.index(name)
                    found.append(set(held[cut:]))
                    on_stack.difference_update(held[cut:])
                    del held[cut:]
    return found


def _open(
    name: str,
    graph: Mapping[str, Sequence[str]],
    index: dict[str, int],
    low: dict[str, int],
    held: list[str],
    on_stack: set[str],
    work: list[tuple[str, Iterator[str]]],
) -> None:
    index[name] = low[name] = len(index)
    held.append(name)
    on_stack.add(name)
    work.append((name, iter(graph[name])))
