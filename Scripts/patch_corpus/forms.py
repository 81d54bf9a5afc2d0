"""Dangers of the form: several hunks, context that changed, whole files, snippets, and what is no patch at all."""

import dialects
import drifts
from corpus import ALREADY, APPLIED, CANDIDATES, EITHER, REJECTED, Probe, randomness
from languages import ALL, BY_NAME, Source
from model import Change, File, edited


def several_hunks(corpus):
    """All hunks or none."""
    danger = "several-hunks"
    for number, language in enumerate((BY_NAME["swift"], BY_NAME["python"], BY_NAME["c"])):
        random = randomness(f"several {language.name}")
        source = Source(language, random, 5, 7)
        changes = [
            Change(source.body(0) + 3, 1, source.fresh(2, "one")), Change(source.body(2) + 3, 2, source.fresh(1, "two")),
            Change(source.body(4) + 3, 0, source.fresh(2, "three"))]
        between = drifts.insert(source.file, source.starts[3], source.fresh_block("mine"))
        between = drifts.insert(between, source.starts[1], source.fresh_block("yours"))
        dressings = (("unified", "plain"), ("codex", "plain"), ("search", "fenced"))
        for drift, today in (("none", source.file), ("between-the-hunks", between)):
            probe = Probe(corpus, danger, language.name, drift, source.file, today, changes, language.path, random)
            for dialect, shape in dressings:
                probe.ask(dialect, shape)
            probe.ask("unified", "wrong-numbers")
        # One of them finds its line changed: nothing of the rest may stay behind.
        spoilt = drifts.replace(between, between.find(source.file.texts[source.body(2) + 3]), 1, source.fresh(1, "other"))
        probe = Probe(corpus, danger, language.name, "one-hunk-spoilt", source.file, spoilt, changes, language.path, random)
        for dialect, shape in dressings:
            probe.ask(dialect, shape, REJECTED, "conflict")
        probe.ask("unified", "git", REJECTED, "conflict", knows_base=True)
        # In another order than the file's.
        parts = dialects.unified(source.file, changes, language.path, "plain", random)
        names, *hunks = parts.split("@@ -")
        shuffled = names + "".join("@@ -" + hunk for hunk in (hunks[2], hunks[0], hunks[1]))
        wanted = Probe(corpus, danger, language.name, "none", source.file, source.file, changes, language.path, random).wanted
        corpus.add(
            danger, language.name, "none", "unified", "plain", base=source.file.content(), today=source.file.content(), patch=shuffled,
            wanted=wanted, allows=EITHER, reasons=("conflict", "malformed"), path=language.path, note="the hunks in another order")
        blocks = dialects.search_replace(source.file, changes, language.path, "plain").split(f"{language.path}\n")[1:]
        corpus.add(
            danger, language.name, "between-the-hunks", "search", "plain", base=source.file.content(), today=between.content(),
            patch="".join(f"{language.path}\n{block}" for block in reversed(blocks)),
            wanted=Probe(corpus, danger, language.name, "", source.file, between, changes, language.path, random).wanted, allows=APPLIED,
            path=language.path, note="the blocks in another order")
        # Two hunks that want the same line, each in its own way.
        at = source.body(2) + 3
        rivals = [
            dialects.unified(source.file, [Change(at, 1, source.fresh(1, word))], language.path, "plain", random) for word in ("left", "right")]
        corpus.add(
            danger, language.name, "none", "unified", "plain", base=source.file.content(), today=source.file.content(),
            patch=rivals[0] + rivals[1].split("\n", 2)[2], wanted=None, allows=REJECTED, reasons=("conflict", "malformed"), path=language.path,
            note="two hunks for one line")
        # The same hunk a second time.
        once = dialects.unified(source.file, [changes[0]], language.path, "plain", random)
        corpus.add(
            danger, language.name, "none", "unified", "plain", base=source.file.content(), today=source.file.content(),
            patch=once + once.split("\n", 2)[2], wanted=edited(source.file, [changes[0]]).content(), allows=EITHER,
            reasons=("conflict", "malformed"), path=language.path, note="the same hunk twice")


