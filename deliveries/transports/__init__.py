"""Mail handed to a provider over its HTTP interface instead of SMTP.

`table` names the providers, `mails` turns our octets into what their adapters of
django-anymail take, `batches` and `amazon` are the ways those adapters do not know,
`answers` reads what was said, and `door` is what a worker sends through.
"""
