"""Sends HTTP requests as no well-behaved client would, for the tests: one line of JSON for each, with the status (0 where the
connection was closed without one), the headers and the body.

    raw.py PORT '[{"method": "POST", "path": "/mcp", "headers": {...}, "body": "...", "fill": 0, "missing": 0, "hang_up": 0}]'

`fill` appends so many bytes to the body, `chunked` sends it in chunks, `missing` announces so many bytes more than are sent,
`hang_up` closes the connection after so many seconds without reading the answer.
"""

import http.client
import json
import sys
import time


def send(port, request):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    body = request.get("body", "").encode() + b" " * request.get("fill", 0)
    try:
        connection.putrequest(request.get("method", "POST"), request.get("path", "/mcp"), skip_accept_encoding=True)
        for name, value in request.get("headers", {}).items():
            connection.putheader(name, value)
        for name, value in request.get("more", []):
            connection.putheader(name, value)
        if request.get("chunked"):
            connection.putheader("Transfer-Encoding", "chunked")
            connection.endheaders()
            for start in range(0, len(body), 65536):
                part = body[start : start + 65536]
                connection.send(b"%x\r\n%s\r\n" % (len(part), part))
            connection.send(b"0\r\n\r\n")
        else:
            connection.putheader("Content-Length", str(len(body) + request.get("missing", 0)))
            connection.endheaders()
            try:
                connection.send(body)
            except (BrokenPipeError, ConnectionResetError):
                pass
        if "hang_up" in request:
            time.sleep(request["hang_up"])
            return {"status": 0}
        response = connection.getresponse()
        return {
            "status": response.status,
            "headers": {name.lower(): value for name, value in response.getheaders()},
            "body": response.read().decode(),
        }
    except (ConnectionError, http.client.HTTPException) as error:
        return {"status": 0, "error": repr(error)}
    finally:
        connection.close()


for request in json.loads(sys.argv[2]):
    print(json.dumps(send(int(sys.argv[1]), request)), flush=True)
