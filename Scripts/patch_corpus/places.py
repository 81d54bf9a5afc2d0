"""Dangers of the place: where a patch could land that was not meant for it."""

import drifts
import languages
from corpus import ALREADY, APPLIED, CANDIDATES, EITHER, REJECTED, Probe, randomness
from dialects import CODEX, SEARCH, UNIFIED
from languages import ALL, BY_NAME, Source
from model import Change, File, Line, edited, merged


def plain(corpus):
    """No danger: every shape of every dialect, on a file that stayed, moved on above, or elsewhere."""
    asked = [("unified", shape) for shape in UNIFIED] + [("codex", shape) for shape in CODEX]
    asked += [("search", shape) for shape in SEARCH] + [("snippet", "replace")]
    for number, (dialect, shape) in enumerate(asked):
        for turn, drift in enumerate(("none", "above", "elsewhere")):
            if (number + turn) % 3 == 2 and turn:
                continue
            language = ALL[(number + turn) % len(ALL)]
            random = randomness(f"plain {dialect} {shape} {drift}")
            source = Source(language, random)
            at = source.body(2) + 1
            today = source.file
            if drift == "above":
                today = drifts.insert(today, source.starts[0], source.fresh_block())
            elif drift == "elsewhere":
                today = drifts.replace(today, source.body(0), 1, source.fresh(2, "other"))
                today = drifts.insert(today, len(today.lines) - len(language.tail()), source.fresh_block())
            change = Change(at, 1 if number % 3 else 2, source.fresh(2 if number % 2 else 1))
            probe = Probe(corpus, "plain", language.name, drift, source.file, today, [change], language.path, random)
            probe.ask(dialect, shape, knows_base=shape == "git")


def repeated(corpus):
    """The same body in three functions; the drift may put a fourth copy before them, just where the numbers point."""
    for language in (BY_NAME["swift"], BY_NAME["python"], BY_NAME["javascript"]):
        random = randomness(f"repeated {language.name}")
        names = [language.name_of(word) for word in languages.words(random, 4)]
        body = languages.statements(language, "shared", random, 9)
        blocks = [language.block(name, body) for name in names]
        base = language.file("Three alike", blocks[:3])
        size, head = len(blocks[0]), len(language.head(""))
        at = head + size + blocks[1].index(body[0]) + 4
        changes = [Change(at, 1, [language.statement("shared", 700), language.statement("shared", 701)])]
        todays = {
            "none": base,
            "copy-before": drifts.insert(base, head, blocks[3]),
            "copy-after": drifts.insert(base, head + 3 * size, blocks[3]),
            "shifted": drifts.insert(base, head, [f"{language.indent}{language.comment} moved by one", ""]),
        }
        hint = blocks[1][0].strip()
        for drift, today in todays.items():
            probe = Probe(corpus, "repeated-blocks", language.name, drift, base, today, changes, language.path, random, hint=hint)
            probe.ask("unified", "git", knows_base=True)
            sure = drift in ("none", "copy-after")
            probe.ask("unified", "plain", EITHER if sure else REJECTED, "ambiguous")
            probe.ask("codex", "anchored")
            if language.name != "javascript":
                probe.ask("unified", "hint", EITHER, "ambiguous")
            if language.name != "python":
                probe.ask("codex", "plain", REJECTED, "ambiguous")
            if language.name != "swift" or drift == "none":
                probe.ask("search", "plain", REJECTED, "ambiguous")
                probe.ask("snippet", "replace", REJECTED, "ambiguous")
        probe = Probe(
            corpus, "repeated-blocks", language.name, "other-copies-gone", base,
            drifts.remove(drifts.remove(base, head + 2 * size, size), head, size), changes, language.path, random)
        probe.ask("search", "plain", REJECTED, "ambiguous", knows_base=True, note="SEARCH stood three times in the known base")


