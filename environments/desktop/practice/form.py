"""A web page with a form, served on this machine only, that remembers what was sent."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

PAGE = """<!doctype html><html lang=en><meta charset=utf-8><title>Guest book</title>
<style>body { margin: 0; display: grid; height: 100vh; grid-template-rows: 1fr 1fr; font: 24px sans-serif }
input, button { margin: 16px; padding: 16px; font: inherit }</style>
<form method=post style="display: contents"><input name=name placeholder="Your name"><button>Sign</button></form>"""
THANKS = "<!doctype html><meta charset=utf-8><title>Signed</title><p style='font: 24px sans-serif'>Thank you."


class Form:
    """`sent` holds the names that were sent, in order."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        sent = self.sent

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(PAGE)

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"] or 0)).decode()
                sent.extend(parse_qs(body, keep_blank_values=True).get("name", []))
                self._answer(THANKS)

            def _answer(self, page: str) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(page.encode())

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  its name in BaseHTTPRequestHandler
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True  # browsers hold connections open that they send nothing over
        threading.Thread(target=self._server.serve_forever, args=(0.05,), name="form", daemon=True).start()
        self.address = f"http://127.0.0.1:{self._server.server_port}/"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
