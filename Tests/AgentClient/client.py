"""A client of the Model Context Protocol, as the official SDK makes one: carries out the steps of a script, for the tests.

    client.py '{"command": [...], "environment": {...}, "folder": "...", "mode": "auto", "steps": [...]}'
    client.py '{"url": "http://...", "token": "...", "mode": "legacy", "steps": [...]}'

Each step is an object with one of `tools`, `call`, `resources`, `templates`, `read`, `prompts`, `prompt`, or `together`: a list
of steps that are all under way at one time. What came of it is printed as one line of JSON; an error of the protocol as {"error": {"code": ..., "message": ...}}. The SDK checks every
structured result against the tool's schema by itself; the schemas are checked here.
"""

import asyncio
import json
import sys

import httpx2
from jsonschema import Draft202012Validator
from mcp import Client, MCPError
from mcp.client.stdio import StdioServerParameters
from mcp.client.streamable_http import streamable_http_client


def connection(script, http):
    if "url" in script:
        return streamable_http_client(script["url"], http_client=http)
    command = script["command"]
    return StdioServerParameters(
        command=command[0], args=command[1:], env=script.get("environment"), cwd=script.get("folder")
    )


def dump(value):
    return value.model_dump(mode="json", by_alias=True, exclude_none=True)


async def perform(client, step):
    if "tools" in step:
        tools = (await client.list_tools()).tools
        for tool in tools:
            Draft202012Validator.check_schema(tool.input_schema)
            if tool.output_schema is not None:
                Draft202012Validator.check_schema(tool.output_schema)
        return {"tools": [dump(tool) for tool in tools]}
    if "call" in step:
        return dump(await client.call_tool(step["call"], step.get("arguments", {})))
    if "resources" in step:
        return dump(await client.list_resources())
    if "templates" in step:
        return dump(await client.list_resource_templates())
    if "read" in step:
        return dump(await client.read_resource(step["read"]))
    if "prompts" in step:
        return dump(await client.list_prompts())
    if "prompt" in step:
        return dump(await client.get_prompt(step["prompt"], step.get("arguments", {})))
    if "together" in step:
        return {"together": await asyncio.gather(*(attempt(client, one) for one in step["together"]))}
    raise ValueError(f"no such step: {step}")


async def attempt(client, step):
    try:
        return await perform(client, step)
    except MCPError as error:
        return {"error": {"code": error.error.code, "message": error.error.message}}


async def main():
    script = json.loads(sys.argv[1])
    headers = {"Authorization": f"Bearer {script['token']}"} if "token" in script else {}
    async with httpx2.AsyncClient(headers=headers, timeout=60, trust_env=False) as http:
        async with Client(connection(script, http), mode=script.get("mode", "auto"), cache=None) as client:
            print(json.dumps({"version": client.protocol_version}), flush=True)
            for step in script["steps"]:
                print(json.dumps(await attempt(client, step)), flush=True)


asyncio.run(main())
