import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_sent_once"),
        ("mail", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="outboxmail",
            name="contact",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.contact"
            ),
        ),
        migrations.AlterField(
            model_name="digestoptout",
            name="kind",
            field=models.TextField(
                choices=[
                    ("digest", "the weekly digest of your partners, on Mondays at 7:00"),
                    ("team_digest", "the weekly digest of your team, on Tuesdays at 7:00"),
                    ("invitation", "the invitation"),
                    ("meeting", "the invitation to a meeting"),
                    ("minutes", "the minutes of a meeting"),
                    ("brief", "the brief before a meeting"),
                ]
            ),
        ),
        migrations.AlterField(
            model_name="digestoptoutevent",
            name="kind",
            field=models.TextField(
                choices=[
                    ("digest", "the weekly digest of your partners, on Mondays at 7:00"),
                    ("team_digest", "the weekly digest of your team, on Tuesdays at 7:00"),
                    ("invitation", "the invitation"),
                    ("meeting", "the invitation to a meeting"),
                    ("minutes", "the minutes of a meeting"),
                    ("brief", "the brief before a meeting"),
                ]
            ),
        ),
        migrations.AlterField(
            model_name="outboxmail",
            name="kind",
            field=models.TextField(
                choices=[
                    ("digest", "the weekly digest of your partners, on Mondays at 7:00"),
                    ("team_digest", "the weekly digest of your team, on Tuesdays at 7:00"),
                    ("invitation", "the invitation"),
                    ("meeting", "the invitation to a meeting"),
                    ("minutes", "the minutes of a meeting"),
                    ("brief", "the brief before a meeting"),
                ]
            ),
        ),
        migrations.AlterField(
            model_name="outboxmail",
            name="recipient",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="outboxmail",
            constraint=models.UniqueConstraint(
                fields=("kind", "contact", "period"), name="mail_to_contact_once_per_period"
            ),
        ),
        migrations.AddConstraint(
            model_name="outboxmail",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("contact", None), ("recipient__isnull", False)),
                    models.Q(("contact__isnull", False), ("recipient", None)),
                    _connector="OR",
                ),
                name="mail_to_one_person",
            ),
        ),
    ]
