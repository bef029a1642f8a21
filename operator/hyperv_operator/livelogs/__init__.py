"""Live logs: what runs print, kept in bounded buffers and served to people through the API server.

buffers         one run's entries, bounded
store           all runs' buffers, bounded together; implements `ports.RunLogs`
views           what one request may see, and how far it has read
query           the parameters of a request
streaming       sends entries as text, JSON lines or websocket messages, and drops slow readers
front_proxy     who asks: the user that the API server's client certificate vouches for
authorization   whether access is allowed: SubjectAccessReviews
api             answers the requests of the aggregated API
server          listens for them, with the certificates of both sides
"""