def context_changed(corpus):
    """A line of the context reads differently; what is to be deleted does not."""
    danger = "context-changed"
    for number, language in enumerate(ALL):
        random = randomness(f"context changed {language.name}")
        source = Source(language, random, 4, 9)
        at = source.body(1) + 4
        for kind, change in (("replaced", Change(at, 1, source.fresh(2))), ("inserted", Change(at, 0, source.fresh(1)))):
            for drift, line in (("outermost-context-changed", at - 3), ("nearest-context-changed", at - 1)):
                if (number + len(kind) + len(drift)) % 2 and kind == "inserted":
                    continue
                today = drifts.replace(source.file, line, 1, source.fresh(1, "other"))
                wanted = drifts.replace(edited(source.file, [change]), line, 1, [today.texts[line]]).content()
                probe = Probe(
                    corpus, danger, language.name, drift, source.file, today, [change], language.path, random, wanted=wanted, note=kind)
                probe.ask("unified", "plain", EITHER, "conflict")
                if kind == "replaced":
                    probe.ask("codex" if number % 2 else "search", "plain", EITHER, "conflict")
                    # Three ways the outermost line is no neighbour of the change; the nearest is.
                    far = drift == "outermost-context-changed"
                    probe.ask("unified", "git", APPLIED if far else EITHER, () if far else "conflict", knows_base=True)
        # A line came in between the context and what is to be deleted.
        change = Change(at, 1, source.fresh(1))
        today = drifts.insert(source.file, at - 2, source.fresh(1, "other"))
        probe = Probe(corpus, danger, language.name, "line-within-the-context", source.file, today, [change], language.path, random)
        probe.ask("unified", "plain", EITHER, "conflict")
        probe.ask("unified", "git", knows_base=True)


def whole_files(corpus):
    """A file as a whole says nothing of what it was made from; over a drift it would take that back."""
    danger = "whole-file"
    for number, language in enumerate(ALL):
        random = randomness(f"whole {language.name}")
        source = Source(language, random)
        changes = [Change(source.body(1) + 1, 1, source.fresh(2)), Change(source.body(3), 1, source.fresh(1, "more"))]
        above = drifts.insert(source.file, source.starts[0], source.fresh_block())
        for drift, today in (("none", source.file), ("above", above)):
            probe = Probe(corpus, danger, language.name, drift, source.file, today, changes, language.path, random)
            shape = "fenced" if number % 2 else "plain"
            probe.ask("whole", shape, knows_base=True)
            probe.ask("whole", "plain", EITHER if drift == "none" else REJECTED, ("needs-base", "conflict", "needs-anchor", "not-a-patch"))
        lost = drifts.replace(source.file, source.body(1) + 1, 1, source.fresh(1, "other"))
        if number % 2:
            Probe(corpus, danger, language.name, "changed", source.file, lost, changes, language.path, random).ask(
                "whole", "plain", REJECTED, "conflict", knows_base=True)
    # A piece of a file is no file: the rest would be gone.
    for language in (BY_NAME["swift"], BY_NAME["python"]):
        random = randomness(f"piece {language.name}")
        source = Source(language, random)
        piece = "\n".join(source.blocks[1]) + "\n"
        corpus.add(
            danger, language.name, "none", "whole", "plain", base=source.file.content(), today=source.file.content(), patch=piece,
            wanted=None, allows=REJECTED, reasons=("needs-anchor", "needs-base", "conflict", "not-a-patch"), path=language.path,
            note="one function alone, without a base")


