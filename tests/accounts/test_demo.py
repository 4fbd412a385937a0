import pytest

from accounts import demo
from accounts.models import User
from accounts.selectors import user_with


@pytest.mark.django_db
def test_the_demo_people_are_made_once_and_can_log_in():
    demo.people()
    demo.people()

    assert User.objects.count() == 17
    assert user_with("nurse5@demo.test", "demo-pass").full_name == "Nurse Five"
    assert user_with("admin@demo.test", "demo-pass").is_superuser
