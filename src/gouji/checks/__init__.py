"""Accounting identities (勾稽关系): evaluated, explained, and turned into suggestions and findings. Door: `run_checks`."""
