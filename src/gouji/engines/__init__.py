"""The only place that knows a vendor: OCR engines and layout detectors."""
