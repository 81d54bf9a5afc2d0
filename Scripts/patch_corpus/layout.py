"""Dangers of the layout: blanks, indentation, punctuation, line ends, the last line."""

import drifts
import languages
from corpus import ALREADY, APPLIED, EITHER, REJECTED, Probe, randomness
from languages import ALL, BY_NAME, Source
from model import Change, File, Line, edited, merged


def relaid(file, translate):
    return file.copy([Line(translate(line.text), line.key) for line in file.lines])


def retold(changes, translate):
    return [Change(change.start, change.count, [translate(text) for text in change.new]) for change in changes]


def tabbed(text):
    body = text.lstrip(" ")
    depth = len(text) - len(body)
    return "\t" * (depth // 4) + " " * (depth % 4) + body


def shallower(indent):
    return lambda text: text[len(indent):] if text.startswith(indent) else text


def white_space(corpus):
    for number, language in enumerate((BY_NAME["swift"], BY_NAME["javascript"], BY_NAME["go"], BY_NAME["c"])):
        random = randomness(f"white space {language.name}")
        source = Source(language, random)
        at = source.body(2) + 1
        changes = [Change(at, 1, source.fresh(2))]

        def probe(drift, today, base=source.file, **more):
            return Probe(
                corpus, "white-space", language.name, drift, base, today, changes, language.path, random, **more)

        # Blanks at the ends of lines, which the drift or the patch's author took away.
        blank = lambda text: text + "  " if "value" in text.lower() else text
        dirty = relaid(source.file, blank)
        today = drifts.relaid(dirty, str.rstrip)
        probe("blanks-at-ends-gone", today, dirty).ask("unified", "plain")
        probe("none", dirty, dirty, note="the author left blanks at ends out").ask("codex", "plain", quoted=source.file)
        probe("none", dirty, dirty, note="the author left blanks at ends out").ask("search", "plain", quoted=source.file)
        # Deeper as a whole: what is put in goes as deep.
        start, size = source.starts[2], len(source.blocks[2]) - 1
        nested = drifts.relaid(source.file, drifts.deeper(language.indent), start, size)
        nested = drifts.insert(drifts.insert(nested, start + size, [language.indent + "}"]), start, [language.indent + "if enabled {"])
        deep = probe("nested-deeper", nested, translate=drifts.deeper(language.indent), context=1)
        deep.ask("unified", "plain")
        deep.ask(*(("search", "fenced") if number % 2 else ("codex", "plain")))
        # The author wrote it less deep than it stands.
        flat = shallower(language.indent)
        probe("none", source.file, note="the author quoted it less deep", context=1).ask(
            *(("codex", "plain") if number % 2 else ("search", "plain")), quoted=relaid(source.file, flat),
            changes=retold(changes, flat))
        # Half of the hunk went deeper: how deep the new lines belong nobody can say.
        ragged = drifts.relaid(source.file, drifts.deeper(language.indent), at - 1, 2)
        half = Probe(
            corpus, "white-space", language.name, "ragged", source.file, ragged, changes, language.path, random, wanted=None,
            context=2)
        half.ask("unified", "plain", REJECTED, "conflict")
        # Within a line blanks are text.
        spaced = drifts.relaid(source.file, lambda text: text.replace(" = ", "  =  ").replace(" := ", "  :=  "), at - 1, 1)
        probe("aligned-context", spaced).ask("unified", "plain", EITHER, "conflict")
    for language in (BY_NAME["swift"], BY_NAME["python"]):
        random = randomness(f"tabs {language.name}")
        source = Source(language, random)
        changes = [Change(source.body(2) + 1, 1, source.fresh(2))]
        today = drifts.relaid(source.file, tabbed)
        probe = Probe(
            corpus, "white-space", language.name, "spaces-to-tabs", source.file, today, changes, language.path, random,
            translate=tabbed)
        for dialect in ("unified", "codex", "search"):
            probe.ask(dialect, "plain", EITHER, "conflict")
        back = Probe(
            corpus, "white-space", language.name, "tabs-to-spaces", relaid(source.file, tabbed), source.file,
            retold(changes, tabbed), language.path, random,
            wanted=edited(source.file, changes).content())
        back.ask("unified", "plain", EITHER, "conflict")


def meaningful_indentation(corpus):
    random = randomness("indentation")
    danger = "meaningful-indentation"
    # A key that is gone where it was meant, and stands elsewhere less deep with another meaning.
    for extra in (0, 2):
        keys = ["image: registry.example/base:4", "restart: always", "stop_grace_period: 20s", "mem_limit: 64m"]
        deep = ["    " + key for key in keys]
        shallow = [" " * (2 + extra * 2) + key for key in keys]
        head = ["services:", "  web:"]
        base = File(["x-shared:"] + (["  defaults:", "    inner:"] if extra else []) + shallow + head + deep + ["  db:", "    image: registry.example/db:1"])
        first = base.find("  web:")
        today = drifts.remove(base, first, 5)
        probe = Probe(
            corpus, danger, "yaml", "meant-lines-gone-others-at-another-depth", base, today,
            [Change(first + 3, 1, ["    stop_grace_period: 60s"])], "compose.yaml", random, context=1)
        for dialect, shape in (("unified", "plain"), ("codex", "plain"), ("search", "plain"), ("snippet", "replace")):
            if extra == 0 or dialect in ("unified", "codex"):
                probe.ask(dialect, shape, REJECTED, "conflict")
    body = ["total = 0", "for row in rows:", "    total += row.amount", "log(total)", "return total"]
    base = File(
        ["# One inside, one outside", "class Sum:", "    def of(self, rows):", *["        " + text for text in body], "", "",
         "def sum_of(rows):", *["    " + text for text in body]])
    gone = drifts.replace(base, 3, 5, ["        return sum_of(rows)"])
    probe = Probe(
        corpus, danger, "python", "meant-lines-gone-others-at-another-depth", base, gone,
        [Change(5, 1, ["            total += row.amount * row.count"])], "app/sum.py", random, context=1)
    for dialect in ("unified", "codex", "search"):
        probe.ask(dialect, "plain", REJECTED, "conflict")
    # Only the depth changes: a line that leaves the loop.
    base = File(["def total(rows):", "    found = 0", "    for row in rows:", "        found += row.amount", "        report(found)", "    return found"])
    out = [Change(4, 1, ["    report(found)"])]
    for drift, today in (("none", base), ("above", drifts.insert(base, 0, ["import os", ""]))):
        probe = Probe(corpus, danger, "python", drift, base, today, out, "app/total.py", random)
        for dialect in ("unified", "codex", "search"):
            probe.ask(dialect, "plain", note="the edit changes nothing but a depth")
    done = Probe(corpus, danger, "python", "the-same-edit", base, edited(base, out), out, "app/total.py", random, wanted=None)
    done.ask("unified", "plain", ALREADY)
    done.ask("codex", "plain", ALREADY)
    # A function went into a class as a whole.
    for language in (BY_NAME["python"], BY_NAME["yaml"]):
        source = Source(language, random, 4, 5)
        start, size = source.starts[1], len(source.blocks[1]) - 1
        deeper = drifts.deeper(language.indent)
        today = drifts.relaid(source.file, deeper, start, size)
        lead = "    if ENABLED:" if language.name == "python" else "  grouped:"
        today = drifts.insert(today, start, [lead])
        probe = Probe(
            corpus, danger, language.name, "nested-deeper", source.file, today, [Change(source.body(1) + 2, 1, source.fresh(1))],
            language.path, random, translate=deeper, context=2)
        probe.ask("unified", "plain", EITHER, "conflict")
        probe.ask("codex", "plain", EITHER, "conflict")
    # A recipe begins with a tab; the author's editor showed blanks.
    base = File([
        "PREFIX ?= /usr/local", "", "build:", "\tcc -O1 -o tool tool.c", "\tstrip tool", "", "ifdef FAST", "    FLAGS := -O3", "endif", "",
        "install: build", "\tinstall -m 755 tool $(PREFIX)/bin"])
    change = [Change(3, 1, ["\tcc -O2 -Wall -o tool tool.c"])]
    for width in (4, 8):
        blanks = lambda text: text.replace("\t", " " * width)
        probe = Probe(
            corpus, danger, "makefile", "none", base, base, change, "Makefile", random, note=f"a tab shown as {width} blanks")
        for dialect in ("unified", "codex", "search"):
            probe.ask(dialect, "plain", EITHER, "conflict", quoted=relaid(base, blanks), changes=retold(change, blanks))
    twice = File(["ifdef FAST", "    FLAGS := -O3", "endif", "", "run:", "\tFLAGS := -O3", "\t./tool"])
    flags = [Change(1, 1, ["    FLAGS := -O2"])]
    probe = Probe(corpus, danger, "makefile", "none", twice, twice, flags, "Makefile", random, note="with blanks, beside one with a tab")
    probe.ask("search", "plain", context=0)
    probe.ask("unified", "plain")
    gone = drifts.remove(twice, 0, 4)
    probe = Probe(corpus, danger, "makefile", "meant-lines-gone-others-at-another-depth", twice, gone, flags, "Makefile", random)
    probe.ask("search", "plain", REJECTED, "conflict", context=0)
    probe.ask("snippet", "replace", REJECTED, "conflict")


ASCII = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "\u00a0": " ", "‑": "-"})


