"""Fictitious reports in the official forms, as PDF and as scans, with their truth."""
