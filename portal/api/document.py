"""The description of all endpoints, for programs and those who write them."""

import msgspec
from aiohttp import web

from portal.endpoint import ENDPOINTS, Asked, endpoint
from portal.openapi import document


@endpoint("GET", "/openapi.json", needs=None, scope=None)
async def show_document(asked: Asked) -> web.Response:
    """This document."""
    told = document(ENDPOINTS, asked.portal.url)
    return web.Response(body=msgspec.json.encode(told), content_type="application/json")
