"""Small sources in several languages, put together from blocks: functions, methods, sections."""

from model import File

WORDS = (
    "order invoice ledger parcel ticket voucher tenant branch vessel meadow harbor signal beacon lantern orchard quarry "
    "summit canyon glacier prairie timber copper cobalt saffron indigo marble granite velvet cotton walnut cedar maple").split()


class Language:
    name = path = ""
    indent = "    "
    comment = "//"

    def name_of(self, word, verb="load"):
        return verb + word.capitalize()

    def statement(self, word, number):
        raise NotImplementedError

    def block(self, name, statements):
        raise NotImplementedError

    def head(self, title):
        return [f"{self.comment} {title}", ""]

    def tail(self):
        return []

    def file(self, title, blocks, **layout):
        return File(self.head(title) + [text for block in blocks for text in block] + self.tail(), **layout)


class Swift(Language):
    name, path = "swift", "Sources/App/Store.swift"

    def statement(self, word, number):
        return f"        let {word}{number} = table.value(of: \"{word}\", at: {number})"

    def block(self, name, statements):
        return [f"    func {name}(_ id: Int) -> String? {{", *statements, "        return nil", "    }", ""]

    def head(self, title):
        return [f"// {title}", "", "struct Store {", "    let table: Table", ""]

    def tail(self):
        return ["}"]


class Python(Language):
    name, path, comment = "python", "app/store.py", "#"

    def name_of(self, word, verb="load"):
        return f"{verb}_{word}"

    def statement(self, word, number):
        return f"        {word}_{number} = self.table.value('{word}', {number})"

    def block(self, name, statements):
        return [f"    def {name}(self, ident):", *statements, "        return None", ""]

    def head(self, title):
        return [f"# {title}", "", "", "class Store:", "    def __init__(self, table):", "        self.table = table", ""]


class Go(Language):
    name, path, indent = "go", "store/store.go", "\t"

    def statement(self, word, number):
        return f"\t{word}{number} := table.Value(\"{word}\", {number})"

    def block(self, name, statements):
        return [f"func {name}(table *Table, id int) string {{", *statements, "\treturn \"\"", "}", ""]

    def head(self, title):
        return [f"// {title}", "package store", ""]


class JavaScript(Language):
    name, path, indent = "javascript", "web/store.js", "  "

    def statement(self, word, number):
        return f"    const {word}{number} = this.table.value('{word}', {number});"

    def block(self, name, statements):
        return [f"  {name}(id) {{", *statements, "    return null;", "  }", ""]

    def head(self, title):
        return [f"// {title}", "", "export class Store {"]

    def tail(self):
        return ["}"]


class C(Language):
    name, path, indent = "c", "src/store.c", "\t"

    def name_of(self, word, verb="load"):
        return f"{verb}_{word}"

    def statement(self, word, number):
        return f"\tint {word}{number} = value(table, \"{word}\", {number});"

    def block(self, name, statements):
        return [f"static int {name}(struct table *table, int id)", "{", *statements, "\treturn 0;", "}", ""]

    def head(self, title):
        return [f"/* {title} */", "#include \"table.h\"", ""]


class Yaml(Language):
    name, path, indent, comment = "yaml", "compose.yaml", "  ", "#"

    def name_of(self, word, verb="load"):
        return f"{verb}-{word}"

    def statement(self, word, number):
        return f"      {word.upper()}_{number}: \"{number}\""

    def block(self, name, statements):
        return [f"  {name}:", f"    image: registry.example/base:1", "    environment:", *statements, "    restart: always", ""]

    def head(self, title):
        return [f"# {title}", "services:"]


ALL = [Swift(), Python(), Go(), JavaScript(), C(), Yaml()]
BY_NAME = {language.name: language for language in ALL}


def words(random, count):
    return random.sample(WORDS, count)


def statements(language, word, random, count=4):
    numbers = random.sample(range(10, 99), count)
    return [language.statement(word, number) for number in numbers]


class Source:
    """A file whose blocks all differ, with the index of each block's first line."""

    def __init__(self, language, random, count=5, statement_count=4, title="Kept small on purpose"):
        self.language, self.random = language, random
        self.names = words(random, count)
        self.bodies = [statements(language, word, random, statement_count) for word in self.names]
        self.blocks = [
            language.block(language.name_of(word), body) for word, body in zip(self.names, self.bodies)]
        self.file = language.file(title, self.blocks)
        self.starts, at = [], len(language.head(title))
        for block in self.blocks:
            self.starts.append(at)
            at += len(block)

    def body(self, block):
        """Index of the block's first statement."""
        return self.starts[block] + self.blocks[block].index(self.bodies[block][0])

    def fresh(self, count=1, word="spare"):
        """Statements that stand nowhere in the file."""
        return [self.language.statement(word, 100 + self.random.randrange(800) * 7 + i) for i in range(count)]

    def fresh_block(self, word="extra"):
        return self.language.block(self.language.name_of(word, "keep"), self.fresh(3, word))
