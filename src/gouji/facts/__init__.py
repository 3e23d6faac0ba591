"""The narrative: lines to paragraphs to facts."""
