from django.contrib.admin.apps import AdminConfig


class OperatorsConfig(AdminConfig):
    default_site = "config.operators.site.OperatorsSite"
