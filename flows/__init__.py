"""Prefect flows: the corridor's steps as tasks. The only place that knows Prefect."""
