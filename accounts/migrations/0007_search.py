from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations

from web.finding import PlainText


class Migration(migrations.Migration):
    """Built while people work, which is not possible within a transaction. One that was interrupted leaves an index that
    is marked invalid: drop it and migrate again."""

    atomic = False
    dependencies = [
        ("accounts", "0006_plain_text"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="account",
            index=GinIndex(OpClass(PlainText("name"), name="gin_trgm_ops"), name="account_search"),
        ),
        AddIndexConcurrently(
            model_name="accountalias",
            index=GinIndex(OpClass(PlainText("name"), name="gin_trgm_ops"), name="alias_search"),
        ),
        AddIndexConcurrently(
            model_name="contact",
            index=GinIndex(OpClass(PlainText("name", "email"), name="gin_trgm_ops"), name="contact_search"),
        ),
    ]
