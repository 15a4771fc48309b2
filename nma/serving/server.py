"""A server for this machine alone: it answers to its own name, to GET and HEAD, with pages of result folders."""

from __future__ import annotations

import errno
import os
import socketserver
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar
from urllib.parse import unquote, urlsplit

from nma.errors import NmaError, OutputError, Problem
from nma.languages import Pages
from nma.output import shelf as page
from nma.serving import shelf

HERE = "127.0.0.1"
"""The only address that is listened on: no other machine reaches it."""
NAMES = (HERE, "localhost")
"""What a browser of this machine may call the server. A page of the web that has its own name lead here (DNS
rebinding) says that name in its requests, and is refused."""
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""What every answer says: nothing is loaded from elsewhere, framed, kept, or handed to another site."""
PATIENCE = 10.0
"""Seconds in which a request must have been said."""
_PLAIN = "text/plain; charset=utf-8"


class Server(ThreadingHTTPServer):
    """Serves the result folders of one folder."""

    daemon_threads = True
    allow_reuse_address = os.name != "nt"

    def __init__(self, root: Path, pages: Pages, port: int = 0) -> None:
        """Listen on a port of this machine; 0 stands for any that is free.

        Raises
        ------
        OutputError
            The port cannot be had.
        """
        self.root, self.pages = root, pages
        try:
            super().__init__((HERE, port), Handler)
        except OSError as error:
            taken = error.errno == errno.EADDRINUSE
            what = "is in use" if taken else f"cannot be listened on ({error.strerror})"
            hint = "choose another one, or leave it out to have a free one"
            raise OutputError(Problem("", "--port", what, str(port), hint=hint)) from None

    def server_bind(self) -> None:
        """Bind without asking the network what this machine is called."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = HERE, int(self.server_address[1])

    @property
    def address(self) -> str:
        """What to type into a browser."""
        return f"http://{HERE}:{self.server_port}/"

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that hung up is no news."""


class Handler(BaseHTTPRequestHandler):
    """Answers one request."""

    server: Server
    timeout: ClassVar[float] = PATIENCE
    server_version, sys_version = "nma", ""

    def do_GET(self) -> None:
        """Hand out a page."""
        self._answer()

    def do_HEAD(self) -> None:
        """Say what a page would be."""
        self._answer()

    def _refuse_method(self) -> None:
        self._send(HTTPStatus.METHOD_NOT_ALLOWED, b"GET and HEAD only\n", _PLAIN, {"Allow": "GET, HEAD"})

    do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_TRACE = do_CONNECT = _refuse_method  # noqa: N815

    def _answer(self) -> None:
        if not self._is_named():
            self._send(HTTPStatus.MISDIRECTED_REQUEST, b"this server answers to 127.0.0.1 only\n", _PLAIN)
            return
        content, kind = self._found()
        if content is None:
            self._send(HTTPStatus.NOT_FOUND, b"no such page here\n", _PLAIN)
        else:
            self._send(HTTPStatus.OK, content, kind)

    def _is_named(self) -> bool:
        """Whether the request names this server, once, and by a name of this machine."""
        named = self.headers.get_all("Host") or []
        return len(named) == 1 and named[0].lower() in {f"{name}:{self.server.server_port}" for name in NAMES}

    def _found(self) -> tuple[bytes | None, str]:
        """The list of folders, or a file of one of them; None for what is not handed out."""
        if not self.path.startswith("/") or self.path.startswith("//"):
            return None, _PLAIN
        raw = urlsplit(self.path).path
        if raw == "/":
            return self._list(), shelf.TYPES[".html"]
        try:
            name, _, inside = unquote(raw[1:].partition("/")[0], errors="strict"), "", raw[1:].partition("/")[2]
            path = shelf.file_of(self.server.root, name, unquote(inside, errors="strict"))
            return (None, _PLAIN) if path is None else (path.read_bytes(), shelf.TYPES[path.suffix])
        except (OSError, ValueError):
            return None, _PLAIN

    def _list(self) -> bytes:
        pages = self.server.pages
        try:
            return page.render(shelf.shelved(self.server.root), pages.reports, pages.languages[0]).encode()
        except NmaError as error:
            return str(error).encode()

    def _send(self, status: HTTPStatus, body: bytes, kind: str, more: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {**HEADERS, **(more or {}), "Content-Type": kind, "Content-Length": len(body)}.items():
            self.send_header(name, str(value))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Say in plain text what was wrong with a request that could not be read."""
        self.close_connection = True
        self._send(HTTPStatus(code), f"{message or HTTPStatus(code).phrase}\n".encode(), _PLAIN)

    def log_message(self, format: str, *values: object) -> None:
        """Nobody reads along."""
