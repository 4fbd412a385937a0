from django.utils import timezone

from accounts.demo import NAMES
from accounts.models import User
from notifications.models import Device
from notifications.reach import devices


def phones() -> None:
    """A phone for everybody of the demo world. Only the look-alikes of tests/outside know their addresses."""
    for name in NAMES:
        devices.register(
            user_id=User.objects.get(email=f"{name}@demo.test").pk,
            address=f"demo-phone-{name}",
            install_id=f"demo-{name}",
            platform=Device.Platform.ANDROID,
            renders_data=True,
            now=timezone.now(),
        )