def moved(corpus):
    for language in (BY_NAME["swift"], BY_NAME["python"], BY_NAME["go"], BY_NAME["yaml"]):
        random = randomness(f"moved {language.name}")
        source = Source(language, random, 5, 9)
        change = Change(source.body(1) + 4, 1, source.fresh(2))
        size = len(source.blocks[1])
        for drift, to in (("moved-down", source.starts[4]), ("moved-up", source.starts[0])):
            today = drifts.move(source.file, source.starts[1], size, to)
            probe = Probe(corpus, "moved-function", language.name, drift, source.file, today, [change], language.path, random)
            probe.ask("unified", "plain")
            probe.ask("codex", "plain")
            probe.ask("search", "fenced")
            if drift == "moved-down":
                probe.ask("snippet", "replace")
                probe.ask("unified", "git", EITHER, "conflict", knows_base=True)
        # Short functions: the context of the edit reaches into the neighbour that is one no more.
        short = Source(language, random, 5, 1)
        change = Change(short.body(2), 1, short.fresh(1))
        today = drifts.move(short.file, short.starts[2], len(short.blocks[2]), short.starts[0])
        probe = Probe(
            corpus, "moved-function", language.name, "moved-off-its-context", short.file, today, [change], language.path, random,
            context=4)
        probe.ask("unified", "plain", EITHER, ("conflict", "ambiguous"))
        probe.ask("codex", "plain", EITHER, ("conflict", "ambiguous"))


def boilerplate(corpus):
    """Nothing but `return nil` and `}` to go by."""
    for language in (BY_NAME["swift"], BY_NAME["go"], BY_NAME["javascript"], BY_NAME["c"]):
        random = randomness(f"boilerplate {language.name}")
        source = Source(language, random, 4, 3)
        block = source.blocks[2]
        last = source.starts[2] + 1 + max(i for i, text in enumerate(block[1:]) if "return" in text)
        returned = source.file.texts[last]
        new = returned.replace("nil", "spare").replace("null", "spare").replace('""', "spare").replace("0", "spare")
        edits = {
            "replaced": [Change(last, 1, [new])],
            "inserted": [Change(last + 1, 0, [f"{language.indent}{language.comment} never reached"])],
        }
        head = len(language.head(""))
        todays = {
            "none": source.file,
            "by-one-function": drifts.insert(source.file, head, language.block("keepOther", source.fresh(3, "other"))),
            "by-one-line": drifts.insert(source.file, head, [f"{language.indent}{language.comment} once more"]),
        }
        for kind, changes in edits.items():
            context = (0, 2) if kind == "replaced" else (1, 2)
            for drift, today in todays.items():
                if kind == "inserted" and language.name in ("javascript", "c") and drift == "by-one-line":
                    continue
                probe = Probe(
                    corpus, "boilerplate-context", language.name, drift, source.file, today, changes, language.path, random,
                    context=context, hint=block[0].strip())
                probe.ask("unified", "plain", EITHER if drift == "none" else REJECTED, "ambiguous")
                if kind == "replaced":
                    probe.ask("codex", "plain" if drift != "none" else "fenced", REJECTED, "ambiguous")
                    if drift == "by-one-function":
                        probe.ask("unified", "short-git", knows_base=True)
                        probe.ask("search", "plain", REJECTED, "ambiguous")
                elif drift != "none":
                    probe.ask("codex", "anchored")


def siblings(corpus):
    """Two functions that differ in their names; the one that was meant reads differently now, the other still fits."""
    for language in (BY_NAME["swift"], BY_NAME["python"], BY_NAME["go"], BY_NAME["c"]):
        random = randomness(f"siblings {language.name}")
        names = [language.name_of("user"), language.name_of("team")]
        body = languages.statements(language, "row", random, 7)
        blocks = [language.block(name, body) for name in names]
        other = language.block(language.name_of("zone"), languages.statements(language, "zone", random, 3))
        head = language.head("Siblings")
        base = File(head + other + blocks[0] + blocks[1] + language.tail())
        first = len(head) + len(other)
        body_at = first + blocks[0].index(body[0])
        new = [language.statement("row", 701)]
        # In the middle of the body no name is in sight; at its beginning the name stands in the context.
        middle, begin = Change(body_at + 3, 1, new), Change(body_at + 1, 1, new)
        hint = blocks[0][0].strip()
        changed = [language.statement("row", 555)]
        for drift, change, today in (
            ("meant-line-changed", middle, drifts.replace(base, body_at + 3, 1, changed)),
            ("meant-line-changed", begin, drifts.replace(base, body_at + 1, 1, changed)),
            ("meant-function-gone", begin, drifts.remove(base, first, len(blocks[0]))),
            ("meant-function-renamed-and-changed", begin,
             drifts.replace(
                 drifts.replace(base, body_at + 1, 1, changed), first, 1,
                 [blocks[0][0].replace(names[0], language.name_of("person"))])),
        ):
            near = "the name in its context" if change is begin else "no name in sight"
            probe = Probe(
                corpus, "near-identical-siblings", language.name, drift, base, today, [change], language.path, random, hint=hint,
                note=near)
            assert probe.wanted is None
            if change is middle:
                probe.ask("unified", "hint", REJECTED, ("conflict", "ambiguous"))
                probe.ask("unified", "plain", REJECTED, ("conflict", "ambiguous"))
                probe.ask("codex", "anchored", REJECTED, ("conflict", "ambiguous"))
                probe.ask("search", "plain", REJECTED, ("conflict", "ambiguous"), knows_base=True)
            else:
                probe.ask("unified", "wrong-numbers", REJECTED, "conflict")
                probe.ask("codex", "plain", REJECTED, "conflict")
                if drift != "meant-function-gone":
                    probe.ask("search", "plain", REJECTED, "conflict")
        # The sibling already reads as the edit wants it, the function that was meant is gone: that is not "already applied".
        alike = File(
            head + other + language.block(names[1], body[:1] + new + body[2:]) + language.tail())
        for dialect in ("unified", "codex"):
            probe = Probe(
                corpus, "near-identical-siblings", language.name, "sibling-reads-like-the-result", base, alike, [begin],
                language.path, random, wanted=None)
            probe.ask(dialect, "plain", REJECTED, "conflict")


