"""A file as lines that keep their identity, an edit, and a drift: what a case is made of.

The author's edit and the drift are applied to the same lines independently of each other. What should come out is known
from that alone; no diff or merge algorithm has a hand in it, least of all the one that is measured.
"""

import itertools

_keys = itertools.count()


class Conflict(Exception):
    """The drift touched what the edit wants to change."""


class Line:
    """One line without its end. `key` stays when the text is only laid out anew."""

    __slots__ = ("key", "text")

    def __init__(self, text, key=None):
        self.key = next(_keys) if key is None else key
        self.text = text


class File:
    def __init__(self, lines, eol="\n", final=True):
        self.lines = [line if isinstance(line, Line) else Line(line) for line in lines]
        self.eol = eol
        # Whether the last line has an end.
        self.final = final

    def copy(self, lines=None, **changes):
        return File(
            list(self.lines if lines is None else lines), changes.get("eol", self.eol), changes.get("final", self.final))

    @property
    def texts(self):
        return [line.text for line in self.lines]

    def content(self):
        text = self.eol.join(self.texts)
        return text + self.eol if self.final and self.lines else text

    def find(self, text, nth=0):
        """Index of the nth line that reads so."""
        return [i for i, line in enumerate(self.lines) if line.text == text][nth]


class Change:
    """Replaces `count` lines of the author's file at index `start` by the lines `new`."""

    def __init__(self, start, count, new):
        self.start, self.count, self.new = start, count, list(new)


def edited(base, changes):
    """What the author has in mind: the edit on the file that the author saw."""
    lines = list(base.lines)
    for change in sorted(changes, key=lambda c: -c.start):
        lines[change.start:change.start + change.count] = [Line(text) for text in change.new]
    return base.copy(lines)


def merged(base, changes, today, translate=lambda text: text):
    """The edit on today's file: each change where the lines are now that it was made for.

    `translate` lays out new lines as the drift did with all others.
    """
    lines = list(today.lines)
    for change in changes:
        lines = _merged(base, change, lines, translate)
    return today.copy(lines)


def _merged(base, change, lines, translate):
    where = {line.key: index for index, line in enumerate(lines)}
    new = [Line(translate(text)) for text in change.new]
    if change.count:
        keys = [line.key for line in base.lines[change.start:change.start + change.count]]
        places = [where.get(key) for key in keys]
        if None in places or places != list(range(places[0], places[0] + len(places))):
            raise Conflict
        at = places[0]
    else:
        before = base.lines[change.start - 1].key if change.start else None
        after = base.lines[change.start].key if change.start < len(base.lines) else None
        if (before is not None and before not in where) or (after is not None and after not in where):
            raise Conflict
        at = where[before] + 1 if before is not None else 0
        end = where[after] if after is not None else len(lines)
        if at != end:
            raise Conflict
    return lines[:at] + new + lines[at + change.count:]