def punctuation(corpus):
    random = randomness("punctuation")
    text = [
        "# Opening hours", "", "The office is “open” from 9–17 o’clock.", "Ring the bell if it isn’t.", "", "## Holidays", "",
        "Closed on the 24th – and on the “long” weekend.", "Write to\u00a0us before you come.", "Bring your ticket.", "", "## Contact", "",
        "See ‘About’."]
    base = File(text)
    plain = relaid(base, lambda line: line.translate(ASCII))
    edits = {
        "beside": [Change(9, 1, ["Bring your ticket and a pen."])],
        "itself": [Change(7, 1, ["Closed on the 24th and on Sundays."])],
        "inserted": [Change(4, 0, ["Knock twice."])],
    }
    for kind, changes in edits.items():
        for drift, today in (("none", base), ("above", drifts.insert(base, 0, ["---", "title: Hours", "---"]))):
            probe = Probe(
                corpus, "punctuation", "markdown", drift, base, today, changes, "docs/hours.md", random,
                note=f"plain punctuation in the patch; {kind}")
            for dialect in ("unified", "codex", "search"):
                if drift == "none" or dialect != "search":
                    probe.ask(dialect, "plain", quoted=plain)
    # The file is plain, the author's tool made quotes round.
    source = File(['let title = "Opening hours"', 'let bell = "Ring the bell"', "let count = 4", "let limit = 8", 'let last = "Bye"'])
    round_ = relaid(source, lambda line: line.replace('"Ring the bell"', "“Ring the bell”").replace('"Bye"', "“Bye”"))
    probe = Probe(
        corpus, "punctuation", "swift", "none", source, source, [Change(2, 1, ["let count = 5"])], "Sources/App/Texts.swift", random,
        note="round quotes in the patch's context")
    for dialect in ("unified", "codex", "search"):
        probe.ask(dialect, "plain", quoted=round_)
    # Two lines that differ in nothing but their quotes.
    pair = File(["say(\"it's open\")", "wait()", "say(\"it’s open\")", "wait()", "end()"])
    for line in (0, 2):
        probe = Probe(
            corpus, "punctuation", "javascript", "none", pair, pair, [Change(line, 1, ["say('open')"])], "web/say.js", random,
            note="its twin differs in a quote only", context=(0, 1))
        for dialect in ("unified", "codex", "search"):
            probe.ask(dialect, "plain")
    neither = File(["say(“open”)", "wait()", "say(„open“)", "wait()", "say(”open”)"])
    probe = Probe(
        corpus, "punctuation", "javascript", "none", neither, neither, [Change(0, 1, ["say('open')"])], "web/say.js", random, wanted=None,
        note="fits two lines, neither of them exactly", context=(0, 0))
    ascii_ = relaid(neither, lambda line: line.replace("“", '"').replace("”", '"'))
    for dialect in ("codex", "search"):
        probe.ask(dialect, "plain", REJECTED, ("ambiguous", "conflict"), quoted=ascii_)
    # The same letters in another composition: the file keeps its own.
    composed = File(["# Café", "", "Le café ouvre à neuf heures.", "Fermé le lundi.", "Entrée libre."])
    decomposed = File([line.replace("é", "e\u0301").replace("à", "a\u0300") for line in composed.texts])
    probe = Probe(
        corpus, "punctuation", "markdown", "none", decomposed, decomposed, [Change(2, 1, ["Le café ouvre à dix heures."])], "docs/cafe.md",
        random, note="accents composed in the patch, decomposed in the file")
    probe.ask("unified", "plain", EITHER, "conflict", quoted=composed)
    probe.ask("search", "plain", EITHER, "conflict", quoted=composed)