def snippets(corpus):
    danger = "snippet"
    anchors = ("needs-anchor", "ambiguous", "conflict")
    for number, language in enumerate(ALL):
        random = randomness(f"snippet {language.name}")
        source = Source(language, random)
        change = Change(source.body(2) + 1, 1, source.fresh(1))
        above = drifts.insert(source.file, source.starts[0], source.fresh_block())
        for drift, today in (("none", source.file), ("above", above)):
            probe = Probe(corpus, danger, language.name, drift, source.file, today, [change], language.path, random)
            probe.ask("snippet", "replace")
            probe.ask("snippet", "bare", REJECTED, ("needs-anchor", "not-a-patch"))
            # A line's number says where, not whether the line stays: that the trial decides. Without the base it may be another line.
            if drift == "none" or number % 2:
                probe.ask("snippet", "line", (CANDIDATES, REJECTED) if drift != "none" else CANDIDATES, anchors if drift != "none" else ())
            if number % 2 == 0:
                probe.ask("snippet", "line", CANDIDATES if drift == "none" else (CANDIDATES, REJECTED), anchors if drift != "none" else (), knows_base=True)
        same = drifts.insert(source.file, source.starts[0], source.blocks[2])
        probe = Probe(corpus, danger, language.name, "copy-before", source.file, same, [change], language.path, random)
        probe.ask("snippet", "replace", REJECTED, "ambiguous")
        gone = drifts.remove(source.file, change.start, 1)
        Probe(corpus, danger, language.name, "anchor-gone", source.file, gone, [change], language.path, random).ask(
            "snippet", "replace", REJECTED, "conflict")
    # Part of a line: to be replaced as the words they are, or not at all.
    source = Source(BY_NAME["swift"], randomness("part of a line"))
    at = source.body(1)
    line = source.file.texts[at]
    part = line.split(" = ")[1]
    wanted = edited(source.file, [Change(at, 1, [line.replace(part, "fallback")])]).content()
    corpus.add(
        danger, "swift", "none", "snippet", "replace", base=source.file.content(), today=source.file.content(), patch="fallback",
        wanted=wanted, allows=EITHER, reasons=anchors, path="Sources/App/Store.swift", anchor={"replace": part}, note="part of a line")
    short = File(["let a = load(1)", "let ab = load(12)", "let b = load(2)"])
    corpus.add(
        danger, "swift", "none", "snippet", "replace", base=short.content(), today=short.content(), patch="let a = load(7)",
        wanted="let a = load(7)\nlet ab = load(12)\nlet b = load(2)\n", allows=APPLIED, path="Sources/App/A.swift",
        anchor={"replace": "let a = load(1)"}, note="its text begins another line, too")
    for line_number in (0, 4000):
        corpus.add(
            danger, "swift", "none", "snippet", "line", base=short.content(), today=short.content(), patch="let c = 3\n", wanted=None,
            allows=REJECTED, reasons=anchors, path="Sources/App/A.swift", anchor={"line": line_number}, note="no such line")


ELLIPSES = {
    "swift": "        // ... existing code ...", "python": "        # ... rest of the method ...", "javascript": "    // ...", "go": "\t// ... unchanged ...",
    "c": "\t/* ... */", "yaml": "      # ..."}


def placeholders(corpus):
    """`...` where the author did not care to write: nobody fills it in."""
    danger, reasons = "placeholder", ("placeholder",)
    for number, language in enumerate(ALL):
        random = randomness(f"placeholder {language.name}")
        source = Source(language, random)
        dots = ELLIPSES[language.name]
        block = source.blocks[2]
        body = source.bodies[2]
        new = source.fresh(1)[0]
        cut = language.block(block[0], [])[1:]
        anchor = {"replace": "\n".join(block[:-1])}
        text = "\n".join([block[0], *([block[1]] if language.name in ("c", "yaml") else []), dots, new, dots]) + "\n"

        def add(dialect, shape, patch, reasons=reasons, **more):
            corpus.add(
                danger, language.name, "none", dialect, shape, base=source.file.content(), today=source.file.content(), patch=patch,
                wanted=None, allows=REJECTED, reasons=reasons, path=language.path, **more)

        add("snippet", "replace", text, anchor=anchor)
        add("snippet", "line", text, anchor={"line": source.starts[2] + 1})
        if number % 2:
            add("snippet", "bare", text, ("placeholder", "needs-anchor", "not-a-patch"))
            whole = "\n".join(language.head("Kept small on purpose") + [dots, *text.split("\n")[:-1], dots] + language.tail()) + "\n"
            add("whole", "plain", whole, knows_base=True)
        search = "\n".join([language.path, "<<<<<<< SEARCH", body[0], dots, body[3], "=======", body[0], new, body[3], ">>>>>>> REPLACE", ""])
        add("search", "plain", search, ("placeholder", "conflict"), note="in what is searched for")
        if number % 2 == 0:
            put = "\n".join([language.path, "<<<<<<< SEARCH", *body, "=======", body[0], new, dots, ">>>>>>> REPLACE", ""])
            add("search", "plain", put, ("placeholder", "conflict"), note="in what is put there, for lines that it deletes")
    # Dots that are text: the file has them, and so has the edit.
    base = File(["def load(self):", "    ...", "", "def save(self):", "    raise NotImplementedError", "", "limits: tuple[int, ...] = (1, 2)", "last = 4"])
    random = randomness("honest dots")
    for changes in ([Change(7, 1, ["last = 5"])], [Change(4, 1, ["    ..."])]):
        probe = Probe(corpus, danger, "python", "none", base, base, changes, "app/stub.py", random, note="dots that are Python")
        for dialect in ("unified", "codex"):
            probe.ask(dialect, "plain", context=2)


