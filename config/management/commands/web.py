from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.module_loading import import_string

from config.env import number
from config.serving import SERVERS


class Command(BaseCommand):
    help = "Serve HTTP and sockets in this process. SIGTERM drains."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="0.0.0.0")
        parser.add_argument("--port", type=int, default=number("PORT", 8000))
        parser.add_argument("--server", choices=SERVERS, default="daphne")

    def handle(self, **options: Any) -> None:
        serve = import_string(SERVERS[options["server"]])
        host, port = options["host"], options["port"]
        serve(host, port, lambda: self.stdout.write(f"Serving on {host}:{port}."))
