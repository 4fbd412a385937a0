"""Makes the database, with the vehicles whose plates are the lines of the input."""

import sys

import django
from django.core.management import call_command

django.setup()

from bench.peers.plainfleet.models import Vehicle  # noqa: E402

if __name__ == "__main__":
    call_command("migrate", run_syncdb=True, verbosity=0)
    Vehicle.objects.bulk_create(
        [Vehicle(plate_number=plate.strip(), owner_name="Rosa Cruz") for plate in sys.stdin], batch_size=2000
    )
