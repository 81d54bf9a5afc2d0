"""Dangers of the content: no file, no text, other encodings, formats of data, text that looks like a patch, much of it."""

import json

import dialects
import drifts
from corpus import ALREADY, APPLIED, EITHER, REJECTED, Probe, randomness
from languages import BY_NAME, Source
from model import Change, File, edited


def empty_files(corpus):
    danger, path = "empty-and-new-files", "Sources/App/Empty.swift"
    new = "struct Empty {\n    let count = 0\n}\n"
    plus = "".join("+" + line + "\n" for line in new.splitlines())

    def add(drift, dialect, shape, base, today, patch, wanted, allows=APPLIED, reasons=(), **more):
        corpus.add(
            danger, "swift", drift, dialect, shape, base=base, today=today, patch=patch, wanted=wanted, allows=allows, reasons=reasons,
            path=path, **more)

    into_empty = f"--- a/{path}\n+++ b/{path}\n@@ -0,0 +1,3 @@\n{plus}"
    creation = f"diff --git a/{path} b/{path}\nnew file mode 100644\n--- /dev/null\n+++ b/{path}\n@@ -0,0 +1,3 @@\n{plus}"
    added = f"*** Begin Patch\n*** Add File: {path}\n{plus}*** End Patch\n"
    chunk = f"*** Begin Patch\n*** Update File: {path}\n@@\n{plus}*** End Patch\n"
    search = f"{path}\n<<<<<<< SEARCH\n=======\n{new}>>>>>>> REPLACE\n"
    other = "struct Other {}\n"
    add("none", "unified", "plain", "", "", into_empty, new)
    add("none", "codex", "plain", "", "", chunk, new)
    add("none", "search", "plain", "", "", search, new)
    add("none", "whole", "plain", "", "", new, new)
    # Somebody has filled it meanwhile: where the new lines belong is not said.
    for dialect, shape, patch in (("unified", "plain", into_empty), ("codex", "plain", chunk), ("search", "plain", search)):
        add("filled-meanwhile", dialect, shape, "", other, patch, None, REJECTED, ("conflict", "ambiguous", "needs-anchor"))
    add("filled-meanwhile", "whole", "plain", "", other, new, None, REJECTED, ("conflict", "needs-base"), knows_base=True)
    add("the-same-edit", "unified", "plain", "", new, into_empty, None, ALREADY)
    add("the-same-edit", "whole", "plain", "", new, new, None, ALREADY)
    add("none", "unified", "git", None, None, creation, new)
    add("none", "unified", "plain", None, None, creation.split("100644\n")[1], new)
    add("none", "codex", "add", None, None, added, new)
    add("none", "whole", "plain", None, None, new, new)
    add("none", "whole", "fenced", None, None, f"```swift\n{new}```\n", new)
    add("none", "search", "plain", None, None, search, new)
    add("the-same-edit", "unified", "git", None, new, creation, None, ALREADY)
    add("the-same-edit", "codex", "add", None, new, added, None, ALREADY)
    add("made-by-another", "unified", "git", None, other, creation, None, REJECTED, "conflict")
    add("made-by-another", "codex", "add", None, other, added, None, REJECTED, "conflict")
    # An update of what is not there.
    gone = f"--- a/{path}\n+++ b/{path}\n@@ -1,3 +1,3 @@\n struct Empty {{\n-    let count = 0\n+    let count = 1\n }}\n"
    add("file-gone", "unified", "plain", new, None, gone, None, REJECTED, "conflict")
    # Everything goes: an empty file stays, or none.
    minus = "".join("-" + line + "\n" for line in new.splitlines())
    emptied = f"--- a/{path}\n+++ b/{path}\n@@ -1,3 +0,0 @@\n{minus}"
    deleted = f"diff --git a/{path} b/{path}\ndeleted file mode 100644\n--- a/{path}\n+++ /dev/null\n@@ -1,3 +0,0 @@\n{minus}"
    add("none", "unified", "plain", new, new, emptied, "")
    add("none", "search", "plain", new, new, f"{path}\n<<<<<<< SEARCH\n{new}=======\n>>>>>>> REPLACE\n", "")
    add("none", "unified", "git", new, new, deleted, None)
    add("none", "codex", "delete", new, new, f"*** Begin Patch\n*** Delete File: {path}\n*** End Patch\n", None)
    longer = new.replace("}", "    let limit = 4\n}")
    add("grown-meanwhile", "unified", "git", new, longer, deleted, None, REJECTED, "conflict")
    # A deletion in Codex's form shows nothing of the file: with the base known, the drift would be lost.
    add("grown-meanwhile", "codex", "delete", new, longer, f"*** Begin Patch\n*** Delete File: {path}\n*** End Patch\n", None, REJECTED, "conflict", knows_base=True)
    # Lines to put in, and nothing around them, in a file with lines.
    source = Source(BY_NAME["swift"], randomness("bare insertion"))
    at = source.body(1)
    change = [Change(at, 0, source.fresh(2))]
    above = drifts.insert(source.file, source.starts[0], source.fresh_block())
    for drift, today in (("none", source.file), ("above", above)):
        probe = Probe(corpus, danger, "swift", drift, source.file, today, change, BY_NAME["swift"].path, source.random, context=0, note="no context at all")
        probe.ask("unified", "plain", EITHER if drift == "none" else REJECTED, ("conflict", "needs-anchor", "ambiguous"))
        probe.ask("codex", "plain", REJECTED, ("conflict", "needs-anchor", "ambiguous"))
        probe.ask("search", "plain", REJECTED, ("conflict", "needs-anchor", "ambiguous"))


