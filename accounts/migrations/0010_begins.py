from django.contrib.postgres.indexes import OpClass
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

from web.finding import Beginning


class Migration(migrations.Migration):
    """Built while people work, as 0007."""

    atomic = False
    dependencies = [("accounts", "0009_parts_of_a_deed")]

    operations = [
        AddIndexConcurrently(
            model_name="account",
            index=models.Index(OpClass(Beginning("name"), name="text_pattern_ops"), name="account_begins"),
        ),
        AddIndexConcurrently(
            model_name="accountalias",
            index=models.Index(OpClass(Beginning("name"), name="text_pattern_ops"), name="alias_begins"),
        ),
        AddIndexConcurrently(
            model_name="contact",
            index=models.Index(OpClass(Beginning("name", "email"), name="text_pattern_ops"), name="contact_begins"),
        ),
    ]
