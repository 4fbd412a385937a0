"""What those who work for a provider may call a customer."""


def display_name(full_name: str) -> str:
    """A given name and an initial: "Sara Ahmed Ali" is "Sara A.". An address in place of a name is not shown at all."""
    words = [word for word in full_name.split() if _is_name(word)]
    return " ".join([*words[:1], *(f"{word[0]}." for word in words[1:][-1:])])


def _is_name(word: str) -> bool:
    """No part of an email address, a phone number or a handle."""
    return word[0].isalpha() and all(sign.isalpha() or sign in "'’.-" or not sign.isascii() for sign in word)
