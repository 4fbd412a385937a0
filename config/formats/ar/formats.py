# Django's own catalogue has no format for an instant, and would write it in the order of English.
DATETIME_FORMAT = "j F Y، g:i A"
