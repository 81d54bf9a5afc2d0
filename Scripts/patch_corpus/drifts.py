"""What happened to the file after the author saw it."""

from model import Line


def insert(file, index, texts):
    return file.copy(file.lines[:index] + [Line(text) for text in texts] + file.lines[index:])


def replace(file, index, count, texts):
    """The lines are others now: an edit that was made for them finds them no more."""
    return file.copy(file.lines[:index] + [Line(text) for text in texts] + file.lines[index + count:])


def remove(file, index, count):
    return replace(file, index, count, [])


def move(file, start, count, to):
    """`to` is an index in the file as it was, outside of the moved lines."""
    moved = file.lines[start:start + count]
    if to > start:
        return file.copy(file.lines[:start] + file.lines[start + count:to] + moved + file.lines[to:])
    return file.copy(file.lines[:to] + moved + file.lines[to:start] + file.lines[start + count:])


def relaid(file, translate, start=0, count=None):
    """Every line keeps its meaning and looks different."""
    end = len(file.lines) if count is None else start + count
    return file.copy(
        [Line(translate(line.text), line.key) if start <= i < end else line for i, line in enumerate(file.lines)])


def deeper(indent):
    return lambda text: indent + text if text.strip() else text
