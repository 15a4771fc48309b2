"""``nma serve``: a real server on a real socket hands out pages of result folders, and nothing else to nobody else."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from nma.answers.results import SCHEMA
from nma.errors import OutputError
from nma.languages import Pages
from nma.serving.server import HEADERS, HERE, Server
from nma.serving.shelf import shelved

ROOT = Path(__file__).parents[2]
REPORTS = ROOT / "reports"
HOSTILE_NAME = "a b'<b>&amp;%2e\u202e…"


def folder(path: Path, created: str = "2026-11-25T10:00:00Z", **more: Any) -> Path:
    """A result folder with a report, and files of the user's beside it."""
    path.mkdir(parents=True)
    files = ["results.json", "report.html", "report-nl.pdf", "posterior.nc", "tables/ranking.csv", "figures/a.svg"]
    for name in [*files, "notes.html", "secret.csv", ".env", "tables/mine.csv"]:
        (path / name).parent.mkdir(exist_ok=True)
        (path / name).write_text(f"{name} of {path.name}")
    found = {
        "schema": SCHEMA,
        "files": files,
        "analysis": {"name": path.name, "title": f"Title of {path.name}"},
        "sampling": {"converged": True},
        "provenance": {"created": created},
        "translations": {"texts": {"nl": {f"Title of {path.name}": f"Titel van {path.name}"}}},
    }
    (path / "results.json").write_text(json.dumps(found | more))
    return path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder of results, beside a secret."""
    (tmp_path / "secret.html").write_text("secret")
    out = tmp_path / "out"
    folder(out / "main")
    folder(out / HOSTILE_NAME, "2026-11-26T10:00:00Z", sampling={"converged": False}, analysis={"title": "<b>&\u202e"})
    return out


@pytest.fixture
def server(root: Path) -> Iterator[Server]:
    with Server(root, Pages(REPORTS, ("en",))) as made:
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield made
        made.shutdown()
        thread.join()


class Links(HTMLParser):
    """Every address of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name in ("href", "src")]


def ask(server: Server, path: str, method: str = "GET", host: str | None = None) -> tuple[int, str, dict[str, str]]:
    """Status, body and headers of one request."""
    connection = http.client.HTTPConnection(HERE, server.server_port, timeout=5)
    connection.putrequest(method, path, skip_host=True)
    connection.putheader("Host", host if host is not None else f"{HERE}:{server.server_port}")
    connection.endheaders()
    answer = connection.getresponse()
    found = answer.status, answer.read().decode(), dict(answer.getheaders())
    connection.close()
    return found


def said(server: Server, request: bytes) -> bytes:
    """What the server answers to raw bytes."""
    with socket.create_connection((HERE, server.server_port), timeout=5) as line:
        line.sendall(request)
        line.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: line.recv(65536), b""))


def test_the_list_has_the_latest_first_with_its_stamp_and_every_link_leads_to_a_page(server: Server) -> None:
    status, page, _ = ask(server, "/")
    assert status == 200
    assert re.findall(r"<h2[^>]*><bdi>(.*?)</bdi>", page) == ["&lt;b&gt;&amp;", "Title of main"]
    assert page.count("NOT CONVERGED") == page.count("The computation converged.") == 1
    assert page.index("NOT CONVERGED") < page.index("Title of main")
    assert "26 November 2026" in page
    links = Links(page).found
    assert len(links) == 4
    for link in links:
        status, body, headers = ask(server, link)
        assert (status, body.split(" of ")[0]) == (200, "report.html" if link.endswith("html") else "report-nl.pdf")
        assert headers["Content-Type"] in ("text/html; charset=utf-8", "application/pdf")


