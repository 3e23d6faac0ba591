"""Sites to documents, politely. The only place that knows Scrapy.

The doors: `sites.find_sites` (data files -> sites), `start.crawl_site` (a site -> its documents in the crawl folder, by
a process of its own), `journal.Journal` (what was asked for and what came), `register.compare` (who owes which
report).
"""
