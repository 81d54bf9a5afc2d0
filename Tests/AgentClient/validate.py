"""Holds documents against a JSON Schema, for the tests: one document a line of a file.

    validate.py SCHEMA DOCUMENTS

What is wrong is printed, one line each, with the document's number (from 1) and the place in it; nothing where all are right. The
schema says of which draft it is. Formats are checked where jsonschema can, URIs here: it needs further packages for them.
"""

import json
import re
import sys

from jsonschema import FormatChecker
from jsonschema.validators import validator_for

# RFC 3986, appendix A: what a URI or a relative reference may be written with.
REFERENCE = re.compile(r"^(?:[!$&'()*+,;=:@/?\-._~A-Za-z0-9]|%[0-9A-Fa-f]{2})*(?:#(?:[!$&'()*+,;=:@/?\-._~A-Za-z0-9]|%[0-9A-Fa-f]{2})*)?$")
SCHEME = re.compile(r"^[A-Za-z][A-Za-z0-9+.\-]*:")


def checker():
    formats = FormatChecker()

    @formats.checks("uri-reference")
    def is_reference(value):
        # A first segment with a colon in it would be taken for a scheme.
        return not isinstance(value, str) or REFERENCE.match(value) is not None

    @formats.checks("uri")
    def is_uri(value):
        return not isinstance(value, str) or (is_reference(value) and SCHEME.match(value) is not None)

    return formats


def main():
    with open(sys.argv[1], encoding="utf-8-sig") as file:
        schema = json.load(file)
    kind = validator_for(schema)
    kind.check_schema(schema)
    validator = kind(schema, format_checker=checker())
    with open(sys.argv[2], encoding="utf-8") as file:
        documents = [json.loads(line) for line in file if line.strip()]
    if not documents:
        sys.exit("there is no document")
    for number, document in enumerate(documents, 1):
        for error in validator.iter_errors(document):
            place = "/".join(str(part) for part in error.absolute_path)
            print(f"{number}: /{place}: {error.message[:300]}")


main()
