"""A stand-in for Redpanda Console's image: it wants its broker's address, and answers its probes and a page."""

import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PAGE = "This is a stand-in for Redpanda Console. Its broker would be {brokers}.\n"


class Handler(BaseHTTPRequestHandler):
    """Health for probes, a page for people."""

    def do_GET(self) -> None:
        """Answer."""
        words = "ok\n" if self.path.startswith("/admin/") else PAGE.format(brokers=os.environ["KAFKA_BROKERS"])
        self.send_response(200)
        self.send_header("Content-Length", str(len(words)))
        self.end_headers()
        self.wfile.write(words.encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Probes are no news."""


if __name__ == "__main__":
    if not os.environ.get("KAFKA_BROKERS"):
        sys.exit("KAFKA_BROKERS is not set: Console would not start")
    ThreadingHTTPServer(("0.0.0.0", 8080), Handler).serve_forever()  # noqa: S104 - a Service's pod
