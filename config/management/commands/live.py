from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils.module_loading import import_string

from config.embedded import beat, worker
from config.env import number
from config.greeting import greeting
from config.serving import SERVERS


class Command(BaseCommand):
    help = "Serve everything from this process: web, worker and beat. Migrates and makes the roles first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=number("PORT", 8000))
        parser.add_argument("--server", choices=SERVERS, default="daphne")
        parser.add_argument("--demo", action="store_true", help="make the demo world first, and print ways into it")

    def handle(self, **options: Any) -> None:
        # The server comes first: Twisted's reactor must be chosen before anything else imports it.
        serve = import_string(SERVERS[options["server"]])
        call_command("migrate", verbosity=0)
        call_command("roles", verbosity=0)
        if options["demo"]:
            call_command("demo")
        address = f"{options['host']}:{options['port']}"
        welcome = greeting(address, demo=options["demo"])
        with worker(), beat():
            serve(options["host"], options["port"], lambda: self.stdout.write(welcome))