def encodings(corpus):
    danger, random = "encodings", randomness("encodings")
    lines = [
        "-- Müller & Söhne", "local greeting = 'Grüß Gott'", "local count = 4", "local limit = 8", "local delay = 15", "local retries = 3",
        "local port = 8080", "print(greeting)", "return count"]
    latin = File(lines)

    def probe(change, drift, today, **more):
        return Probe(corpus, danger, "lua", drift, latin, today, change, "lib/greet.lua", random, encoding="latin-1", **more)

    above = drifts.insert(latin, 0, ["-- für später"])
    far, near = [Change(6, 1, ["local port = 9090"])], [Change(2, 1, ["local count = 5"])]
    for drift, today in (("none", latin), ("above", above)):
        for dialect in ("unified", "codex", "search"):
            probe(far, drift, today, note="Latin-1, far from its letters", context=2).ask(dialect, "plain")
        probe(near, drift, today, note="Latin-1, a context line with umlauts").ask("unified", "plain", EITHER, ("conflict", "encoding"))
    new = [Change(6, 1, ["local name = 'Jürgen'", "local port = 9090"])]
    for dialect in ("unified", "search"):
        probe(new, "none", latin, note="Latin-1, a new line with an umlaut", context=2).ask(dialect, "plain", EITHER, ("conflict", "encoding"))
    beyond = [Change(6, 1, ["local price = '9 €'"])]
    patch, _ = probe(beyond, "none", latin).dress("unified", "plain", latin, 2, beyond)
    corpus.add(
        danger, "lua", "none", "unified", "plain", base=latin.content(), today=latin.content(), patch=patch, wanted=None, allows=REJECTED,
        reasons=("conflict", "encoding"), path="lib/greet.lua", encoding="latin-1", note="Latin-1, a new line with a letter that it does not have")
    # A byte order mark belongs to the file and to no line.
    source = Source(BY_NAME["swift"], random, 3)
    marked = source.file.copy()
    marked.lines[0].text = "\ufeff" + marked.lines[0].text
    bare = File(source.file.texts)
    bare.lines[0].text = bare.lines[0].text.lstrip("\ufeff")
    for at, dialect in ((1, "unified"), (1, "search"), (source.body(1), "codex")):
        change = [Change(at, 1, ["// Second line"])]
        Probe(corpus, danger, "swift", "none", marked, marked, change, "Sources/App/Store.swift", random, note="byte order mark").ask(
            dialect, "plain", quoted=bare)
    first = [Change(0, 1, ["// Another title"])]
    wanted = edited(marked, [Change(0, 1, ["\ufeff// Another title"])]).content()
    Probe(corpus, danger, "swift", "none", marked, marked, first, "Sources/App/Store.swift", random, wanted=wanted, note="byte order mark, its line replaced").ask(
        "unified", "plain", EITHER, "conflict", quoted=bare)
    # UTF-16, as bytes: what a patch's text says of it is found nowhere.
    text = "let a = 1\nlet b = 2\nlet c = 3\n"
    wide = text.encode("utf-16-le").decode("latin-1")
    wide_new = text.replace("2", "5").encode("utf-16-le").decode("latin-1")
    patch = "--- a/wide.txt\n+++ b/wide.txt\n@@ -1,3 +1,3 @@\n let a = 1\n-let b = 2\n+let b = 5\n let c = 3\n"
    corpus.add(
        danger, "text", "none", "unified", "plain", base=wide, today=wide, patch=patch, wanted=wide_new, allows=EITHER,
        reasons=("conflict", "encoding"), path="wide.txt", encoding="latin-1", note="UTF-16")
    # Bytes that are no UTF-8 and no text in a line beside.
    binary = File(["head", "key=\x80\xfe\xff\x00\x01", "tail = 1", "more = 2", "last = 3"])
    Probe(corpus, danger, "text", "none", binary, binary, [Change(4, 1, ["last = 4"])], "data.bin", random, encoding="latin-1", context=1, note="bytes that are no text").ask(
        "unified", "plain", EITHER, ("conflict", "encoding"))