def test_what_a_command_wrote_is_handed_out(server: Server) -> None:
    for name in ("report.html", "report-nl.pdf", "tables/ranking.csv", "figures/a.svg"):
        assert ask(server, f"/main/{name}")[:2] == (200, f"{name} of main")
    assert ask(server, "/main/results.json")[2]["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    "path",
    [
        "/main",
        "/main/",
        "/main/.",
        "/main/tables",
        "/main/tables/",
        "/main/posterior.nc",
        "/main/notes.html",
        "/main/secret.csv",
        "/main/tables/mine.csv",
        "/main/.env",
        "/main/gone.html",
        "/secret.html",
        "/../secret.html",
        "/main/../../secret.html",
        "/main/%2e%2e/%2e%2e/secret.html",
        "/main/..%2f..%2fsecret.html",
        "/main/%252e%252e/secret.html",
        "/main/..\\..\\secret.html",
        "/%2e%2e/secret.html",
        "/..",
        "/main//report.html",
        "/main/./report.html",
        "/main/tables/../report.html",
        "/main/report.html%00.csv",
        "/main/report.html/",
        "/main/%ff%fe",
        "/%00",
        "//evil.example/main/report.html",
        "http://127.0.0.1/main/report.html",
        "/etc/passwd",
        "/" + "a" * 5000,
        "/main/" + "a/" * 500,
        "*",
    ],
)
def test_nothing_else_is(server: Server, path: str) -> None:
    status, body, headers = ask(server, path)
    assert (status, body) == (404, "no such page here\n")
    assert headers.items() >= HEADERS.items()


@pytest.mark.parametrize("listed", ["../secret.html", "tables/../../secret.html", "/etc/passwd", "notes.html", ""])
def test_a_list_that_names_what_is_not_ours_is_not_believed(server: Server, root: Path, listed: str) -> None:
    found = json.loads((root / "main/results.json").read_text())
    (root / "main/results.json").write_text(json.dumps(found | {"files": [*found["files"], listed]}))
    assert ask(server, f"/main/{listed}")[0] == 404
    assert ask(server, "/main/report.html")[0] == 200


def test_links_of_the_file_system_are_not_followed(server: Server, root: Path) -> None:
    secret = root.parent / "secret.html"
    (root / "main/report.html").unlink()
    (root / "main/report.html").symlink_to(secret)
    assert ask(server, "/main/report.html")[0] == 404
    for name in ("tables", "figures"):
        (root / "main" / name).rename(root.parent / name)
        (root / "main" / name).symlink_to(root.parent / name)
    assert ask(server, "/main/tables/ranking.csv")[0] == 404
    folder(root.parent / "elsewhere")
    (root / "linked").symlink_to(root.parent / "elsewhere")
    assert ask(server, "/linked/report.html")[0] == 404
    assert "elsewhere" not in ask(server, "/")[1]
    (root / "main/results.json").rename(root.parent / "results.json")
    (root / "main/results.json").symlink_to(root.parent / "results.json")
    assert "main" not in ask(server, "/")[1].replace("<main>", "").replace("</main>", "")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_does_not_keep_the_server_waiting(server: Server, root: Path) -> None:
    (root / "main/report.html").unlink()
    os.mkfifo(root / "main/report.html")
    assert ask(server, "/main/report.html")[0] == 404


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:{port}",
        "127.0.0.1",
        "127.0.0.1:1",
        "",
        "127.0.0.1:{port}.evil.example",
        "[::1]:{port}",
        "10.0.0.1:{port}",
    ],
)
def test_a_name_that_is_not_this_machines_is_refused(server: Server, host: str) -> None:
    status, body, headers = ask(server, "/", host=host.format(port=server.server_port))
    assert (status, "Title" in body) == (421, False)
    assert headers.items() >= HEADERS.items()
    assert ask(server, "/", host=f"localhost:{server.server_port}")[0] == 200


def test_a_request_with_no_name_or_with_two_is_refused(server: Server) -> None:
    name = f"Host: {HERE}:{server.server_port}\r\n".encode()
    assert said(server, b"GET / HTTP/1.1\r\n" + name + b"\r\n").startswith(b"HTTP/1.0 200")
    assert said(server, b"GET / HTTP/1.1\r\n\r\n").startswith(b"HTTP/1.0 421")
    assert said(server, b"GET / HTTP/1.1\r\n" + name + b"Host: evil\r\n\r\n").startswith(b"HTTP/1.0 421")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT"])
def test_other_methods_are_refused(server: Server, method: str) -> None:
    status, _, headers = ask(server, "/main/report.html", method)
    assert (status, headers["Allow"]) == (405, "GET, HEAD")


