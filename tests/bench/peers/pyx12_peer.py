# SPDX-License-Identifier: Apache-2.0
"""pyx12 on one file: its reader (segments and envelope checks; it has no map for purchase orders). Usage: pyx12_peer.py FILE"""
import json
import sys
import time

import pyx12.x12file

start = time.process_time()
transactions = errors = 0
with pyx12.x12file.X12Reader(sys.argv[1]) as reader:
    for segment in reader:
        transactions += segment.get_seg_id() == "ST"
        errors += len(reader.pop_errors())
print(json.dumps({"seconds": time.process_time() - start, "transactions": transactions, "errors": errors}))