def structured(corpus):
    """JSON: the same keys in every object."""
    danger, random = "structured-data", randomness("structured")
    names = ["gateway", "search", "mailer", "ledger"]

    def service(name, replicas=2):
        return {"name": name, "replicas": replicas, "port": 8080, "health": "/ready", "restart": "always"}

    def written(services):
        return File(json.dumps({"services": services}, indent=2).split("\n"))

    base = written([service(name) for name in names])
    at = base.find('      "port": 8080,', 1)
    change = [Change(at, 1, ['      "port": 9090,'])]
    two_more = written([service("first"), service("proxy")] + [service(name) for name in names])
    one_more = written([service("first")] + [service(name) for name in names])
    todays = {"none": base, "one-object-before": one_more, "two-objects-before": two_more}
    for drift, today in todays.items():
        wanted = today.copy()
        place = wanted.find('      "name": "search",') + 2
        wanted = drifts.replace(wanted, place, 1, change[0].new).content()
        probe = Probe(corpus, danger, "json", drift, base, today, change, "config/services.json", random, wanted=wanted)
        probe.ask("unified", "plain", context=2, note="the name in its context")
        probe.ask("unified", "git", knows_base=True, context=2)
        probe.ask("unified", "plain", EITHER if drift == "none" else REJECTED, "ambiguous", context=1, note="the same context in each object")
        probe.ask("codex", "plain", REJECTED, "ambiguous", context=1)
        probe.ask("codex", "anchored" if drift == "none" else "plain", context=2)
        if drift != "none":
            probe.ask("search", "plain", REJECTED, "ambiguous", context=0)
            probe.ask("search", "plain", context=2)
    # The last object gets a neighbour: a comma comes with it.
    end = len(base.lines) - 3
    more = [Change(end, 1, ["    },"] + ["    " + line for line in json.dumps(service("proxy"), indent=2).split("\n")])]
    Probe(corpus, danger, "json", "none", base, base, more, "config/services.json", random).ask("unified", "plain")
    # All of it in one line: two edits in one line are a conflict, whoever compares lines.
    flat = File([json.dumps([service(name) for name in names])])
    new = [Change(0, 1, [flat.texts[0].replace('"search", "replicas": 2', '"search", "replicas": 3')])]
    Probe(corpus, danger, "json", "none", flat, flat, new, "config/flat.json", random).ask("unified", "plain")
    today = File([flat.texts[0].replace('"ledger", "replicas": 2', '"ledger", "replicas": 5')])
    for dialect, knows_base in (("unified", False), ("unified", True), ("search", False)):
        Probe(corpus, danger, "json", "elsewhere-in-the-line", flat, today, new, "config/flat.json", random, wanted=None).ask(
            dialect, "git" if knows_base else "plain", REJECTED, "conflict", knows_base=knows_base)