def test_bytes_that_are_no_request_get_a_plain_answer(server: Server) -> None:
    for request, expected in (
        (b"\x16\x03\x01\x02\r\n\r\n", b"Bad request syntax"),
        (b"GET\r\n\r\n", b"Bad request syntax"),
        (b"GET / HTTP/9.9\r\n\r\n", b"Invalid HTTP version"),
        (b"SPY / HTTP/1.1\r\n\r\n", b"501"),
        (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 200 + b"\r\n", b"431"),
    ):
        answer = said(server, request)
        assert b"<" not in answer
        assert expected in answer
    assert ask(server, "/")[0] == 200


def test_a_head_is_an_answer_without_its_body(server: Server) -> None:
    status, body, headers = ask(server, "/main/report.html", "HEAD")
    assert (status, body, headers["Content-Length"]) == (200, "", "19")


def test_every_answer_keeps_a_browser_from_anything_else(server: Server) -> None:
    _, _, headers = ask(server, "/main/report.html")
    assert headers.items() >= HEADERS.items()
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["Server"].strip() == "nma"


def test_only_this_machine_is_listened_to(server: Server) -> None:
    assert server.socket.getsockname() == (HERE, server.server_port)
    assert server.address == f"http://127.0.0.1:{server.server_port}/"


def test_results_made_while_it_serves_are_there(server: Server, root: Path) -> None:
    folder(root / "new", "2026-11-27T10:00:00Z")
    assert "Title of new" in ask(server, "/")[1]
    assert ask(server, "/new/report.html")[0] == 200


def test_the_list_is_told_in_the_language_asked_for(root: Path) -> None:
    from nma.output.shelf import render

    page = render(shelved(root), REPORTS, "nl")
    assert '<html lang="nl">' in page
    assert "26 november 2026" in page
    assert "Titel" in page
    assert "Title of main" not in page
    assert "NIET GECONVERGEERD" in page
    assert "Er zijn hier nog geen resultaten." in render([], REPORTS, "nl")


@pytest.mark.parametrize("content", ["", "[]", "{", '{"schema": "other/1"}', "[" * 10000, '{"schema": 5, "files": 7}'])
def test_what_is_no_result_folder_is_not_listed(tmp_path: Path, content: str) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/results.json").write_text(content)
    assert shelved(tmp_path) == []


@pytest.mark.parametrize(
    "part",
    [
        {"analysis": 1},
        {"sampling": "x"},
        {"provenance": []},
        {"translations": {"texts": 3}},
        {"translations": {"texts": {"nl": 3}}},
        {"analysis": {"title": [1]}},
    ],
)
def test_results_of_another_shape_are_listed_by_what_they_say(tmp_path: Path, part: dict[str, Any]) -> None:
    folder(tmp_path / "a", **part)
    assert [row.name for row in shelved(tmp_path)] == ["a"]


def test_a_result_folder_itself_can_be_served(root: Path) -> None:
    assert [row.name for row in shelved(root / "main")] == ["main"]


def test_a_port_in_use_is_one_line(server: Server, root: Path) -> None:
    with pytest.raises(OutputError) as found:
        Server(root, server.pages, server.server_port)
    assert str(found.value) == (
        f"--port: is in use, got {server.server_port}, choose another one, or leave it out to have a free one"
    )


def test_without_results_it_does_not_start(review: Any, tmp_path: Path) -> None:
    code, lines, errors = review.run("serve", tmp_path / "none", "--no-browser")
    assert (code, lines) == (1, [])
    assert errors == [f"{tmp_path / 'none'}: no results here, 'nma run' makes some, or name their folder"]
    assert review.run("serve", "--port", "70000")[0] == 2


def test_ctrl_c_ends_it_with_one_line_and_no_error(root: Path) -> None:
    command = [sys.executable, "-m", "nma", "serve", str(root), "--no-browser", "--project", str(ROOT)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        address = re.search(r"http://127\.0\.0\.1:(\d+)/", process.stdout.readline())
        assert address
        with socket.create_connection((HERE, int(address[1])), timeout=20) as line:
            line.sendall(f"GET / HTTP/1.1\r\nHost: {HERE}:{address[1]}\r\n\r\n".encode())
            assert line.recv(12) == b"HTTP/1.0 200"
            process.send_signal(signal.SIGINT)
            rest, errors = process.communicate(timeout=20)
    assert (process.returncode, rest, errors) == (0, "Stopped serving.\n", "")