def line_ends(corpus):
    dressings = (("unified", "plain"), ("unified", "fenced"), ("codex", "plain"), ("search", "plain"), ("search", "fenced"), ("snippet", "replace"))
    for number, language in enumerate((BY_NAME["swift"], BY_NAME["yaml"], BY_NAME["javascript"])):
        random = randomness(f"line ends {language.name}")
        source = Source(language, random)
        changes = [Change(source.body(2) + 1, 1, source.fresh(2))]
        crlf = source.file.copy(eol="\r\n")
        above = drifts.insert(crlf, source.starts[0], source.fresh_block())
        for turn, (dialect, shape) in enumerate(dressings):
            if (turn + number) % 2 == 0:
                Probe(corpus, "line-ends", language.name, "none", crlf, crlf, changes, language.path, random, note="CRLF file, LF patch").ask(
                    dialect, shape)
            else:
                Probe(corpus, "line-ends", language.name, "above", crlf, above, changes, language.path, random, note="CRLF file, LF patch").ask(
                    dialect, shape)
        for dialect in ("unified", "codex", "search"):
            Probe(corpus, "line-ends", language.name, "above", crlf, above, changes, language.path, random, note="CRLF file, CRLF patch").ask(
                dialect, "crlf")
        probe = Probe(
            corpus, "line-ends", language.name, "lf-to-crlf", source.file, crlf.copy(), changes, language.path, random,
            note="the file was converted")
        probe.ask("unified", "plain")
        probe.ask("whole", "plain", EITHER, "conflict", knows_base=True)
    # Both kinds in one file: a new line takes after those that it stands among.
    random = randomness("mixed ends")
    first, second = [f"first {n}" for n in range(6)], [f"second {n}" for n in range(6)]
    content = "".join(text + "\r\n" for text in first) + "".join(text + "\n" for text in second)
    plain = File(first + second)
    for at, end, drift in ((2, "\r\n", "none"), (9, "\n", "none")):
        old = plain.texts[at]
        wanted = content.replace(old + end, "changed" + end + "and more" + end)
        for dialect, shape in (("unified", "plain"), ("codex", "plain")):
            probe = Probe(corpus, "line-ends", "text", drift, plain, plain, [Change(at, 1, ["changed", "and more"])], "notes.txt", random)
            patch, _ = probe.dress(dialect, shape, plain, 3, probe.changes)
            corpus.add(
                "line-ends", "text", drift, dialect, shape, base=content, today=content, patch=patch, wanted=wanted, allows=EITHER,
                reasons="conflict", path="notes.txt", note="CRLF above, LF below")
    # What only looks like an end of line stays within its line.
    odd = File(["progress 10%\rprogress 20%", "page one\fpage two", "para\u2028graph", "next\u0085line", "last"])
    probe = Probe(corpus, "line-ends", "text", "none", odd, odd, [Change(4, 1, ["the last"])], "notes.txt", random, note="CR, FF, U+2028, U+0085 in lines")
    probe.ask("unified", "plain")
    probe.ask("search", "plain")


