"""The kopf edge: thin handlers that update the cache, wake loops and call one reconciler. They import no adapter.

machine    HyperVMachines: events, the reconcile loop, deletion
host       HyperVHosts: the same
admission  reviews of HyperVMachines
webhook    the HTTPS server of admission, with certificate renewal
lifecycle  kopf's settings and login
context    what every handler gets in kopf's memo
"""
