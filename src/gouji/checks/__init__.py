"""Accounting identities (勾稽关系), evaluated and turned into suggestions and findings. Door: `run_checks`."""
