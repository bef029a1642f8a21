"""The edge towards the API server: what watches deliver goes to the cache, and every object has a loop. It imports no adapter.

machine     HyperVMachines: the watcher and the loops
host        HyperVHosts: the same; HyperVHostInventories: written again when they are deleted
loops       one task for each object; one that fails starts again
supervisor  the other background tasks; one that ends ends the process
admission   reviews of HyperVMachines
webhook     the HTTPS server of admission, with certificate renewal
context     what the watchers share
"""
