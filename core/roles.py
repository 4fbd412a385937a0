"""Words for the ROLES of `wiring.py`: who of the operators may do what, as Django names it."""


def may(verb: str, app: str, models: str) -> list[str]:
    """`may("view", "shifts", "shift employee")`: to see these in the admin. Buttons ask for `change`."""
    return [f"{app}.{verb}_{model}" for model in models.split()]