def markdown(corpus):
    danger, random, path = "fences-in-text", randomness("markdown"), "docs/guide.md"
    base = File([
        "# Guide", "", "Build it:", "", "```sh", "make build", "```", "", "Then call it:", "", "```swift", "let answer = try ask()",
        "print(answer)", "```", "", "As a diff:", "", "````", "```diff", "-old", "+new", "```", "````", "", "That is all."])
    edits = {
        "in a fence": [Change(5, 1, ["make build test"])],
        "a fence itself": [Change(10, 1, ["```swift title=main"])],
        "a fence inserted": [Change(15, 0, ["Stop it:", "", "```sh", "make stop", "```", ""])],
        "a diff in a fence": [Change(19, 2, ["-older", "+newer"])],
    }
    for kind, changes in edits.items():
        for dialect, shape in (("unified", "fenced"), ("unified", "plain"), ("codex", "fenced"), ("search", "plain"), ("search", "fenced")):
            if (kind, shape, dialect) in (("a fence itself", "plain", "codex"), ("in a fence", "plain", "search")):
                continue
            # A fence around blocks that hold fences of the same length: where it ends is anybody's guess.
            unclear = dialect == "search" and shape == "fenced"
            Probe(corpus, danger, "markdown", "none", base, base, changes, path, random, note=kind).ask(
                dialect, shape, EITHER if unclear else APPLIED, ("malformed", "conflict") if unclear else ())
    changes = edits["in a fence"]
    result = edited(base, changes).content()
    above = drifts.insert(base, 2, ["Read this first.", ""])
    moved_on = drifts.insert(edited(base, changes), 2, ["Read this first.", ""]).content()
    for drift, today, wanted in (("none", base, result), ("above", above, moved_on)):
        for shape, patch in (
            ("plain", result), ("fenced", f"`````markdown\n{result}`````\n"), ("fenced", f"```markdown\n{result}```\n")):
            corpus.add(
                danger, "markdown", drift, "whole", shape, base=base.content(), today=today.content(), patch=patch, wanted=wanted,
                allows=APPLIED if shape == "plain" else EITHER, reasons=() if shape == "plain" else ("malformed", "not-a-patch", "conflict", "needs-anchor"), path=path,
                knows_base=True)
    # A file that begins and ends with a fence of its own.
    own = File(["```sh", "make", "```", "", "And then:", "", "```sh", "make test", "```"])
    new = edited(own, [Change(1, 1, ["make build"])]).content()
    corpus.add(
        danger, "markdown", "none", "whole", "plain", base=own.content(), today=own.content(), patch=new, wanted=new, allows=EITHER,
        reasons=("malformed", "not-a-patch", "conflict", "needs-anchor"), path="docs/make.md", knows_base=True, note="its own fences are no wrapping")


