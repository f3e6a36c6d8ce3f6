"""Webhooks under Settings: for administrators."""