def overtaken(corpus):
    """The drift changed or removed exactly what the edit deletes."""
    dressings = (
        ("unified", "plain", False), ("unified", "git", True), ("codex", "plain", False), ("search", "fenced", False),
        ("search", "plain", True), ("snippet", "replace", False), ("whole", "plain", True), ("codex", "heredoc", True))
    for number, language in enumerate(ALL):
        random = randomness(f"overtaken {language.name}")
        source = Source(language, random)
        at = source.body(2) + 1
        change = Change(at, 2, source.fresh(2))
        for drift, today in (
            ("changed", drifts.replace(source.file, at, 2, source.fresh(2, "other"))),
            ("one-of-two-changed", drifts.replace(source.file, at + 1, 1, source.fresh(1, "other"))),
            ("removed", drifts.remove(source.file, at, 2)),
        ):
            probe = Probe(corpus, "deleted-lines-changed", language.name, drift, source.file, today, [change], language.path, random)
            for turn, (dialect, shape, knows_base) in enumerate(dressings):
                if (turn + number + len(drift)) % 3 == 0:
                    probe.ask(dialect, shape, REJECTED, "conflict", knows_base=knows_base)


def standing(corpus):
    """The file has the edit already, in whole or in part."""
    dressings = (
        ("unified", "plain", False), ("unified", "git", True), ("codex", "plain", False), ("search", "plain", False),
        ("snippet", "replace", False), ("whole", "plain", True), ("unified", "wrong-numbers", False), ("whole", "plain", False))
    for number, language in enumerate(ALL):
        random = randomness(f"standing {language.name}")
        source = Source(language, random)
        at = source.body(2) + 2
        for kind, change in (("replaced", Change(at, 1, source.fresh(2))), ("inserted", Change(at, 0, source.fresh(2)))):
            result = edited(source.file, [change])
            moved_on = drifts.insert(result, source.starts[0], source.fresh_block())
            for turn, (dialect, shape, knows_base) in enumerate(dressings):
                if (turn + number + len(kind)) % 3 or (dialect, kind) == ("snippet", "inserted"):
                    continue
                drift = "the-same-edit" if turn % 2 == 0 or dialect == "whole" else "the-same-edit-and-more"
                today = result if drift == "the-same-edit" else moved_on
                probe = Probe(
                    corpus, "already-there", language.name, drift, source.file, today, [change], language.path, random, wanted=None,
                    note=kind)
                # Where text to be replaced is gone, and all that is left is a line that reads like the new one.
                allows = (ALREADY, REJECTED) if dialect == "snippet" else ALREADY
                probe.ask(dialect, shape, allows, "conflict" if dialect == "snippet" else (), knows_base=knows_base)
    for language in (BY_NAME["swift"], BY_NAME["python"], BY_NAME["yaml"]):
        random = randomness(f"half standing {language.name}")
        source = Source(language, random, 5, 6)
        first, second = Change(source.body(1) + 2, 1, source.fresh(1, "one")), Change(source.body(3) + 2, 1, source.fresh(1, "two"))
        today = edited(source.file, [first])
        wanted = edited(source.file, [first, second]).content()
        probe = Probe(
            corpus, "already-there", language.name, "half-of-the-edit", source.file, today, [first, second], language.path, random,
            wanted=wanted)
        probe.ask("unified", "plain", EITHER, "conflict")
        probe.ask("codex", "plain", EITHER, "conflict")
        probe.ask("search", "fenced", EITHER, "conflict")
        probe.ask("unified", "git", EITHER, "conflict", knows_base=True)
