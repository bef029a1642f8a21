"""Outgoing notifications: the transitions in the status of machines and hosts, sent to HTTP receivers as signed CloudEvents.

notifier    reads the Secret of targets, runs a delivery for each, stores the watermarks
feed        the watcher that notices transitions in what a watch delivers
delivery    one target: order, retries, Events when it fails
progress    one target: what it was sent of each object, and what comes next
sender      one HTTP request, and what its answer means
resolver    name lookups that delay nothing else
targets     the targets, read strictly item by item
cloudevent  the body
signing     the signature
"""