def last_line(corpus):
    """A file that does not end with a newline."""
    for language in (BY_NAME["swift"], BY_NAME["python"], BY_NAME["yaml"]):
        random = randomness(f"last line {language.name}")
        source = Source(language, random, 3, 3)
        while not source.file.lines[-1].text:
            source.file.lines.pop()
        base = source.file.copy(final=False)
        last = len(base.lines) - 1
        with_end = base.copy(final=True)

        def probe(drift, today, changes, **more):
            return Probe(corpus, "last-line", language.name, drift, base, today, changes, language.path, random, **more)

        replaced = [Change(last, 1, [base.texts[last] + f" {language.comment} the end"])]
        wanted = edited(base, replaced).content()
        for drift, today in (("none", base), ("above", drifts.insert(base, source.starts[0], source.fresh_block()))):
            asked = probe(drift, today, replaced)
            asked.ask("unified", "plain")
            asked.ask("codex", "plain", also=[asked.wanted + "\n"])
            if drift == "none":
                asked.ask("search", "plain", also=[asked.wanted + "\n"])
        # The author's diff has no remark about the newline: nobody can say whether it was meant to come.
        silent = probe("none", base, replaced).dress("unified", "plain", base, 3, replaced)[0]
        corpus.add(
            "last-line", language.name, "none", "unified", "plain", base=base.content(), today=base.content(),
            patch=silent.replace("\\ No newline at end of file\n", ""),
            wanted=wanted, also=[wanted + "\n"], allows=APPLIED, path=language.path, note="the remark about the newline is missing")
        # The drift has given the file its newline: it stays, unless the edit says otherwise.
        ended = probe("newline-added", with_end, replaced, wanted=edited(with_end, replaced).content())
        ended.ask("unified", "plain", EITHER, "conflict", also=[wanted])
        ended.ask("codex", "plain")
        # Something after the last line.
        appended = [Change(last + 1, 0, [f"{language.comment} one more"])]
        asked = probe("none", base, appended)
        asked.ask("codex", "plain", also=[asked.wanted + "\n"])
        asked.ask("search", "plain", also=[asked.wanted + "\n"])
        # The edit is the newline.
        ends = File(base.texts)
        text = base.texts[last]
        context = "".join(f" {line}\n" for line in base.texts[last - 3:last])
        patch = (
            f"--- a/{language.path}\n+++ b/{language.path}\n@@ -{last - 2},4 +{last - 2},4 @@\n{context}-{text}\n\\ No newline at end of file\n+{text}\n")
        corpus.add(
            "last-line", language.name, "none", "unified", "plain", base=base.content(), today=base.content(), patch=patch,
            wanted=ends.content(), allows=APPLIED, path=language.path, note="the newline is the edit")
        corpus.add(
            "last-line", language.name, "newline-added", "unified", "plain", base=base.content(), today=ends.content(), patch=patch,
            wanted=None, allows=ALREADY, path=language.path, note="the newline is the edit")