def patch_syntax(corpus):
    danger = "text-like-a-patch"
    swift = File([
        "enum Samples {", "    static let diff = \"\"\"", "        --- a/main.swift", "        +++ b/main.swift", "        @@ -1,2 +1,2 @@", "         let a = 1",
        "        -let b = 2", "        +let b = 3", "        \"\"\"", "", "    static let block = \"\"\"", "        <<<<<<< SEARCH", "        old",
        "        =======", "        new", "        >>>>>>> REPLACE", "        \"\"\"", "", "    static let envelope = \"\"\"", "        *** Begin Patch",
        "        *** Update File: main.swift", "        @@", "        -a", "        +b", "        *** End Patch", "        \"\"\"", "}"])
    flush = File([line[8:] if line.startswith("        ") else line.replace('    static', 'static') for line in swift.texts])
    sql = File([
        "CREATE TABLE books (", "  id INTEGER PRIMARY KEY,", "  title TEXT,", "-- the price in cents", "-- and its currency", "  price INTEGER", ");", "",
        "++ counter", "-- done", "SELECT 1;"])
    edits = (
        ("swift", "Sources/App/Samples.swift", swift, "a diff's line in a string", [Change(6, 2, ["        -let b = 4", "        +let b = 5"])]),
        ("swift", "Sources/App/Samples.swift", flush, "a diff in a string, at the margin", [Change(2, 3, ["--- a/lib.swift", "+++ b/lib.swift", "@@ -1,3 +1,3 @@"])]),
        ("swift", "Sources/App/Samples.swift", flush, "markers in a string, at the margin", [Change(12, 1, ["older"])]),
        ("swift", "Sources/App/Samples.swift", flush, "an envelope in a string, at the margin", [Change(22, 2, ["-c", "+d", "*** End of File"])]),
        ("sql", "db/books.sql", sql, "a comment goes: the line reads '--- the price'", [Change(3, 2, [])]),
        ("sql", "db/books.sql", sql, "'--- ' and '+++ ' one after the other", [Change(3, 1, ["++ price"])]),
        ("sql", "db/books.sql", sql, "both at the end of the hunk", [Change(8, 2, ["++ counter two", "-- all done"])]),
    )
    for language, path, base, note, changes in edits:
        random = randomness(f"patch syntax {note}")
        above = drifts.insert(base, 0, ["// one", "// two"] if language == "swift" else ["/* books */"])
        markers = "markers" in note
        for dialect, shape in (("unified", "git"), ("unified", "plain"), ("unified", "wrong-counts"), ("codex", "plain"), ("search", "plain")):
            drift, today = ("above", above) if shape == "plain" else ("none", base)
            allows = APPLIED
            if shape == "wrong-counts" and ("'" in note or "margin" in note or "end of" in note):
                # With counts that are wrong nobody can say where the hunk ends.
                allows = EITHER
            if dialect == "search" and markers:
                # SEARCH text with a line of seven '=' in it.
                allows = EITHER
            if dialect == "codex" and "envelope" in note:
                allows = EITHER
            probe = Probe(corpus, danger, language, drift, base, today, changes, path, random, note=note)
            probe.ask(dialect, shape, allows, ("malformed", "conflict", "ambiguous") if allows == EITHER else (), knows_base=shape == "git")


def rule_lines(rule):
    return [rule["text"].format(n=n, m=n % rule["period"]) for n in range(rule["lines"])]


def large(corpus):
    """Two megabytes: made from a rule, not kept."""
    danger, path, random = "large-files", "data/table.txt", randomness("large")
    unique = {"lines": 40_000, "text": "row {n}: the value of column {m} is kept for reference", "period": 97}
    alike = {"lines": 48_000, "text": "    row of column {m}: nothing tells it from another", "period": 12}

    def add(drift, dialect, shape, rule, change, today, wanted=None, allows=APPLIED, reasons=(), **more):
        """`today` and `wanted` as splices by construction: comparing two megabytes line by line is not needed to know them."""
        base = File(rule_lines(rule))
        if dialect == "unified":
            patch = dialects.unified(base, [change], path, shape, random)
        elif dialect == "codex":
            patch = dialects.codex(base, [change], path, shape)
        else:
            patch = dialects.search_replace(base, [change], path, shape)
        corpus.add(
            danger, "text", drift, dialect, shape, base=None, today=None, patch=patch, wanted=None, allows=allows, reasons=reasons,
            path=path, rule=rule, **more)
        corpus.cases[-1]["today"] = today
        if wanted is not None:
            corpus.cases[-1]["wanted"] = wanted

    change = Change(31_337, 1, ["row changed", "row put in"])
    spliced = [31_337, 1, "row changed\nrow put in\n"]
    head = [0, 0, "".join(f"head {n}\n" for n in range(100))]
    for dialect, shape in (("unified", "plain"), ("unified", "wrong-numbers"), ("codex", "plain"), ("search", "plain")):
        add("none", dialect, shape, unique, change, [], [spliced])
        if shape == "plain":
            add("above", dialect, shape, unique, change, [head], [head, spliced])
    change = Change(31_337, 1, ["row changed"])
    for dialect in ("unified", "search"):
        add("changed", dialect, "plain", unique, change, [[31_337, 1, "row changed by another\n"]], None, REJECTED, "conflict")
    change = Change(24_006, 1, ["    row of its own", "    and one more"])
    period = "".join(text + "\n" for text in rule_lines(alike)[:12])
    for drift, dialect, today in (
        ("by-one-line", "unified", [[0, 0, "head\n"]]), ("by-one-period", "unified", [[0, 0, period]]), ("none", "codex", []),
        ("none", "search", []),
    ):
        add(drift, dialect, "plain", alike, change, today, None, REJECTED, "ambiguous", note="4,000 places fit")
