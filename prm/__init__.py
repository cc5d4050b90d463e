"""Concord: settings, processes and everything else that no other package imports."""

from prm.celery import app as celery_app

__all__ = ["celery_app"]
