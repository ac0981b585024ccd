"""Loaded last by the process that all others are forked from: the collector leaves alone what stands in memory now.

Otherwise each of them would go through all of it once, and so copy every page of it.
"""

import gc

gc.collect()
gc.freeze()
