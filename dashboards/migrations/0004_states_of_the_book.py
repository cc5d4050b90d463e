from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Built while people work, which is not possible within a transaction. One that was interrupted leaves an index that
    is marked invalid: drop it and migrate again."""

    atomic = False
    dependencies = [("dashboards", "0003_review_pack_choices")]

    operations = [
        AddIndexConcurrently(
            model_name="bookfigure",
            index=models.Index(
                fields=["count"], condition=models.Q(figure__startswith="state:"), name="book_figure_states"
            ),
        ),
    ]