def no_patch(corpus):
    danger, language = "no-patch", BY_NAME["swift"]
    random = randomness("no patch")
    source = Source(language, random)
    change = Change(source.body(2) + 1, 1, source.fresh(1))
    probe = Probe(corpus, danger, "swift", "none", source.file, source.file, [change], language.path, random)
    content = source.file.content()
    bad = ("not-a-patch", "malformed", "needs-anchor", "needs-base", "conflict")

    def add(dialect, shape, patch, allows=REJECTED, reasons=bad, wanted=None, **more):
        corpus.add(
            danger, "swift", "none", dialect, shape, base=content, today=content, patch=patch, wanted=wanted, allows=allows,
            reasons=reasons, path=language.path, **more)

    diff = dialects.unified(source.file, [change], language.path, "plain", random)
    envelope = dialects.codex(source.file, [change], language.path, "plain")
    block = dialects.search_replace(source.file, [change], language.path, "plain")
    add("none", "prose", "I am sorry, I cannot help with that.\n")
    add("none", "prose", "Replace the second statement by a call of the cache, then build again.\n")
    add("none", "empty", "")
    add("none", "blank", "\n  \n\n")
    add("none", "json", '{"tool": "apply_patch", "arguments": {}}\n')
    add("unified", "names-only", f"--- a/{language.path}\n+++ b/{language.path}\n")
    add("unified", "binary", f"diff --git a/data.bin b/data.bin\nindex 1..2 100644\nGIT binary patch\nliteral 4\nLc${{NkU|;|M00IC20\n\n")
    add("codex", "empty", "*** Begin Patch\n*** End Patch\n")
    add("codex", "unknown-line", envelope.replace("*** Update File", "*** Rewrite File"))
    add("search", "no-divider", block.replace("=======\n", ""))
    add("search", "no-end", block.replace(">>>>>>> REPLACE\n", ""))
    add("search", "no-begin", block.replace("<<<<<<< SEARCH\n", ""))
    # An answer that was cut off: what is there may be less than was meant.
    add("unified", "cut-off", "\n".join(diff.split("\n")[:-4]) + "\n", EITHER, wanted=probe.wanted)
    cut = "\n".join(diff.split("\n")[:7])
    add("unified", "cut-in-a-line", cut[:-6], REJECTED, bad)
    add("codex", "cut-off", envelope.replace("*** End Patch\n", ""), EITHER, wanted=probe.wanted)
    # Nothing in it changes anything.
    context = "".join(" " + text + "\n" for text in source.file.texts[8:12])
    add("unified", "context-only", f"--- a/{language.path}\n+++ b/{language.path}\n@@ -9,4 +9,4 @@\n{context}", (ALREADY, REJECTED), wanted=None)
    same = source.file.texts[change.start]
    add("search", "no-change", f"{language.path}\n<<<<<<< SEARCH\n{same}\n=======\n{same}\n>>>>>>> REPLACE\n", (ALREADY, REJECTED))
    # Two dialects in one text.
    add("mixed", "diff-in-an-envelope", envelope.replace("@@\n", f"--- a/{language.path}\n+++ b/{language.path}\n@@ -1,2 +1,2 @@\n"), EITHER, wanted=probe.wanted)
